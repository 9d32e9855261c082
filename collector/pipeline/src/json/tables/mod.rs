//! The messages of OTLP 1.x, one row a field: the one place where a field stands. A test compares every row with the
//! descriptors that `opentelemetry-proto` publishes.

pub(super) mod attributes;
pub(super) mod logs;
pub(super) mod metrics;
pub(super) mod traces;

pub(super) const TRACE_ID: super::schema::Kind = super::schema::Kind::Id(16);
pub(super) const SPAN_ID: super::schema::Kind = super::schema::Kind::Id(8);
