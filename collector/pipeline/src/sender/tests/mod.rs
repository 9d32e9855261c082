//! A scripted destination, and time that stands still until everybody waits.

mod bounded;
mod configuration;
mod delivery;
pub mod heard;
mod interleavings;
pub mod logged;
mod merging;
mod overload;
pub mod script;
mod stopping;
mod twins;

use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
