//! Processors: pure steps on a batch.

use smallvec::SmallVec;

use crate::{Batch, Reason, Refused};

/// What a processor leaves of a batch.
#[derive(Debug)]
pub struct Processed {
    /// What goes on; an empty batch ends here.
    pub batch: Batch,
    /// Items taken out on purpose, by reason. Items in = items of `batch` + these.
    pub dropped: SmallVec<[(Reason, usize); 1]>,
}

impl Processed {
    /// All goes on.
    pub fn all(batch: Batch) -> Self {
        Processed { batch, dropped: SmallVec::new() }
    }

    /// `batch` goes on, `dropped` items do not.
    pub fn some(batch: Batch, reason: Reason, dropped: usize) -> Self {
        let mut processed = Processed::all(batch);
        if dropped > 0 {
            processed.dropped.push((reason, dropped));
        }
        processed
    }
}

/// A step that edits, filters or refuses a batch without waiting for anything.
pub trait Processor: Send + Sync + 'static {
    /// Works on one batch. An error refuses it whole, and the receiver tells its sender.
    fn process(&self, batch: Batch) -> Result<Processed, Refused>;
}
