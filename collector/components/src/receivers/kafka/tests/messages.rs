//! What is in messages.

use codeagent_pipeline::Budget;
use codeagent_pipeline::Oversize;
use codeagent_pipeline::otlp::validate;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message as _;

use super::*;
use crate::receivers::kafka::decode::{Decoded, decode};
use crate::receivers::kafka::hand::{Hand, Header};
use crate::receivers::kafka::topics::{Encoding, Route};

/// A value and headers.
type Message<'m> = (&'m [u8], &'m [(&'m str, &'m str)]);

/// The messages of a hand, read: their offsets count from 10.
fn decoded(signal: Signal, encoding: Encoding, messages: &[Message<'_>]) -> Decoded {
    let permit = Budget::new(1 << 20).try_acquire(1 << 10, Oversize::Refuse).unwrap();
    let mut hand = Hand::new(permit, 1, 0);
    for (number, (value, headers)) in messages.iter().enumerate() {
        let owned = |(name, value): &(&str, &str)| -> Header { (name.to_string(), value.to_string()) };
        hand.push_value(10 + number as i64, value, Some(5_000_000), headers.iter().map(owned).collect());
    }
    decode(hand, Route { signal, encoding })
}

fn spans(count: usize) -> Vec<u8> {
    let span = Span { name: "s".to_owned(), ..Span::default() };
    let scope_spans = vec![ScopeSpans { spans: vec![span; count], ..ScopeSpans::default() }];
    let resource_spans = vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }];
    ExportTraceServiceRequest { resource_spans }.encode_to_vec()
}

#[test]
fn each_message_of_otlp_is_a_chunk_and_what_does_not_decode_is_named() {
    let (one, two) = (spans(1), spans(2));
    let messages: [(&[u8], _); 4] = [(&one, &[] as &[_]), (b"\x0a\xff", &[]), (b"", &[]), (&two, &[])];
    let Decoded { batch, offsets, malformed } = decoded(Signal::Traces, Encoding::OtlpProto, &messages);
    assert_eq!(batch.chunks().iter().map(|chunk| chunk.items).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(batch.chunks()[1].bytes, two);
    assert_eq!(offsets, [10, 13]);
    assert_eq!(malformed.iter().map(|(offset, _)| *offset).collect::<Vec<_>>(), [11]);
    assert!(malformed[0].1.contains("cut short"), "{malformed:?}");
}

#[test]
fn json_becomes_protobuf() {
    let good = br#"{"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "a"}]}]}]}"#;
    let Decoded { batch, malformed, .. } =
        decoded(Signal::Traces, Encoding::OtlpJson, &[(good, &[]), (b"{", &[]), (b"[]", &[])]);
    assert_eq!((batch.items(), malformed.len()), (1, 2));
    assert_eq!(validate(Signal::Traces, &batch.to_contiguous()), Ok(1));
}

#[test]
fn headers_become_attributes_of_every_resource() {
    let (one, headers) = (spans(1), [("tenant", "blue")]);
    let Decoded { batch, .. } =
        decoded(Signal::Traces, Encoding::OtlpProto, &[(&one, &headers), (&one, &[])]);
    let attributes = |chunk: usize| {
        let request = ExportTraceServiceRequest::decode(batch.chunks()[chunk].bytes.clone()).unwrap();
        request.resource_spans[0].resource.clone().unwrap_or_default().attributes
    };
    assert_eq!(attributes(0)[0].key, "kafka.header.tenant");
    assert!(attributes(1).is_empty());
}

fn bodies(encoding: Encoding, lines: &[&[u8]]) -> (Vec<Option<Value>>, usize, usize) {
    let messages: Vec<Message<'_>> = lines.iter().map(|line| (*line, &[] as &[_])).collect();
    let Decoded { batch, malformed, .. } = decoded(Signal::Logs, encoding, &messages);
    let bytes = batch.to_contiguous();
    assert_eq!(validate(Signal::Logs, &bytes), Ok(batch.items()));
    let request = ExportLogsServiceRequest::decode(bytes).unwrap();
    let records = request.resource_logs.into_iter().flat_map(|resource| resource.scope_logs);
    let records = records.flat_map(|scope| scope.log_records).inspect(|record| {
        assert_eq!((record.time_unix_nano, record.observed_time_unix_nano), (0, 5_000_000));
    });
    let bodies = records.map(|record| record.body.and_then(|body| body.value)).collect();
    (bodies, batch.chunks().len(), malformed.len())
}

#[test]
fn log_lines_share_a_request() {
    let text = |text: &str| Some(Value::StringValue(text.to_owned()));
    assert_eq!(bodies(Encoding::Text, &[b"a", b"\xff"]), (vec![text("a"), text("\u{fffd}")], 1, 0));
    assert_eq!(bodies(Encoding::Raw, &[b"\xff"]), (vec![Some(Value::BytesValue(vec![255]))], 1, 0));
    let (found, _, malformed) = bodies(Encoding::Json, &[b"{\"a\": [1, 2.5, null, true]}", b"{", b"7"]);
    assert_eq!((found.len(), malformed), (2, 1));
    let Some(Value::KvlistValue(object)) = &found[0] else { panic!("{found:?}") };
    let Some(Value::ArrayValue(list)) = &object.values[0].value.as_ref().unwrap().value else { panic!() };
    let values: Vec<_> = list.values.iter().map(|value| value.value.clone()).collect();
    let expected =
        [Some(Value::IntValue(1)), Some(Value::DoubleValue(2.5)), None, Some(Value::BoolValue(true))];
    assert_eq!((object.values[0].key.as_str(), &values[..]), ("a", &expected[..]));
    assert_eq!(found[1], Some(Value::IntValue(7)));
}

#[test]
fn json_that_nests_too_deep_is_malformed_and_its_neighbours_are_not() {
    let deep = [vec![b'['; 100], vec![b']'; 100]].concat();
    let (found, _, malformed) = bodies(Encoding::Json, &[b"1", &deep, b"2"]);
    assert_eq!((found.len(), malformed), (2, 1));
}
