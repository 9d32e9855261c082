//! Log lines about trouble, few enough to be read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use super::blame::Report;
use super::job::Promise;
use crate::{Node, Refused};

/// The time between two lines of the same kind.
const PAUSE: Duration = Duration::from_secs(60);
/// Trouble that lasted as long was an outage: its end is told, and the next one at once.
const OUTAGE: Duration = Duration::from_secs(10);

/// What a sender complains about: at once, then at most every minute with the number of those in between.
#[derive(Debug, Default)]
pub(super) struct Complaints {
    retries: Pause,
    starts: Pause,
    losses: Pause,
    letters: Pause,
    is_troubled: AtomicBool,
    since: Mutex<Option<Instant>>,
}

#[derive(Debug, Default)]
struct Pause(Mutex<(Option<Instant>, usize)>);

impl Complaints {
    /// An attempt failed and is repeated.
    pub fn retry(&self, node: &Node, wait: Duration, message: &str) {
        self.trouble(node, message);
        if let Some(more) = self.retries.over(1) {
            let (exporter, signal) = (&node.id, node.signal);
            tracing::warn!(%exporter, %signal, %message, ?wait, attempts = more, "export failed, trying again");
        }
    }

    /// The destination could not be prepared.
    pub fn start(&self, node: &Node, wait: Duration, message: &str) {
        self.trouble(node, message);
        if let Some(more) = self.starts.over(1) {
            let (exporter, signal) = (&node.id, node.signal);
            tracing::warn!(%exporter, %signal, %message, ?wait, attempts = more,
                "cannot prepare the destination, trying again");
        }
    }

    /// The destination works.
    pub fn well(&self, node: &Node) {
        if !self.is_troubled.load(Ordering::Relaxed) || !self.is_troubled.swap(false, Ordering::Relaxed) {
            return;
        }
        let lasted = self.since.lock().take().map(|since| since.elapsed());
        let Some(trouble) = node.recover() else { return };
        if let Some(lasted) = lasted.filter(|lasted| *lasted >= OUTAGE) {
            let (exporter, signal, failed) = (&node.id, node.signal, trouble.attempts);
            tracing::info!(%exporter, %signal, failed, ?lasted, "the destination takes data again");
            self.retries.end();
            self.starts.end();
        }
    }

    /// A dead letter could not be written, and is written again.
    pub fn letter(&self, node: &Node, refused: &Refused) {
        if let Some(more) = self.letters.over(1) {
            tracing::warn!(exporter = node.id, %refused, attempts = more,
                "a dead letter cannot be written, trying again");
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

    fn trouble(&self, node: &Node, message: &str) {
        node.fail(message);
        self.since.lock().get_or_insert_with(Instant::now);
        self.is_troubled.store(true, Ordering::Relaxed);
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

    /// The next line is told at once.
    fn end(&self) {
        *self.0.lock() = (None, 0);
    }
}
