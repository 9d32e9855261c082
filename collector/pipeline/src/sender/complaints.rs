//! Log lines about trouble, few enough to be read.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use super::blame::Report;
use super::job::Promise;
use crate::Node;

/// The time between two lines of the same kind.
const PAUSE: Duration = Duration::from_secs(10);

/// What a sender complains about: at once, then at most every ten seconds with the number of those in between.
#[derive(Debug, Default)]
pub(super) struct Complaints {
    retries: Pause,
    losses: Pause,
}

#[derive(Debug, Default)]
struct Pause(Mutex<(Option<Instant>, usize)>);

impl Complaints {
    /// An attempt failed and is repeated.
    pub fn retry(&self, node: &Node, wait: Duration, message: &str) {
        if let Some(more) = self.retries.over(1) {
            let (exporter, signal) = (&node.id, node.signal);
            tracing::warn!(%exporter, %signal, %message, ?wait, attempts = more, "export failed, trying again");
        }
    }

    /// Items were refused by the destination or given up.
    pub fn loss(&self, node: &Node, report: &Report, promise: Promise) {
        let (exporter, signal) = (&node.id, node.signal);
        // what a log keeps is not lost: who drains says how much it is
        let given_up = report.given_up.as_ref().filter(|_| promise != Promise::Kept);
        let lost = report.rejected_items() + given_up.map_or(0, |given_up| given_up.items);
        if lost == 0 {
            return;
        }
        let Some(items) = self.losses.over(lost) else { return };
        if let Some(rejection) = report.rejected.first() {
            let (reason, message) = (rejection.reason.as_str(), &rejection.message);
            if promise == Promise::Kept {
                tracing::error!(%exporter, %signal, items, reason, %message, "refused for good, kept as dead letters");
            } else {
                tracing::error!(%exporter, %signal, items, reason, %message, "the destination refuses items for good");
            }
        } else if let Some(given_up) = given_up {
            let message = &given_up.message;
            if promise == Promise::Taken {
                tracing::error!(%exporter, %signal, items, %message, "acknowledged items are lost");
            } else {
                tracing::warn!(%exporter, %signal, items, %message, "not delivered, the senders are told to try again");
            }
        }
    }
}

impl Pause {
    /// Adds `count`; the sum since the last line, when it is time for another.
    fn over(&self, count: usize) -> Option<usize> {
        let mut state = self.0.lock();
        let (last, sum) = &mut *state;
        *sum += count;
        if last.is_some_and(|last| last.elapsed() < PAUSE) {
            return None;
        }
        *last = Some(Instant::now());
        Some(std::mem::take(sum))
    }
}
