//! Why no answer came.

use std::error::Error as _;
use std::time::Duration;

use http::Uri;

use crate::net::connect::{ConnectError, causes};

/// Why there is no answer. The messages name the host, the port and the cause, never a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// No connection: name resolution, refusal, proxy, TLS. Nothing was sent.
    #[error("cannot connect to {host}: {cause}")]
    Connect {
        /// Host and port.
        host: String,
        /// What went wrong.
        cause: String,
    },
    /// The connection ended before the answer did. The server may have taken the request.
    #[error("{host} closed the connection before its answer was complete: {cause}")]
    Reset {
        /// Host and port.
        host: String,
        /// What went wrong.
        cause: String,
    },
    /// No complete answer in time. The server may have taken the request.
    #[error("no answer from {host} within {timeout:?}")]
    Timeout {
        /// Host and port.
        host: String,
        /// How long was waited.
        timeout: Duration,
    },
    /// The answer is not HTTP, or is larger than what is read of it.
    #[error("{host} answered what cannot be understood: {cause}")]
    Protocol {
        /// Host and port.
        host: String,
        /// What went wrong.
        cause: String,
    },
    /// The authenticator has no credentials at the moment.
    #[error("cannot authenticate to {host}: {cause}")]
    Auth {
        /// Host and port.
        host: String,
        /// What went wrong.
        cause: String,
    },
    /// The request itself is wrong: sending it again cannot help.
    #[error("no request can be made to {host}: {cause}")]
    Invalid {
        /// Host and port.
        host: String,
        /// What went wrong.
        cause: String,
    },
}

impl HttpError {
    /// Whether another attempt can succeed.
    pub fn is_retryable(&self) -> bool {
        !matches!(self, HttpError::Invalid { .. })
    }

    pub(super) fn from_client(error: &hyper_util::client::legacy::Error, uri: &Uri) -> Self {
        let host = host(uri);
        if error.is_connect() {
            return HttpError::Connect { host, cause: connect_cause(error) };
        }
        match error.source().and_then(|source| source.downcast_ref::<hyper::Error>()) {
            Some(error) => HttpError::from_hyper(error, host),
            None => HttpError::Reset { host, cause: causes(error) },
        }
    }

    pub(super) fn from_hyper(error: &hyper::Error, host: String) -> Self {
        let cause = causes(error);
        if error.is_user() {
            return HttpError::Invalid { host, cause };
        }
        if error.is_parse() {
            return HttpError::Protocol { host, cause };
        }
        HttpError::Reset { host, cause }
    }
}

fn connect_cause(error: &hyper_util::client::legacy::Error) -> String {
    let mut next = error.source();
    while let Some(cause) = next {
        if let Some(ConnectError(cause)) = cause.downcast_ref() {
            return cause.clone();
        }
        next = cause.source();
    }
    causes(error)
}

/// Host and port, without user and password.
pub(super) fn host(uri: &Uri) -> String {
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    authority.rsplit('@').next().unwrap_or_default().to_owned()
}
