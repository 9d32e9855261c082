//! What came out, for the collector's metrics.

use std::collections::HashMap;
use std::sync::Arc;

use codeagent_semconv::{metric, value::SamplingVerdict};

use crate::holding::decisions::Outcome;
use crate::holding::remembered::OutcomeId;
use crate::telemetry::{Counter, Registry};

/// Counts decisions and what came late; nothing where nobody asked for it.
#[derive(Default)]
pub(in crate::holding) struct Meter {
    place: Option<(Arc<Registry>, String)>,
    decided: HashMap<OutcomeId, Counter>,
    early: Counter,
    late: Counter,
}

impl Meter {
    /// Counts for the processor `id`.
    pub fn new(registry: Arc<Registry>, id: &str) -> Self {
        let labels = [("processor", id)];
        let early = registry.counter(&metric::CODEAGENT_SAMPLING_EARLY, &labels);
        let late = registry.counter(&metric::CODEAGENT_SAMPLING_LATE, &labels);
        Meter { place: Some((registry, id.to_owned())), decided: HashMap::new(), early, late }
    }

    /// A group was decided.
    pub fn decided(&mut self, number: OutcomeId, outcome: Option<&Outcome>, is_early: bool) {
        self.early.add(u64::from(is_early));
        if let Some(counter) = self.decided.get(&number) {
            counter.add(1);
            return;
        }
        let (Some((registry, id)), Some(outcome)) = (&self.place, outcome) else { return };
        let verdict = if outcome.is_kept { SamplingVerdict::Kept } else { SamplingVerdict::Dropped };
        let rule = outcome.rule.as_deref().unwrap_or_default();
        let labels = [("processor", id.as_str()), ("verdict", verdict.as_str()), ("rule", rule)];
        let counter = registry.counter(&metric::CODEAGENT_SAMPLING_DECIDED, &labels);
        counter.add(1);
        self.decided.insert(number, counter);
    }

    /// Items came late.
    pub fn late(&self, items: usize) {
        self.late.add(items as u64);
    }
}
