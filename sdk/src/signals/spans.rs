//! Spans: the context's correlation at their start, the outbox at their end.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry::trace::Span as _;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

use crate::correlation::Correlation;
use crate::transport::Outbox;

pub(crate) struct Spans {
    pub(crate) outbox: Arc<Outbox>,
    /// Where the context has none.
    pub(crate) correlation: Correlation,
    pub(crate) flush_timeout: Duration,
}

impl std::fmt::Debug for Spans {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Spans")
    }
}

impl SpanProcessor for Spans {
    fn on_start(&self, span: &mut Span, context: &Context) {
        for pair in Correlation::of(context, &self.correlation).pairs() {
            span.set_attribute(pair.clone());
        }
    }

    fn on_end(&self, span: SpanData) {
        if span.span_context.is_sampled() {
            self.outbox.push_span(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.outbox.flush(self.flush_timeout)
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.outbox.flush(timeout)
    }
}
