//! Bodies in which any field may come again and anywhere, against prost.

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest as Logs;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest as Metrics;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest as Traces;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use proptest::prelude::*;
use prost::Message as _;

use super::super::schema::message::{I32, I64, VARINT};
use super::super::views::{AnyValue, Attribute, Resource, Scope, Span};
use super::super::wire::{put_bytes, put_tag, put_uint, put_varint};
use super::super::{Edit, Editor, Item, Malformed, admit, edit, validate};
use super::*;
use crate::json::from_protobuf;
use crate::{Chunk, Signal};

/// A sound message with some fields of its schema, in any order and number: what `choices` say, then none.
fn message_of(schema: &Message, choices: &mut dyn Iterator<Item = u8>, depth: usize, out: &mut Vec<u8>) {
    while let Some(choice) = choices.next().filter(|choice| choice % 8 != 0) {
        let Some(field) = schema.fields.get(usize::from(choice / 8) % (schema.fields.len() + 1)) else {
            put_bytes(out, 77, &[choice]);
            continue;
        };
        let mut byte = || choices.next().unwrap_or_default();
        match field.kind {
            Kind::Message(_) if depth == 0 => {}
            Kind::Message(child) => {
                put_message(out, field.number, |out| message_of(child, choices, depth - 1, out));
            }
            Kind::Id(length) => put_bytes(out, field.number, &vec![byte(); length]),
            Kind::String | Kind::Bytes => put_bytes(out, field.number, format!("{}", byte()).as_bytes()),
            kind => {
                put_tag(out, field.number, kind.wire_type() as u8);
                match kind.wire_type() {
                    VARINT => put_varint(out, u64::from(byte())),
                    I64 => out.extend(u64::from(byte()).to_le_bytes()),
                    I32 => out.extend(u32::from(byte()).to_le_bytes()),
                    other => unreachable!("wire type {other} of a number"),
                }
            }
        }
    }
}

/// What prost makes of a body: a whole encoding of it, and how many items.
fn meaning(signal: Signal, body: &[u8]) -> (Vec<u8>, usize) {
    match signal {
        Signal::Traces => {
            let request = Traces::decode(body).unwrap();
            let scopes = request.resource_spans.iter().flat_map(|group| &group.scope_spans);
            (request.encode_to_vec(), scopes.map(|scope| scope.spans.len()).sum())
        }
        Signal::Logs => {
            let request = Logs::decode(body).unwrap();
            let scopes = request.resource_logs.iter().flat_map(|group| &group.scope_logs);
            (request.encode_to_vec(), scopes.map(|scope| scope.log_records.len()).sum())
        }
        Signal::Metrics => {
            let request = Metrics::decode(body).unwrap();
            let scopes = request.resource_metrics.iter().flat_map(|group| &group.scope_metrics);
            let data = scopes.flat_map(|scope| &scope.metrics).filter_map(|metric| metric.data.as_ref());
            let points = data.map(|data| match data {
                Data::Gauge(data) => data.data_points.len(),
                Data::Sum(data) => data.data_points.len(),
                Data::Histogram(data) => data.data_points.len(),
                Data::ExponentialHistogram(data) => data.data_points.len(),
                Data::Summary(data) => data.data_points.len(),
            });
            (request.encode_to_vec(), points.sum())
        }
    }
}

/// What our writer of JSON makes of a body, which merges by itself; nothing where that costs it too much.
fn json(signal: Signal, body: &[u8]) -> Option<serde_json::Value> {
    let mut out = Vec::new();
    match from_protobuf(signal, body, &mut out) {
        Err(error) if error.problem.contains("parts") => None,
        written => {
            written.unwrap();
            Some(serde_json::from_slice(&out).unwrap())
        }
    }
}

/// Takes every attribute away that an editor is shown.
struct Bare;

impl Bare {
    fn edit(raw: &[u8], attributes: u32) -> Edit {
        let mut list = super::super::AttributeList::read(raw, attributes);
        list.retain(|_, _| false);
        if list.is_changed() { Edit::Replace(list.to_message()) } else { Edit::Keep }
    }
}

impl Editor for Bare {
    fn resource(&mut self, resource: &Resource<'_>) -> Edit {
        Bare::edit(resource.raw, 1)
    }

    fn scope(&mut self, scope: &Scope<'_>, _: &Resource<'_>) -> Edit {
        Bare::edit(scope.raw, 3)
    }

    fn item(&mut self, item: &Item<'_>, _: &Scope<'_>, _: &Resource<'_>) -> Edit {
        Bare::edit(item.raw(), item.attributes_field())
    }
}

/// How many attributes resources, scopes and spans have.
fn attributes(request: &Traces) -> usize {
    let groups = &request.resource_spans;
    let resources = groups.iter().filter_map(|group| group.resource.as_ref());
    let scopes = || groups.iter().flat_map(|group| &group.scope_spans);
    let named = scopes().filter_map(|scope| scope.scope.as_ref());
    resources.map(|resource| resource.attributes.len()).sum::<usize>()
        + named.map(|scope| scope.attributes.len()).sum::<usize>()
        + scopes().flat_map(|scope| &scope.spans).map(|span| span.attributes.len()).sum::<usize>()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]
    #[test]
    fn what_comes_again_means_behind_the_door_what_prost_says(choices in prop::collection::vec(any::<u8>(), 0..400)) {
        for signal in Signal::ALL {
            let mut body = Vec::new();
            message_of(root(signal), &mut choices.iter().copied(), 9, &mut body);
            let chunk = admit(signal, Bytes::from(body.clone())).unwrap();
            prop_assert!(chunk.bytes.len() <= body.len());
            let (meant, items) = meaning(signal, &body);
            prop_assert_eq!(meaning(signal, &chunk.bytes), (meant, items));
            prop_assert_eq!(chunk.items, items);
            let written = json(signal, &chunk.bytes);
            prop_assert!(written.is_some());
            prop_assert!(json(signal, &body).is_none_or(|as_it_came| Some(as_it_came) == written));
            let again = admit(signal, chunk.bytes.clone()).unwrap();
            prop_assert_eq!(again.bytes.as_ptr(), chunk.bytes.as_ptr(), "nothing comes again");
            if signal == Signal::Traces {
                let bare = edit(signal, &chunk, &mut Bare);
                prop_assert_eq!(attributes(&Traces::decode(bare.bytes).unwrap()), 0);
            }
        }
    }
}

fn root(signal: Signal) -> &'static Message {
    use super::super::schema;
    match signal {
        Signal::Traces => &schema::traces::EXPORT_TRACES,
        Signal::Metrics => &schema::metrics::EXPORT_METRICS,
        Signal::Logs => &schema::logs::EXPORT_LOGS,
    }
}

fn pair(out: &mut Vec<u8>, field: u32, key: &str, value: &str) {
    put_message(out, field, |out| {
        put_bytes(out, 1, key.as_bytes());
        put_message(out, 2, |out| put_bytes(out, 1, value.as_bytes()));
    });
}

/// A traces request around one group.
fn request(group: impl Fn(&mut Vec<u8>)) -> Bytes {
    let mut out = Vec::new();
    put_message(&mut out, 1, |out| group(out));
    out.into()
}

fn in_span(span: impl Fn(&mut Vec<u8>)) -> Bytes {
    request(|out| put_message(out, 2, |out| put_message(out, 2, |out| span(out))))
}

#[test]
fn a_secret_in_the_first_of_two_resources_is_seen_and_taken_out() {
    let body = request(|out| {
        put_message(out, 1, |out| pair(out, 1, "secret", "hunter2"));
        put_message(out, 1, |out| pair(out, 1, "service.name", "agent"));
        put_message(out, 2, |out| put_bytes(out, 2, &[]));
    });
    let chunk = admit(Signal::Traces, body).unwrap();
    let bare = edit(Signal::Traces, &chunk, &mut Bare);
    assert!(!bare.bytes.windows(7).any(|window| window == b"hunter2"));
    assert_eq!(bare.items, 1);
}

#[test]
fn a_request_without_repetitions_passes_untouched() {
    let body = in_span(|out| {
        put_bytes(out, 1, &[7; 16]);
        pair(out, 9, "a", "1");
        pair(out, 9, "b", "2");
    });
    let chunk = admit(Signal::Traces, body.clone()).unwrap();
    assert_eq!(chunk.bytes.as_ptr(), body.as_ptr());
}

#[test]
fn a_value_in_two_parts_is_the_last_and_lists_are_joined() {
    let body = in_span(|out| {
        put_bytes(out, 1, &[1; 16]);
        put_bytes(out, 1, &[2; 16]);
        put_message(out, 9, |out| {
            put_message(out, 2, |out| put_bytes(out, 1, b"set aside"));
            put_message(out, 2, |out| {
                put_message(out, 5, |out| put_message(out, 1, |out| put_uint(out, 3, 1)))
            });
            put_message(out, 2, |out| {
                put_message(out, 5, |out| put_message(out, 1, |out| put_uint(out, 3, 2)))
            });
            put_bytes(out, 1, b"first key");
            put_bytes(out, 1, b"key");
        });
    });
    let chunk = admit(Signal::Traces, body).unwrap();
    let group = super::super::views::ResourceGroup::of(&chunk.bytes).next().unwrap();
    let span = group.scopes().next().unwrap().items::<Span<'_>>().next().unwrap();
    assert_eq!(span.trace_id, [2; 16]);
    let Attribute { key, value: AnyValue::Array(list), .. } = span.attributes().next().unwrap() else {
        panic!("a list")
    };
    let numbers: Vec<_> = list.map(|value| matches!(value, AnyValue::Int(_))).collect();
    assert_eq!((key, numbers), ("key", vec![true, true]));
}

#[test]
fn points_of_data_that_another_kind_replaced_are_no_items() {
    let gauge = |out: &mut Vec<u8>| put_message(out, 5, |out| put_bytes(out, 1, &[]));
    let sum = |out: &mut Vec<u8>| put_message(out, 7, |out| put_bytes(out, 1, &[]));
    let body = request(|out| {
        put_message(out, 2, |out| {
            put_message(out, 2, |out| [gauge, gauge].iter().for_each(|data| data(out)));
            put_message(out, 2, |out| {
                gauge(out);
                sum(out);
            });
        });
    });
    assert_eq!(validate(Signal::Metrics, &body), Ok(4));
    assert_eq!(admit(Signal::Metrics, body).map(|chunk: Chunk| chunk.items), Ok(3));
}

#[test]
fn a_message_in_too_many_parts_is_refused_with_its_place() {
    let parts = |count: usize| {
        let body = request(|out| (0..count).for_each(|_| put_bytes(out, 1, &[])));
        admit(Signal::Traces, body).map(|chunk| chunk.items)
    };
    assert_eq!(parts(MAX_PARTS), Ok(0));
    let path = "resource_spans.resource".to_owned();
    assert_eq!(parts(MAX_PARTS + 1), Err(Malformed { path, problem: Problem::Parts }));
}
