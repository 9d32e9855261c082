//! The propagator of traces.

use std::sync::LazyLock;

use opentelemetry::Context;
use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::{SpanContext, TraceContextExt, TraceFlags, TraceId};

use super::traceparent::{self, RANDOM, Traceparent};
use super::tracestate::{self, Members};

/// W3C Trace Context, level 2. See the [module](super) for what it does where.
#[derive(Clone, Copy, Debug, Default)]
pub struct TraceContext;

/// What came from elsewhere and OpenTelemetry's `SpanContext` cannot hold. It rides in the context beside the span.
#[derive(Debug)]
struct Incoming {
    trace_id: TraceId,
    flags: TraceFlags,
    members: Members,
}

impl TextMapPropagator for TraceContext {
    fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
        let span = context.span();
        let span = span.span_context();
        let Some(mut parent) = Traceparent::of(span) else { return };
        let incoming = context.get::<Incoming>().filter(|incoming| incoming.trace_id == parent.trace_id);
        parent.flags = flags(span, incoming);
        injector.set(traceparent::NAME, parent.header());
        if let Some(state) =
            tracestate::header(span.trace_state(), incoming.map(|incoming| &incoming.members))
        {
            injector.set(tracestate::NAME, state);
        }
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        let headers = extractor.get_all(traceparent::NAME).unwrap_or_default();
        // Two say that something is wrong on the way: neither is to be believed.
        let [header] = headers[..] else { return context.clone() };
        let Some(parent) = Traceparent::parse(header) else { return context.clone() };
        let states = extractor.get_all(tracestate::NAME).unwrap_or_default();
        let members = Members::parse(&states).unwrap_or_default();
        let span = parent.remote(members.state());
        let incoming = Incoming { trace_id: parent.trace_id, flags: parent.flags, members };
        context.with_value(incoming).with_remote_span_context(span)
    }

    fn fields(&self) -> FieldIter<'_> {
        static FIELDS: LazyLock<[String; 2]> =
            LazyLock::new(|| [traceparent::NAME, tracestate::NAME].map(str::to_owned));
        FieldIter::new(&*FIELDS)
    }
}

/// The random flag is of the trace, not of a span: whoever begins the trace decides. OpenTelemetry's tracer does not set it on a trace that
/// it begins, though its ids are random, and loses it where a span is not sampled.
fn flags(span: &SpanContext, incoming: Option<&Incoming>) -> TraceFlags {
    let sampled = span.trace_flags() & TraceFlags::SAMPLED;
    let is_random = match incoming {
        Some(incoming) => incoming.flags & RANDOM == RANDOM,
        // Somebody else's span that came by another way than ours.
        None if span.is_remote() => span.trace_flags() & RANDOM == RANDOM,
        None => true,
    };
    if is_random { sampled | RANDOM } else { sampled }
}
