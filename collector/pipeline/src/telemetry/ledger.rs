//! The ledger as metrics: under the OpenTelemetry Collector's names, and under ours.

use std::collections::BTreeMap;
use std::sync::Arc;

use codeagent_semconv::{Metric, metric};

use super::reading::{self, Family, OwnedLabels, Point, Value};
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

/// Reads all nodes.
pub(super) fn read(nodes: &[Arc<Node>]) -> Vec<Family> {
    let mut families = Vec::with_capacity(24);
    for (kind, by_signal, read) in THEIRS {
        for (signal, metric) in Signal::ALL.into_iter().zip(by_signal) {
            let matching = nodes.iter().filter(|node| node.kind == kind && node.signal == signal);
            families.push(family(metric, matching.map(|node| (their_labels(metric, node), read(node)))));
        }
    }
    processors(&mut families, nodes);
    for (metric, read) in OURS {
        families.push(family(metric, nodes.iter().map(|node| (own_labels(metric, node, None), read(node)))));
    }
    let metric = &metric::CODEAGENT_LEDGER_ITEMS_DROPPED;
    let dropped = nodes.iter().flat_map(|node| {
        let reasons = Reason::ALL.iter().map(|&reason| (reason, node.dropped(reason)));
        let reasons = reasons.filter(|(_, items)| *items > 0);
        reasons.map(move |(reason, items)| (own_labels(metric, node, Some(reason)), items))
    });
    families.push(family(metric, dropped));
    families
}

fn processors(families: &mut Vec<Family>, nodes: &[Arc<Node>]) {
    let all: [(&'static Metric, Read); 2] = [
        (&metric::OTELCOL_PROCESSOR_INCOMING_ITEMS, Node::items_in),
        (&metric::OTELCOL_PROCESSOR_OUTGOING_ITEMS, Node::items_out),
    ];
    for (metric, read) in all {
        let labels = |node: &Node| {
            reading::owned(metric, &[("processor", &node.id), ("otel_signal", node.signal.as_str())])
        };
        let matching = nodes.iter().filter(|node| node.kind == NodeKind::Processor);
        families.push(family(metric, matching.map(|node| (labels(node), read(node)))));
    }
}

fn their_labels(metric: &Metric, node: &Node) -> OwnedLabels {
    let labels = [(node.kind.as_str(), node.id.as_str()), ("transport", node.transport)];
    let told = if node.kind == NodeKind::Receiver && !node.transport.is_empty() { 2 } else { 1 };
    reading::owned(metric, &labels[..told])
}

fn own_labels(metric: &Metric, node: &Node, reason: Option<Reason>) -> OwnedLabels {
    let labels = [
        ("node", node.id.as_str()),
        ("kind", node.kind.as_str()),
        ("pipeline", &node.pipeline),
        ("signal", node.signal.as_str()),
        ("reason", reason.map_or("", Reason::as_str)),
    ];
    reading::owned(metric, &labels[..if reason.is_some() { 5 } else { 4 }])
}

/// One metric. Nodes that its labels do not tell apart (a processor in two pipelines) are summed.
fn family(metric: &'static Metric, samples: impl Iterator<Item = (OwnedLabels, u64)>) -> Family {
    let mut sums = BTreeMap::new();
    for (labels, value) in samples {
        *sums.entry(labels).or_insert(0) += value;
    }
    let points = sums.into_iter().map(|(labels, sum)| Point { labels, value: Value::Integer(sum) });
    Family { metric, points: points.collect() }
}
