//! Authenticators: offered by extensions, used by receivers and exporters, named by id in `auth`.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, LazyLock};

use codeagent_config::ComponentId;
use http::{HeaderMap, HeaderName, HeaderValue};

/// Proves this process to a server.
pub trait ClientAuthenticator: Send + Sync + 'static {
    /// The headers to add to a request. Their values are marked sensitive.
    fn headers(&self) -> Result<Vec<(HeaderName, HeaderValue)>, AuthError>;
}

/// Checks who sends.
pub trait ServerAuthenticator: Send + Sync + 'static {
    /// Accepts or refuses a request by its headers, and says whose it is. Takes the same time for every wrong secret.
    fn authenticate(&self, headers: &HeaderMap) -> Result<Identity, AuthError>;
}

/// Who was let in: tells senders apart and nothing else; what it is made of cannot be had from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity(u64);

impl Identity {
    /// The identity of a user's name, or of a token.
    pub fn of(name: &[u8]) -> Self {
        // Keyed by chance in each process: nobody can make two names that meet.
        static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        Identity(KEY.hash_one(name))
    }
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
