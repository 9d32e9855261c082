//! Spans of the collector itself: one for each request to a receiver, one for each delivery of an exporter, under
//! the OpenTelemetry Collector's names. Off unless the configuration asks for them; then nothing is measured.

mod context;
mod encode;
mod ids;
mod sampler;
mod span;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use codeagent_semconv::attribute;
use http::HeaderMap;

pub use context::{OWN_TRACEPARENT, OWN_TRACESTATE, SpanContext};
pub use ids::random_uuid;
pub use sampler::Sampler;
pub use span::Span;

use crate::telemetry::Outbox;
use crate::{Batch, Node, Signal};

/// Begins spans. Cheap to clone; the default one is off.
#[derive(Clone, Debug, Default)]
pub struct Tracer(Option<Arc<Recorder>>);

/// Where spans go that are sampled.
#[derive(Debug)]
struct Recorder {
    sampler: Sampler,
    /// Whether the trace context in the headers of a request is taken over.
    adopts: bool,
    outboxes: Vec<Arc<Outbox>>,
}

impl Tracer {
    /// A tracer that puts ended spans into all `outboxes`. `adopts`: spans of requests that carry a W3C trace
    /// context become children of it; else each begins a trace.
    pub fn new(sampler: Sampler, adopts: bool, outboxes: Vec<Arc<Outbox>>) -> Self {
        Tracer(Some(Arc::new(Recorder { sampler, adopts, outboxes })))
    }

    /// Begins the span of a request to the receiver `node`.
    pub fn receive(&self, node: &Node, transport: &str, format: &str, headers: &HeaderMap) -> Span {
        let Some(recorder) = &self.0 else { return Span::off() };
        let parent = SpanContext::from_headers(headers).filter(|parent| parent.own || recorder.adopts);
        let operation = match node.signal {
            Signal::Traces => "TraceDataReceived",
            Signal::Metrics => "MetricsReceived",
            Signal::Logs => "LogsReceived",
        };
        let mut span = recorder.begin(parent.as_slice());
        span.describe(|| format!("receiver/{}/{operation}", node.id), encode::Kind::Server);
        span.set_text(attribute::RECEIVER, &node.id);
        span.set_text(attribute::TRANSPORT, transport);
        span.set_text(attribute::FORMAT, format);
        span
    }

    /// Begins the span of the delivery of `batch` by the exporter `node`: a child of the request's span where the
    /// batch comes from one request, linked to all of them where several were merged.
    pub fn export(&self, node: &Node, batch: &Batch) -> Span {
        let Some(recorder) = &self.0 else { return Span::off() };
        let mut span = recorder.begin(batch.origins());
        span.describe(|| format!("exporter/{}/{}", node.id, node.signal), encode::Kind::Client);
        span.set_text(attribute::EXPORTER, &node.id);
        span.set_text(attribute::DATA_TYPE, node.signal.as_str());
        span
    }
}

impl Recorder {
    fn begin(self: &Arc<Self>, origins: &[SpanContext]) -> Span {
        let own = !origins.is_empty() && origins.iter().all(|origin| origin.own);
        let parent = match origins {
            [only] => Some(only),
            _ => None,
        };
        let trace_id = parent.map_or_else(ids::trace_id, |parent| parent.trace_id);
        let silent = !origins.is_empty() && !origins.iter().any(|origin| origin.sampled);
        let sampled = !own
            && match parent {
                Some(parent) => self.sampler.samples(trace_id, Some(parent.sampled)),
                None => self.sampler.samples(trace_id, silent.then_some(false)),
            };
        let context = SpanContext { trace_id, span_id: ids::span_id(), sampled, own };
        if !sampled {
            return Span::unrecorded(context);
        }
        let links = if parent.is_some() { &[] } else { origins };
        Span::recorded(context, parent.map(|parent| parent.span_id), links, self.clone())
    }

    fn record(&self, span: Vec<u8>) {
        let span = bytes::Bytes::from(span);
        for outbox in &self.outboxes {
            outbox.push(span.clone());
        }
    }
}
