//! The steps between a pipeline's receivers and its exporters.

use std::sync::Arc;

use super::{Outcome, done};
use crate::{Batch, BoxFuture, Consumer, Node, Processed, Processor, Reason, Refused};

/// The steps of one pipeline and what comes after them.
pub struct Pipeline {
    steps: Vec<(Arc<Node>, Arc<dyn Processor>)>,
    output: Arc<dyn Consumer>,
}

impl Pipeline {
    /// `steps` in their order, each counted at its node, and then `output`. Without steps it is `output`.
    pub fn through(
        steps: Vec<(Arc<Node>, Arc<dyn Processor>)>,
        output: Arc<dyn Consumer>,
    ) -> Arc<dyn Consumer> {
        if steps.is_empty() { output } else { Arc::new(Pipeline { steps, output }) }
    }

    fn process(&self, mut batch: Batch) -> Result<Batch, Refused> {
        for (node, step) in &self.steps {
            if batch.is_empty() {
                break;
            }
            let mut token = node.enter(batch.items());
            match step.process(batch) {
                Ok(Processed { batch: rest, dropped }) => {
                    dropped.into_iter().for_each(|(reason, items)| token.drop_items(reason, items));
                    debug_assert_eq!(token.left(), rest.items(), "{} miscounts", node.id);
                    token.deliver(rest.items());
                    batch = rest;
                }
                Err(refused) => {
                    let is_retry = matches!(refused, Refused::Retry { .. });
                    token.drop_rest(if is_retry { Reason::Refused } else { Reason::Rejected });
                    return Err(refused);
                }
            }
        }
        Ok(batch)
    }
}

impl Consumer for Pipeline {
    fn consume(&self, batch: Batch) -> BoxFuture<'_, Outcome> {
        match self.process(batch) {
            Ok(batch) if batch.is_empty() => done(Ok(())),
            Ok(batch) => self.output.consume(batch),
            Err(refused) => done(Err(refused)),
        }
    }
}
