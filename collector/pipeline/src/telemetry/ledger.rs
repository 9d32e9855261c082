//! The ledger as metrics: under the OpenTelemetry Collector's names, and under ours.

use std::collections::BTreeMap;
use std::sync::Arc;

use codeagent_semconv::{Metric, metric};

use super::exposition;
use crate::{Node, NodeKind, Reason, Signal};

/// Reads one number of a node.
type Read = fn(&Node) -> u64;

/// A metric for each signal, in the order of [`Signal::ALL`].
type BySignal = [&'static Metric; 3];

/// The Collector's metrics, which name the node by one label, its kind.
const THEIRS: [(NodeKind, BySignal, Read); 5] = [
    (
        NodeKind::Receiver,
        [
            &metric::OTELCOL_RECEIVER_ACCEPTED_SPANS,
            &metric::OTELCOL_RECEIVER_ACCEPTED_METRIC_POINTS,
            &metric::OTELCOL_RECEIVER_ACCEPTED_LOG_RECORDS,
        ],
        Node::items_out,
    ),
    (
        NodeKind::Receiver,
        [
            &metric::OTELCOL_RECEIVER_REFUSED_SPANS,
            &metric::OTELCOL_RECEIVER_REFUSED_METRIC_POINTS,
            &metric::OTELCOL_RECEIVER_REFUSED_LOG_RECORDS,
        ],
        dropped,
    ),
    (
        NodeKind::Exporter,
        [
            &metric::OTELCOL_EXPORTER_SENT_SPANS,
            &metric::OTELCOL_EXPORTER_SENT_METRIC_POINTS,
            &metric::OTELCOL_EXPORTER_SENT_LOG_RECORDS,
        ],
        Node::items_out,
    ),
    (
        NodeKind::Exporter,
        [
            &metric::OTELCOL_EXPORTER_SEND_FAILED_SPANS,
            &metric::OTELCOL_EXPORTER_SEND_FAILED_METRIC_POINTS,
            &metric::OTELCOL_EXPORTER_SEND_FAILED_LOG_RECORDS,
        ],
        |node| dropped(node).saturating_sub(node.dropped(Reason::QueueFull)),
    ),
    (
        NodeKind::Exporter,
        [
            &metric::OTELCOL_EXPORTER_ENQUEUE_FAILED_SPANS,
            &metric::OTELCOL_EXPORTER_ENQUEUE_FAILED_METRIC_POINTS,
            &metric::OTELCOL_EXPORTER_ENQUEUE_FAILED_LOG_RECORDS,
        ],
        |node| node.dropped(Reason::QueueFull),
    ),
];

const OURS: [(&Metric, Read); 3] = [
    (&metric::CODEAGENT_LEDGER_ITEMS_IN, Node::items_in),
    (&metric::CODEAGENT_LEDGER_ITEMS_OUT, Node::items_out),
    (&metric::CODEAGENT_LEDGER_ITEMS_IN_FLIGHT, Node::in_flight),
];

fn dropped(node: &Node) -> u64 {
    Reason::ALL.iter().map(|&reason| node.dropped(reason)).sum()
}

/// Writes all nodes.
pub(super) fn write(out: &mut String, nodes: &[Arc<Node>]) {
    for (kind, by_signal, read) in THEIRS {
        for (signal, metric) in Signal::ALL.into_iter().zip(by_signal) {
            let matching = nodes.iter().filter(|node| node.kind == kind && node.signal == signal);
            let label = |node: &Node| exposition::labels(metric, &[(kind.as_str(), &node.id)]);
            family(out, metric, matching.map(|node| (label(node), read(node))));
        }
    }
    processors(out, nodes);
    for (metric, read) in OURS {
        family(out, metric, nodes.iter().map(|node| (own_labels(metric, node), read(node))));
    }
    let metric = &metric::CODEAGENT_LEDGER_ITEMS_DROPPED;
    let dropped = nodes.iter().flat_map(|node| {
        let reasons = Reason::ALL.iter().map(|&reason| (reason, node.dropped(reason)));
        let labels = move |reason: Reason| {
            exposition::with_label(&own_labels(metric, node), "reason", reason.as_str())
        };
        reasons.filter(|(_, items)| *items > 0).map(move |(reason, items)| (labels(reason), items))
    });
    family(out, metric, dropped);
}

fn processors(out: &mut String, nodes: &[Arc<Node>]) {
    let all: [(&Metric, Read); 2] = [
        (&metric::OTELCOL_PROCESSOR_INCOMING_ITEMS, Node::items_in),
        (&metric::OTELCOL_PROCESSOR_OUTGOING_ITEMS, Node::items_out),
    ];
    for (metric, read) in all {
        let labels = |node: &Node| {
            exposition::labels(metric, &[("processor", &node.id), ("otel_signal", node.signal.as_str())])
        };
        let matching = nodes.iter().filter(|node| node.kind == NodeKind::Processor);
        family(out, metric, matching.map(|node| (labels(node), read(node))));
    }
}

fn own_labels(metric: &Metric, node: &Node) -> String {
    exposition::labels(
        metric,
        &[
            ("node", &node.id),
            ("kind", node.kind.as_str()),
            ("pipeline", &node.pipeline),
            ("signal", node.signal.as_str()),
        ],
    )
}

/// Writes one metric. Nodes that its labels do not tell apart (a processor in two pipelines) are summed.
fn family(out: &mut String, metric: &Metric, samples: impl Iterator<Item = (String, u64)>) {
    let mut sums = BTreeMap::new();
    for (labels, value) in samples {
        *sums.entry(labels).or_insert(0) += value;
    }
    if !sums.is_empty() {
        exposition::head(out, metric);
    }
    for (labels, value) in sums {
        exposition::sample(out, metric.prometheus, &labels, value);
    }
}
