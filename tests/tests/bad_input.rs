//! Input that is wrong or hostile, against the running receiver: each gets its answer, and costs nobody else anything.

use bytes::Bytes;
use codeagent_tests::input::{collector, is_well};
use codeagent_tests::numbered::spans;
use codeagent_tests::otlp::{Encoding, Signal, gzip, post};
use codeagent_tests::wire::{field, in_item, nested, tag, varint};
use codeagent_tests::{Collector, Sender, http};
use tonic::Code;

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

/// Attribute values in values in values.
fn deep_value(depth: usize) -> Vec<u8> {
    // AnyValue.array_value = 5, ArrayValue.values = 1
    let mut value = field(1, b"x");
    for _ in 0..depth {
        value = field(5, &field(1, &value));
    }
    // Span.attributes = 9, KeyValue.key = 1, KeyValue.value = 2
    in_item(&field(9, &[field(1, b"deep"), field(2, &value)].concat()))
}

/// Requests for traces that are not OTLP.
fn malformed() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("not protobuf at all", b"hello, world".to_vec()),
        ("a length past the end", [tag(1, 2), varint(100), vec![0; 3]].concat()),
        ("a length of 2^63", [tag(1, 2), varint(1 << 63)].concat()),
        ("a varint without an end", [tag(1, 2), vec![0x80; 3]].concat()),
        ("a varint of eleven bytes", [tag(1, 2), vec![0xff; 10], vec![0x01]].concat()),
        ("a tag without content", tag(1, 2)),
        ("field number zero", [vec![0x02], vec![0]].concat()),
        ("a varint where a message belongs", [tag(1, 0), varint(5)].concat()),
        ("a fixed64 where a message belongs", [tag(1, 1), vec![0; 8]].concat()),
        ("a message where a fixed64 belongs", in_item(&field(7, b"12345678"))),
        ("a truncated fixed64", in_item(&[tag(7, 1), vec![0; 5]].concat())),
        ("the end of a group that never began", tag(1, 4)),
        ("a group that never ends", [tag(15, 3), tag(1, 0), varint(1)].concat()),
        ("wire type six", tag(15, 6)),
        ("wire type seven", tag(15, 7)),
        ("values nested 10,000 deep", deep_value(10_000)),
        ("groups nested 10,000 deep", tag(15, 3).repeat(10_000)),
        ("a trace id of 15 bytes", in_item(&[field(1, &[1; 15]), field(2, &[1; 8])].concat())),
        ("a span id of 9 bytes", in_item(&[field(1, &[1; 16]), field(2, &[1; 9])].concat())),
    ]
}

/// Every string field of the three signals, as the path to it.
const STRINGS: [(Signal, &str, &[u64]); 21] = [
    (Signal::Traces, "resource attribute key", &[1, 1, 1, 1]),
    (Signal::Traces, "resource attribute value", &[1, 1, 1, 2, 1]),
    (Signal::Traces, "value in a list", &[1, 2, 2, 9, 2, 5, 1, 1]),
    (Signal::Traces, "key in a map", &[1, 2, 2, 9, 2, 6, 1, 1]),
    (Signal::Traces, "resource schema url", &[1, 3]),
    (Signal::Traces, "scope name", &[1, 2, 1, 1]),
    (Signal::Traces, "scope version", &[1, 2, 1, 2]),
    (Signal::Traces, "scope schema url", &[1, 2, 3]),
    (Signal::Traces, "trace state", &[1, 2, 2, 3]),
    (Signal::Traces, "span name", &[1, 2, 2, 5]),
    (Signal::Traces, "span event name", &[1, 2, 2, 11, 2]),
    (Signal::Traces, "link trace state", &[1, 2, 2, 13, 3]),
    (Signal::Traces, "status message", &[1, 2, 2, 15, 2]),
    (Signal::Metrics, "metric name", &[1, 2, 2, 1]),
    (Signal::Metrics, "metric description", &[1, 2, 2, 2]),
    (Signal::Metrics, "metric unit", &[1, 2, 2, 3]),
    (Signal::Metrics, "point attribute key", &[1, 2, 2, 5, 1, 7, 1]),
    (Signal::Metrics, "exemplar attribute key", &[1, 2, 2, 5, 1, 5, 7, 1]),
    (Signal::Logs, "severity text", &[1, 2, 2, 3]),
    (Signal::Logs, "body", &[1, 2, 2, 5, 1]),
    (Signal::Logs, "event name", &[1, 2, 2, 12]),
];

async fn is_refused_as_malformed(collector: &Collector, signal: Signal, name: &str, body: Vec<u8>) {
    let body = Bytes::from(body);
    let answer = post(&collector.http(), signal, PROTOBUF, Encoding::Identity, body.clone()).await;
    let answer = answer.unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(answer.status, 400, "{name} over HTTP: {}", answer.text());
    assert_eq!(answer.header("content-type"), PROTOBUF, "{name}: a Status in the encoding of the request");
    assert!(!answer.body.is_empty(), "{name}: a Status that says why");
    let status = Sender::new(&collector.grpc()).send_bytes(signal, body).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{name} over gRPC: {status}");
    assert!(!status.message().is_empty(), "{name}: a message that says why");
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn malformed_protobuf_is_refused_for_good() {
    let (collector, sink) = collector().await;
    for (name, body) in malformed() {
        is_refused_as_malformed(&collector, Signal::Traces, name, body).await;
    }
    is_well(collector, &sink).await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn invalid_utf8_is_refused_in_every_string_field() {
    let (collector, sink) = collector().await;
    for (signal, name, path) in STRINGS {
        is_refused_as_malformed(&collector, signal, name, nested(path, b"\xff\xfe")).await;
        let (valid, http) = (nested(path, b"valid").into(), collector.http());
        let answer = post(&http, signal, PROTOBUF, Encoding::Identity, valid).await.unwrap();
        assert_eq!(answer.status, 200, "the path to {name} is right: {}", answer.text());
    }
    is_well(collector, &sink).await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn malformed_json_is_refused_for_good() {
    let cases: [(&str, Bytes); 12] = [
        ("no JSON", "hello".into()),
        ("nothing", "".into()),
        ("cut off", r#"{"resourceSpans":[{"scopeSpans":["#.into()),
        ("a list", "[]".into()),
        ("more after the end", "{} {}".into()),
        ("a duplicate key", r#"{"resourceSpans":[],"resourceSpans":[]}"#.into()),
        ("a lone surrogate", r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"\ud800"}]}]}]}"#.into()),
        ("invalid UTF-8", Bytes::from_static(b"{\"resourceSpans\":[{\"schemaUrl\":\"\xff\"}]}")),
        ("a number for a name", r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":7}]}]}]}"#.into()),
        (
            "an id that is not hex",
            r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"zz"}]}]}]}"#.into(),
        ),
        (
            "an id of 3 bytes",
            r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"spanId":"abcdef"}]}]}]}"#.into(),
        ),
        ("10,000 lists", format!("{{\"x\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000)).into()),
    ];
    let (collector, sink) = collector().await;
    for (name, body) in cases {
        let answer = post(&collector.http(), Signal::Traces, JSON, Encoding::Identity, body).await.unwrap();
        assert_eq!(answer.status, 400, "{name}: {}", answer.text());
        assert_eq!(answer.header("content-type"), JSON, "{name}: a Status in the encoding of the request");
        assert!(answer.json()["message"].as_str().is_some_and(|message| !message.is_empty()), "{name}");
    }
    is_well(collector, &sink).await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn empty_requests_are_accepted() {
    let (collector, sink) = collector().await;
    for signal in [Signal::Traces, Signal::Metrics, Signal::Logs] {
        Sender::new(&collector.grpc()).send_bytes(signal, Bytes::new()).await.unwrap();
        for (content_type, body) in [(PROTOBUF, ""), (JSON, "{}")] {
            let answer =
                post(&collector.http(), signal, content_type, Encoding::Identity, body.into()).await.unwrap();
            assert_eq!(answer.status, 200, "{content_type} {}", signal.name());
        }
    }
    is_well(collector, &sink).await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn requests_that_are_not_otlp_over_http_get_the_code_that_says_why() {
    let (collector, sink) = collector().await;
    let url = |path: &str| format!("{}{path}", collector.http());
    let protobuf = ("content-type", PROTOBUF);
    let cases = [
        (405, "GET", "/v1/traces", vec![]),
        (405, "PUT", "/v1/logs", vec![protobuf]),
        (415, "POST", "/v1/traces", vec![("content-type", "text/plain")]),
        (415, "POST", "/v1/traces", vec![]),
        (404, "POST", "/v1/nothing", vec![protobuf]),
        (404, "POST", "/", vec![protobuf]),
        (415, "POST", "/v1/traces", vec![protobuf, ("content-encoding", "br")]),
    ];
    for (expected, method, path, headers) in cases {
        let answer = http::send(method, &url(path), &headers, Bytes::new()).await.unwrap();
        assert_eq!(answer.status, expected, "{method} {path} {headers:?}: {}", answer.text());
    }
    is_well(collector, &sink).await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn bodies_that_are_not_compressed_as_they_say_are_refused() {
    let (collector, sink) = collector().await;
    let whole = gzip(&spans(0..10, "cut").encode());
    let cut = whole[..whole.len() / 2].to_vec();
    for (encoding, body) in [("gzip", b"not gzip".to_vec()), ("gzip", cut), ("zstd", b"not zstd".to_vec())] {
        let headers = [("content-type", PROTOBUF), ("content-encoding", encoding)];
        let answer =
            http::send("POST", &format!("{}/v1/traces", collector.http()), &headers, body.into()).await;
        let answer = answer.unwrap();
        assert_eq!(answer.status, 400, "{encoding}: {}", answer.text());
    }
    is_well(collector, &sink).await;
}

/// One attribute of so many zeros: valid, and next to nothing when compressed.
fn zeros(bytes: usize) -> Bytes {
    in_item(&field(9, &[field(1, b"zeros"), field(2, &field(7, &vec![0; bytes]))].concat())).into()
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn bodies_that_are_too_large_are_refused_whatever_they_are_packed_in() {
    let (collector, sink) = collector().await;
    let bomb = zeros(128 << 20);
    for encoding in [Encoding::Gzip, Encoding::Zstd] {
        let answer = post(&collector.http(), Signal::Traces, PROTOBUF, encoding, bomb.clone()).await.unwrap();
        assert_eq!(answer.status, 413, "{encoding:?}: {}", answer.text());
    }
    let sender = Sender::new(&collector.grpc());
    for sender in [sender.clone().gzip(), sender.zstd()] {
        let status = sender.send_bytes(Signal::Traces, bomb.clone()).await.unwrap_err();
        assert!([Code::ResourceExhausted, Code::OutOfRange].contains(&status.code()), "{status}");
    }
    drop(bomb);
    // Answered before the body is read, the connection may be closed while it is still being sent.
    let large = post(&collector.http(), Signal::Traces, PROTOBUF, Encoding::Identity, zeros(65 << 20)).await;
    if let Ok(answer) = large {
        assert_eq!(answer.status, 413, "{}", answer.text());
    }
    Sender::new(&collector.grpc()).send_bytes(Signal::Traces, zeros(65 << 20)).await.unwrap_err();
    is_well(collector, &sink).await;
}

/// A frame that needs a window of 2 GiB to be unpacked, with hardly any content.
fn zstd_with_a_huge_window() -> Bytes {
    // Magic; no checksum, no content size, not a single segment; window descriptor 2^(10+21); an empty last raw block.
    Bytes::from_static(&[0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x01, 0x00, 0x00])
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_zstd_window_of_two_gibibytes_is_not_allocated() {
    let (collector, sink) = collector().await;
    let url = format!("{}/v1/traces", collector.http());
    let headers = [("content-type", PROTOBUF), ("content-encoding", "zstd")];
    let answer = http::send("POST", &url, &headers, zstd_with_a_huge_window()).await.unwrap();
    assert!([400, 413].contains(&answer.status), "{} {}", answer.status, answer.text());
    is_well(collector, &sink).await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn profiles_are_refused_with_a_message() {
    let (collector, sink) = collector().await;
    let url = format!("{}/v1development/profiles", collector.http());
    let answer = http::send("POST", &url, &[("content-type", PROTOBUF)], Bytes::new()).await.unwrap();
    assert!([404, 501].contains(&answer.status), "{}", answer.status);
    assert!(answer.text().to_lowercase().contains("profiles"), "{}", answer.text());
    is_well(collector, &sink).await;
}
