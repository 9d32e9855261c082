//! The messages of OTLP 1.x, one row a field: the one place where a field stands. A test compares every row with the
//! descriptors that `opentelemetry-proto` publishes.

pub(crate) mod attributes;
pub(crate) mod logs;
pub(crate) mod message;
pub(crate) mod metrics;
pub(crate) mod traces;

pub(crate) const TRACE_ID: message::Kind = message::Kind::Id(16);
pub(crate) const SPAN_ID: message::Kind = message::Kind::Id(8);
