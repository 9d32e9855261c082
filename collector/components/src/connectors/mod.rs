//! All connectors. A new one: its folder here, and one line in the list.

pub mod forward;

use codeagent_pipeline::ConnectorFactory;

/// Every connector of this build.
pub const ALL: &[ConnectorFactory] = &[forward::FACTORY];
