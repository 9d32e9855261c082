//! All receivers. A new one: its folder here, and one line in the list.

use codeagent_pipeline::ReceiverFactory;

/// Every receiver of this build.
pub const ALL: &[ReceiverFactory] = &[];
