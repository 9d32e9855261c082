//! A secret in every place of every message.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram, HistogramDataPoint,
    Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary, SummaryDataPoint,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use prost::Message;

use super::super::{Content, Policy, Redactor};
use super::{pair, redactor, text};

const SECRET: &str = "hunter2";

fn planted() -> String {
    format!("it said password={SECRET} there")
}

fn any(value: Value) -> AnyValue {
    AnyValue { value: Some(value) }
}

/// Attributes with the secret in every shape of value.
fn attributes() -> Vec<KeyValue> {
    let list = |values| any(Value::ArrayValue(ArrayValue { values }));
    let map = |values| any(Value::KvlistValue(KeyValueList { values }));
    vec![
        pair("plain", text(&planted())),
        pair("db.password", text(SECRET)),
        pair("http.request.header.authorization", list(vec![text(SECRET)])),
        pair("list", list(vec![text("ok"), text(&planted()), list(vec![text(&planted())])])),
        pair("arguments", list(vec![text("--token"), text(SECRET), text("--verbose")])),
        pair("map", map(vec![pair("inner", text(&planted())), pair("api_key", text(SECRET))])),
        pair("bytes", any(Value::BytesValue(planted().into_bytes()))),
        pair("odd bytes", any(Value::BytesValue([planted().as_bytes(), b"\xff"].concat()))),
        pair("gen_ai.input.messages", text(SECRET)),
        pair("gen_ai.prompt.0.content", text(SECRET)),
        pair("gen_ai.tool.call.arguments", text(SECRET)),
        pair("process.command_line", text(SECRET)),
        pair("file.path", text(SECRET)),
    ]
}

fn resource() -> Option<Resource> {
    Some(Resource { attributes: attributes(), ..Resource::default() })
}

fn scope() -> Option<InstrumentationScope> {
    Some(InstrumentationScope {
        name: planted(),
        attributes: attributes(),
        ..InstrumentationScope::default()
    })
}

fn traces() -> ExportTraceServiceRequest {
    let span = Span {
        name: planted(),
        attributes: attributes(),
        events: vec![Event { name: planted(), attributes: attributes(), ..Event::default() }],
        links: vec![Link { attributes: attributes(), ..Link::default() }],
        status: Some(Status { message: planted(), ..Status::default() }),
        ..Span::default()
    };
    let scopes = vec![ScopeSpans { scope: scope(), spans: vec![span], ..ScopeSpans::default() }];
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: resource(),
            scope_spans: scopes,
            ..ResourceSpans::default()
        }],
    }
}

fn record(event_name: &str, body: AnyValue) -> LogRecord {
    LogRecord {
        body: Some(body),
        attributes: attributes(),
        event_name: event_name.to_owned(),
        severity_text: planted(),
        ..LogRecord::default()
    }
}

fn logs() -> ExportLogsServiceRequest {
    let list = any(Value::KvlistValue(KeyValueList { values: attributes() }));
    let content = any(Value::KvlistValue(KeyValueList { values: vec![pair("content", text(SECRET))] }));
    let records = vec![record(&planted(), text(&planted())), record("gen_ai.user.message", content)];
    // A map that is a body has no keys of conventions: content is what stands below `gen_ai.` events, secrets are found by themselves.
    let mut body = record("", list);
    if let Some(Value::KvlistValue(map)) = body.body.as_mut().and_then(|body| body.value.as_mut()) {
        map.values.retain(|pair| {
            !pair.key.contains('.') || pair.key.starts_with("db.") || pair.key.starts_with("http.")
        });
    }
    let log_records = records.into_iter().chain([body]).collect();
    let scopes = vec![ScopeLogs { scope: scope(), log_records, ..ScopeLogs::default() }];
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            resource: resource(),
            scope_logs: scopes,
            ..ResourceLogs::default()
        }],
    }
}

fn metrics() -> ExportMetricsServiceRequest {
    let exemplars = vec![Exemplar { filtered_attributes: attributes(), ..Exemplar::default() }];
    let number = || NumberDataPoint {
        attributes: attributes(),
        exemplars: exemplars.clone(),
        ..NumberDataPoint::default()
    };
    let histogram = HistogramDataPoint {
        attributes: attributes(),
        exemplars: exemplars.clone(),
        ..HistogramDataPoint::default()
    };
    let exponential = ExponentialHistogramDataPoint {
        attributes: attributes(),
        exemplars: exemplars.clone(),
        ..ExponentialHistogramDataPoint::default()
    };
    let summary = SummaryDataPoint { attributes: attributes(), ..SummaryDataPoint::default() };
    let data = [
        Data::Gauge(Gauge { data_points: vec![number()] }),
        Data::Sum(Sum { data_points: vec![number()], ..Sum::default() }),
        Data::Histogram(Histogram { data_points: vec![histogram], ..Histogram::default() }),
        Data::ExponentialHistogram(ExponentialHistogram {
            data_points: vec![exponential],
            ..ExponentialHistogram::default()
        }),
        Data::Summary(Summary { data_points: vec![summary] }),
    ];
    let metric = |data| Metric {
        description: planted(),
        metadata: attributes(),
        data: Some(data),
        ..Metric::default()
    };
    let metrics = data.map(metric).into();
    let scopes = vec![ScopeMetrics { scope: scope(), metrics, ..ScopeMetrics::default() }];
    ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            resource: resource(),
            scope_metrics: scopes,
            ..ResourceMetrics::default()
        }],
    }
}

fn count(message: &impl Message) -> usize {
    let bytes = message.encode_to_vec();
    bytes.windows(SECRET.len()).filter(|window| *window == SECRET.as_bytes()).count()
}

#[test]
fn a_secret_comes_through_in_no_place_of_no_signal() {
    let (mut traces, mut logs, mut metrics) = (traces(), logs(), metrics());
    // Each list of attributes holds it 15 times.
    let expected = (5 * 15 + 4, 5 * 15 + 17, (2 + 5 + 5 + 4) * 15 + 6);
    assert_eq!((count(&traces), count(&logs), count(&metrics)), expected);
    redactor().traces(&mut traces);
    redactor().logs(&mut logs);
    redactor().metrics(&mut metrics);
    assert_eq!((count(&traces), count(&logs), count(&metrics)), (0, 0, 0));
}

#[test]
fn what_is_redacted_twice_is_the_same() {
    let mut once = traces();
    redactor().traces(&mut once);
    let mut twice = once.clone();
    redactor().traces(&mut twice);
    assert_eq!(once, twice);
}

fn kept(policy: &Policy) -> Vec<String> {
    let mut attributes: Vec<KeyValue> = attributes()
        .into_iter()
        .chain([
            pair("codeagent.token.type", text("input")),
            pair("gen_ai.usage.input_tokens", any(Value::IntValue(12))),
            pair("retry.token", any(Value::IntValue(12))),
        ])
        .collect();
    Redactor::new(policy, None).attributes(&mut attributes);
    let unmasked = attributes.into_iter().filter(|pair| pair.value != Some(text("[redacted]")));
    unmasked.map(|pair| pair.key).filter(|key| key.contains('.')).collect()
}

#[test]
fn content_is_kept_where_it_is_asked_for_and_keys_of_the_registry_are_no_secrets() {
    let usual = ["codeagent.token.type", "gen_ai.usage.input_tokens", "retry.token"];
    assert_eq!(kept(&Policy::default()), usual);
    let prompts = Policy { kept: vec![Content::Prompts], ..Policy::default() };
    assert_eq!(kept(&prompts), [&["gen_ai.input.messages", "gen_ai.prompt.0.content"], &usual[..]].concat());
    let all = Policy { kept: Content::ALL.to_vec(), ..Policy::default() };
    let content = [
        "gen_ai.input.messages",
        "gen_ai.prompt.0.content",
        "gen_ai.tool.call.arguments",
        "process.command_line",
        "file.path",
    ];
    assert_eq!(kept(&all), [&content, &usual[..]].concat());
}

#[test]
fn content_that_is_kept_is_still_searched_for_secrets() {
    let mut attributes = vec![pair("gen_ai.input.messages", text(&planted()))];
    Redactor::new(&Policy { kept: Content::ALL.to_vec(), ..Policy::default() }, None)
        .attributes(&mut attributes);
    assert_eq!(attributes, [pair("gen_ai.input.messages", text("it said password=[redacted] there"))]);
}

#[test]
fn what_is_nested_too_deeply_is_masked_as_a_whole() {
    let nested =
        (0..100).fold(text("x"), |inner, _| any(Value::ArrayValue(ArrayValue { values: vec![inner] })));
    let mut attributes = vec![pair("deep", nested)];
    redactor().attributes(&mut attributes);
    let bytes = attributes[0].encode_to_vec();
    assert!(bytes.windows(10).any(|window| window == b"[redacted]"));
}

#[test]
fn words_for_content_are_read() {
    assert_eq!(Content::parse_list("prompts, Tools"), Some(vec![Content::Prompts, Content::Tools]));
    assert_eq!(Content::parse_list("all"), Some(Content::ALL.to_vec()));
    assert_eq!(Content::parse_list(""), Some(Vec::new()));
    assert_eq!(Content::parse_list("prompts,everything"), None);
}
