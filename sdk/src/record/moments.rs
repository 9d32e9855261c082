//! What happens in an instant: a metric and a log record, no span.

use std::time::SystemTime;

use codeagent_semconv::value::{InterventionKind, LoopKind, RetryReason};
use codeagent_semconv::{Event, attribute as key, event};
use opentelemetry::logs::Severity;

use super::facts::Facts;
use super::instruments::Instruments;
use super::node::Node;
use super::totals::number;

/// Things that happen in an instant, at the place where they were asked for.
#[derive(Clone, Debug)]
pub struct Moments {
    node: Option<Node>,
}

impl Moments {
    pub(crate) fn of(node: Option<&Node>) -> Self {
        Self { node: node.cloned() }
    }

    /// Something is tried again.
    pub fn retry(&self, reason: RetryReason<'_>) {
        self.record(
            None,
            |facts| {
                facts.member(key::CODEAGENT_RETRY_REASON, reason, reason.bounded());
            },
            |instruments, facts| instruments.add(&instruments.retries, 1, facts),
        );
    }

    /// Retries ran out after so many, with the class of the last error.
    pub fn retries_exhausted(&self, reason: RetryReason<'_>, count: u64, error: &str) {
        let event = Some((&event::CODEAGENT_RETRY_EXHAUSTED, Severity::Error));
        self.record(
            event,
            |facts| {
                facts.member(key::CODEAGENT_RETRY_REASON, reason, reason.bounded());
                facts.int(key::CODEAGENT_RETRY_COUNT, number(count)).error(error);
            },
            |instruments, facts| instruments.add(&instruments.errors, 1, facts),
        );
    }

    /// The agent is stuck.
    pub fn loop_detected(&self, kind: LoopKind<'_>) {
        let event = Some((&event::CODEAGENT_LOOP_DETECTED, Severity::Warn));
        self.record(
            event,
            |facts| {
                facts.member(key::CODEAGENT_LOOP_KIND, kind, kind.bounded());
            },
            |instruments, facts| instruments.add(&instruments.loops, 1, facts),
        );
    }

    /// A person stepped in.
    pub fn intervention(&self, kind: InterventionKind<'_>) {
        let event = Some((&event::CODEAGENT_HUMAN_INTERVENED, Severity::Info));
        self.record(
            event,
            |facts| {
                facts.member(key::CODEAGENT_INTERVENTION_KIND, kind, kind.bounded());
            },
            |instruments, facts| instruments.add(&instruments.interventions, 1, facts),
        );
    }

    /// An evaluation of this name gave a score from 0 to 1.
    pub fn score(&self, evaluation: &str, score: f64) {
        let event = Some((&event::CODEAGENT_EVALUATION_SCORED, Severity::Info));
        self.record(
            event,
            |facts| {
                facts.text(key::GEN_AI_EVALUATION_NAME, evaluation);
                facts.double(key::GEN_AI_EVALUATION_SCORE_VALUE, score);
            },
            |instruments, facts| instruments.record(&instruments.score, score, facts),
        );
    }

    fn record(
        &self,
        event: Option<(&'static Event, Severity)>,
        know: impl FnOnce(&mut Facts),
        measure: impl FnOnce(&Instruments, &Facts),
    ) {
        let Some(node) = &self.node else { return };
        let mut facts = node.facts();
        know(&mut facts);
        let _within = node.context.clone().attach();
        measure(&node.recorder.instruments, &facts);
        if let Some((event, severity)) = event {
            node.recorder.event(event, severity, SystemTime::now(), &node.context, facts);
        }
    }
}
