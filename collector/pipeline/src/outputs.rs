//! Where a component puts what it takes.

use std::sync::Arc;

use codeagent_config::Signal;
use parking_lot::RwLock;

use crate::Consumer;

/// The consumers of what a receiver or a connector gives, by signal.
///
/// A reload changes them while the component runs: a receiver asks for each batch, and keeps no answer. Copies
/// share the consumers.
#[derive(Clone, Default)]
pub struct Outputs(Arc<[Output; 3]>);

/// Asking costs a lock that nobody holds for longer than it takes to copy a pointer: 50 ns a batch, beside some
/// ten thousand that the batch itself costs.
type Output = RwLock<Option<Arc<dyn Consumer>>>;

impl Outputs {
    /// Sets the consumer of `signal`.
    #[must_use]
    pub fn with(self, signal: Signal, consumer: Arc<dyn Consumer>) -> Self {
        *self.0[signal.index()].write() = Some(consumer);
        self
    }

    /// The consumer of `signal` now; nothing where no pipeline of that signal lists the component.
    pub fn get(&self, signal: Signal) -> Option<Arc<dyn Consumer>> {
        self.0[signal.index()].read().clone()
    }

    /// Whether there is a consumer of `signal` now.
    pub fn has(&self, signal: Signal) -> bool {
        self.0[signal.index()].read().is_some()
    }

    /// From now on the consumers are those of `next`. What was given before goes its way to the end.
    pub fn replace(&self, next: &Outputs) {
        for (output, next) in self.0.iter().zip(next.0.iter()) {
            let next = next.read().clone();
            // what is replaced is dropped without the lock: that may end much
            drop(std::mem::replace(&mut *output.write(), next));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Batch, BoxFuture, Refused};

    struct Named(&'static str);

    impl Consumer for Named {
        fn consume(&self, _: Batch) -> BoxFuture<'_, Result<(), Refused>> {
            Box::pin(async { Err(Refused::retry(self.0)) })
        }
    }

    async fn answer(outputs: &Outputs, signal: Signal) -> Option<String> {
        let output = outputs.get(signal)?;
        let batch = Batch::new(signal, bytes::Bytes::new(), 0);
        output.consume(batch).await.err().map(|refused| refused.to_string())
    }

    #[tokio::test]
    async fn a_component_sees_what_its_outputs_are_replaced_by() {
        let outputs = Outputs::default().with(Signal::Logs, Arc::new(Named("old")));
        let held_by_a_component = outputs.clone();
        let in_flight = held_by_a_component.get(Signal::Logs).unwrap();
        outputs.replace(&Outputs::default().with(Signal::Traces, Arc::new(Named("new"))));
        assert_eq!(answer(&held_by_a_component, Signal::Traces).await.unwrap(), "try again: new");
        assert_eq!(answer(&held_by_a_component, Signal::Logs).await, None);
        assert!(held_by_a_component.has(Signal::Traces) && !held_by_a_component.has(Signal::Logs));
        let batch = Batch::new(Signal::Logs, bytes::Bytes::new(), 0);
        assert!(in_flight.consume(batch).await.unwrap_err().to_string().contains("old"));
    }
}
