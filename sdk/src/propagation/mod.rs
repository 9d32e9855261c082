//! How a trace goes from one process to the next: in the headers of a request, or in the environment of a child.
#![doc = include_str!("README.md")]

mod baggage;
mod environment;
mod headers;
mod randomness;
mod trace_context;
mod traceparent;
mod tracestate;

#[cfg(test)]
mod tests;

use opentelemetry::propagation::TextMapCompositePropagator;

pub use baggage::Baggage;
pub use environment::{ChildEnvironment, OwnEnvironment, from_environment, into_child};
pub use headers::{FromHeaders, IntoHeaders};
pub use randomness::SessionRandomness;
pub use trace_context::TraceContext;

/// Trace context and baggage as the W3C defines them: what the SDK makes the global propagator.
#[must_use]
pub fn w3c() -> TextMapCompositePropagator {
    TextMapCompositePropagator::new(vec![Box::new(TraceContext), Box::new(Baggage)])
}
