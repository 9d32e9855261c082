//! All processors. A new one: its folder here, and one line in the list.

use codeagent_pipeline::ProcessorFactory;

/// Every processor of this build.
pub const ALL: &[ProcessorFactory] = &[];
