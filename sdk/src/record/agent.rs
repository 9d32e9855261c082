//! A run of an agent, and its turns.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use codeagent_semconv::attribute as key;
use codeagent_semconv::value::{CompactionTrigger, GenAiOperationName, ToolCategory};
use opentelemetry::Context;
use opentelemetry::trace::SpanKind;

use super::node::Node;
use super::scope::scope;
use super::stretch::{self, Stretch};
use super::{Compaction, ModelCall, Moments, Recorder, Scope, Step, ToolCall};

/// A run of an agent: upstream's `invoke_agent`. One for each prompt of a user, and one for each run of a sub-agent.
#[derive(Debug)]
#[must_use = "the run ends when it is dropped"]
pub struct AgentRun {
    inner: Option<Stretch>,
    turns: AtomicI64,
}

impl AgentRun {
    pub(super) fn begin(parent: Option<&Node>, name: &str) -> Self {
        let Some(parent) = parent else { return Self { inner: None, turns: AtomicI64::new(0) } };
        let mut facts = parent.facts();
        facts.word(key::GEN_AI_OPERATION_NAME, GenAiOperationName::InvokeAgent.bounded());
        let correlation = parent.recorder.correlation(&parent.context);
        let context = parent.context.with_value(correlation.with(key::GEN_AI_AGENT_NAME.name(), name));
        let stretch =
            Stretch::begin_in(parent, &context, format!("invoke_agent {name}"), SpanKind::Internal, facts);
        Self { inner: Some(stretch), turns: AtomicI64::new(0) }
    }

    pub(crate) fn root(recorder: Option<&std::sync::Arc<Recorder>>, name: &str) -> Self {
        Self::begin(recorder.map(Node::root).as_ref(), name)
    }

    /// The next turn: one model call and the tool calls that it asks for.
    pub fn turn(&self) -> Turn {
        let Some(inner) = &self.inner else { return Turn { node: None } };
        inner.node.totals.turn();
        let number = self.turns.fetch_add(1, Relaxed) + 1;
        Turn { node: Some(Node { turn: Some(number), ..inner.node.clone() }) }
    }

    /// A step of the plan, the first is 1.
    pub fn step(&self, number: i64) -> Step {
        Step::begin(self.inner.as_ref().map(|inner| &inner.node), number)
    }

    /// A compaction of the context.
    pub fn compaction(&self, trigger: CompactionTrigger<'_>) -> Compaction {
        Compaction::begin(self.inner.as_ref().map(|inner| &inner.node), trigger)
    }

    /// Things that happen in an instant, such as retries.
    #[must_use]
    pub fn moments(&self) -> Moments {
        Moments::of(self.inner.as_ref().map(|inner| &inner.node))
    }

    /// Ends it.
    pub fn end(mut self) {
        self.finish();
    }

    /// Ends it as failed, with an error of this class.
    pub fn fail(mut self, error: &str) {
        stretch::fail(&mut self.inner, error);
        self.finish();
    }

    fn finish(&mut self) {
        if let Some(inner) = &mut self.inner {
            inner.facts.int(key::CODEAGENT_TURN_COUNT, self.turns.load(Relaxed));
            inner.end(None, |_, _, _| {});
        }
    }
}

impl Drop for AgentRun {
    fn drop(&mut self) {
        self.finish();
    }
}

scope!(AgentRun);

/// A turn: one model call and the tool calls that it asks for. It has no span of its own: its number stands on theirs.
#[derive(Clone, Debug)]
pub struct Turn {
    node: Option<Node>,
}

impl Turn {
    /// A call to a model: upstream's `chat`.
    pub fn model_call(&self, provider: &str, model: &str) -> ModelCall {
        ModelCall::begin(self.node.as_ref(), provider, model)
    }

    /// A call of a tool: upstream's `execute_tool`.
    pub fn tool_call(&self, name: &str, category: ToolCategory<'_>) -> ToolCall {
        ToolCall::begin(self.node.as_ref(), name, category, None)
    }

    /// The same, with the id that the model gave it.
    pub fn tool_call_with_id(&self, name: &str, category: ToolCategory<'_>, id: &str) -> ToolCall {
        ToolCall::begin(self.node.as_ref(), name, category, Some(id))
    }

    /// Things that happen in an instant, such as retries.
    #[must_use]
    pub fn moments(&self) -> Moments {
        Moments::of(self.node.as_ref())
    }
}

impl Scope for Turn {
    fn context(&self) -> Context {
        self.node.as_ref().map_or_else(Context::current, |node| node.context.clone())
    }
}
