//! What waits for a worker, and what a free worker takes of it.

use std::collections::VecDeque;

use parking_lot::Mutex;
use smallvec::SmallVec;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::config::Sizer;
use super::job::{Entry, Job};
use super::settings::MergeLimits;
use crate::Batch;

/// Batches below the target size that are exported at the same time. One is on its way while the next
/// gathers what arrives; more would make batches smaller and the work per item larger.
const SMALL_EXPORTS: usize = 2;

/// The queue of one sender, in order of arrival.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    ready: Notify,
    limits: MergeLimits,
}

#[derive(Debug, Default)]
struct Waiting {
    entries: VecDeque<(Option<Instant>, Entry)>,
    items: usize,
    bytes: usize,
    /// Exports of small batches that are on their way and not slow.
    small: usize,
    closed: bool,
}

/// What a worker got to do. A small job keeps others small ones back as long as `pace` lives.
pub(super) struct Taken<'a> {
    pub job: Job,
    pub pace: Option<Pace<'a>>,
}

/// Counts a small export while it is on its way.
pub(super) struct Pace<'a>(&'a Queue);

/// Batches on their way into the queue.
pub(super) type Entries = SmallVec<[Entry; 1]>;

enum Next {
    Take(Job, bool),
    Wait,
    WaitUntil(Instant),
    End,
}

impl Queue {
    /// An empty queue.
    pub fn new(limits: MergeLimits) -> Self {
        Queue { waiting: Mutex::default(), ready: Notify::new(), limits }
    }

    /// Puts `entries` in. A closed queue gives them back.
    pub fn push(&self, entries: Entries) -> Option<Entries> {
        let mut waiting = self.waiting.lock();
        if waiting.closed {
            return Some(entries);
        }
        // a clock is read only where somebody looks at it
        let now = self.limits.min.map(|_| Instant::now());
        for entry in entries {
            waiting.items += entry.batch.items();
            waiting.bytes += entry.batch.bytes();
            waiting.entries.push_back((now, entry));
        }
        drop(waiting);
        self.ready.notify_one();
        None
    }

    /// Refuses what comes from now on. What waits can still be taken, and waits for no minimum.
    pub fn close(&self) {
        self.waiting.lock().closed = true;
        self.ready.notify_waiters();
        self.ready.notify_one();
    }

    /// The next batch to export; nothing when the queue is closed and empty. Dropping the future loses
    /// nothing.
    pub async fn next(&self) -> Option<Taken<'_>> {
        loop {
            // made before the look at the queue: what is pushed or closed after the look wakes it
            let ready = self.ready.notified();
            match self.look() {
                Next::Take(job, small) => return Some(Taken { job, pace: small.then(|| Pace(self)) }),
                Next::End => return None,
                Next::Wait => ready.await,
                Next::WaitUntil(time) => drop(timeout_at(time, ready).await),
            }
            // Tasks that are ready to push come first: so one export takes what they all bring.
            tokio::task::yield_now().await;
        }
    }

    /// All that waits, for a sender that gives up.
    pub fn take_all(&self) -> Vec<Job> {
        let mut waiting = self.waiting.lock();
        (waiting.items, waiting.bytes) = (0, 0);
        waiting.entries.drain(..).map(|(_, entry)| Job::new(entry, std::iter::empty())).collect()
    }

    fn look(&self) -> Next {
        let mut waiting = self.waiting.lock();
        let Some((oldest, _)) = waiting.entries.front() else {
            return if waiting.closed { Next::End } else { Next::Wait };
        };
        if let Some(time) = self.gathers_until(&waiting, *oldest) {
            return Next::WaitUntil(time);
        }
        let small = self.limits.batches_max > 1
            && waiting.items < self.limits.items_target
            && waiting.bytes < self.limits.bytes_max;
        if small && waiting.small >= SMALL_EXPORTS {
            return Next::Wait;
        }
        let Some(job) = waiting.take(&self.limits) else { return Next::Wait };
        waiting.small += usize::from(small);
        if !waiting.entries.is_empty() {
            self.ready.notify_one();
        } else if waiting.closed {
            // nothing more comes: those who wait for their turn are to end
            self.ready.notify_waiters();
        }
        Next::Take(job, small)
    }

    /// The time at which a batch below the minimum is sent all the same, if it is not yet to be sent.
    fn gathers_until(&self, waiting: &Waiting, oldest: Option<Instant>) -> Option<Instant> {
        let (sizer, min) = self.limits.min?;
        let size = if sizer == Sizer::Bytes { waiting.bytes } else { waiting.items };
        let time = oldest? + self.limits.flush_timeout;
        (size < min && !waiting.closed && Instant::now() < time).then_some(time)
    }
}

impl Waiting {
    /// Merges from the front as much as the limits allow, and at least one.
    fn take(&mut self, limits: &MergeLimits) -> Option<Job> {
        let (mut count, mut items, mut bytes) = (0, 0, 0);
        for (_, Entry { batch, .. }) in &self.entries {
            let fits = |batch: &Batch| {
                items + batch.items() <= limits.items_max && bytes + batch.bytes() <= limits.bytes_max
            };
            if count > 0 && (count >= limits.batches_max || !fits(batch)) {
                break;
            }
            (count, items, bytes) = (count + 1, items + batch.items(), bytes + batch.bytes());
        }
        self.items -= items;
        self.bytes -= bytes;
        let mut taken = self.entries.drain(..count).map(|(_, entry)| entry);
        taken.next().map(|first| Job::new(first, taken))
    }
}

impl Drop for Pace<'_> {
    fn drop(&mut self) {
        let mut waiting = self.0.waiting.lock();
        waiting.small -= 1;
        if !waiting.entries.is_empty() {
            self.0.ready.notify_one();
        }
    }
}
