//! Exemplars: a metric's point leads to the trace that made it.
//!
//! OpenTelemetry's Rust SDK has none (0.33): every point that it collects says so. So the meters of this SDK are wrapped: each synchronous
//! instrument records with the instrument that it wraps, and keeps the last measurement of each bucket that was made within a
//! sampled span (the specification's `trace_based` filter and its reservoir for histograms; one a point for all else). When
//! metrics are collected, what was kept since the last time is put on their points in OTLP.

mod attach;
mod meters;
mod series;
mod store;

pub(crate) use meters::Meters;
pub(crate) use store::{Filter, Store};
