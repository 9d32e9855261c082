//! Protobuf lets a sender write fields in any order and in several places; splices and concatenation make use of it.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use prost::Message;

use super::{read, write};
use crate::Signal::Traces;

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.into(), value: Some(AnyValue { value: Some(value) }), ..Default::default() }
}

fn concat(parts: &[&dyn Fn() -> Vec<u8>]) -> Vec<u8> {
    parts.iter().flat_map(|part| part()).collect()
}

/// A request around a span whose bytes are these.
fn around(span: &[u8]) -> Vec<u8> {
    let nested = |field: u8, bytes: &[u8]| {
        let mut out = vec![field << 3 | 2];
        prost::encoding::encode_varint(bytes.len() as u64, &mut out);
        [out, bytes.to_vec()].concat()
    };
    nested(1, &nested(2, &nested(2, span)))
}

fn check(span: &[u8]) {
    let bytes = around(span);
    let expected = ExportTraceServiceRequest::decode(bytes.as_slice()).unwrap();
    let json = write(Traces, &bytes);
    let parsed: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(parsed.is_object());
    let back = ExportTraceServiceRequest::decode(read(Traces, &json).unwrap().as_slice()).unwrap();
    assert_eq!(back, expected, "{json}");
}

#[test]
fn arrays_in_several_places_are_joined_and_the_last_scalar_counts() {
    let first = || {
        Span { name: "a".into(), attributes: vec![attribute("a", Value::IntValue(1))], ..Span::default() }
            .encode_to_vec()
    };
    let second = || {
        Span {
            name: "b".into(),
            kind: 2,
            attributes: vec![attribute("b", Value::IntValue(2))],
            ..Span::default()
        }
        .encode_to_vec()
    };
    let reset = || vec![6 << 3, 0]; // kind = 0, written although it is the default
    check(&concat(&[&first, &second]));
    check(&concat(&[&first, &second, &reset, &first]));
}

#[test]
fn messages_in_parts_are_merged() {
    let status = |message: &str, code| {
        Span { status: Some(Status { message: message.into(), code }), ..Span::default() }.encode_to_vec()
    };
    check(&concat(&[&|| status("m", 0), &|| status("", 2), &|| status("n", 0)]));
    let resource = |key: &str| {
        let resource =
            Resource { attributes: vec![attribute(key, Value::BoolValue(true))], ..Resource::default() };
        ResourceSpans {
            resource: Some(resource),
            scope_spans: vec![ScopeSpans::default()],
            ..ResourceSpans::default()
        }
        .encode_to_vec()
    };
    let twice = [resource("a"), resource("b")].concat();
    let mut bytes = vec![10];
    prost::encoding::encode_varint(twice.len() as u64, &mut bytes);
    bytes.extend(&twice);
    let json = write(Traces, &bytes);
    assert_eq!(
        json,
        r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"a","value":{"boolValue":true}},{"key":"b","value":{"boolValue":true}}]},"scopeSpans":[{},{}]}]}"#
    );
}

#[test]
fn of_a_oneof_the_last_member_counts() {
    let value = |value| AnyValue { value: Some(value) }.encode_to_vec();
    let array =
        |n| Value::ArrayValue(ArrayValue { values: vec![AnyValue { value: Some(Value::IntValue(n)) }] });
    let text = || Value::StringValue("s".into());
    let sequences = [
        vec![value(text()), value(Value::IntValue(3))],
        vec![value(array(1)), value(array(2))],
        vec![value(array(1)), value(text()), value(array(2))],
        vec![value(array(1)), value(array(2)), value(text())],
        vec![value(Value::StringValue("t".into())), value(Value::StringValue(String::new()))],
    ];
    for sequence in sequences {
        let any = sequence.concat();
        let mut pair = vec![18];
        prost::encoding::encode_varint(any.len() as u64, &mut pair);
        pair.extend(any);
        let mut span = vec![9 << 3 | 2];
        prost::encoding::encode_varint(pair.len() as u64, &mut span);
        span.extend(pair);
        check(&span);
    }
}

#[test]
fn unknown_fields_are_left_out() {
    let named = || Span { name: "a".into(), ..Span::default() }.encode_to_vec();
    // Field 100 as varint, as bytes, as fixed32 and fixed64.
    let unknown: [&[u8]; 4] = [
        b"\xa0\x06\x01",
        b"\xa2\x06\x01x",
        b"\xa5\x06\x01\x02\x03\x04",
        b"\xa1\x06\x01\x02\x03\x04\x05\x06\x07\x08",
    ];
    for bytes in unknown {
        let span = concat(&[&|| bytes.to_vec(), &named, &|| bytes.to_vec()]);
        assert_eq!(write(Traces, &around(&span)), super::span(r#""name":"a""#));
    }
}

#[test]
fn numbers_of_an_array_may_come_unpacked() {
    use crate::Signal::Metrics;
    let request = read(Metrics, &super::histogram_point(r#""explicitBounds":[1.5,2.5]"#)).unwrap();
    // The packed field is the last of the request: tag, length, 16 bytes. Two fields of their own take the same room.
    let packed = request.len() - 18;
    let mut unpacked = request[..packed].to_vec();
    for number in [&request[packed + 2..packed + 10], &request[packed + 10..]] {
        unpacked.push(7 << 3 | 1);
        unpacked.extend_from_slice(number);
    }
    assert_ne!(unpacked, request);
    assert_eq!(write(Metrics, &unpacked), write(Metrics, &request));
}
