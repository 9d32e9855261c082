//! What a refusal means, named by what the caller does next.

use std::time::Duration;

/// A batch that was not taken. The caller still owns the duty to deliver it, or to tell its own caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Send the same batch again, after the given time where one is known.
    #[error("try again: {message}")]
    Retry {
        /// How long to wait; `None` leaves it to the caller's back-off.
        after: Option<Duration>,
        /// What is in the way, for people.
        message: String,
    },
    /// Sending it again cannot help.
    #[error("refused for good: {message}")]
    Permanent {
        /// Why, for people.
        message: String,
    },
    /// All but `items` were delivered; those will never be. Do not send any of them again.
    #[error("{items} items refused for good: {message}")]
    Partial {
        /// How many were refused.
        items: usize,
        /// Why, for people.
        message: String,
    },
}

impl Refused {
    /// A retryable refusal without a known waiting time.
    pub fn retry(message: impl Into<String>) -> Self {
        Refused::Retry { after: None, message: message.into() }
    }

    /// A refusal that no repetition can heal.
    pub fn permanent(message: impl Into<String>) -> Self {
        Refused::Permanent { message: message.into() }
    }
}
