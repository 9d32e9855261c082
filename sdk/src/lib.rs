//! The SDK.
#![doc = include_str!("../README.md")]

mod correlation;
mod diagnose;
mod init;
mod lifecycle;
pub mod propagation;
mod resource;
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
pub use telemetry::{Guard, Telemetry};

// Two versions of these in one program do not know each other: whoever uses ours is sure to be heard.
pub use opentelemetry;
pub use tracing;
