//! A compaction of the context.

use codeagent_semconv::attribute as key;
use codeagent_semconv::value::CompactionTrigger;
use opentelemetry::trace::SpanKind;

use super::node::Node;
use super::scope::scope;
use super::stretch::{self, Stretch};
use super::totals::number;

/// A compaction of the context. Dropped without an end it counts as failed.
#[derive(Debug)]
#[must_use = "a compaction that is dropped at once counts as failed"]
pub struct Compaction {
    inner: Option<Stretch>,
}

impl Compaction {
    pub(super) fn begin(parent: Option<&Node>, trigger: CompactionTrigger<'_>) -> Self {
        let inner = parent.map(|parent| {
            let mut facts = parent.facts();
            facts.member(key::CODEAGENT_COMPACTION_TRIGGER, trigger, trigger.bounded());
            Stretch::begin(parent, "compact", SpanKind::Internal, facts)
        });
        Self { inner }
    }

    /// Ends it with the tokens that were in the context before, and those that are now.
    pub fn end(mut self, before: u64, after: u64) {
        if let Some(inner) = &mut self.inner {
            inner.facts.int(key::CODEAGENT_COMPACTION_TOKENS_BEFORE, number(before));
            inner.facts.int(key::CODEAGENT_COMPACTION_TOKENS_AFTER, number(after));
        }
        self.finish();
    }

    /// Ends it as failed, with an error of this class.
    pub fn fail(mut self, error: &str) {
        stretch::fail(&mut self.inner, error);
        self.finish();
    }

    fn finish(&mut self) {
        if let Some(mut inner) = self.inner.take() {
            inner
                .end(None, |instruments, time, facts| instruments.time(&instruments.compaction, time, facts));
        }
    }
}

impl Drop for Compaction {
    fn drop(&mut self) {
        if let Some(inner) = &mut self.inner {
            inner.fail("abandoned");
        }
        self.finish();
    }
}

scope!(Compaction);
