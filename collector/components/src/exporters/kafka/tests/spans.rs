//! Spans, numbered by their names.

use bytes::Bytes;
use codeagent_config::Signal;
use codeagent_pipeline::{Batch, Chunk};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message as _;

use crate::exporters::kafka::message::Message;

pub(super) fn text(key: &str, value: &str) -> KeyValue {
    let value = Some(AnyValue { value: Some(Value::StringValue(value.to_owned())) });
    KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
}

/// A span of trace `trace` with `bytes` of weight.
pub(super) fn span(number: usize, trace: u8, bytes: usize) -> Span {
    Span {
        name: number.to_string(),
        trace_id: vec![trace; 16],
        span_id: vec![1, 2, 3, 4, 5, 6, 7, 8],
        trace_state: "x".repeat(bytes),
        ..Span::default()
    }
}

pub(super) fn chunk_of(resources: Vec<(Vec<KeyValue>, Vec<Span>)>) -> Chunk {
    let items = resources.iter().map(|(_, spans)| spans.len()).sum();
    let group = |(attributes, spans)| ResourceSpans {
        resource: Some(Resource { attributes, ..Resource::default() }),
        scope_spans: vec![ScopeSpans { spans, ..ScopeSpans::default() }],
        ..ResourceSpans::default()
    };
    let request = ExportTraceServiceRequest { resource_spans: resources.into_iter().map(group).collect() };
    Chunk::new(Bytes::from(request.encode_to_vec()), items)
}

pub(super) fn batch_of(chunks: impl IntoIterator<Item = Chunk>) -> Batch {
    let mut batch = Batch::empty(Signal::Traces);
    chunks.into_iter().for_each(|chunk| batch.push(chunk));
    batch
}

/// One chunk of `count` spans, each of its own trace.
pub(super) fn batch(count: usize, bytes: usize) -> Batch {
    let spans = (0..count).map(|number| span(number, number as u8 + 1, bytes)).collect();
    batch_of([chunk_of(vec![(vec![text("service.name", "s")], spans)])])
}

pub(super) fn spans_in(value: &[u8]) -> Vec<Span> {
    let request = ExportTraceServiceRequest::decode(value).unwrap();
    let scopes = request.resource_spans.into_iter().flat_map(|group| group.scope_spans);
    scopes.flat_map(|scope| scope.spans).collect()
}

pub(super) fn numbers_in(message: &Message) -> Vec<usize> {
    message.with_value(spans_in).iter().map(|span| span.name.parse().unwrap()).collect()
}
