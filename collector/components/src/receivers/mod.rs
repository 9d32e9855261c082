//! All receivers. A new one: its folder here, and one line in the list.

use codeagent_pipeline::ReceiverFactory;

pub mod kafka;
pub mod otlp;

/// Every receiver of this build.
pub const ALL: &[ReceiverFactory] = &[kafka::FACTORY, otlp::FACTORY];
