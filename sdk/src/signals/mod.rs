//! Where OpenTelemetry's SDK hands over what was recorded.

pub(crate) mod logs;
pub(crate) mod metrics;
pub(crate) mod spans;
pub(crate) mod tracing_events;
