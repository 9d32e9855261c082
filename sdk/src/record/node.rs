//! A place in the tree of what an agent does.

use std::sync::Arc;

use codeagent_semconv::attribute as key;
use opentelemetry::Context;

use super::Recorder;
use super::facts::Facts;
use super::totals::Totals;

#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(super) recorder: Arc<Recorder>,
    pub(super) context: Context,
    /// Of the task that this belongs to.
    pub(super) totals: Arc<Totals>,
    /// The turn that this belongs to.
    pub(super) turn: Option<i64>,
}

impl Node {
    /// A place outside of any task, in the current context.
    pub(crate) fn root(recorder: &Arc<Recorder>) -> Self {
        let context = Context::current();
        Self { recorder: Arc::clone(recorder), context, totals: Arc::default(), turn: None }
    }

    pub(super) fn facts(&self) -> Facts {
        let mut facts = Facts::default();
        if let Some(turn) = self.turn {
            facts.int(key::CODEAGENT_TURN_NUMBER, turn);
        }
        facts
    }
}
