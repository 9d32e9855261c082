use codeagent_config::{Diagnostics, Environment, Source, load};
use codeagent_pipeline::{Host, Outputs};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::metrics::v1 as metrics;
use opentelemetry_proto::tonic::resource::v1::Resource as ResourceMessage;
use opentelemetry_proto::tonic::trace::v1 as trace;
use prost::Message as _;

use super::*;

/// Keeps requests, or refuses them.
#[derive(Default)]
struct Taker {
    taken: parking_lot::Mutex<Vec<ExportMetricsServiceRequest>>,
    refusal: Option<Refused>,
}

impl Consumer for Taker {
    fn consume(&self, batch: Batch) -> BoxFuture<'_, Result<(), Refused>> {
        let bytes = batch.to_contiguous();
        let points = codeagent_pipeline::otlp::validate(Signal::Metrics, &bytes);
        assert_eq!(points, Ok(batch.items()), "what is made is valid, and counted");
        self.taken.lock().push(ExportMetricsServiceRequest::decode(bytes).unwrap());
        Box::pin(async { self.refusal.clone().map_or(Ok(()), Err) })
    }
}

fn build_from(section: &str, signal: Signal, taker: Arc<Taker>) -> (Option<BuiltConnector>, Host, String) {
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("x.yaml", format!("connectors: {{count: {section}}}"));
    let document = load(&[source], &[], &Environment::empty(), &mut diagnostics).unwrap();
    let (id, section) = document.connectors.get_index(0).unwrap();
    let host = Host::new(1, 1 << 30);
    let fed = Fed { outputs: Outputs::default().with(Signal::Metrics, taker), pipelines: Vec::new() };
    let mut context = BuildContext { id, diagnostics: &mut diagnostics, host: &host, batching: None };
    let built = build(&mut context, section, signal, fed);
    (built, host, diagnostics.render(false))
}

fn text(key: &str, value: &str) -> KeyValue {
    let value = Some(AnyValue { value: Some(Value::StringValue(value.into())) });
    KeyValue { key: key.into(), value, ..Default::default() }
}

/// A series as `metric{attribute=value}` with its count, under the first attribute of its resource.
fn series(requests: &[ExportMetricsServiceRequest]) -> Vec<(String, i64)> {
    let label = |attributes: &[KeyValue]| {
        let text = |value: &Option<AnyValue>| match value.as_ref().and_then(|value| value.value.as_ref()) {
            Some(Value::StringValue(text)) => text.clone(),
            other => format!("{other:?}"),
        };
        let pairs = attributes.iter().map(|pair| format!("{}={}", pair.key, text(&pair.value)));
        pairs.collect::<Vec<_>>().join(",")
    };
    let mut all = Vec::new();
    for resource in requests.iter().flat_map(|request| &request.resource_metrics) {
        let of = label(&resource.resource.as_ref().unwrap().attributes);
        for metric in resource.scope_metrics.iter().flat_map(|scope| &scope.metrics) {
            let Some(metrics::metric::Data::Sum(sum)) = &metric.data else { panic!("{metric:?}") };
            assert!(sum.is_monotonic && sum.aggregation_temporality == 1);
            for point in &sum.data_points {
                assert!(point.start_time_unix_nano < point.time_unix_nano);
                let Some(metrics::number_data_point::Value::AsInt(count)) = point.value else { panic!() };
                all.push((format!("{of} {}{{{}}}", metric.name, label(&point.attributes)), count));
            }
        }
    }
    all.sort();
    all
}

fn spans() -> Batch {
    let span = |tool: &str, code, events: &[&str]| trace::Span {
        status: Some(trace::Status { code, message: String::new() }),
        attributes: if tool.is_empty() { Vec::new() } else { vec![text("tool", tool)] },
        events: events
            .iter()
            .map(|name| trace::span::Event { name: name.to_string(), ..Default::default() })
            .collect(),
        ..Default::default()
    };
    let group = |service: &str, spans: Vec<trace::Span>| trace::ResourceSpans {
        resource: Some(ResourceMessage { attributes: vec![text("s", service)], ..Default::default() }),
        scope_spans: vec![trace::ScopeSpans { spans, ..Default::default() }],
        ..Default::default()
    };
    let resource_spans = vec![
        group("a", vec![span("Bash", 2, &["x"]), span("Bash", 2, &[]), span("Read", 2, &["x", "y"])]),
        group("b", vec![span("Bash", 1, &[]), span("", 2, &[])]),
        group("a", vec![span("Bash", 2, &[])]),
    ];
    Batch::new(Signal::Traces, ExportTraceServiceRequest { resource_spans }.encode_to_vec().into(), 6)
}

async fn count(section: &str, signal: Signal, batch: Batch) -> Vec<(String, i64)> {
    let taker = Arc::new(Taker::default());
    let (built, host, messages) = build_from(section, signal, taker.clone());
    built.unwrap_or_else(|| panic!("{messages}")).consumer.consume(batch).await.unwrap();
    assert!(host.ledger.rows().iter().all(|row| row.balances() && row.items_out == row.items_in));
    series(&taker.taken.lock())
}

fn owned(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected.iter().map(|(name, count)| (name.to_string(), *count)).collect()
}

#[tokio::test]
async fn without_settings_everything_is_counted_by_resource() {
    let expected =
        [("s=a trace.span.count{}", 4), ("s=a trace.span.event.count{}", 3), ("s=b trace.span.count{}", 2)];
    assert_eq!(count("", Signal::Traces, spans()).await, owned(&expected));
}

#[tokio::test]
async fn conditions_choose_and_attributes_make_series() {
    let section = r#"{spans: {failures: {conditions: ['status.code == 2'], attributes: [{key: tool}]},
        all: {attributes: [{key: tool, default_value: none}]}}, spanevents: {xs: {conditions: ['name == "x"']}}}"#;
    let expected = [
        ("s=a all{tool=Bash}", 3),
        ("s=a all{tool=Read}", 1),
        ("s=a failures{tool=Bash}", 3),
        ("s=a failures{tool=Read}", 1),
        ("s=a xs{}", 2),
        ("s=b all{tool=Bash}", 1),
        ("s=b all{tool=none}", 1),
    ];
    assert_eq!(count(section, Signal::Traces, spans()).await, owned(&expected));
}

#[tokio::test]
async fn metrics_and_their_points_are_counted() {
    let point = |model: &str| metrics::HistogramDataPoint {
        attributes: vec![text("m", model)],
        ..Default::default()
    };
    let histogram = metrics::Histogram {
        data_points: vec![point("o"), point("s"), point("o")],
        aggregation_temporality: 1,
    };
    let metric = metrics::Metric {
        name: "latency".into(),
        data: Some(metrics::metric::Data::Histogram(histogram)),
        ..Default::default()
    };
    let scope = metrics::ScopeMetrics { metrics: vec![metric], ..Default::default() };
    let group = metrics::ResourceMetrics { scope_metrics: vec![scope], ..Default::default() };
    let request = ExportMetricsServiceRequest { resource_metrics: vec![group] };
    let batch = Batch::new(Signal::Metrics, request.encode_to_vec().into(), 3);
    let section =
        r#"{datapoints: {points: {conditions: ['metric.name == "latency"'], attributes: [{key: m}]}}}"#;
    let expected = [(" metric.count{}", 1), (" points{m=o}", 2), (" points{m=s}", 1)];
    assert_eq!(count(section, Signal::Metrics, batch).await, owned(&expected));
}

#[tokio::test]
async fn a_batch_whose_counts_are_refused_is_to_be_sent_again() {
    let taker = Arc::new(Taker { refusal: Some(Refused::retry("full")), ..Taker::default() });
    let (built, host, _) = build_from("", Signal::Traces, taker);
    let answer = built.unwrap().consumer.consume(spans()).await;
    assert!(matches!(answer, Err(Refused::Retry { .. })));
    assert_eq!(host.ledger.rows()[0].dropped["refused"], 6);
}

#[test]
fn a_mistake_is_refused_with_its_place_and_what_to_write() {
    let cases = [
        ("{spans: {a: {conditions: ['nme == 1']}}}", Signal::Traces, "spans::a::conditions[0]", "`name`"),
        (
            "{metrics: {a: {attributes: [{key: x}]}}}",
            Signal::Metrics,
            "no attributes to count by",
            "datapoints",
        ),
        ("{logs: {a: {attributes: [{default_value: x}]}}}", Signal::Logs, "no key", "`key`"),
        ("{sums: {}}", Signal::Logs, "sums", ""),
    ];
    for (section, signal, message, help) in cases {
        let (built, _, messages) = build_from(section, signal, Arc::default());
        assert!(built.is_none());
        assert!(messages.contains(message) && messages.contains(help), "{section}\n{messages}");
    }
}
