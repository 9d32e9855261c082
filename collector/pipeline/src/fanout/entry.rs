//! Room in every queue before anything is put into one.

use std::sync::Arc;

use super::{Outcome, done};
use crate::{Batch, BoxFuture, Consumer, Sending, Slots};

/// The door before the pipelines of a receiver: it reserves a place in every queue that a batch will reach
/// before the batch is put into any. So a full queue refuses it everywhere, and sending it again makes no
/// duplicate.
pub struct Entry {
    senders: Vec<Arc<dyn Sending>>,
    output: Arc<dyn Consumer>,
}

impl Entry {
    /// The door before `output`, from which `senders` can be reached, each as often as a batch reaches it. A
    /// single sender reserves for itself, so then it is `output`.
    pub fn before(output: Arc<dyn Consumer>, senders: Vec<Arc<dyn Sending>>) -> Arc<dyn Consumer> {
        if senders.len() < 2 { output } else { Arc::new(Entry { senders, output }) }
    }

    fn reserve(&self, batch: &mut Batch) -> Outcome {
        // a batch that comes from another pipeline has its places already
        if batch.slots.is_none() && !batch.is_empty() {
            let slots = Slots::default();
            self.senders.iter().try_for_each(|sender| sender.reserve(batch, &slots))?;
            batch.slots = Some(slots);
        }
        Ok(())
    }
}

impl Consumer for Entry {
    fn consume(&self, mut batch: Batch) -> BoxFuture<'_, Outcome> {
        match self.reserve(&mut batch) {
            Ok(()) => self.output.consume(batch),
            Err(refused) => done(Err(refused)),
        }
    }
}
