//! Room in a queue on disk for one exporter: what its `queue_size` says.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::sleep;

use crate::log::{Cursor, Place};
use crate::{BacklogLimit, Batch, Refused, Sending};

/// How often somebody who waits for room looks for it.
const LOOK: Duration = Duration::from_millis(20);

/// The bounds of those exporters that have one.
#[derive(Default)]
pub(super) struct Room {
    bounds: Vec<Bound>,
    /// What is on its way into the log: items, and requests.
    coming: [AtomicU64; 2],
}

/// The bound of one exporter.
pub(super) struct Bound {
    pub cursor: Arc<Cursor>,
    pub limit: BacklogLimit,
    pub exporter: Weak<dyn Sending>,
}

/// Counts what is on its way into the log.
pub(super) struct Coming<'a> {
    room: &'a Room,
    size: [u64; 2],
}

impl Room {
    /// Room within these bounds.
    pub fn within(bounds: Vec<Bound>) -> Self {
        Room { bounds, ..Room::default() }
    }

    /// Whether nothing is bounded, which then costs nothing.
    pub fn is_endless(&self) -> bool {
        self.bounds.is_empty()
    }

    /// A place for `batch` in the log that ends at `end()`: at once, or, where every exporter whose bound is reached
    /// lets its callers wait, as soon as there is room.
    pub async fn take(&self, batch: &Batch, end: impl Fn() -> Place) -> Result<Coming<'_>, Refused> {
        let requests = batch.chunks().iter().filter(|chunk| chunk.items > 0).count();
        let size = [batch.items() as u64, requests as u64];
        loop {
            let coming = self.come(size);
            let Some(full) = self.bounds.iter().find(|bound| !self.fits(bound, size, end())) else {
                return Ok(coming);
            };
            drop(coming);
            full.wait(end()).await?;
        }
    }

    /// Whether what waits and what comes, of which `size` is a part, is within a bound. What is larger than the bound
    /// by itself passes when nothing waits.
    fn fits(&self, bound: &Bound, size: [u64; 2], end: Place) -> bool {
        let unit = usize::from(bound.limit.in_requests);
        let all = bound.waiting(end) + self.coming[unit].load(SeqCst);
        all <= bound.limit.size || all == size[unit]
    }

    fn come(&self, size: [u64; 2]) -> Coming<'_> {
        for (coming, size) in self.coming.iter().zip(size) {
            coming.fetch_add(size, SeqCst);
        }
        Coming { room: self, size }
    }
}

impl Bound {
    fn waiting(&self, end: Place) -> u64 {
        if self.limit.in_requests { self.cursor.backlog_records(end) } else { self.cursor.backlog(end) }
    }

    /// Waits a while, where callers wait for room.
    async fn wait(&self, end: Place) -> Result<(), Refused> {
        if !self.limit.blocks {
            return Err(Refused::retry(format!(
                "the queue of the exporter {} is full: {} {} wait, and its queue_size is {}",
                self.cursor.name(),
                self.waiting(end),
                if self.limit.in_requests { "requests" } else { "items" },
                self.limit.size
            )));
        }
        sleep(LOOK).await;
        if self.exporter.upgrade().is_none_or(|exporter| exporter.is_stopping()) {
            return Err(Refused::retry(format!("the exporter {} is stopping", self.cursor.name())));
        }
        Ok(())
    }
}

impl Drop for Coming<'_> {
    fn drop(&mut self) {
        let Coming { room, size } = self;
        for (coming, size) in room.coming.iter().zip(*size) {
            coming.fetch_sub(size, SeqCst);
        }
    }
}
