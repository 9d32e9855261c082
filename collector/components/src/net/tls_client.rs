//! TLS towards servers: the Collector's `tls` section of an exporter, on rustls.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use codeagent_config::{Duration, Secret, Section};
use codeagent_pipeline::BuildContext;
use codeagent_pipeline::telemetry::Registry;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme, SupportedProtocolVersion, version,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::tls_files::{Pem, PemSource};
use super::tls_reload::{Reloading, TlsMetrics};

/// The Collector's `tls` of a client (`configtls`).
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TlsClientConfig {
    /// No TLS (gRPC; over HTTP the scheme of the endpoint decides).
    pub insecure: bool,
    /// TLS without checking who the server is.
    pub insecure_skip_verify: bool,
    /// PEM file of the certificate authorities that sign servers. Empty: the system's.
    pub ca_file: String,
    /// The same in place of a file.
    pub ca_pem: Secret,
    /// Trust the system's authorities beside `ca_file` or `ca_pem`.
    pub include_system_ca_certs_pool: bool,
    /// PEM file of this client's certificate chain.
    pub cert_file: String,
    /// The same in place of a file.
    pub cert_pem: Secret,
    /// PEM file of this client's private key.
    pub key_file: String,
    /// The same in place of a file.
    pub key_pem: Secret,
    /// The name that the server's certificate must have, and that is asked for, in place of the host.
    pub server_name_override: String,
    /// The oldest TLS version that is spoken: `1.2` (default) or `1.3`.
    pub min_version: String,
    /// The newest TLS version that is spoken: `1.2` or `1.3` (default).
    pub max_version: String,
    /// TLS 1.2 cipher suites by their IANA names. Empty: all that rustls offers.
    pub cipher_suites: Vec<String>,
    /// Key exchange groups in order of preference: `X25519`, `P256`, `P384`.
    pub curve_preferences: Vec<String>,
    /// How often the files are read again. Not set: never.
    pub reload_interval: Option<Duration>,
}

/// A checked [`TlsClientConfig`]. Its files are read at the first connection, and again when the reload interval
/// has passed.
pub struct TlsClient {
    config: TlsClientConfig,
    protocols: Vec<Vec<u8>>,
    /// Where its metrics go once it is used, and under which name.
    metrics: (Arc<Registry>, String),
    loaded: OnceLock<Reloading<ClientConfig>>,
}

impl std::fmt::Debug for TlsClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsClient").field("config", &self.config).finish_non_exhaustive()
    }
}

/// Why the TLS settings cannot be used: the file and the cause, never its content.
#[derive(Clone, Debug, thiserror::Error)]
#[error("tls: {0}")]
pub struct TlsError(String);

impl TlsClient {
    /// Checks the settings. Pure: no file is read. `section` is the `tls` section, for diagnostics and metrics;
    /// `protocols` are offered by ALPN.
    pub fn new(
        config: &TlsClientConfig,
        protocols: &[&str],
        section: &Section,
        context: &mut BuildContext<'_>,
    ) -> Option<TlsClient> {
        let mistakes = mistakes(config);
        for (key, message, help) in &mistakes {
            let place = section.at(key).unwrap_or_else(|| section.clone());
            context.diagnostics.push(place.error(message, *help));
        }
        mistakes.is_empty().then(|| TlsClient {
            config: config.clone(),
            protocols: protocols.iter().map(|name| name.as_bytes().to_vec()).collect(),
            metrics: (context.host.metrics.clone(), section.path().to_owned()),
            loaded: OnceLock::new(),
        })
    }

    /// Whether the user asked for no TLS at all.
    pub fn is_insecure(&self) -> bool {
        self.config.insecure
    }

    /// The name to ask the server for, where it is not the host's.
    pub fn server_name_override(&self) -> Option<&str> {
        Some(self.config.server_name_override.as_str()).filter(|name| !name.is_empty())
    }

    /// What rustls connects with. Reads files: the first time, and after each reload interval. When a reload
    /// fails, the last good state stays in use.
    ///
    /// # Errors
    /// When a file cannot be read or holds no usable certificate or key.
    pub fn client_config(&self) -> Result<Arc<ClientConfig>, TlsError> {
        let loaded = match self.loaded.get() {
            Some(loaded) => {
                if loaded.next_look().is_some_and(|next| next <= Instant::now()) {
                    loaded.look();
                }
                loaded
            }
            None => {
                let first = self.read().map_err(TlsError)?;
                // Another connection may have been first: then its reading counts.
                self.loaded.get_or_init(|| first)
            }
        };
        Ok(loaded.current())
    }

    fn read(&self) -> Result<Reloading<ClientConfig>, String> {
        let (config, protocols) = (self.config.clone(), self.protocols.clone());
        let build = Box::new(move |pems: &[Option<Pem>]| config.build(&protocols, pems));
        let (metrics, path) = &self.metrics;
        Reloading::read(self.config.sources(), build, TlsMetrics::register(metrics, path))
    }
}

impl TlsClientConfig {
    fn sources(&self) -> Vec<PemSource> {
        let reload = self.reload_interval.map_or(std::time::Duration::ZERO, |interval| interval.get());
        let source = |key, file: &String, text: &Secret| PemSource {
            key,
            file: file.clone(),
            text: text.clone(),
            reload,
        };
        vec![
            source("cert", &self.cert_file, &self.cert_pem),
            source("key", &self.key_file, &self.key_pem),
            source("ca", &self.ca_file, &self.ca_pem),
        ]
    }

    fn build(&self, protocols: &[Vec<u8>], pems: &[Option<Pem>]) -> Result<ClientConfig, String> {
        let [chain, private, authorities] = pems else {
            return Err("a client has a certificate, a key and authorities".to_owned());
        };
        let provider = Arc::new(provider(self));
        let algorithms = provider.signature_verification_algorithms;
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&versions(self))
            .map_err(|error| error.to_string())?;
        let builder = if self.insecure_skip_verify {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(TrustAnyone(algorithms)))
        } else {
            builder.with_root_certificates(roots(self, authorities.as_ref())?)
        };
        let mut client = match (chain, private) {
            (Some(chain), Some(private)) => {
                let identity = builder.with_client_auth_cert(chain.certificates()?, key(private)?);
                identity
                    .map_err(|error| format!("{} and {} do not fit: {error}", chain.name, private.name))?
            }
            _ => builder.with_no_client_auth(),
        };
        client.alpn_protocols = protocols.to_vec();
        Ok(client)
    }
}

type Mistake = (&'static str, String, &'static str);

fn mistakes(config: &TlsClientConfig) -> Vec<Mistake> {
    let mut found: Vec<Mistake> = Vec::new();
    let mut wrong = |key, message: String, help| found.push((key, message, help));
    let pairs = [
        ("ca_pem", "ca_file", !config.ca_file.is_empty() && !config.ca_pem.is_empty()),
        ("cert_pem", "cert_file", !config.cert_file.is_empty() && !config.cert_pem.is_empty()),
        ("key_pem", "key_file", !config.key_file.is_empty() && !config.key_pem.is_empty()),
    ];
    for (pem, file, _) in pairs.into_iter().filter(|(.., both)| *both) {
        wrong(pem, format!("both `{file}` and `{pem}` are set"), "keep one of the two");
    }
    let cert = !config.cert_file.is_empty() || !config.cert_pem.is_empty();
    let key = !config.key_file.is_empty() || !config.key_pem.is_empty();
    if cert != key {
        let (has, lacks) = if cert { ("cert_file", "key") } else { ("key_file", "certificate") };
        let message = format!("the client's {lacks} is missing");
        wrong(has, message, "give both the certificate and the key, as files or as PEM texts");
    }
    if !matches!(config.min_version.as_str(), "" | "1.0" | "1.1" | "1.2" | "1.3") {
        wrong("min_version", format!("`{}` is not a TLS version", config.min_version), "use 1.2 or 1.3");
    }
    match config.max_version.as_str() {
        "" | "1.3" => {}
        "1.2" if config.min_version != "1.3" => {}
        "1.2" => wrong("max_version", "it is lower than `min_version`".to_owned(), ""),
        other => wrong("max_version", format!("TLS `{other}` is not spoken"), "use 1.2 or 1.3"),
    }
    let offered = rustls::crypto::ring::default_provider();
    for name in &config.cipher_suites {
        if !offered.cipher_suites.iter().any(|suite| suite_name(suite) == *name) {
            let help = "use names such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256; RSA key exchange, CBC, 3DES \
                        and RC4 are not offered";
            wrong("cipher_suites", format!("`{name}` is not a cipher suite that can be used"), help);
        }
    }
    for name in config.curve_preferences.iter().filter(|name| group_name(name).is_none()) {
        let help = "use X25519, P256 or P384";
        wrong("curve_preferences", format!("`{name}` is not a curve that can be used"), help);
    }
    found
}

fn suite_name(suite: &rustls::SupportedCipherSuite) -> String {
    format!("{:?}", suite.suite())
}

fn group_name(curve: &str) -> Option<rustls::NamedGroup> {
    match curve {
        "X25519" => Some(rustls::NamedGroup::X25519),
        "P256" => Some(rustls::NamedGroup::secp256r1),
        "P384" => Some(rustls::NamedGroup::secp384r1),
        _ => None,
    }
}

fn versions(config: &TlsClientConfig) -> Vec<&'static SupportedProtocolVersion> {
    let mut versions = Vec::with_capacity(2);
    if config.max_version != "1.2" {
        versions.push(&version::TLS13);
    }
    if config.min_version != "1.3" {
        versions.push(&version::TLS12);
    }
    versions
}

fn provider(config: &TlsClientConfig) -> CryptoProvider {
    let mut provider = rustls::crypto::ring::default_provider();
    if !config.cipher_suites.is_empty() {
        // as in Go, the list is about TLS 1.2: those of 1.3 are always on
        provider.cipher_suites.retain(|suite| {
            suite.version() == &version::TLS13 || config.cipher_suites.contains(&suite_name(suite))
        });
    }
    if !config.curve_preferences.is_empty() {
        let all = std::mem::take(&mut provider.kx_groups);
        let wanted = config.curve_preferences.iter().filter_map(|name| group_name(name));
        provider.kx_groups =
            wanted.filter_map(|name| all.iter().find(|group| group.name() == name).copied()).collect();
    }
    provider
}

fn roots(config: &TlsClientConfig, own: Option<&Pem>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    if let Some(pem) = own {
        for certificate in pem.certificates()? {
            roots.add(certificate).map_err(|error| format!("{}: {error}", pem.name))?;
        }
    }
    if own.is_none() || config.include_system_ca_certs_pool {
        let system = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(system.certs);
    }
    if roots.is_empty() {
        return Err("the system has no CA certificates; set ca_file".to_owned());
    }
    Ok(roots)
}

fn key(pem: &Pem) -> Result<PrivateKeyDer<'static>, String> {
    PrivateKeyDer::from_pem_slice(pem.bytes())
        .map_err(|_| format!("there is no private key in {} (PKCS#8, PKCS#1 or SEC1)", pem.name))
}

/// `insecure_skip_verify`: any certificate will do; its signature in the handshake must still be right.
#[derive(Debug)]
struct TrustAnyone(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for TrustAnyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, cert, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, cert, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
