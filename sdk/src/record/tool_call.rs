//! A call of a tool.

use std::io;
use std::process::{Command, Output};

use codeagent_semconv::value::{CommandKind, EditOperation, GenAiOperationName, ToolCategory, ToolOrigin};
use codeagent_semconv::{attribute as key, event};
use opentelemetry::trace::SpanKind;

use super::node::Node;
use super::scope::scope;
use super::stretch::{self, Stretch};
use super::{AgentRun, CommandRun, Edit, Moments, PermissionWait, TestRun};

/// A call of a tool: upstream's `execute_tool`. Dropped without an end it ends as it is, failed where the thread panics.
#[derive(Debug)]
#[must_use = "the call ends when it is dropped"]
pub struct ToolCall {
    inner: Option<Stretch>,
}

impl ToolCall {
    pub(super) fn begin(
        parent: Option<&Node>,
        name: &str,
        category: ToolCategory<'_>,
        id: Option<&str>,
    ) -> Self {
        let inner = parent.map(|parent| {
            let mut facts = parent.facts();
            facts.word(key::GEN_AI_OPERATION_NAME, GenAiOperationName::ExecuteTool.bounded());
            facts.text(key::GEN_AI_TOOL_NAME, name);
            facts.member(key::CODEAGENT_TOOL_CATEGORY, category, category.bounded());
            if let Some(id) = id {
                facts.text(key::GEN_AI_TOOL_CALL_ID, id);
            }
            Stretch::begin(parent, ["execute_tool ", name].concat(), SpanKind::Internal, facts)
        });
        Self { inner }
    }

    /// Where the tool comes from.
    pub fn origin(mut self, origin: ToolOrigin<'_>) -> Self {
        if let Some(inner) = &mut self.inner {
            inner.facts.member(key::CODEAGENT_TOOL_ORIGIN, origin, origin.bounded());
        }
        self
    }

    /// The wait for somebody's permission.
    pub fn permission(&self) -> PermissionWait {
        PermissionWait::begin(self.inner.as_ref())
    }

    /// A command that runs by other means than [`run`](Self::command_output).
    pub fn command(&self, program: &str, kind: CommandKind<'_>) -> CommandRun {
        CommandRun::begin(self.node(), program, kind)
    }

    /// Runs a command to its end, with the context in its environment; records its exit code, CPU time and memory.
    ///
    /// # Errors
    /// Those of [`Command::output`].
    pub fn command_output(&self, kind: CommandKind<'_>, command: &mut Command) -> io::Result<Output> {
        let program = command.get_program().to_string_lossy().into_owned();
        self.command(&program, kind).output(command)
    }

    /// An edit of a file.
    pub fn edit(&self, operation: EditOperation<'_>) -> Edit {
        Edit::begin(self.node(), operation)
    }

    /// A run of tests.
    pub fn test_run(&self, suite: &str) -> TestRun {
        TestRun::begin(self.node(), suite)
    }

    /// A run of a sub-agent.
    pub fn agent(&self, name: &str) -> AgentRun {
        AgentRun::begin(self.node(), name)
    }

    /// Things that happen in an instant, such as retries.
    #[must_use]
    pub fn moments(&self) -> Moments {
        Moments::of(self.node())
    }

    /// Gives the result back, and marks the call as failed where it is an error of class `E`.
    ///
    /// # Errors
    /// Those of `result`.
    pub fn track<T, E>(&mut self, result: Result<T, E>) -> Result<T, E> {
        stretch::track(&mut self.inner, result)
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

    fn node(&self) -> Option<&Node> {
        self.inner.as_ref().map(|inner| &inner.node)
    }

    fn finish(&mut self) {
        if let Some(mut inner) = self.inner.take() {
            inner.end(Some(&event::CODEAGENT_TOOL_CALLED), |instruments, time, facts| {
                instruments.time(&instruments.tool_duration, time, facts);
            });
        }
    }
}

impl Drop for ToolCall {
    fn drop(&mut self) {
        self.finish();
    }
}

scope!(ToolCall);
