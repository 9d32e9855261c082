//! Typed helpers for what agents do: one call records a span, the metrics and the log record of one thing, from one set of facts, so
//! that they agree.
//!
//! Every helper has a place below another: a task holds attempts, these agent runs, these turns, these model calls and tool calls. What
//! is dropped without a word ends as it is: a task as `unknown`, or as `crash` where the thread panics.

mod agent;
mod attempt;
mod command;
mod compaction;
mod edit;
mod facts;
mod instruments;
mod model_call;
mod moments;
mod node;
mod permission;
mod program;
mod recorder;
mod scope;
mod step;
mod stretch;
mod task;
mod test_run;
mod tool_call;
mod totals;

pub use agent::{AgentRun, Turn};
pub use attempt::Attempt;
pub use command::CommandRun;
pub use compaction::Compaction;
pub use edit::Edit;
pub use model_call::{ModelCall, Usage};
pub use moments::Moments;
pub use permission::PermissionWait;
pub use scope::Scope;
pub use step::Step;
pub use task::{Task, TaskBuilder};
pub use test_run::TestRun;
pub use tool_call::ToolCall;

pub(crate) use node::Node;
pub(crate) use recorder::Recorder;
