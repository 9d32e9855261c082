//! The ledger as metrics: under the OpenTelemetry Collector's names, and under ours.

use std::sync::Arc;

use super::exposition::{self, Kind};
use super::registry::Description;
use crate::{Node, NodeKind, Reason, Signal};

/// Writes all nodes.
pub(super) fn write(out: &mut String, nodes: &[Arc<Node>]) {
    for signal in Signal::ALL {
        theirs(out, nodes, signal);
    }
    processors(out, nodes);
    ours(out, nodes);
}

/// Reads one number of a node.
type Read = fn(&Node) -> u64;

/// A name for each signal, in the order of [`Signal::ALL`].
type BySignal = [&'static str; 3];

const THEIRS: [(NodeKind, BySignal, &str, Read); 5] = [
    (
        NodeKind::Receiver,
        [
            "otelcol_receiver_accepted_spans",
            "otelcol_receiver_accepted_metric_points",
            "otelcol_receiver_accepted_log_records",
        ],
        "Items that the receiver handed to its pipelines, which took them.",
        Node::items_out,
    ),
    (
        NodeKind::Receiver,
        [
            "otelcol_receiver_refused_spans",
            "otelcol_receiver_refused_metric_points",
            "otelcol_receiver_refused_log_records",
        ],
        "Items that did not get through the receiver's pipelines; the sender was told.",
        dropped,
    ),
    (
        NodeKind::Exporter,
        [
            "otelcol_exporter_sent_spans",
            "otelcol_exporter_sent_metric_points",
            "otelcol_exporter_sent_log_records",
        ],
        "Items that the destination took.",
        Node::items_out,
    ),
    (
        NodeKind::Exporter,
        [
            "otelcol_exporter_send_failed_spans",
            "otelcol_exporter_send_failed_metric_points",
            "otelcol_exporter_send_failed_log_records",
        ],
        "Items that could not be delivered.",
        |node| dropped(node) - node.dropped(Reason::QueueFull),
    ),
    (
        NodeKind::Exporter,
        [
            "otelcol_exporter_enqueue_failed_spans",
            "otelcol_exporter_enqueue_failed_metric_points",
            "otelcol_exporter_enqueue_failed_log_records",
        ],
        "Items for which the exporter's queue had no room.",
        |node| node.dropped(Reason::QueueFull),
    ),
];

fn dropped(node: &Node) -> u64 {
    Reason::ALL.into_iter().map(|reason| node.dropped(reason)).sum()
}

fn theirs(out: &mut String, nodes: &[Arc<Node>], signal: Signal) {
    for (kind, names, help, read) in THEIRS {
        let name = names[signal.index()];
        let samples = nodes.iter().filter(|node| node.kind == kind && node.signal == signal).map(|node| {
            let labels = exposition::labels(&[(kind.as_str(), &node.id)]);
            (labels, read(node))
        });
        family(out, Description { name, help }, Kind::Counter, samples);
    }
}

fn processors(out: &mut String, nodes: &[Arc<Node>]) {
    let all: [(_, _, Read); 2] = [
        ("otelcol_processor_incoming_items", "Items that came to the processor.", Node::items_in),
        ("otelcol_processor_outgoing_items", "Items that the processor passed on.", Node::items_out),
    ];
    for (name, help, read) in all {
        let samples = nodes.iter().filter(|node| node.kind == NodeKind::Processor).map(|node| {
            let pipeline = node.pipeline.as_str();
            let labels = [
                ("processor", node.id.as_str()),
                ("otel_signal", node.signal.as_str()),
                ("pipeline", pipeline),
            ];
            (exposition::labels(&labels), read(node))
        });
        family(out, Description { name, help }, Kind::Counter, samples);
    }
}

fn ours(out: &mut String, nodes: &[Arc<Node>]) {
    let all: [(_, _, _, Read); 3] = [
        ("codeagent_ledger_items_in_total", "Items that came into a node.", Kind::Counter, Node::items_in),
        (
            "codeagent_ledger_items_out_total",
            "Items that a node passed on, or delivered.",
            Kind::Counter,
            Node::items_out,
        ),
        ("codeagent_ledger_items_in_flight", "Items that are in a node now.", Kind::Gauge, Node::in_flight),
    ];
    for (name, help, kind, read) in all {
        family(
            out,
            Description { name, help },
            kind,
            nodes.iter().map(|node| (own_labels(node), read(node))),
        );
    }
    let dropped = nodes.iter().flat_map(|node| {
        let reasons = Reason::ALL.into_iter().map(|reason| (reason, node.dropped(reason)));
        reasons.filter(|(_, items)| *items > 0).map(|(reason, items)| {
            (exposition::with_label(&own_labels(node), "reason", reason.as_str()), items)
        })
    });
    let name = "codeagent_ledger_items_dropped_total";
    family(out, Description { name, help: "Items that ended in a node, by why." }, Kind::Counter, dropped);
}

fn own_labels(node: &Node) -> String {
    let pipeline = node.pipeline.as_str();
    exposition::labels(&[
        ("node", &node.id),
        ("kind", node.kind.as_str()),
        ("pipeline", pipeline),
        ("signal", node.signal.as_str()),
    ])
}

fn family(
    out: &mut String,
    description: Description,
    kind: Kind,
    samples: impl Iterator<Item = (String, u64)>,
) {
    let mut samples = samples.peekable();
    if samples.peek().is_none() {
        return;
    }
    exposition::head(out, description, kind);
    for (labels, value) in samples {
        exposition::sample(out, description.name, &labels, value);
    }
}
