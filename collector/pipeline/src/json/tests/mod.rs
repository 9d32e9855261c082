mod captures;
mod descriptors;
mod deviations;
mod generated;
mod plain;
mod refusals;
mod round_trip;
mod scattered;
mod size;

use super::{JsonError, Limits, from_protobuf, to_protobuf};
use crate::Signal;

fn read(signal: Signal, body: &str) -> Result<Vec<u8>, JsonError> {
    to_protobuf(signal, body.as_bytes(), Limits::default())
}

fn write(signal: Signal, protobuf: &[u8]) -> String {
    let mut out = Vec::new();
    from_protobuf(signal, protobuf, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// A request with one span that has these members.
fn span(members: &str) -> String {
    format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{members}}}]}}]}}]}}"#)
}

/// A request with one log record that has this body.
fn log_body(value: &str) -> String {
    format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"body":{value}}}]}}]}}]}}"#)
}

/// A request with one metric that has these members.
fn metric(members: &str) -> String {
    format!(r#"{{"resourceMetrics":[{{"scopeMetrics":[{{"metrics":[{{{members}}}]}}]}}]}}"#)
}

fn sum_point(members: &str) -> String {
    metric(&format!(r#""sum":{{"dataPoints":[{{{members}}}]}}"#))
}

fn histogram_point(members: &str) -> String {
    metric(&format!(r#""histogram":{{"dataPoints":[{{{members}}}]}}"#))
}

fn exponential_point(members: &str) -> String {
    metric(&format!(r#""exponentialHistogram":{{"dataPoints":[{{{members}}}]}}"#))
}
