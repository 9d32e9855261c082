//! Input that is wrong, hostile or strange: the collector that gets it, and what must be so after it.

use crate::numbered::{base, missing, spans};
use crate::otlp::Signal;
use crate::{Collector, Sender, Sink};

const CONFIG: &str = "
exporters:
  otlp: {endpoint: SINK, tls: {insecure: true}}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [otlp]}
    metrics: {receivers: [otlp], exporters: [otlp]}
    logs: {receivers: [otlp], exporters: [otlp]}
";

/// The collector never needs more than this, whatever is sent to it.
const MEMORY_LIMIT: u64 = 256 << 20;

/// A collector that takes all signals and passes them to a sink.
pub async fn collector() -> (Collector, Sink) {
    let sink = Sink::start();
    (Collector::start(&CONFIG.replace("SINK", &sink.endpoint())).await, sink)
}

/// What must be so after any bad input: it serves, it kept its memory, and its ledger adds up.
pub async fn is_well(collector: Collector, sink: &Sink) {
    let first = base();
    Sender::new(&collector.grpc()).send(&spans(first..first + 3, "after")).await.unwrap();
    assert_eq!(missing(first..first + 3, &sink.numbers(Signal::Traces)), "");
    let memory = collector.peak_memory();
    assert!(memory < MEMORY_LIMIT, "it took {} MiB", memory >> 20);
    collector.finish().await;
}
