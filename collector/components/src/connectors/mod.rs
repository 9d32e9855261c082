//! All connectors. A new one: its folder here, and one line in the list.

pub mod count;
pub mod failover;
mod fed;
pub mod forward;
mod otlp_metrics;
pub mod routing;
mod settled;
pub mod spanmetrics;

use codeagent_pipeline::ConnectorFactory;

/// Every connector of this build.
pub const ALL: &[ConnectorFactory] =
    &[count::FACTORY, failover::FACTORY, forward::FACTORY, routing::FACTORY, spanmetrics::FACTORY];
