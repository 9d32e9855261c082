//! A scripted destination, and time that stands still until everybody waits.

mod configuration;
mod delivery;
pub mod heard;
mod interleavings;
mod logged;
mod merging;
mod overload;
pub mod script;
mod stopping;

use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
