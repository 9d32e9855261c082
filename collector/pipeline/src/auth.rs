//! Authenticators: offered by extensions, used by receivers and exporters, named by id in `auth`.

use std::collections::HashMap;
use std::sync::Arc;

use codeagent_config::ComponentId;
use http::{HeaderMap, HeaderName, HeaderValue};

/// Proves this process to a server.
pub trait ClientAuthenticator: Send + Sync + 'static {
    /// The headers to add to a request. Their values are marked sensitive.
    fn headers(&self) -> Result<Vec<(HeaderName, HeaderValue)>, AuthError>;
}

/// Checks who sends.
pub trait ServerAuthenticator: Send + Sync + 'static {
    /// Accepts or refuses a request by its headers. Takes the same time for every wrong secret.
    fn authenticate(&self, headers: &HeaderMap) -> Result<(), AuthError>;
}

/// Why a request is not authenticated. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AuthError(pub String);

/// One extension's authenticators.
#[derive(Clone, Default)]
pub struct Authenticator {
    /// For exporters.
    pub client: Option<Arc<dyn ClientAuthenticator>>,
    /// For receivers.
    pub server: Option<Arc<dyn ServerAuthenticator>>,
}

/// All authenticators of the configuration, by extension id.
pub type Authenticators = Arc<HashMap<ComponentId, Authenticator>>;
