//! All extensions. A new one: its folder here, and one line in the list.

pub mod health_check;

use codeagent_pipeline::ExtensionFactory;

/// Every extension of this build.
pub const ALL: &[ExtensionFactory] = &[health_check::FACTORY];
