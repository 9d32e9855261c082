//! The generated tables agree with themselves, and with what others rely on.

use codeagent_semconv::value::{DropReason, Signal, TaskJudge, TaskKind, TokenType};
use codeagent_semconv::{
    Attribute, Definition, Instrument, Level, Value, ValueType, attribute, entity, event, group, metric, span,
};
use std::collections::BTreeSet;

fn definitions() -> impl Iterator<Item = &'static Definition> {
    attribute::ALL.iter().copied().flatten()
}

fn carried() -> impl Iterator<Item = &'static Attribute> {
    let metrics = metric::ALL.iter().flat_map(|metric| metric.attributes);
    let spans = span::ALL.iter().flat_map(|span| span.attributes);
    let events = event::ALL.iter().flat_map(|event| event.attributes);
    let groups = group::ALL.iter().flat_map(|group| group.attributes);
    let entities = entity::ALL.iter().flat_map(|entity| entity.attributes);
    metrics.chain(spans).chain(events).chain(groups).chain(entities)
}

#[test]
fn every_attribute_of_a_signal_is_defined_with_the_same_label() {
    for attribute in carried() {
        let definition = attribute::find(attribute.key);
        assert_eq!(definition.map(|found| found.label), Some(attribute.label), "{}", attribute.key);
    }
}

#[test]
fn every_key_and_every_metric_is_there_once_and_is_found() {
    let keys: BTreeSet<_> = definitions().map(|definition| definition.key).collect();
    assert_eq!(keys.len(), definitions().count());
    let names: BTreeSet<_> = metric::ALL.iter().map(|metric| metric.name).collect();
    assert_eq!(names.len(), metric::ALL.len());
    for metric in metric::ALL {
        assert_eq!(metric::find(metric.name).map(|found| found.brief), Some(metric.brief));
    }
    assert!(metric::find("codeagent.no.such").is_none());
    assert!(attribute::find("codeagent.no.such").is_none());
}

#[test]
fn no_metric_carries_an_identifier() {
    let identifiers: BTreeSet<_> =
        definitions().filter(|found| found.identifier).map(|found| found.key).collect();
    for key in ["session.id", "codeagent.task.id", "gen_ai.tool.call.id", "process.command_line"] {
        assert!(identifiers.contains(key), "{key} must count as an identifier");
    }
    for metric in metric::ALL {
        for attribute in metric.attributes {
            assert!(!identifiers.contains(attribute.key), "{} carries {}", metric.name, attribute.key);
        }
    }
}

#[test]
fn histograms_and_nothing_else_have_ascending_buckets() {
    for metric in metric::ALL {
        assert_eq!(metric.instrument == Instrument::Histogram, !metric.buckets.is_empty(), "{}", metric.name);
        assert!(metric.buckets.windows(2).all(|two| two[0] < two[1]), "{}", metric.name);
    }
}

/// From the documentation of the Collector's v0.155 (`receiverhelper`, `exporterhelper`, `processorhelper`, `service`),
/// as its page shows them: without unit and `_total`.
const OF_THE_COLLECTOR: &[(&str, &[&str])] = &[
    ("otelcol_receiver_accepted_spans", &["receiver", "transport"]),
    ("otelcol_receiver_accepted_metric_points", &["receiver", "transport"]),
    ("otelcol_receiver_accepted_log_records", &["receiver", "transport"]),
    ("otelcol_receiver_refused_spans", &["receiver", "transport"]),
    ("otelcol_receiver_refused_metric_points", &["receiver", "transport"]),
    ("otelcol_receiver_refused_log_records", &["receiver", "transport"]),
    ("otelcol_receiver_failed_spans", &["receiver", "transport"]),
    ("otelcol_receiver_failed_metric_points", &["receiver", "transport"]),
    ("otelcol_receiver_failed_log_records", &["receiver", "transport"]),
    ("otelcol_receiver_requests", &["receiver", "transport", "outcome"]),
    ("otelcol_exporter_sent_spans", &["exporter"]),
    ("otelcol_exporter_sent_metric_points", &["exporter"]),
    ("otelcol_exporter_sent_log_records", &["exporter"]),
    ("otelcol_exporter_send_failed_spans", &["exporter"]),
    ("otelcol_exporter_send_failed_metric_points", &["exporter"]),
    ("otelcol_exporter_send_failed_log_records", &["exporter"]),
    ("otelcol_exporter_enqueue_failed_spans", &["exporter"]),
    ("otelcol_exporter_enqueue_failed_metric_points", &["exporter"]),
    ("otelcol_exporter_enqueue_failed_log_records", &["exporter"]),
    ("otelcol_exporter_queue_size", &["exporter", "data_type"]),
    ("otelcol_exporter_queue_capacity", &["exporter", "data_type"]),
    ("otelcol_exporter_in_flight_requests", &["exporter", "data_type"]),
    ("otelcol_exporter_queue_batch_send_size", &["exporter", "data_type"]),
    ("otelcol_exporter_queue_batch_send_size_bytes", &["exporter", "data_type"]),
    ("otelcol_processor_incoming_items", &["processor", "otel_signal"]),
    ("otelcol_processor_outgoing_items", &["processor", "otel_signal"]),
    ("otelcol_kafka_receiver_current_offset", &["receiver", "topic", "partition"]),
    ("otelcol_kafka_receiver_offset_lag", &["receiver", "topic", "partition"]),
    ("otelcol_kafka_receiver_partition_close", &["receiver"]),
    ("otelcol_kafka_receiver_partition_start", &["receiver"]),
    ("otelcol_kafka_receiver_records", &["receiver", "topic"]),
    ("otelcol_process_uptime", &[]),
    ("otelcol_process_cpu_seconds", &[]),
    ("otelcol_process_memory_rss", &[]),
    ("otelcol_process_runtime_total_sys_memory_bytes", &[]),
];

#[test]
fn the_collectors_metrics_have_its_names_and_labels() {
    let ours = metric::ALL.iter().filter(|metric| metric.name.starts_with("otelcol."));
    let required = |metric: &codeagent_semconv::Metric| -> Vec<&str> {
        let always = metric.attributes.iter().filter(|attribute| attribute.level == Level::Required);
        always.map(|attribute| attribute.label).collect()
    };
    let found: BTreeSet<_> = ours.map(|metric| (metric.prometheus, required(metric))).collect();
    let expected = OF_THE_COLLECTOR.iter().map(|(name, labels)| (*name, labels.to_vec())).collect();
    assert_eq!(found, expected);
}

#[test]
fn the_ledger_has_the_four_terms_of_its_equation_by_the_same_labels() {
    let node = ["node", "kind", "signal", "pipeline"];
    let terms = [
        (
            &metric::CODEAGENT_LEDGER_ITEMS_IN,
            "codeagent_ledger_items_in_total",
            Instrument::Counter,
            &node[..],
        ),
        (&metric::CODEAGENT_LEDGER_ITEMS_OUT, "codeagent_ledger_items_out_total", Instrument::Counter, &node),
        (
            &metric::CODEAGENT_LEDGER_ITEMS_DROPPED,
            "codeagent_ledger_items_dropped_total",
            Instrument::Counter,
            &["node", "kind", "signal", "pipeline", "reason"],
        ),
        (
            &metric::CODEAGENT_LEDGER_ITEMS_IN_FLIGHT,
            "codeagent_ledger_items_in_flight",
            Instrument::UpDownCounter,
            &node,
        ),
    ];
    for (metric, prometheus, instrument, labels) in terms {
        let found: Vec<_> = metric.attributes.iter().map(|attribute| attribute.label).collect();
        assert_eq!((metric.prometheus, metric.instrument, &found[..]), (prometheus, instrument, labels));
    }
}

#[test]
fn the_members_of_a_closed_enum_index_an_array_and_round_trip() {
    assert_eq!(DropReason::COUNT, DropReason::ALL.len());
    for (at, reason) in DropReason::ALL.iter().enumerate() {
        assert_eq!(reason.index(), at);
        assert_eq!(DropReason::parse(reason.as_str()), Some(*reason));
    }
    assert_eq!(DropReason::parse("lost"), None);
    assert_eq!(
        Signal::ALL.iter().map(|signal| signal.as_str()).collect::<Vec<_>>(),
        ["traces", "metrics", "logs"]
    );
}

#[test]
fn an_open_enum_keeps_what_it_does_not_know_and_bounds_it_on_metrics() {
    for kind in TokenType::ALL {
        assert_eq!(TokenType::parse(kind.as_str()), *kind);
        assert_eq!(kind.bounded(), kind.as_str());
    }
    let unknown = TokenType::parse("audio");
    assert_eq!((unknown, unknown.as_str(), unknown.bounded()), (TokenType::Other("audio"), "audio", "other"));
    assert_eq!(TaskKind::parse("other"), TaskKind::OTHER);
    assert_eq!(TaskJudge::parse("self"), TaskJudge::SelfReported);
}

#[test]
fn the_values_of_an_enum_are_those_of_its_definition() {
    let of = |key| attribute::find(key).map(|definition| definition.value_type);
    let reasons: Vec<_> = DropReason::ALL.iter().map(|reason| reason.as_str()).collect();
    assert!(matches!(of("codeagent.drop.reason"), Some(ValueType::Closed(values)) if values == reasons));
    let judges: Vec<_> = TaskJudge::ALL.iter().map(|judge| judge.as_str()).collect();
    assert!(matches!(of("codeagent.task.judge"), Some(ValueType::Open(values)) if values == judges));
    assert_eq!(of("error.type"), Some(ValueType::Text), "its only member stands for all others");
}

#[test]
fn a_key_takes_values_of_its_own_type() {
    let pairs = [
        attribute::SESSION_ID.with("s-1"),
        attribute::CODEAGENT_TURN_NUMBER.with(3),
        attribute::CODEAGENT_COST_AMOUNT.with(0.5),
        attribute::ERROR_PERMANENT.with(true),
        attribute::CODEAGENT_TASK_JUDGE.with(TaskJudge::Other("jury")),
        attribute::CODEAGENT_DROP_REASON.with(DropReason::QueueFull),
    ];
    let expected = [
        ("session.id", Value::Text("s-1")),
        ("codeagent.turn.number", Value::Int(3)),
        ("codeagent.cost.amount", Value::Double(0.5)),
        ("error.permanent", Value::Bool(true)),
        ("codeagent.task.judge", Value::Text("jury")),
        ("codeagent.drop.reason", Value::Text("queue_full")),
    ];
    assert_eq!(pairs, expected);
}
