//! The collector's own metrics, spans and log records, sent over OTLP to another collector.

use std::collections::BTreeMap;
use std::fs;

use codeagent_tests::numbered::{base, spans};
use codeagent_tests::otlp::{Encoding, Signal, post};
use codeagent_tests::{Collector, Payload, Sender, Sink, eventually};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value as Any};
use opentelemetry_proto::tonic::metrics::v1::{metric::Data, number_data_point::Value as Number};
use opentelemetry_proto::tonic::trace::v1::Span;

/// Keeps what it gets in `own.jsonl`.
const KEEPER: &str = "
exporters:
  file: {path: own.jsonl}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [file]}
    metrics: {receivers: [otlp], exporters: [file]}
    logs: {receivers: [otlp], exporters: [file]}
";

/// What is watched: takes traces, and sends its own telemetry by `protocol` to `endpoint`.
fn watched(protocol: &str, endpoint: &str, exporter: &str) -> String {
    let otlp = format!(
        "{{otlp: {{protocol: {protocol}, endpoint: '{endpoint}', headers: [{{name: api-key, value: hunter2}}]}}}}"
    );
    format!(
        "
exporters:
  {exporter}
service:
  telemetry:
    resource: {{service.name: watched, team: core}}
    metrics:
      readers:
        - pull: {{exporter: {{prometheus: {{host: 127.0.0.1, port: \"${{env:METRICS_PORT}}\"}}}}}}
        - periodic: {{interval: 200, exporter: {otlp}}}
    traces: {{processors: [{{batch: {{schedule_delay: 100, export_timeout: 0, exporter: {otlp}}}}}]}}
    logs: {{processors: [{{batch: {{schedule_delay: 100, exporter: {otlp}}}}}]}}
  pipelines:
    traces: {{receivers: [otlp], exporters: [{}]}}
",
        exporter.split(':').next().unwrap()
    )
}

/// All that the keeper has.
fn kept(keeper: &Collector) -> Vec<Payload> {
    let text = fs::read_to_string(keeper.folder().join("own.jsonl")).unwrap_or_default();
    let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    lines
        .map(|line| match line {
            line if line.contains("resourceSpans") => Payload::Traces(serde_json::from_str(line).unwrap()),
            line if line.contains("resourceMetrics") => Payload::Metrics(serde_json::from_str(line).unwrap()),
            line => Payload::Logs(serde_json::from_str(line).unwrap()),
        })
        .collect()
}

fn text(attributes: &[KeyValue], key: &str) -> String {
    let found = attributes.iter().find(|pair| pair.key == key).and_then(|pair| pair.value.clone()?.value);
    match found {
        Some(Any::StringValue(text)) => text,
        Some(Any::IntValue(number)) => number.to_string(),
        other => panic!("{key}: {other:?} in {attributes:?}"),
    }
}

fn spans_of(keeper: &Collector) -> Vec<Span> {
    let mut spans = Vec::new();
    for payload in kept(keeper) {
        let Payload::Traces(request) = payload else { continue };
        for resource in request.resource_spans {
            let attributes = resource.resource.unwrap().attributes;
            assert_eq!([text(&attributes, "service.name"), text(&attributes, "team")], ["watched", "core"]);
            assert_eq!(text(&attributes, "service.instance.id").len(), 36);
            spans.extend(resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
        }
    }
    spans
}

/// The counters of receivers and exporters in the last reading, as the page writes them.
fn counters_sent(keeper: &Collector) -> BTreeMap<String, String> {
    let last = kept(keeper).into_iter().rev().find_map(|payload| match payload {
        Payload::Metrics(request) => Some(request),
        _ => None,
    });
    let mut counters = BTreeMap::new();
    let resources = last.map(|request| request.resource_metrics).unwrap_or_default();
    for metric in
        resources.into_iter().flat_map(|resource| resource.scope_metrics).flat_map(|scope| scope.metrics)
    {
        let Some(Data::Sum(sum)) = metric.data else { continue };
        if !is_counted(&metric.name) {
            continue;
        }
        assert!(sum.is_monotonic && sum.aggregation_temporality == 2 && !metric.unit.is_empty());
        for point in sum.data_points {
            assert!(point.start_time_unix_nano > 0 && point.start_time_unix_nano <= point.time_unix_nano);
            let labels = point
                .attributes
                .iter()
                .map(|pair| format!("{}=\"{}\"", pair.key, text(&point.attributes, &pair.key)));
            let labels = labels.collect::<Vec<_>>().join(",");
            let Some(Number::AsInt(value)) = point.value else { panic!("{}: {point:?}", metric.name) };
            counters.insert(format!("{}{{{labels}}}", metric.name), value.to_string());
        }
    }
    counters
}

fn is_counted(name: &str) -> bool {
    ["otelcol_receiver_", "otelcol_exporter_sent_", "otelcol_exporter_send_failed_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

/// The same counters on the page.
fn counters_on(page: &str) -> BTreeMap<String, String> {
    let lines = page.lines().filter(|line| is_counted(line));
    lines
        .filter_map(|line| line.rsplit_once(' '))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

async fn own_telemetry_arrives(protocol: &str, endpoint: impl Fn(&Collector) -> String) {
    let (keeper, sink) = (Collector::start(KEEPER).await, Sink::start());
    let exporter = format!("otlp: {{endpoint: {}, tls: {{insecure: true}}}}", sink.endpoint());
    let collector = Collector::start(&watched(protocol, &endpoint(&keeper), &exporter)).await;
    let first = base();
    Sender::new(&collector.grpc()).send(&spans(first..first + 7, "seen")).await.unwrap();
    let body = spans(first + 7..first + 12, "seen").encode();
    post(&collector.http(), Signal::Traces, "application/x-protobuf", Encoding::Gzip, body).await.unwrap();

    let page = counters_on(&collector.metrics().await);
    assert_eq!(page["otelcol_receiver_accepted_spans{receiver=\"otlp\",transport=\"grpc\"}"], "7");
    assert_eq!(page["otelcol_receiver_accepted_spans{receiver=\"otlp\",transport=\"http\"}"], "5");
    eventually("the metrics that were sent are those of the page", async || {
        let sent = counters_sent(&keeper);
        if sent == page { Ok(()) } else { Err(format!("sent {sent:#?}, page {page:#?}")) }
    })
    .await;

    let spans = eventually("the spans of two requests and their deliveries", async || {
        let spans = spans_of(&keeper);
        if spans.len() >= 4 { Ok(spans) } else { Err(format!("{} spans", spans.len())) }
    })
    .await;
    for (transport, items) in [("grpc", "7"), ("http", "5")] {
        let is_request = |span: &&Span| {
            span.name == "receiver/otlp/TraceDataReceived" && text(&span.attributes, "transport") == transport
        };
        let request = spans.iter().find(is_request).unwrap();
        assert_eq!(text(&request.attributes, "accepted_spans"), items);
        let delivery = spans.iter().find(|span| span.parent_span_id == request.span_id).unwrap();
        assert_eq!((delivery.name.as_str(), &delivery.trace_id), ("exporter/otlp/traces", &request.trace_id));
        assert_eq!(text(&delivery.attributes, "items.sent"), items);
    }
    assert_eq!(spans.len(), 4);

    let (_, log) = collector.stop().await;
    let bodies: Vec<_> =
        kept(&keeper).iter().filter_map(|payload| Some(format!("{:?}", logs_of(payload)?))).collect();
    for body in ["listening", "delivering what was accepted"] {
        assert!(bodies.iter().any(|bodies| bodies.contains(body)), "{body}: {bodies:?}");
    }
    assert!(!log.contains("hunter2"), "{log}");
    keeper.finish().await;
}

fn logs_of(payload: &Payload) -> Option<&impl std::fmt::Debug> {
    if let Payload::Logs(request) = payload { Some(&request.resource_logs) } else { None }
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn own_telemetry_arrives_over_grpc() {
    own_telemetry_arrives("grpc", Collector::grpc).await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn own_telemetry_arrives_over_http() {
    own_telemetry_arrives("http/protobuf", Collector::http).await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_collector_that_sends_its_telemetry_to_itself_makes_no_spans_about_that() {
    let pipelines = watched("grpc", "http://127.0.0.1:${env:OTLP_GRPC_PORT}", "file: {path: own.jsonl}")
        + "    metrics: {receivers: [otlp], exporters: [file]}\n    logs: {receivers: [otlp], exporters: [file]}\n";
    let collector = Collector::start(&pipelines).await;
    let (sender, first) = (Sender::new(&collector.grpc()), base());
    let arrived = async |signal: &str, items: u64| {
        eventually("own telemetry comes back", async || {
            let found = collector.status().await.total("exporter", signal, |node| node.items_out);
            if found >= items { Ok(found) } else { Err(format!("{found} of {items}")) }
        })
        .await
    };
    // Each request makes two spans of its own: its own, and that of its delivery.
    sender.send(&spans(first..first + 5, "mine")).await.unwrap();
    arrived("traces", 5 + 2).await;
    sender.send(&spans(first + 5..first + 6, "mine")).await.unwrap();
    arrived("traces", 5 + 2 + 1 + 2).await;
    // Several further rounds of the timers, all of which would have made more.
    let metrics = arrived("metrics", 1).await;
    arrived("metrics", metrics * 4).await;
    assert_eq!(arrived("traces", 0).await, 10);
    let (exit, _) = collector.stop().await;
    assert!(exit.success(), "{exit}");
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_destination_that_is_away_costs_own_spans_and_nothing_else() {
    let nobody = codeagent_tests::ports::free_port();
    let collector = Collector::start(&watched("grpc", &format!("http://127.0.0.1:{nobody}"), "nop:")).await;
    let first = base();
    Sender::new(&collector.grpc()).send(&spans(first..first + 5, "kept")).await.unwrap();
    eventually("a lost span is counted", async || {
        let page = collector.metrics().await;
        let line = page
            .lines()
            .find(|line| line.starts_with("codeagent_own_telemetry_dropped_total{signal=\"traces\"}"));
        match line {
            Some(line) if !line.ends_with(" 0") => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    let log = collector.log();
    assert!(log.contains("own_traces") && !log.contains("hunter2"), "{log}");
    let status = collector.finish().await;
    assert!(status.nodes.iter().all(|node| !node.node.contains("own_")), "{status:?}");
}
