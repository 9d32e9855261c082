//! Why a destination does not take what waits for it.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// Attempts that failed since the last one that did not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// When the first of them failed, Unix milliseconds.
    pub since_ms: u64,
    /// How many.
    pub attempts: u64,
    /// What the destination, or the way to it, said last.
    pub message: String,
}

impl Trouble {
    /// Another attempt failed; `before` is what was known.
    pub(crate) fn another(before: Option<Trouble>, message: &str) -> Self {
        let (since_ms, attempts) =
            before.map_or_else(|| (now_ms(), 0), |known| (known.since_ms, known.attempts));
        Trouble { since_ms, attempts: attempts + 1, message: message.to_owned() }
    }
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
