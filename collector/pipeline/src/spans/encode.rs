//! Spans in OTLP (`opentelemetry/proto/trace/v1/trace.proto`, message `Span`).

use std::time::Duration;

use super::span::Open;
use crate::otlp::wire::{put_bytes, put_fixed64, put_message, put_uint};
use crate::telemetry::unix_nanos;

/// `Span.SpanKind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Server = 2,
    Client = 3,
}

/// `Status.STATUS_CODE_ERROR`.
const ERROR: u64 = 2;

/// The message, as an element of `ScopeSpans.spans`.
pub(super) fn span(span: &Open, elapsed: Duration) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    put_bytes(&mut out, 1, &span.context.trace_id);
    put_bytes(&mut out, 2, &span.context.span_id);
    if let Some(parent) = &span.parent {
        put_bytes(&mut out, 4, parent);
    }
    put_bytes(&mut out, 5, span.name.as_bytes());
    put_uint(&mut out, 6, span.kind as u64);
    let begin = unix_nanos(span.begin);
    put_fixed64(&mut out, 7, begin);
    put_fixed64(&mut out, 8, begin.saturating_add(elapsed.as_nanos() as u64));
    for (key, value) in &span.attributes {
        put_message(&mut out, 9, |out| {
            put_bytes(out, 1, key.as_bytes());
            put_bytes(out, 2, value);
        });
    }
    for link in &span.links {
        put_message(&mut out, 13, |out| {
            put_bytes(out, 1, &link.trace_id);
            put_bytes(out, 2, &link.span_id);
        });
    }
    if let Some(message) = &span.error {
        put_message(&mut out, 15, |out| {
            put_bytes(out, 2, message.as_bytes());
            put_uint(out, 3, ERROR);
        });
    }
    out
}
