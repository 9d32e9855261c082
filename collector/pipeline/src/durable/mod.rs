//! Queues on disk: what a pipeline hands over is kept in a log, which each exporter reads at its own pace.
//!
//! A [`Store`] is a folder, as an extension offers it. A [`DurableQueue`] is what stands behind a pipeline in place of its
//! exporters; it answers `Ok` when a batch is on disk.

mod dead_letters;
mod orders;
mod queue;
mod room;
mod store;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use dead_letters::DeadLetters;
pub use queue::{Backlog, DurableQueue};
pub use store::{HOLDING, Store, StoreSettings};

use crate::log::{Log, Reader};

/// A log that an exporter is to read.
pub struct Source {
    /// The log.
    pub log: Arc<Log>,
    /// The exporter's way through it.
    pub reader: Reader,
    /// Where what the destination refuses for good is kept.
    pub dead_letters: Arc<DeadLetters>,
}
