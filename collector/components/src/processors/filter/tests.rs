use codeagent_config::{Diagnostics, Environment, Source, load};
use codeagent_pipeline::{Chunk, Host};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::metrics::v1 as metrics;
use opentelemetry_proto::tonic::trace::v1 as trace;
use prost::Message as _;

use super::*;

/// The processor of this section, or what was said against it.
fn filter(text: &str, signal: Signal) -> Result<Box<dyn Processor>, String> {
    let text = format!("processors: {{filter: {text}}}");
    let mut diagnostics = Diagnostics::new();
    let document =
        load(&[Source::new("x.yaml", text)], &[], &Environment::empty(), &mut diagnostics).unwrap();
    let (id, section) = document.processors.get_index(0).unwrap();
    let host = Host::new(1, 1 << 30);
    let mut context = BuildContext { id, diagnostics: &mut diagnostics, host: &host, batching: None };
    match build(&mut context, section, signal) {
        Some(BuiltProcessor::Step(step)) => Ok(step),
        _ => Err(diagnostics.render(false)),
    }
}

fn run(text: &str, signal: Signal, bytes: Vec<u8>, items: usize) -> Batch {
    let mut batch = Batch::empty(signal);
    batch.push(Chunk::new(bytes.into(), items));
    let processed = filter(text, signal).unwrap_or_else(|error| panic!("{error}")).process(batch).unwrap();
    let dropped: usize = processed.dropped.iter().map(|(_, items)| items).sum();
    assert_eq!(processed.batch.items() + dropped, items);
    processed.batch
}

#[test]
fn spans_that_meet_a_condition_go() {
    let span = |name: &str| trace::Span { name: name.into(), ..Default::default() };
    let scope = trace::ScopeSpans { spans: vec![span("health"), span("task")], ..Default::default() };
    let group = trace::ResourceSpans { scope_spans: vec![scope], ..Default::default() };
    let bytes = ExportTraceServiceRequest { resource_spans: vec![group] }.encode_to_vec();
    let left = |text: &str| run(text, Signal::Traces, bytes.clone(), 2).items();
    assert_eq!(left(r#"{traces: {span: ['name == "health"']}}"#), 1);
    assert_eq!(left(r#"{traces: {span: ['name == "health"', 'name == "task"']}}"#), 0);
    assert_eq!(left(r#"{traces: {resource: ['attributes["a"] == nil']}}"#), 0);
    assert_eq!(left(r#"{traces: {resource: ['attributes["a"] == 1']}}"#), 2);
}

#[test]
fn metrics_and_points_that_meet_a_condition_go() {
    let point = |value| metrics::NumberDataPoint {
        value: Some(metrics::number_data_point::Value::AsInt(value)),
        ..Default::default()
    };
    let metric = |name: &str| metrics::Metric {
        name: name.into(),
        data: Some(metrics::metric::Data::Gauge(metrics::Gauge { data_points: vec![point(1), point(2)] })),
        ..Default::default()
    };
    let scope = metrics::ScopeMetrics { metrics: vec![metric("a"), metric("b")], ..Default::default() };
    let group = metrics::ResourceMetrics { scope_metrics: vec![scope], ..Default::default() };
    let bytes = ExportMetricsServiceRequest { resource_metrics: vec![group] }.encode_to_vec();
    let left = |text: &str| run(text, Signal::Metrics, bytes.clone(), 4).items();
    assert_eq!(left(r#"{metrics: {metric: ['name == "a"']}}"#), 2);
    assert_eq!(left(r#"{metrics: {datapoint: ['metric.name == "a" and value_int == 2']}}"#), 3);
}

#[test]
fn a_condition_that_is_not_understood_is_refused_where_it_stands() {
    let cases = [
        ("{logs: {log_record: ['severity > 5']}}", Signal::Logs, "logs::log_record[0]", "no path `severity`"),
        ("{traces: {spanevent: ['true']}}", Signal::Traces, "traces::spanevent", "cannot be taken out"),
        ("{logs: {metric: ['true']}}", Signal::Logs, "logs::metric", "under `metrics`"),
        ("{trace_conditions: ['true']}", Signal::Traces, "trace_conditions", "by what they are about"),
    ];
    for (text, signal, place, message) in cases {
        let error = filter(text, signal).err().unwrap();
        assert!(error.contains(place) && error.contains(message), "{text}\n{error}");
    }
}
