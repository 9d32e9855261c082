//! A step of the plan.

use codeagent_semconv::attribute as key;
use codeagent_semconv::value::StepStatus;
use opentelemetry::trace::SpanKind;

use super::node::Node;
use super::scope::scope;
use super::stretch::{self, Stretch};

/// The execution of one step of the plan. Dropped without an end it counts as completed, or as failed where the thread panics.
#[derive(Debug)]
#[must_use = "the step ends when it is dropped"]
pub struct Step {
    inner: Option<Stretch>,
}

impl Step {
    pub(super) fn begin(parent: Option<&Node>, number: i64) -> Self {
        let inner = parent.map(|parent| {
            let mut facts = parent.facts();
            facts.int(key::CODEAGENT_STEP_NUMBER, number);
            Stretch::begin(parent, format!("step {number}"), SpanKind::Internal, facts)
        });
        Self { inner }
    }

    /// Ends it.
    pub fn end(mut self, status: StepStatus<'_>) {
        self.finish(status);
    }

    /// Ends it as failed, with an error of this class.
    pub fn fail(mut self, error: &str) {
        stretch::fail(&mut self.inner, error);
        self.finish(StepStatus::Failed);
    }

    fn finish(&mut self, status: StepStatus<'_>) {
        if let Some(mut inner) = self.inner.take() {
            inner.facts.member(key::CODEAGENT_STEP_STATUS, status, status.bounded());
            inner.end(None, |_, _, _| {});
        }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        self.finish(if std::thread::panicking() { StepStatus::Failed } else { StepStatus::Completed });
    }
}

scope!(Step);
