//! Connectors in the running collector: what goes by which way, and metrics that are made of other data.

use std::collections::BTreeMap;

use codeagent_tests::numbered::{
    Numbers, attribute, base, hex, logs, now, resource, span_id, text, trace_id,
};
use codeagent_tests::otlp::{Payload, Signal};
use codeagent_tests::prometheus::{exemplars, query};
use codeagent_tests::servers::shared;
use codeagent_tests::sink::Mode;
use codeagent_tests::{Collector, Sender, Sink, eventually};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use tonic::Code;

/// Spans of three tools: their names, durations and outcomes follow from their numbers.
fn calls(numbers: std::ops::Range<u64>, service: &str) -> Payload {
    let span = |number: u64| {
        let end = now();
        Span {
            trace_id: trace_id(number).to_vec(),
            span_id: span_id(number).to_vec(),
            name: "execute_tool".into(),
            kind: 1,
            start_time_unix_nano: end - milliseconds(number) * 1_000_000,
            end_time_unix_nano: end,
            attributes: vec![attribute("tool", text(tool(number)))],
            status: Some(Status {
                code: if number.is_multiple_of(10) { 2 } else { 0 },
                message: String::new(),
            }),
            ..Span::default()
        }
    };
    let scope_spans = vec![ScopeSpans { spans: numbers.map(span).collect(), ..ScopeSpans::default() }];
    let resource_spans =
        vec![ResourceSpans { resource: Some(resource(service)), scope_spans, schema_url: String::new() }];
    Payload::Traces(ExportTraceServiceRequest { resource_spans })
}

fn tool(number: u64) -> &'static str {
    ["Bash", "Read", "Edit"][(number % 3) as usize]
}

fn milliseconds(number: u64) -> u64 {
    1 + number * 7 % 3000
}

fn value<'a>(attributes: &'a [KeyValue], key: &str) -> &'a str {
    let found = attributes.iter().find(|attribute| attribute.key == key);
    match found.and_then(|found| found.value.as_ref()).and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text,
        other => panic!("{key}: {other:?}"),
    }
}

/// By tool and status.
type Recount = BTreeMap<(String, String), Figures>;

/// Calls, and the sum and the buckets of their durations.
type Figures = (u64, u64, Vec<u64>);

const BOUNDS: [u64; 4] = [10, 100, 1000, 2000];

fn recount(numbers: std::ops::Range<u64>) -> Recount {
    let mut all = Recount::new();
    for number in numbers {
        let status = if number.is_multiple_of(10) { "STATUS_CODE_ERROR" } else { "STATUS_CODE_UNSET" };
        let key = (tool(number).to_owned(), status.to_owned());
        let (calls, sum, buckets) = all.entry(key).or_insert((0, 0, vec![0; BOUNDS.len() + 1]));
        *calls += 1;
        *sum += milliseconds(number);
        buckets[BOUNDS.partition_point(|bound| *bound < milliseconds(number))] += 1;
    }
    all
}

/// The same from metrics that arrived: sums of deltas.
fn from_metrics(payloads: &[Payload]) -> Recount {
    let mut all = Recount::new();
    for payload in payloads {
        let Payload::Metrics(request) = payload else { continue };
        let scopes = request.resource_metrics.iter().flat_map(|resource| &resource.scope_metrics);
        for metric in scopes.flat_map(|scope| &scope.metrics) {
            let mut entry = |attributes: &[KeyValue], add: &dyn Fn(&mut Figures)| {
                let key = (value(attributes, "tool").to_owned(), value(attributes, "status.code").to_owned());
                add(all.entry(key).or_insert((0, 0, vec![0; BOUNDS.len() + 1])));
            };
            match metric.data.as_ref().unwrap() {
                Data::Sum(sum) => sum.data_points.iter().for_each(|point| {
                    let Some(number_data_point::Value::AsInt(calls)) = point.value else {
                        panic!("{point:?}")
                    };
                    entry(&point.attributes, &|all| all.0 += calls as u64);
                }),
                Data::Histogram(histogram) => histogram.data_points.iter().for_each(|point| {
                    entry(&point.attributes, &|all| {
                        all.1 += point.sum.unwrap().round() as u64;
                        all.2.iter_mut().zip(&point.bucket_counts).for_each(|(sum, count)| *sum += count);
                    });
                }),
                other => panic!("{other:?}"),
            }
        }
    }
    all
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn metrics_of_spans_equal_a_recount_also_over_a_reload_and_a_stop() {
    let (traces, metrics) = (Sink::start(), Sink::start());
    let config = format!(
        "
connectors:
  spanmetrics:
    aggregation_temporality: AGGREGATION_TEMPORALITY_DELTA
    metrics_flush_interval: 300ms
    histogram: {{explicit: {{buckets: [10ms, 100ms, 1s, 2s]}}}}
    dimensions: [{{name: tool}}]
exporters:
  otlp/traces: {{endpoint: {}, tls: {{insecure: true}}}}
  otlp/metrics: {{endpoint: {}, tls: {{insecure: true}}}}
service:
  pipelines:
    traces: {{receivers: [otlp], exporters: [spanmetrics, otlp/traces]}}
    metrics: {{receivers: [spanmetrics], exporters: [otlp/metrics]}}
",
        traces.endpoint(),
        metrics.endpoint()
    );
    let collector = Collector::start(&config).await;
    let sender = Sender::new(&collector.grpc());
    for round in 0..6 {
        sender.send(&calls(round * 500..(round + 1) * 500, "agent")).await.unwrap();
        if round == 2 {
            // metrics that are refused for a while come later, once
            metrics.set(Mode::Refuse(Code::Unavailable));
        }
        if round == 3 {
            let reload = collector.reload(&config.replace("otlp/traces:", "debug:\n  otlp/traces:")).await;
            assert_eq!(reload.outcome, "applied", "{reload:?}");
            metrics.set(Mode::Accept);
        }
    }
    // the last interval is given when the collector stops
    collector.finish().await;
    assert_eq!(traces.items(Signal::Traces), 3000);
    assert_eq!(from_metrics(&metrics.received(Signal::Metrics)), recount(0..3000));
}

#[tokio::test]
#[ignore = "needs Prometheus"]
async fn metrics_of_spans_and_their_exemplars_are_found_in_prometheus() {
    for histogram in ["{unit: s}", "{unit: s, exponential: {max_size: 80}}"] {
        let (endpoint, number) = (shared("prometheus"), base());
        let service = format!("service-{number}");
        let config = "
connectors:
  spanmetrics:
    metrics_flush_interval: 500ms
    histogram: HISTOGRAM
    dimensions: [{name: tool}]
    exclude_dimensions: [collector.instance.id]
    exemplars: {enabled: true}
exporters:
  prometheusremotewrite: {endpoint: SERVER/api/v1/write}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [spanmetrics]}
    metrics: {receivers: [spanmetrics], exporters: [prometheusremotewrite]}
";
        let config = config.replace("HISTOGRAM", histogram).replace("SERVER", &endpoint);
        let collector = Collector::start(&config).await;
        let sender = Sender::new(&collector.grpc());
        sender.send(&calls(number..number + 300, &service)).await.unwrap();
        for (expression, expected) in [
            (format!("sum(traces_span_metrics_calls_total{{job=~\".*{service}\"}})"), "300".to_owned()),
            (
                format!("sum(traces_span_metrics_calls_total{{job=~\".*{service}\", tool=\"Bash\"}})"),
                (number..number + 300).filter(|number| tool(*number) == "Bash").count().to_string(),
            ),
            (
                match histogram.contains("exponential") {
                    true => format!(
                        "sum(histogram_count(traces_span_metrics_duration_seconds{{job=~\".*{service}\"}}))"
                    ),
                    false => {
                        format!("sum(traces_span_metrics_duration_seconds_count{{job=~\".*{service}\"}})")
                    }
                },
                "300".to_owned(),
            ),
        ] {
            eventually(&expression, async || {
                let series = query(&endpoint, &expression).await?;
                let value = series.first().map(|series| series.value.clone()).unwrap_or_default();
                if value == expected { Ok(()) } else { Err(format!("{value}, not {expected}")) }
            })
            .await;
        }
        let ids: Vec<String> = (number..number + 300).map(|number| hex(&trace_id(number))).collect();
        let selector = format!("{{job=~\".*{service}\"}}");
        eventually("an exemplar with a trace that was sent", async || {
            let found = exemplars(&endpoint, &selector).await?;
            let traces: Vec<&str> =
                found.iter().filter_map(|exemplar| exemplar["labels"]["trace_id"].as_str()).collect();
            let known = traces.iter().filter(|trace| ids.iter().any(|id| id == *trace)).count();
            if known > 0 && known == traces.len() { Ok(()) } else { Err(format!("{known} of {traces:?}")) }
        })
        .await;
        collector.finish().await;
    }
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn items_are_counted_beside_their_own_way() {
    let (data, metrics) = (Sink::start(), Sink::start());
    let collector = Collector::start(&format!(
        "
connectors:
  count:
    spans: {{failures: {{conditions: ['status.code == STATUS_CODE_ERROR'], attributes: [{{key: tool}}]}}}}
exporters:
  otlp/data: {{endpoint: {}, tls: {{insecure: true}}}}
  otlp/metrics: {{endpoint: {}, tls: {{insecure: true}}}}
service:
  pipelines:
    traces: {{receivers: [otlp], exporters: [count, otlp/data]}}
    logs: {{receivers: [otlp], exporters: [count, otlp/data]}}
    metrics: {{receivers: [count], exporters: [otlp/metrics]}}
",
        data.endpoint(),
        metrics.endpoint()
    ))
    .await;
    let sender = Sender::new(&collector.grpc());
    sender.send(&calls(0..300, "agent")).await.unwrap();
    sender.send(&calls(300..600, "agent")).await.unwrap();
    sender.send(&logs(0..70, "agent")).await.unwrap();
    collector.finish().await;
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for payload in metrics.received(Signal::Metrics) {
        let Payload::Metrics(request) = payload else { continue };
        let scopes = request.resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics);
        for metric in scopes.flat_map(|scope| scope.metrics) {
            let Some(Data::Sum(sum)) = metric.data else { panic!("{}", metric.name) };
            for point in sum.data_points {
                let Some(number_data_point::Value::AsInt(count)) = point.value else { panic!("{point:?}") };
                let tool =
                    point.attributes.iter().map(|_| value(&point.attributes, "tool")).collect::<String>();
                *counts.entry(format!("{} {tool}", metric.name)).or_default() += count;
            }
        }
    }
    let failed = |name: &str| {
        (0..600_u64).filter(|number| number.is_multiple_of(10) && tool(*number) == name).count() as i64
    };
    let mut expected: BTreeMap<String, i64> =
        ["Bash", "Read", "Edit"].iter().map(|tool| (format!("failures {tool}"), failed(tool))).collect();
    expected.insert("trace.span.event.count ".to_owned(), 0);
    expected.retain(|_, count| *count > 0);
    expected.insert("log.record.count ".to_owned(), 70);
    assert_eq!(counts, expected);
    assert_eq!((data.items(Signal::Traces), data.items(Signal::Logs)), (600, 70));
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn each_item_goes_by_the_first_route_that_it_meets() {
    let (bash, failed, rest) = (Sink::start(), Sink::start(), Sink::start());
    let collector = Collector::start(&format!(
        "
connectors:
  routing:
    default_pipelines: [traces/rest]
    table:
      - {{context: span, condition: 'status.code == STATUS_CODE_ERROR', pipelines: [traces/failed], action: copy}}
      - {{context: span, condition: 'attributes[\"tool\"] == \"Bash\"', pipelines: [traces/bash]}}
exporters:
  otlp/bash: {{endpoint: {}, tls: {{insecure: true}}}}
  otlp/failed: {{endpoint: {}, tls: {{insecure: true}}}}
  otlp/rest: {{endpoint: {}, tls: {{insecure: true}}}}
service:
  pipelines:
    traces: {{receivers: [otlp], exporters: [routing]}}
    traces/bash: {{receivers: [routing], exporters: [otlp/bash]}}
    traces/failed: {{receivers: [routing], exporters: [otlp/failed]}}
    traces/rest: {{receivers: [routing], exporters: [otlp/rest]}}
",
        bash.endpoint(),
        failed.endpoint(),
        rest.endpoint()
    ))
    .await;
    let sender = Sender::new(&collector.grpc());
    sender.send(&calls(0..300, "agent")).await.unwrap();
    collector.finish().await;
    let sizes = [&bash, &failed, &rest].map(|sink| sink.items(Signal::Traces));
    assert_eq!(sizes, [100, 30, 200]);
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn when_the_first_backend_fails_all_goes_to_the_second_and_back_again() {
    let (mut near, far) = (Sink::start(), Sink::start());
    let collector = Collector::start(&format!(
        "
connectors:
  failover:
    priority_levels: [[logs/near], [logs/far]]
    retry_interval: 1s
exporters:
  otlp/near: {{endpoint: {}, tls: {{insecure: true}}, retry_on_failure: {{enabled: false}}, timeout: 2s}}
  otlp/far: {{endpoint: {}, tls: {{insecure: true}}}}
service:
  pipelines:
    logs: {{receivers: [otlp], exporters: [failover]}}
    logs/near: {{receivers: [failover], exporters: [otlp/near]}}
    logs/far: {{receivers: [failover], exporters: [otlp/far]}}
",
        near.endpoint(),
        far.endpoint()
    ))
    .await;
    let sender = Sender::new(&collector.grpc());
    let first = base();
    let mut next = first;
    let mut send = async |items: u64| {
        let sent = sender.send(&logs(next..next + items, "agent")).await;
        next += items;
        sent.unwrap();
        next
    };
    send(50).await;
    near.set(Mode::Refuse(Code::Unavailable));
    send(50).await;
    near.down();
    send(50).await;
    assert_eq!(far.items(Signal::Logs), 100, "what the first could not take was taken at once by the second");
    near.up();
    near.set(Mode::Accept);
    let before = near.items(Signal::Logs);
    eventually("the first backend is used again", async || {
        send(1).await;
        if near.items(Signal::Logs) > before { Ok(()) } else { Err("nothing came".to_owned()) }
    })
    .await;
    let far_before = far.items(Signal::Logs);
    let end = send(50).await;
    assert_eq!(far.items(Signal::Logs), far_before, "and only it");
    collector.finish().await;
    let arrived: Numbers = [near.numbers(Signal::Logs), far.numbers(Signal::Logs)].into_iter().fold(
        Numbers::new(),
        |mut all, numbers| {
            numbers.into_iter().for_each(|(number, times)| *all.entry(number).or_default() += times);
            all
        },
    );
    let missing: Vec<u64> = (first..end).filter(|number| !arrived.contains_key(number)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
