//! The wait for a permission.

use codeagent_semconv::value::{PermissionDecision, PermissionSource};
use codeagent_semconv::{attribute as key, event};
use opentelemetry::trace::SpanKind;

use super::scope::scope;
use super::stretch::Stretch;

/// The time from the question for a permission to the decision. Dropped without one, the question was dismissed: `abort`.
#[derive(Debug)]
#[must_use = "a wait that is dropped at once ends with the decision `abort`"]
pub struct PermissionWait {
    inner: Option<Stretch>,
}

impl PermissionWait {
    pub(super) fn begin(tool: Option<&Stretch>) -> Self {
        let inner = tool.map(|tool| {
            let mut facts = tool.facts.only(&[
                key::GEN_AI_TOOL_NAME.name(),
                key::GEN_AI_TOOL_CALL_ID.name(),
                key::CODEAGENT_TOOL_CATEGORY.name(),
            ]);
            if let Some(turn) = tool.node.turn {
                facts.int(key::CODEAGENT_TURN_NUMBER, turn);
            }
            Stretch::begin(&tool.node, "permission", SpanKind::Internal, facts)
        });
        Self { inner }
    }

    /// The permission mode in force.
    pub fn mode(mut self, mode: &str) -> Self {
        if let Some(inner) = &mut self.inner {
            inner.facts.text(key::CODEAGENT_PERMISSION_MODE, mode);
        }
        self
    }

    /// The decision, and what decided.
    pub fn decide(mut self, decision: PermissionDecision<'_>, source: PermissionSource<'_>) {
        self.finish(decision, source);
    }

    fn finish(&mut self, decision: PermissionDecision<'_>, source: PermissionSource<'_>) {
        let Some(mut inner) = self.inner.take() else { return };
        inner.facts.member(key::CODEAGENT_PERMISSION_DECISION, decision, decision.bounded());
        inner.facts.member(key::CODEAGENT_PERMISSION_SOURCE, source, source.bounded());
        inner.end(Some(&event::CODEAGENT_PERMISSION_DECIDED), |instruments, time, facts| {
            instruments.add(&instruments.decisions, 1, facts);
            instruments.time(&instruments.wait, time, facts);
        });
    }
}

impl Drop for PermissionWait {
    fn drop(&mut self) {
        self.finish(PermissionDecision::Abort, PermissionSource::UserOnce);
    }
}

scope!(PermissionWait);
