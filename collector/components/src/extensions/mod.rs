//! All extensions. A new one: its folder here, and one line in the list.

pub mod basicauth;
pub mod bearertokenauth;
mod credential_file;
pub mod file_storage;
pub mod health_check;
#[cfg(test)]
mod written;

use codeagent_pipeline::ExtensionFactory;

/// Every extension of this build.
pub const ALL: &[ExtensionFactory] =
    &[basicauth::FACTORY, bearertokenauth::FACTORY, file_storage::FACTORY, health_check::FACTORY];
