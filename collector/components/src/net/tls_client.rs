//! TLS towards servers: the Collector's `tls` section of an exporter, on rustls.

use std::fs;
use std::sync::Arc;
use std::time::Instant;

use codeagent_config::{Diagnostics, Duration, Secret, Section};
use parking_lot::Mutex;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme, SupportedProtocolVersion, version,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// The largest PEM file that is read, in bytes.
const PEM_BYTES_MAX: u64 = 4 * 1024 * 1024;

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
#[derive(Debug)]
pub struct TlsClient {
    config: TlsClientConfig,
    protocols: Vec<Vec<u8>>,
    loaded: Mutex<Option<(Instant, Arc<ClientConfig>)>>,
}

/// Why the TLS settings cannot be used: the file and the cause, never its content.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct TlsError(String);

impl TlsClient {
    /// Checks the settings. Pure: no file is read. `section` is the `tls` section, for diagnostics; `protocols`
    /// are offered by ALPN.
    pub fn new(
        config: &TlsClientConfig,
        protocols: &[&str],
        section: &Section,
        diagnostics: &mut Diagnostics,
    ) -> Option<TlsClient> {
        let mistakes = mistakes(config);
        for (key, message, help) in &mistakes {
            let place = section.at(key).unwrap_or_else(|| section.clone());
            diagnostics.push(place.error(message, *help));
        }
        mistakes.is_empty().then(|| TlsClient {
            config: config.clone(),
            protocols: protocols.iter().map(|name| name.as_bytes().to_vec()).collect(),
            loaded: Mutex::new(None),
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
        let mut loaded = self.loaded.lock();
        if let Some((read_at, config)) = &*loaded {
            let age = read_at.elapsed();
            if self.config.reload_interval.is_none_or(|interval| interval.is_zero() || age < *interval) {
                return Ok(config.clone());
            }
        }
        match (self.load(), &mut *loaded) {
            (Ok(config), _) => {
                *loaded = Some((Instant::now(), config.clone()));
                Ok(config)
            }
            (Err(error), Some((read_at, config))) => {
                tracing::warn!(%error, "cannot reload TLS files, the last ones stay in use");
                *read_at = Instant::now();
                Ok(config.clone())
            }
            (Err(error), None) => Err(error),
        }
    }

    fn load(&self) -> Result<Arc<ClientConfig>, TlsError> {
        let config = &self.config;
        let provider = Arc::new(provider(config));
        let algorithms = provider.signature_verification_algorithms;
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&versions(config))
            .map_err(|error| TlsError(format!("tls: {error}")))?;
        let builder = if config.insecure_skip_verify {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(TrustAnyone(algorithms)))
        } else {
            builder.with_root_certificates(roots(config)?)
        };
        let mut client = match identity(config)? {
            Some((chain, key)) => builder.with_client_auth_cert(chain, key).map_err(|error| {
                TlsError(format!("tls: the client certificate and key do not fit: {error}"))
            })?,
            None => builder.with_no_client_auth(),
        };
        client.alpn_protocols.clone_from(&self.protocols);
        Ok(Arc::new(client))
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

fn roots(config: &TlsClientConfig) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    let own = pem("ca", &config.ca_file, &config.ca_pem)?;
    if let Some((pem, place)) = &own {
        for certificate in certificates(pem, place)? {
            roots.add(certificate).map_err(|error| TlsError(format!("{place}: {error}")))?;
        }
    }
    if own.is_none() || config.include_system_ca_certs_pool {
        let system = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(system.certs);
    }
    if roots.is_empty() {
        return Err(TlsError("tls: the system has no CA certificates; set tls.ca_file".to_owned()));
    }
    Ok(roots)
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn identity(config: &TlsClientConfig) -> Result<Option<Identity>, TlsError> {
    let cert = pem("cert", &config.cert_file, &config.cert_pem)?;
    let key = pem("key", &config.key_file, &config.key_pem)?;
    let (Some((cert, cert_place)), Some((key, key_place))) = (cert, key) else { return Ok(None) };
    let key = PrivateKeyDer::from_pem_slice(&key)
        .map_err(|_| TlsError(format!("{key_place} holds no private key in PEM (PKCS#8, PKCS#1 or SEC1)")))?;
    Ok(Some((certificates(&cert, &cert_place)?, key)))
}

fn certificates(pem: &[u8], place: &str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(TlsError(format!("{place} holds no certificate in PEM"))),
    }
}

/// The bytes of a file or of the text in its place, and how to call them in a message.
fn pem(what: &str, file: &str, text: &Secret) -> Result<Option<(Vec<u8>, String)>, TlsError> {
    if !text.is_empty() {
        return Ok(Some((text.expose().as_bytes().to_vec(), format!("tls.{what}_pem"))));
    }
    if file.is_empty() {
        return Ok(None);
    }
    let place = format!("tls.{what}_file {file}");
    let cannot = |error: std::io::Error| TlsError(format!("cannot read {place}: {error}"));
    if fs::metadata(file).map_err(cannot)?.len() > PEM_BYTES_MAX {
        return Err(TlsError(format!("{place} is larger than {PEM_BYTES_MAX} bytes")));
    }
    Ok(Some((fs::read(file).map_err(cannot)?, place)))
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
