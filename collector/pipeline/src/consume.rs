//! The contract: returning is the acknowledgement.

use std::future::Future;
use std::pin::Pin;

use crate::{Batch, Refused};

/// A boxed future; one per batch, not per item.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Anything that a batch can be handed to: a pipeline, a connector, an exporter's sender.
pub trait Consumer: Send + Sync + 'static {
    /// Takes the batch. `Ok` means: delivered by everything downstream, or kept where it will be (or, where
    /// the user chose `wait_for_result: false`, queued by every exporter). An `Err` means that the caller
    /// must tell its sender. Dropping the future does not take back what queues already hold.
    fn consume(&self, batch: Batch) -> BoxFuture<'_, Result<(), Refused>>;
}
