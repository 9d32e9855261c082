//! The SDK.
#![doc = include_str!("../README.md")]

mod correlation;
pub mod declarative;
mod diagnose;
mod exemplars;
mod init;
mod lifecycle;
pub mod propagation;
mod record;
pub mod redaction;
mod resource;
mod resources;
mod self_metrics;
mod settings;
mod signals;
mod spool;
mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
mod transport;

pub use correlation::Session;
pub use init::{Builder, InstallError, init};
pub use record::{
    AgentRun, Attempt, CommandRun, Compaction, Edit, ModelCall, Moments, PermissionWait, Scope, Step, Task,
    TaskBuilder, TestRun, ToolCall, Turn, Usage,
};
pub use telemetry::{Guard, Telemetry};

/// The values of the registry's enums, such as kinds of task.
pub use codeagent_semconv::value;

// Two versions of these in one program do not know each other: whoever uses ours is sure to be heard.
pub use opentelemetry;
pub use tracing;
