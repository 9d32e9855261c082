//! The address of the collector's own page, and who may see it.

use std::sync::Arc;

use codeagent_components::net::client_auth::AuthConfig;
use codeagent_components::net::listen::{self, warn_of_exposure};
use codeagent_components::net::server_auth::server_authenticator;
use codeagent_components::net::tls_server::{TlsServer, TlsServerConfig};
use codeagent_config::{ComponentId, Diagnostics, Section};
use codeagent_pipeline::auth::{AuthError, Identity, ServerAuthenticator};
use codeagent_pipeline::telemetry::Registry;
use codeagent_pipeline::{BuildContext, Host, StartError};
use http::HeaderMap;

use super::config::Prometheus;

/// The own page as it is configured.
#[derive(Clone)]
pub struct Page {
    /// `host:port`.
    pub address: String,
    auth: Option<AuthConfig>,
    tls: Option<TlsServerConfig>,
    /// Where it is configured.
    section: Section,
}

impl Page {
    /// The page of a reader; `section` is the reader's.
    pub(super) fn of(config: Prometheus, section: &Section) -> Self {
        let section = section.at("pull::exporter::prometheus").unwrap_or_else(|| section.clone());
        // A host of IPv6 may come without its brackets, as Go takes it.
        let host = config.host.trim_matches(['[', ']']);
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let address = format!("{host}:{}", config.port);
        Page { address, auth: config.auth, tls: config.tls, section }
    }

    /// The page at this address, open to all.
    pub(super) fn open(address: String, section: &Section) -> Self {
        Page { address, auth: None, tls: None, section: section.clone() }
    }

    /// Checks what the types cannot, once the authenticators are known.
    pub fn check(&self, host: &Host, diagnostics: &mut Diagnostics) {
        let _ = self.find(host, diagnostics);
        let below = self.section.at("tls").unwrap_or_else(|| self.section.clone());
        if self.tls.as_ref().is_some_and(|tls| !tls.check(&below, diagnostics)) {
            return;
        }
        if let Some(endpoint) = listen::endpoint(&self.address, "tcp", &self.section, diagnostics) {
            let has_auth = self.auth.is_some();
            warn_of_exposure(&endpoint, self.tls.as_ref(), has_auth, &self.section, diagnostics);
        }
    }

    /// Reads the files of TLS, where it is asked for.
    ///
    /// # Errors
    /// When they cannot be used.
    pub fn tls(&self, metrics: &Registry) -> Result<Option<Arc<TlsServer>>, StartError> {
        let path = format!("{}::tls", self.section.path());
        self.tls.as_ref().map(|tls| TlsServer::start(tls, &[b"http/1.1"], &path, metrics)).transpose()
    }

    /// Who decides who may see the page, where anybody does.
    pub fn authenticator(&self, host: &Host) -> Option<Arc<dyn ServerAuthenticator>> {
        let found = self.find(host, &mut Diagnostics::new()).flatten();
        // One that is not there yet, in the middle of a reload, lets nobody in.
        found.or_else(|| self.auth.is_some().then(|| Arc::new(Nobody) as Arc<dyn ServerAuthenticator>))
    }

    fn find(
        &self,
        host: &Host,
        diagnostics: &mut Diagnostics,
    ) -> Option<Option<Arc<dyn ServerAuthenticator>>> {
        let id = ComponentId { kind: "telemetry".to_owned(), name: None };
        let mut context = BuildContext { id: &id, diagnostics, host, batching: None };
        server_authenticator(self.auth.as_ref(), &self.section, &mut context)
    }
}

/// Lets nobody in.
struct Nobody;

impl ServerAuthenticator for Nobody {
    fn authenticate(&self, _: &HeaderMap) -> Result<Identity, AuthError> {
        Err(AuthError("the authenticator of this page is being replaced".to_owned()))
    }
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not its section, which is the text of the configuration.
        f.debug_struct("Page").field("address", &self.address).finish_non_exhaustive()
    }
}

impl PartialEq for Page {
    fn eq(&self, other: &Self) -> bool {
        // What it is, not where it stands.
        (&self.address, &self.auth, &self.tls) == (&other.address, &other.auth, &other.tls)
    }
}
