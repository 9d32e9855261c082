//! What one sender may take of a receiver: connections, bytes and items in a second. One greedy sender then costs the
//! others nothing.
//!
//! A sender is who its credentials say, or the address that it comes from. Rates are buckets that may go into debt:
//! a request is let in while there is anything in the bucket, and paid for in full, so that a large one is not
//! refused for ever and the mean holds all the same. Whoever is in debt is told when it will be paid.

mod account;
mod config;
mod peer;
mod table;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::rpc_status::{Code, Status};
use account::Account;
use table::{Key, Table};

pub use config::{By, LimitsConfig, PerSender};
pub use peer::{Admission, Admitted, Peer};

/// Between two messages in the log about senders that are over their limits.
const SAY_EVERY: Duration = Duration::from_secs(10);

/// The limits of one receiver at work; its protocols share them.
#[derive(Debug)]
pub struct SenderLimits {
    receiver: String,
    settings: PerSender,
    table: Mutex<Table>,
    said: Mutex<Option<Instant>>,
}

impl SenderLimits {
    /// Checked limits for the receiver of this id.
    pub fn new(receiver: &str, settings: PerSender) -> Arc<Self> {
        let table = Mutex::new(Table::new(settings.max_senders));
        Arc::new(SenderLimits { receiver: receiver.to_owned(), settings, table, said: Mutex::default() })
    }

    /// Who counts as one sender on a port that checks credentials, or does not.
    pub fn by(&self, has_auth: bool) -> By {
        self.settings.by.unwrap_or(if has_auth { By::Identity } else { By::Address })
    }

    fn account(&self, key: Key, now: Instant) -> Arc<Account> {
        self.table.lock().account(key, || Account::new(&self.settings, now))
    }

    /// What a sender is told that may come again after `wait`.
    fn refuse(&self, peer: &Peer, over: Over, wait: Duration) -> Status {
        let mut said = self.said.lock();
        if said.is_none_or(|said| said.elapsed() >= SAY_EVERY) {
            *said = Some(Instant::now());
            let (receiver, address) = (&self.receiver, peer.address());
            tracing::warn!(%receiver, %address, limit = over.key(), "a sender is over its limit");
        }
        let message = match over {
            Over::Connections => "more connections than one sender may have",
            Over::Bytes => "more bytes than one sender may send in a second",
            Over::Items => "more items than one sender may send in a second",
        };
        Status::new(Code::ResourceExhausted, message).after(wait)
    }
}

/// What a sender has too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    Connections,
    Bytes,
    Items,
}

impl Over {
    const fn key(self) -> &'static str {
        match self {
            Over::Connections => "max_connections",
            Over::Bytes => "bytes_per_second",
            Over::Items => "items_per_second",
        }
    }
}
