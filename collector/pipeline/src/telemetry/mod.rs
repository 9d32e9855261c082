//! What the collector says about itself, in Prometheus' text format.

mod exposition;
mod histogram;
mod ledger;
mod registry;
#[cfg(test)]
mod tests;

pub use histogram::Histogram;
pub use registry::{Counter, Labels, Registry};

use codeagent_semconv::metric;

use crate::Host;

/// The `Content-Type` of what [`render`] writes.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The page that a Prometheus server scrapes: the ledger under the OpenTelemetry Collector's names where it
/// has them and under ours, the memory budget, and all that is in the host's registry.
pub fn render(host: &Host) -> String {
    let mut out = String::with_capacity(16 << 10);
    ledger::write(&mut out, &host.ledger.nodes());
    let memory = [
        (&metric::CODEAGENT_MEMORY_BUDGET_USED, host.memory.used()),
        (&metric::CODEAGENT_MEMORY_BUDGET_LIMIT, host.memory.limit()),
    ];
    for (metric, bytes) in memory {
        exposition::head(&mut out, metric);
        exposition::sample(&mut out, metric.prometheus, "", bytes);
    }
    host.metrics.write(&mut out);
    out
}
