//! Whole documents, as the Collector's exporter writes them.

use codeagent_pipeline::Signal;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use serde_json::{Value, json};

use super::super::mapping::Mode;
use super::super::route::Stream;
use super::kit::*;

fn record() -> LogRecord {
    LogRecord {
        time_unix_nano: 1_721_314_113_467_054_003,
        observed_time_unix_nano: 1_721_314_113_000_000_000,
        severity_number: 9,
        severity_text: "INFO".to_owned(),
        body: Some(text("tool \"ls\" ended")),
        attributes: attributes([
            ("event.name", text("agent.tool")),
            ("tool.tokens", value_of(Any::IntValue(-3))),
            ("ratio", value_of(Any::DoubleValue(1.0))),
            ("ok", value_of(Any::BoolValue(true))),
            ("raw", value_of(Any::BytesValue(vec![0, 255]))),
            ("list", list([text("a"), value_of(Any::IntValue(1))])),
            ("map", map([("k", text("v"))])),
            ("data_stream.type", text("ignored")),
        ]),
        dropped_attributes_count: 4,
        trace_id: (0..16).collect(),
        span_id: (0..8).collect(),
        ..LogRecord::default()
    }
}

fn span() -> Span {
    Span {
        trace_id: vec![0xab; 16],
        span_id: vec![0xcd; 8],
        parent_span_id: vec![0; 8],
        trace_state: "a=b".to_owned(),
        name: "chat".to_owned(),
        kind: 3,
        start_time_unix_nano: 2_000_001,
        end_time_unix_nano: 5_000_001,
        attributes: attributes([("gen_ai.usage.input_tokens", value_of(Any::IntValue(7)))]),
        dropped_attributes_count: 1,
        dropped_events_count: 2,
        dropped_links_count: 3,
        links: vec![Link { trace_id: vec![1; 16], span_id: vec![2; 8], ..Link::default() }],
        status: Some(Status { message: "bad".to_owned(), code: 2 }),
        events: vec![Event {
            time_unix_nano: 3_000_000,
            name: "exception".to_owned(),
            attributes: attributes([("exception.type", text("E"))]),
            dropped_attributes_count: 5,
        }],
        ..Span::default()
    }
}

fn origin() -> (Value, Value) {
    let resource = json!({"schema_url": "urn:resource", "attributes": {"service.name": "x"},
        "dropped_attributes_count": 1});
    let scope = json!({"schema_url": "urn:scope", "name": "agent", "version": "1.2", "attributes": {"s": 1},
        "dropped_attributes_count": 2});
    (resource, scope)
}

#[test]
fn a_log_record_in_mode_otel() {
    let service = attributes([("service.name", text("x"))]);
    let batch =
        logs(resource(service), scope(attributes([("s", value_of(Any::IntValue(1)))])), vec![record()]);
    let found = lines(&encoder(Mode::Otel, Signal::Logs).encode(&batch));
    let (resource, scope) = origin();
    let expected = json!({
        "@timestamp": "1721314113467.054003",
        "observed_timestamp": "1721314113000.000000",
        "data_stream": {"type": "logs", "dataset": "generic.otel", "namespace": "default"},
        "severity_text": "INFO", "severity_number": 9,
        "trace_id": "000102030405060708090a0b0c0d0e0f", "span_id": "0001020304050607",
        "attributes": {"event.name": "agent.tool", "tool.tokens": -3, "ratio": 1.0, "ok": true, "raw": "00ff",
            "list": ["a", 1], "map": {"k": "v"}},
        "dropped_attributes_count": 4,
        "event_name": "agent.tool",
        "body": {"text": "tool \"ls\" ended"},
        "resource": resource, "scope": scope,
    });
    assert_eq!(found.len(), 1);
    assert_eq!(index(&found[0].0), "logs-generic.otel-default");
    assert_eq!(found[0].1, expected);
}

#[test]
fn a_whole_double_keeps_its_point_so_that_the_index_maps_it_as_one() {
    let batch = log(text(""), attributes([("d", value_of(Any::DoubleValue(2.0)))]));
    let requests = encoder(Mode::Otel, Signal::Logs).encode(&batch);
    assert!(String::from_utf8_lossy(requests[0].lines()).contains("\"d\":2.0"));
}

#[test]
fn bodies_in_mode_otel() {
    let cases = [
        (text("a"), json!({"text": "a"})),
        (value_of(Any::IntValue(3)), json!({"text": 3})),
        (map([("k", text("v"))]), json!({"structured": {"k": "v"}})),
        (list([map([("k", text("v"))])]), json!({"structured": [{"k": "v"}]})),
        (list([text("a"), map([])]), json!({"structured": {"value": ["a", {}]}})),
    ];
    for (body, expected) in cases {
        let found = lines(&encoder(Mode::Otel, Signal::Logs).encode(&log(body, vec![])));
        assert_eq!(found[0].1["body"], expected);
    }
    let none = opentelemetry_proto::tonic::common::v1::AnyValue { value: None };
    let found = lines(&encoder(Mode::Otel, Signal::Logs).encode(&log(none, vec![])));
    assert_eq!(found[0].1.get("body"), None);
}

#[test]
fn a_span_and_its_event_in_mode_otel() {
    let batch = spans(resource(vec![]), None, vec![span()]);
    let found = lines(&encoder(Mode::Otel, Signal::Traces).encode(&batch));
    let expected = json!({
        "@timestamp": "2.000001",
        "data_stream": {"type": "traces", "dataset": "generic.otel", "namespace": "default"},
        "trace_id": "ab".repeat(16), "span_id": "cd".repeat(8), "trace_state": "a=b",
        "name": "chat", "kind": "Client", "duration": 3_000_000,
        "attributes": {"gen_ai.usage.input_tokens": 7},
        "dropped_attributes_count": 1, "dropped_events_count": 2, "dropped_links_count": 3,
        "links": [{"trace_id": "01".repeat(16), "span_id": "02".repeat(8)}],
        "status": {"message": "bad", "code": "Error"},
        "resource": {"dropped_attributes_count": 1}, "scope": {},
    });
    assert_eq!(found[0].1, expected);
    let event = json!({
        "@timestamp": "3.000000",
        "data_stream": {"type": "logs", "dataset": "generic.otel", "namespace": "default"},
        "trace_id": "ab".repeat(16), "span_id": "cd".repeat(8),
        "event_name": "exception",
        "attributes": {"event.name": "exception", "exception.type": "E"},
        "dropped_attributes_count": 5,
        "resource": {"dropped_attributes_count": 1}, "scope": {},
    });
    assert_eq!(found[1].1, event);
    assert_eq!(index(&found[1].0), "logs-generic.otel-default");
    assert_ne!(id(&found[0].0), id(&found[1].0));
    assert_eq!(found.len(), 2);
}

#[test]
fn a_log_record_in_mode_ecs() {
    let origin = attributes([
        ("service.name", text("x")),
        ("service.instance.id", text("i")),
        ("host.name", text("h")),
        ("os.type", text("darwin")),
        ("telemetry.sdk.name", text("otel")),
        ("telemetry.sdk.language", text("rust")),
        ("telemetry.sdk.version", text("1")),
    ]);
    let mut record = record();
    record.attributes.extend(attributes([
        ("exception.message", text("m")),
        ("a", text("1")),
        ("a.b", text("2")),
    ]));
    let batch = logs(resource(origin), scope(vec![]), vec![record]);
    let found = lines(&encoder(Mode::Ecs, Signal::Logs).encode(&batch));
    let expected = json!({
        "@timestamp": "1721314113467.054003",
        "a": {"value": "1", "b": "2"},
        "agent": {"name": "otel/rust", "version": "1"},
        "data_stream": {"type": "logs", "dataset": "generic", "namespace": "default"},
        "error": {"message": "m"},
        "event": {"action": "agent.tool", "severity": 9},
        "host": {"name": "h", "hostname": "h", "os": {"type": "macos", "platform": "darwin"}},
        "list": ["a", 1], "log": {"level": "INFO"}, "map": {"k": "v"},
        "message": "tool \"ls\" ended", "ok": true, "ratio": 1.0, "raw": "00ff",
        "service": {"name": "x", "node": {"name": "i"}},
        "span": {"id": "0001020304050607"}, "tool": {"tokens": -3},
        "trace": {"id": "000102030405060708090a0b0c0d0e0f"},
    });
    assert_eq!(found[0].1, expected);
    assert_eq!(index(&found[0].0), "logs-generic-default");
}

#[test]
fn a_span_in_mode_ecs() {
    let batch = spans(resource(attributes([("service.name", text("x"))])), scope(vec![]), vec![span()]);
    let found = lines(&encoder(Mode::Ecs, Signal::Traces).encode(&batch));
    let expected = json!({
        "@timestamp": "2.000001", "EndTimestamp": "5.000001",
        "TraceId": "ab".repeat(16), "SpanId": "cd".repeat(8),
        "trace": {"id": "ab".repeat(16)}, "span": {"id": "cd".repeat(8)},
        "Name": "chat", "Kind": "SPAN_KIND_CLIENT", "TraceStatus": 2, "TraceStatusDescription": "bad",
        "Link": format!(r#"[{{"attribute":{{}},"spanID":"{}","traceID":"{}"}}]"#, "02".repeat(8), "01".repeat(16)),
        "Duration": 3000,
        "Attributes": {"gen_ai": {"usage": {"input_tokens": 7}}},
        "Events": {"exception": {"time": "3.000000", "exception": {"type": "E"}}},
        "Resource": {"service": {"name": "x"}}, "Scope": {"name": "agent", "version": "1.2"},
        "data_stream": {"type": "traces", "dataset": "generic", "namespace": "default"},
    });
    assert_eq!(found[0].1, expected);
    assert_eq!(found.len(), 1);
}

fn ss4o(signal: Signal) -> super::super::Encoder {
    let (dataset, namespace) = ("default".to_owned(), "namespace".to_owned());
    let mut encoder = encoder(Mode::Ss4o, signal);
    encoder.label = Some(Stream { kind: "logs", dataset, namespace });
    encoder
}

#[test]
fn a_log_record_in_mode_ss4o() {
    let service = attributes([("service.name", text("x")), ("n", value_of(Any::IntValue(3)))]);
    let mut record = record();
    record.attributes.truncate(2);
    record.body = Some(map([("k", text("v"))]));
    let batch = logs(resource(service), scope(vec![]), vec![record]);
    let found = lines(&ss4o(Signal::Logs).encode(&batch));
    let expected = json!({
        "attributes": {"data_stream": {"dataset": "default", "namespace": "namespace", "type": "record"},
            "event.name": "agent.tool", "tool.tokens": -3},
        "body": "{\"k\":\"v\"}",
        "@timestamp": "2024-07-18T14:48:33.467054003Z", "observedTimestamp": "2024-07-18T14:48:33.000000000Z",
        "severity": {"text": "INFO", "number": 9},
        "traceId": "000102030405060708090a0b0c0d0e0f", "spanId": "0001020304050607",
        "instrumentationScope": {"name": "agent", "schemaUrl": "urn:scope", "version": "1.2"},
        "resource": {"service.name": "x", "n": "3"}, "schemaUrl": "urn:scope",
    });
    assert_eq!(found[0].1, expected);
}

#[test]
fn a_span_in_mode_ss4o() {
    let batch = spans(resource(vec![]), None, vec![span()]);
    let found = lines(&ss4o(Signal::Traces).encode(&batch));
    let expected = json!({
        "attributes": {"data_stream": {"dataset": "default", "namespace": "namespace", "type": "span"},
            "gen_ai.usage.input_tokens": 7},
        "droppedAttributesCount": 1, "droppedEventsCount": 2, "droppedLinksCount": 3,
        "@timestamp": "1970-01-01T00:00:00.002000001Z", "startTime": "1970-01-01T00:00:00.002000001Z",
        "endTime": "1970-01-01T00:00:00.005000001Z",
        "name": "chat", "kind": "Client", "traceId": "ab".repeat(16), "spanId": "cd".repeat(8), "parentSpanId": "",
        "traceState": "a=b", "status": {"code": "Error", "message": "bad"},
        "events": [{"attributes": {"exception.type": "E"}, "droppedAttributesCount": 5, "name": "exception",
            "@timestamp": "1970-01-01T00:00:00.003000000Z"}],
        "links": [{"traceId": "01".repeat(16), "spanId": "02".repeat(8)}],
        "instrumentationScope": {"droppedAttributesCount": 0}, "resource": {},
    });
    assert_eq!(found[0].1, expected);
    assert_eq!(found.len(), 1);
}
