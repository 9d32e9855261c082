//! Log lines about trouble, few enough to be read.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// The time between two lines of the same kind.
const PAUSE: Duration = Duration::from_secs(10);

/// What a receiver complains about: at once, then at most every ten seconds with the number of those in between.
#[derive(Debug, Default)]
pub(super) struct Complaints {
    /// Messages that do not decode.
    pub malformed: Pause,
    /// Batches that are refused for now.
    pub refused: Pause,
    /// Batches that are given up.
    pub lost: Pause,
    /// Errors of the client.
    pub client: Pause,
    /// Commits that failed.
    pub commits: Pause,
}

/// One kind of trouble.
#[derive(Debug, Default)]
pub(super) struct Pause(Mutex<(Option<Instant>, usize)>);

impl Pause {
    /// Adds `count`; the sum since the last line, when it is time for another.
    pub fn over(&self, count: usize) -> Option<usize> {
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
