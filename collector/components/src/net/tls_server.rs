//! TLS for servers, as the Collector's `configtls` names it.

use std::sync::{Arc, Weak};
use std::time::{Duration as StdDuration, Instant};

use codeagent_config::{Diagnostics, Duration, Secret, Section};
use codeagent_pipeline::StartError;
use codeagent_pipeline::telemetry::Registry;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion, version};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio_rustls::TlsAcceptor;

use super::tls_files::{LOOK_AGAIN, Pem, PemSource};
use super::tls_reload::{Reloading, TlsMetrics};

/// Keys of the Collector that are refused rather than ignored, and why.
pub const UNSUPPORTED: &[(&str, &str)] = &[
    ("tls::ca_file", "a server checks its clients with client_ca_file"),
    ("tls::ca_pem", "a server checks its clients with client_ca_file"),
    ("tls::include_system_ca_certs_pool", "a server checks its clients with client_ca_file only"),
    ("tls::cipher_suites", "the cipher suites are those of rustls, which are all safe"),
    ("tls::curve_preferences", "the curves are those of rustls, which are all safe"),
    ("tls::tpm", "keys in a trusted platform module are not supported"),
];

/// TLS of a server.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
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
    /// Whether `client_ca_file` is read again when it changes.
    pub client_ca_file_reload: bool,
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
        if self.client_ca_file_reload && self.client_ca_file.is_empty() {
            wrong.push("client_ca_file_reload needs client_ca_file".to_owned());
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

    fn sources(&self) -> Vec<PemSource> {
        let reload = self.reload_interval.get();
        let ca_reload = if self.client_ca_file_reload { LOOK_AGAIN } else { StdDuration::ZERO };
        let source = |key, file: &String, text: &Secret, reload| PemSource {
            key,
            file: file.clone(),
            text: text.clone(),
            reload,
        };
        vec![
            source("cert", &self.cert_file, &self.cert_pem, reload),
            source("key", &self.key_file, &self.key_pem, reload),
            source("client_ca", &self.client_ca_file, &Secret::default(), ca_reload),
        ]
    }

    fn build(&self, protocols: &[Vec<u8>], pems: &[Option<Pem>]) -> Result<ServerConfig, String> {
        let [Some(chain), Some(key), authorities] = pems else {
            return Err("TLS of a server needs a certificate and its key".to_owned());
        };
        let provider = Arc::new(default_provider());
        let versions = self.versions().ok_or("min_version and max_version leave no version of TLS")?;
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&versions)
            .map_err(|error| error.to_string())?;
        let builder = match authorities {
            None => builder.with_no_client_auth(),
            Some(authorities) => builder.with_client_cert_verifier(verifier(authorities, &provider)?),
        };
        let certificate = certified_key(chain, key, &provider)?;
        let mut config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(certificate)));
        config.alpn_protocols = protocols.to_vec();
        Ok(config)
    }
}

fn verifier(
    authorities: &Pem,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", authorities.name);
    let mut roots = RootCertStore::empty();
    for certificate in authorities.certificates()? {
        roots.add(certificate).map_err(|error| wrong(&error))?;
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
    verifier.build().map_err(|error| wrong(&error))
}

fn certified_key(chain: &Pem, key: &Pem, provider: &CryptoProvider) -> Result<CertifiedKey, String> {
    let der = PrivateKeyDer::from_pem_slice(key.bytes())
        .map_err(|_| format!("there is no private key in {}", key.name))?;
    CertifiedKey::from_der(chain.certificates()?, der, provider).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => format!("{} is not the key of {}", key.name, chain.name),
        error => format!("{} with {}: {error}", key.name, chain.name),
    })
}

/// TLS of a server at work: each handshake takes the settings as they are then.
pub struct TlsServer(Reloading<ServerConfig>);

impl TlsServer {
    /// Reads the files, and follows them from then on. `protocols` is what ALPN offers; `path` is the key of the
    /// section, for errors and metrics.
    pub fn start(
        config: &TlsServerConfig,
        protocols: &[&[u8]],
        path: &str,
        metrics: &Registry,
    ) -> Result<Arc<TlsServer>, StartError> {
        let sources = config.sources();
        let protocols: Vec<Vec<u8>> = protocols.iter().map(|name| name.to_vec()).collect();
        let config = config.clone();
        let build = Box::new(move |pems: &[Option<Pem>]| config.build(&protocols, pems));
        let server = Reloading::read(sources, build, TlsMetrics::register(metrics, path));
        let server = server.map_err(|message| StartError::new(format!("{path}: {message}")))?;
        let server = Arc::new(TlsServer(server));
        if let Some(next) = server.0.next_look() {
            tokio::spawn(follow(Arc::downgrade(&server), next));
        }
        Ok(server)
    }

    /// For one handshake.
    pub fn acceptor(&self) -> TlsAcceptor {
        self.0.current().into()
    }
}

/// Looks at the files for as long as anybody uses the server.
async fn follow(server: Weak<TlsServer>, first: Instant) {
    let mut next = first;
    loop {
        tokio::time::sleep_until(next.into()).await;
        let Some(server) = server.upgrade() else { return };
        // Its panic would be a bug of its own; the old certificate serves on.
        let _ = tokio::task::spawn_blocking({
            let server = server.clone();
            move || server.0.look()
        })
        .await;
        let Some(at) = server.0.next_look() else { return };
        next = at.max(Instant::now() + LOOK_AGAIN);
    }
}
