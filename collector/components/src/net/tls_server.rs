//! TLS for servers, as the Collector's `configtls` names it.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use codeagent_config::{Diagnostics, Duration, Secret, Section};
use codeagent_pipeline::StartError;
use parking_lot::Mutex;
use rustls::RootCertStore;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{SupportedProtocolVersion, version};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio_rustls::TlsAcceptor;

/// Keys of the Collector that are refused rather than ignored, and why.
pub const UNSUPPORTED: &[(&str, &str)] = &[
    ("tls::ca_file", "a server checks its clients with client_ca_file"),
    ("tls::ca_pem", "a server checks its clients with client_ca_file"),
    ("tls::include_system_ca_certs_pool", "a server checks its clients with client_ca_file only"),
    ("tls::cipher_suites", "the cipher suites are those of rustls, which are all safe"),
    ("tls::curve_preferences", "the curves are those of rustls, which are all safe"),
    ("tls::tpm", "keys in a trusted platform module are not supported"),
    ("tls::client_ca_file_reload", "client_ca_file is read once, at the start"),
];

/// TLS of a server.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TlsServerConfig {
    /// The certificate chain, a PEM file.
    pub cert_file: String,
    /// The certificate chain itself, in PEM.
    pub cert_pem: Secret,
    /// The private key, a PEM file.
    pub key_file: String,
    /// The private key itself, in PEM.
    pub key_pem: Secret,
    /// Clients must show a certificate that one of these (a PEM file) has signed.
    pub client_ca_file: String,
    /// `1.2` (the default) or `1.3`.
    pub min_version: String,
    /// `1.2` or `1.3` (the default).
    pub max_version: String,
    /// How old the certificate may become before its files are read again. 0 means never.
    pub reload_interval: Duration,
}

impl TlsServerConfig {
    /// Checks what the types cannot; no file is read.
    pub fn check(&self, section: &Section, diagnostics: &mut Diagnostics) -> bool {
        let mut wrong = Vec::new();
        for (file, pem, what) in
            [(&self.cert_file, &self.cert_pem, "cert"), (&self.key_file, &self.key_pem, "key")]
        {
            match (file.is_empty(), pem.is_empty()) {
                (true, true) => wrong.push(format!("TLS of a server needs {what}_file or {what}_pem")),
                (false, false) => wrong.push(format!("give {what}_file or {what}_pem, not both")),
                _ => {}
            }
        }
        if self.versions().is_none() {
            wrong.push("min_version and max_version must be 1.2 or 1.3, in that order".to_owned());
        }
        let right = wrong.is_empty();
        for message in wrong {
            diagnostics.push(section.error(message, ""));
        }
        right
    }

    /// Reads the files. `protocols` is what ALPN offers; `path` is the key of the section, for errors.
    pub fn acceptor(&self, protocols: &[&[u8]], path: &str) -> Result<TlsAcceptor, StartError> {
        self.build(protocols)
            .map(|config| TlsAcceptor::from(Arc::new(config)))
            .map_err(|message| StartError { message: format!("{path}: {message}") })
    }

    fn build(&self, protocols: &[&[u8]]) -> Result<rustls::ServerConfig, String> {
        let provider = Arc::new(default_provider());
        let versions = self.versions().ok_or("min_version and max_version leave no version of TLS")?;
        let builder = rustls::ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&versions)
            .map_err(|error| error.to_string())?;
        let builder = if self.client_ca_file.is_empty() {
            builder.with_no_client_auth()
        } else {
            let roots = Arc::new(self.client_roots()?);
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider.clone())
                .build()
                .map_err(|error| format!("client_ca_file {}: {error}", self.client_ca_file))?;
            builder.with_client_cert_verifier(verifier)
        };
        let certificate = Certificate {
            current: Mutex::new((Arc::new(self.certified_key(&provider)?), Instant::now())),
            provider,
            config: self.clone(),
        };
        let mut config = builder.with_cert_resolver(Arc::new(certificate));
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        Ok(config)
    }

    fn versions(&self) -> Option<Vec<&'static SupportedProtocolVersion>> {
        let number = |text: &str, default| match text {
            "" => Some(default),
            // Older ones are accepted as a lower bound: 1.2 is the oldest that is spoken.
            "1.0" | "1.1" | "1.2" => Some(2),
            "1.3" => Some(3),
            _ => None,
        };
        let (min, max) = (number(&self.min_version, 2)?, number(&self.max_version, 3)?);
        let all = [(2, &version::TLS12), (3, &version::TLS13)];
        let versions: Vec<_> = all
            .into_iter()
            .filter(|(number, _)| (min..=max).contains(number))
            .map(|(_, version)| version)
            .collect();
        (!versions.is_empty() && !matches!(self.max_version.as_str(), "1.0" | "1.1")).then_some(versions)
    }

    fn client_roots(&self) -> Result<RootCertStore, String> {
        let file = &self.client_ca_file;
        let wrong = |error: &dyn std::fmt::Display| format!("client_ca_file {file}: {error}");
        let mut roots = RootCertStore::empty();
        let pem = read(file).map_err(|error| wrong(&error))?;
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|error| wrong(&error))?;
            roots.add(certificate).map_err(|error| wrong(&error))?;
        }
        if roots.is_empty() {
            return Err(wrong(&"there is no certificate in it"));
        }
        Ok(roots)
    }

    fn certified_key(&self, provider: &CryptoProvider) -> Result<CertifiedKey, String> {
        let (name, pem) = pem("cert", &self.cert_file, &self.cert_pem)?;
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&pem)
            .collect::<Result<_, _>>()
            .map_err(|error| format!("{name}: {error}"))?;
        if chain.is_empty() {
            return Err(format!("{name}: there is no certificate in it"));
        }
        let (key_name, pem) = pem_of_key(&self.key_file, &self.key_pem)?;
        let key = PrivateKeyDer::from_pem_slice(&pem)
            .map_err(|_| format!("{key_name}: there is no private key in it"))?;
        CertifiedKey::from_der(chain, key, provider).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => format!("{key_name} is not the key of {name}"),
            error => format!("{key_name} with {name}: {error}"),
        })
    }
}

fn pem_of_key(file: &str, pem_text: &Secret) -> Result<(String, Vec<u8>), String> {
    pem("key", file, pem_text)
}

/// The name for messages, and the text.
fn pem(what: &str, file: &str, text: &Secret) -> Result<(String, Vec<u8>), String> {
    if file.is_empty() {
        return Ok((format!("{what}_pem"), text.expose().as_bytes().to_vec()));
    }
    let name = format!("{what}_file {file}");
    match read(file) {
        Ok(pem) => Ok((name, pem)),
        Err(error) => Err(format!("{name}: {error}")),
    }
}

fn read(file: &str) -> std::io::Result<Vec<u8>> {
    std::fs::read(Path::new(file))
}

/// The certificate that clients are shown, read again when it is older than the interval.
#[derive(Debug)]
struct Certificate {
    config: TlsServerConfig,
    provider: Arc<CryptoProvider>,
    current: Mutex<(Arc<CertifiedKey>, Instant)>,
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let interval = self.config.reload_interval.get();
        let mut current = self.current.lock();
        if !interval.is_zero() && current.1.elapsed() >= interval {
            current.1 = Instant::now();
            match self.config.certified_key(&self.provider) {
                Ok(key) => current.0 = Arc::new(key),
                // The old one may still be valid, so clients are not sent away.
                Err(error) => tracing::warn!(%error, "cannot reload the certificate, the old one stays"),
            }
        }
        Some(current.0.clone())
    }
}
