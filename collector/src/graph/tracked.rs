//! Which batches are still on the way through pipelines that are replaced.

use std::convert::Infallible;
use std::sync::Arc;

use codeagent_pipeline::{Batch, BoxFuture, Consumer, Refused};
use tokio::sync::mpsc;

/// Held by everything that is to be waited for. Nothing is ever sent.
pub type Busy = mpsc::Sender<Infallible>;

/// What a receiver holds of a graph. A receiver takes it anew for each batch, so when the last one is dropped, the
/// last batch has got its answer.
pub(super) struct Tracked {
    consumer: Arc<dyn Consumer>,
    _busy: Busy,
}

impl Tracked {
    /// `consumer`, counted as busy as long as somebody holds it.
    pub(super) fn around(consumer: Arc<dyn Consumer>, busy: Busy) -> Arc<dyn Consumer> {
        Arc::new(Tracked { consumer, _busy: busy })
    }
}

impl Consumer for Tracked {
    fn consume(&self, batch: Batch) -> BoxFuture<'_, Result<(), Refused>> {
        self.consumer.consume(batch)
    }
}
