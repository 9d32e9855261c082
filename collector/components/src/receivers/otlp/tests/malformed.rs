//! Bodies that are odd or wrong, over HTTP: what is accepted, what is refused, and what the sender reads.

use codeagent_pipeline::Signal;
use http::StatusCode;

use super::http::{HTTP, JSON, PROTOBUF, request, send};
use super::kit::Setting;
use super::samples::encoded;

/// A length-delimited field.
fn field(number: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut length = value.len();
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(value);
    out
}

/// A traces request with this span.
fn span(span: &[u8]) -> Vec<u8> {
    field(1, &field(2, &field(2, span)))
}

/// A metrics request with this metric.
fn metric(metric: &[u8]) -> Vec<u8> {
    field(1, &field(2, &field(2, metric)))
}

/// An `AnyValue` in arrays of this depth.
fn nested(depth: usize) -> Vec<u8> {
    (0..depth).fold(Vec::new(), |inner, _| field(5, &field(1, &inner)))
}

fn attribute(value: &[u8]) -> Vec<u8> {
    field(9, &[field(1, b"key"), field(2, value)].concat())
}

#[tokio::test]
async fn damaged_protobuf_is_refused_with_the_place() {
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("truncated varint", span(&[0x30, 0xff]), "spans[0]"),
        ("overlong varint", span(&[&[0x30][..], &[0xff; 10], &[1]].concat()), "spans[0]"),
        ("wrong wire type", span(&[0x28, 5]), "spans[0]"),
        ("length past the end", span(&[0x2a, 100, b'x']), "spans[0]"),
        ("group", span(&[0x2b, 0x2c]), "spans[0]"),
        ("field number 0", span(&[0x00, 0x00]), "spans[0]"),
        ("nesting of 10,000", span(&attribute(&nested(5_000))), "nest"),
        ("name is no UTF-8", span(&field(5, b"\xff")), "UTF-8"),
        ("key is no UTF-8", span(&field(9, &field(1, b"\xc3"))), "UTF-8"),
        ("value is no UTF-8", span(&attribute(&field(1, b"\xed\xa0\x80"))), "UTF-8"),
        ("span id of 7 bytes", span(&field(2, &[1; 7])), "span_id"),
        ("trace id of 15 bytes", span(&field(1, &[1; 15])), "trace_id"),
        ("JSON", b"{\"resourceSpans\":[]}".to_vec(), "OTLP"),
    ];
    let door = Setting::new(HTTP).start().await;
    for (name, body, text) in cases {
        let answer = send(&door, request("POST", "/v1/traces", &[PROTOBUF], body)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name}");
        assert_eq!(answer.headers["content-type"], "application/x-protobuf");
        assert_eq!(answer.body[..2], [0x08, 3], "{name}: code 3");
        let message = String::from_utf8_lossy(&answer.body);
        assert!(message.contains(text), "{name}: {message}");
    }
    assert!(door.recorder.bodies().is_empty());
    door.stop().await;
}

#[tokio::test]
async fn odd_protobuf_is_taken_as_it_is() {
    let time = |nanos: u64| [&[0x39][..], &nanos.to_le_bytes()].concat();
    let many = (0..100_000).flat_map(|_| attribute(&field(1, b"v"))).collect::<Vec<_>>();
    let number = |value: f64| [&[0x21][..], &value.to_le_bytes()].concat();
    let gauge = |point: &[u8]| metric(&field(5, &field(1, point)));
    // Two bounds, and counts for two buckets rather than three.
    let uneven = [field(6, &[0; 16]), field(7, &[0; 16])].concat();
    let cases: Vec<(&str, Signal, Vec<u8>)> = vec![
        ("empty span", Signal::Traces, span(&[])),
        ("100,000 attributes", Signal::Traces, span(&many)),
        ("nesting of 20", Signal::Traces, span(&attribute(&nested(20)))),
        ("empty value", Signal::Traces, span(&attribute(&[]))),
        ("time of zero", Signal::Traces, span(&time(0))),
        ("time in 2554", Signal::Traces, span(&time(u64::MAX))),
        ("unknown field", Signal::Traces, span(b"\xa2\x06\x03new")),
        ("label of 1 MiB", Signal::Traces, span(&attribute(&field(1, &vec![b'x'; 1 << 20])))),
        ("point without a value", Signal::Metrics, gauge(&[])),
        ("NaN", Signal::Metrics, gauge(&number(f64::NAN))),
        ("infinity", Signal::Metrics, gauge(&number(f64::NEG_INFINITY))),
        ("uneven histogram", Signal::Metrics, metric(&field(9, &field(1, &uneven)))),
    ];
    let door = Setting::new(HTTP).start().await;
    let mut sent = Vec::new();
    for (name, signal, body) in cases {
        let path = format!("/v1/{signal}");
        let answer = send(&door, request("POST", &path, &[PROTOBUF], body.clone())).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}: {:?}", answer.body);
        sent.push(body);
    }
    assert!(door.recorder.bodies() == sent);
    door.stop().await;
}

#[tokio::test]
async fn a_request_without_items_is_fine_and_goes_nowhere() {
    let door = Setting::new(HTTP).start().await;
    for (kind, body) in
        [(PROTOBUF, &b""[..]), (PROTOBUF, b"\x0a\x00"), (JSON, b"{}"), (JSON, b"{\"resourceSpans\":[]}")]
    {
        let answer = send(&door, request("POST", "/v1/traces", &[kind], body)).await;
        assert_eq!(answer.status, StatusCode::OK, "{kind:?} {body:?}: {:?}", answer.body);
    }
    assert!(door.recorder.bodies().is_empty());
    assert_eq!(door.stop().await[0].items_in, 0);
}

#[tokio::test]
async fn json_becomes_protobuf() {
    let door = Setting::new(HTTP).start().await;
    let json = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[
        {"traceId":"07070707070707070707070707070707","spanId":"0000000000000001","name":"nnnnnnnnnn"},
        {"traceId":"07070707070707070707070707070707","spanId":"0000000000000002","name":"nnnnnnnnnn","endTimeUnixNano":"1"}
    ]}]}]}"#;
    for kind in ["application/json", "application/json; charset=utf-8", "Application/JSON"] {
        let answer = send(&door, request("POST", "/v1/traces", &[("content-type", kind)], json)).await;
        assert_eq!((answer.status, answer.body.as_ref()), (StatusCode::OK, &b"{}"[..]), "{kind}");
        assert_eq!(answer.headers["content-type"], "application/json");
    }
    let batches = door.recorder.bodies();
    assert_eq!(batches.len(), 3);
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use prost::Message;
    let read = |bytes: &[u8]| ExportTraceServiceRequest::decode(bytes).unwrap();
    assert_eq!(read(&batches[0]), read(&encoded(Signal::Traces, 2)));
    assert_eq!(door.stop().await[0].items_out, 6);
}

#[tokio::test]
async fn wrong_json_is_refused_in_json() {
    let door = Setting::new(HTTP).start().await;
    for (name, body) in [
        ("no JSON", &b"hello"[..]),
        ("cut", b"{\"resourceSpans\":["),
        ("garbage behind", b"{} {}"),
        ("no object", b"[]"),
        ("no UTF-8", b"{\"resourceSpans\":[{\"schemaUrl\":\"\xff\"}]}"),
        (
            "id of the wrong length",
            b"{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"spanId\":\"00\"}]}]}]}",
        ),
        ("lone surrogate", b"{\"resourceSpans\":[{\"schemaUrl\":\"\\ud800\"}]}"),
        ("deep", &[&b"{\"x\":"[..], &vec![b'['; 20_000]].concat()),
    ] {
        let answer = send(&door, request("POST", "/v1/traces", &[JSON], body.to_vec())).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name}: {:?}", answer.body);
        let status: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(status["code"], 3, "{name}");
        assert!(!status["message"].as_str().unwrap().is_empty(), "{name}");
    }
    door.stop().await;
}
