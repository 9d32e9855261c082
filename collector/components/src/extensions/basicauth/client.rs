//! For exporters.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use codeagent_config::Secret;
use codeagent_pipeline::auth::{AuthError, ClientAuthenticator};
use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};

use super::ClientConfig;
use crate::extensions::credential_file::CredentialFile;

/// A text, or the file that holds it.
enum Place {
    Given(Secret),
    File(CredentialFile),
}

impl Place {
    fn new(given: Secret, file: &str) -> Self {
        if file.is_empty() { Place::Given(given) } else { Place::File(CredentialFile::new(file)) }
    }

    fn read(&self) -> Result<Secret, AuthError> {
        match self {
            Place::Given(text) => Ok(text.clone()),
            Place::File(file) => Ok(Secret::new(file.read()?.trim())),
        }
    }
}

pub(super) struct Client {
    username: Place,
    password: Place,
}

impl Client {
    pub fn new(config: ClientConfig) -> Self {
        Client {
            username: Place::new(Secret::new(config.username), &config.username_file),
            password: Place::new(config.password, &config.password_file),
        }
    }

    /// The value of `authorization` (RFC 7617).
    pub fn value(&self) -> Result<HeaderValue, AuthError> {
        let (username, password) = (self.username.read()?, self.password.read()?);
        if username.is_empty() || username.expose().contains(':') {
            return Err(AuthError("the user is empty or contains a colon".to_owned()));
        }
        let encoded = STANDARD.encode(format!("{}:{}", username.expose(), password.expose()));
        let value = HeaderValue::try_from(format!("Basic {encoded}"));
        let mut value = value.map_err(|_| AuthError("the credentials are too long".to_owned()))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl ClientAuthenticator for Client {
    fn headers(&self) -> Result<Vec<(HeaderName, HeaderValue)>, AuthError> {
        Ok(vec![(AUTHORIZATION, self.value()?)])
    }
}
