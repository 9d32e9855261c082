//! The data plane's own work on a traces request, in spans a second: the door, views, edits, splits, groups, batching;
//! beside it prost and a copy of the bytes.

#![allow(clippy::expect_used)] // a bench is a test: it stops where its input is wrong

use std::hint::black_box;
use std::time::Duration;

use bytes::Bytes;
use codeagent_pipeline::otlp::views::{Resource, ResourceGroup, Scope, Span};
use codeagent_pipeline::otlp::wire::{Fields, put_bytes};
use codeagent_pipeline::otlp::{
    AttributeList, Edit, Editor, Item, admit, any_value, edit, group_by, split, validate,
};
use codeagent_pipeline::{Batch, Chunk, Signal};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::trace::v1::span::Event;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans};
use opentelemetry_proto::tonic::{resource, trace};
use prost::Message;

/// Spans of a request.
const SPANS: usize = 100;

fn pair(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.into(), value: Some(AnyValue { value: Some(value) }), ..Default::default() }
}

/// What an agent says of one call of a model: some 1,100 bytes.
fn span(number: usize) -> trace::v1::Span {
    let text = |length: usize| Value::StringValue("a piece of text ".repeat(length / 16));
    let mut attributes: Vec<_> =
        (0..14).map(|at| pair(&format!("gen_ai.request.part.{at}"), text(32))).collect();
    attributes.extend((0..4).map(|at| pair(&format!("gen_ai.usage.{at}"), Value::IntValue(number as i64))));
    let event = Event {
        time_unix_nano: 1_795_352_878_181_565_712,
        name: "gen_ai.choice".into(),
        attributes: vec![pair("finish_reason", text(16))],
        ..Default::default()
    };
    let mut trace_id = vec![7; 16];
    trace_id[15] = (number % 10) as u8;
    trace::v1::Span {
        trace_id,
        span_id: (number as u64).to_be_bytes().to_vec(),
        parent_span_id: vec![3; 8],
        name: "chat model-of-the-day".into(),
        kind: 3,
        start_time_unix_nano: 1_795_352_878_181_565_712,
        end_time_unix_nano: 1_795_352_878_281_565_712,
        attributes,
        events: vec![event],
        flags: 257,
        ..Default::default()
    }
}

/// One resource, two scopes.
fn request() -> Vec<u8> {
    let attributes = ["service.name", "service.version", "host.name", "process.pid"]
        .map(|key| pair(key, Value::StringValue("value-of-the-resource".into())))
        .to_vec();
    let scope = |name: &str, spans| ScopeSpans {
        scope: Some(InstrumentationScope { name: name.into(), ..Default::default() }),
        spans,
        ..Default::default()
    };
    let half = SPANS / 2;
    let group = ResourceSpans {
        resource: Some(resource::v1::Resource { attributes, ..Default::default() }),
        scope_spans: vec![
            scope("first", (0..half).map(span).collect()),
            scope("second", (half..SPANS).map(span).collect()),
        ],
        ..Default::default()
    };
    ExportTraceServiceRequest { resource_spans: vec![group] }.encode_to_vec()
}

/// Decides over spans one by one.
struct BySpan<F>(F);

impl<F: FnMut(&Span<'_>) -> Edit> Editor for BySpan<F> {
    fn item(&mut self, item: &Item<'_>, _: &Scope<'_>, _: &Resource<'_>) -> Edit {
        let Item::Span(span) = item else { return Edit::Keep };
        (self.0)(span)
    }
}

fn is_even(span: &Span<'_>) -> bool {
    span.span_id.last().is_some_and(|byte| byte % 2 == 0)
}

fn set_one(span: &Span<'_>) -> Edit {
    let mut list = AttributeList::read(span.raw, 9);
    list.set("gen_ai.request.part.3", any_value::string("another text"));
    Edit::Replace(list.to_message())
}

fn door(c: &mut Criterion) {
    let body = Bytes::from(request());
    // Its only group gets a second resource: the request is rewritten.
    let mut group = Fields::new(&body).next().expect("a group").1.bytes().to_vec();
    put_bytes(&mut group, 1, &[]);
    let mut doubled = Vec::new();
    put_bytes(&mut doubled, 1, &group);
    let doubled = Bytes::from(doubled);
    assert_ne!(admit(Signal::Traces, doubled.clone()).expect("sound").bytes.as_ptr(), doubled.as_ptr());
    let mut group = c.benchmark_group("door");
    group.throughput(Throughput::Elements(SPANS as u64));
    group.bench_function("validate", |b| b.iter(|| validate(Signal::Traces, black_box(&body))));
    group.bench_function("admit", |b| b.iter(|| admit(Signal::Traces, black_box(body.clone()))));
    group.bench_function("admit and merge", |b| b.iter(|| admit(Signal::Traces, black_box(doubled.clone()))));
    group.bench_function("prost decode", |b| {
        b.iter(|| {
            ExportTraceServiceRequest::decode(black_box(&*body)).map(|request| request.resource_spans.len())
        })
    });
    group.bench_function("copy", |b| b.iter(|| black_box(&body).to_vec()));
    group.finish();
}

fn views(c: &mut Criterion) {
    let body = request();
    assert!((1_000..1_300).contains(&(body.len() / SPANS)), "{} bytes a span", body.len() / SPANS);
    let spans = || {
        ResourceGroup::of(black_box(&body))
            .flat_map(|group| group.scopes())
            .flat_map(|scope| scope.items::<Span<'_>>())
    };
    let mut group = c.benchmark_group("views");
    group.throughput(Throughput::Elements(SPANS as u64));
    group.bench_function("own fields", |b| {
        b.iter(|| spans().map(|span| span.end_time_unix_nano - span.start_time_unix_nano).sum::<u64>())
    });
    group.bench_function("own fields and attributes", |b| {
        b.iter(|| {
            spans().flat_map(|span| span.attributes()).map(|attribute| attribute.key.len()).sum::<usize>()
        })
    });
    group.finish();
}

fn splices(c: &mut Criterion) {
    let whole = Chunk::new(Bytes::from(request()), SPANS);
    let mut group = c.benchmark_group("splices");
    group.throughput(Throughput::Elements(SPANS as u64));
    let mut editing = |name: &str, decide: fn(&Span<'_>) -> Edit| {
        group.bench_function(name, |b| {
            b.iter(|| edit(Signal::Traces, black_box(&whole), &mut BySpan(decide)))
        });
    };
    editing("edit: keep all", |_| Edit::Keep);
    editing("edit: drop every other", |span| if is_even(span) { Edit::Drop } else { Edit::Keep });
    editing("edit: set one attribute of each", set_one);
    group.bench_function("split by ten", |b| b.iter(|| split(Signal::Traces, black_box(&whole), 10)));
    group.bench_function("group by trace (ten)", |b| {
        b.iter(|| {
            group_by(Signal::Traces, black_box(&whole), |item, _, _| match item {
                Item::Span(span) => span.trace_id.last().copied(),
                _ => None,
            })
        })
    });
    let mut batch = Batch::empty(Signal::Traces);
    split(Signal::Traces, &whole, 10).into_iter().for_each(|piece| batch.push(piece));
    group.bench_function("concatenate ten requests", |b| b.iter(|| black_box(&batch).to_contiguous()));
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(2));
    targets = door, views, splices
}
criterion_main!(benches);
