//! One try at a task.

use codeagent_semconv::attribute as key;
use codeagent_semconv::value::TaskOutcome;
use opentelemetry::trace::SpanKind;

use super::node::Node;
use super::scope::scope;
use super::stretch::{self, Stretch};
use super::totals::number;
use super::{AgentRun, Moments};

/// One try at a task; dropped without an end its outcome is `unknown`.
#[derive(Debug)]
#[must_use = "an attempt that is dropped at once ends with the outcome `unknown`"]
pub struct Attempt {
    inner: Option<Stretch>,
    turns_before: u64,
}

impl Attempt {
    pub(super) fn begin(parent: Option<&Node>) -> Self {
        let Some(parent) = parent else { return Self { inner: None, turns_before: 0 } };
        let mut facts = parent.facts();
        facts.int(key::CODEAGENT_ATTEMPT_NUMBER, parent.totals.attempt());
        let turns_before = parent.totals.turns();
        Self { inner: Some(Stretch::begin(parent, "attempt", SpanKind::Internal, facts)), turns_before }
    }

    /// A run of an agent within it.
    pub fn agent(&self, name: &str) -> AgentRun {
        AgentRun::begin(self.inner.as_ref().map(|inner| &inner.node), name)
    }

    /// Things that happen in an instant, such as retries.
    #[must_use]
    pub fn moments(&self) -> Moments {
        Moments::of(self.inner.as_ref().map(|inner| &inner.node))
    }

    /// Ends it.
    pub fn end(mut self, outcome: TaskOutcome<'_>) {
        self.finish(outcome);
    }

    /// Ends it as failed, with an error of this class.
    pub fn fail(mut self, error: &str) {
        stretch::fail(&mut self.inner, error);
        self.finish(TaskOutcome::Failed);
    }

    fn finish(&mut self, outcome: TaskOutcome<'_>) {
        let Some(inner) = &mut self.inner else { return };
        let turns = inner.node.totals.turns().saturating_sub(self.turns_before);
        inner.facts.member(key::CODEAGENT_TASK_OUTCOME, outcome, outcome.bounded());
        inner.facts.int(key::CODEAGENT_TURN_COUNT, number(turns));
        inner.end(None, |_, _, _| {});
        self.inner = None;
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let outcome = if std::thread::panicking() { TaskOutcome::Failed } else { TaskOutcome::Unknown };
        self.finish(outcome);
    }
}

scope!(Attempt);
