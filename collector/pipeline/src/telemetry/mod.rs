//! What the collector says about itself, in Prometheus' text format.

mod exposition;
mod histogram;
mod ledger;
pub(crate) mod names;
mod registry;

pub use histogram::Histogram;
pub use registry::{Counter, Description, Labels, Registry};

use crate::Ledger;

/// The `Content-Type` of what [`render`] writes.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The page that a Prometheus server scrapes: the ledger under the OpenTelemetry Collector's names where it
/// has them and under ours, and all other metrics.
pub fn render(ledger: &Ledger, registry: &Registry) -> String {
    let mut out = String::with_capacity(16 << 10);
    ledger::write(&mut out, &ledger.nodes());
    registry.write(&mut out);
    out
}
