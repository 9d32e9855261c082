//! What the collector says about itself: in Prometheus' text format, and in OTLP.

mod envelope;
mod exposition;
mod histogram;
mod ledger;
mod metrics;
mod outbox;
mod reading;
mod registry;
#[cfg(test)]
mod tests;

pub use envelope::{Resource, unix_nanos};
pub use histogram::Histogram;
pub use metrics::{encode, wire_name};
pub use outbox::Outbox;
pub use reading::{Family, OwnedLabels, Point, Value};
pub use registry::{Counter, Labels, Registry};

use codeagent_semconv::metric;

use crate::Host;

/// The `Content-Type` of what [`render`] writes.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All metrics as they are now: the ledger under the OpenTelemetry Collector's names where it has them and under
/// ours, the memory budget, and all that is in the host's registry.
pub fn read(host: &Host) -> Vec<Family> {
    let mut families = ledger::read(&host.ledger.nodes());
    let memory = [
        (&metric::CODEAGENT_MEMORY_BUDGET_USED, host.memory.used()),
        (&metric::CODEAGENT_MEMORY_BUDGET_LIMIT, host.memory.limit()),
    ];
    families.extend(memory.map(|(metric, bytes)| {
        let value = Value::Integer(bytes as u64);
        Family { metric, points: vec![Point { labels: Vec::new(), value }] }
    }));
    families.extend(host.metrics.read());
    families.retain(|family| !family.points.is_empty());
    families
}

/// The page that a Prometheus server scrapes.
pub fn render(host: &Host) -> String {
    let mut out = String::with_capacity(16 << 10);
    exposition::write(&mut out, &read(host));
    out
}
