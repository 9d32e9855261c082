//! Metrics in OTLP (`opentelemetry/proto/metrics/v1/metrics.proto`): cumulative, since the start of the process.

use std::time::SystemTime;

use codeagent_semconv::{Instrument, Metric, Number};

use super::envelope::{put_text_attribute, unix_nanos};
use super::reading::{Family, Point, Value};
use crate::otlp::wire::{put_bytes, put_double, put_fixed64, put_message, put_tag, put_uint, put_varint};

/// `AGGREGATION_TEMPORALITY_CUMULATIVE`.
const CUMULATIVE: u64 = 2;

/// The name on the wire. The Collector's own metrics have the names there that they have on its page.
pub fn wire_name(metric: &Metric) -> &'static str {
    if metric.name.starts_with("otelcol.") { metric.prometheus } else { metric.name }
}

/// The message `Metric`, an element of `ScopeMetrics.metrics`.
pub fn encode(family: &Family, started: SystemTime, now: SystemTime) -> Vec<u8> {
    let metric = family.metric;
    let (started, now) = (unix_nanos(started), unix_nanos(now));
    let mut out = Vec::with_capacity(256);
    put_bytes(&mut out, 1, wire_name(metric).as_bytes());
    put_bytes(&mut out, 2, metric.brief.as_bytes());
    put_bytes(&mut out, 3, metric.unit.as_bytes());
    let (field, since) = match metric.instrument {
        Instrument::Gauge => (5, None),
        Instrument::Counter | Instrument::UpDownCounter => (7, Some(started)),
        Instrument::Histogram => (9, Some(started)),
    };
    put_message(&mut out, field, |out| {
        for point in &family.points {
            put_message(out, 1, |out| put_point(out, metric, point, since, now));
        }
        if since.is_some() {
            put_uint(out, 2, CUMULATIVE);
        }
        if metric.instrument == Instrument::Counter {
            put_uint(out, 3, 1);
        }
    });
    out
}

/// `NumberDataPoint` or `HistogramDataPoint`.
fn put_point(out: &mut Vec<u8>, metric: &Metric, point: &Point, since: Option<u64>, now: u64) {
    if let Some(since) = since {
        put_fixed64(out, 2, since);
    }
    put_fixed64(out, 3, now);
    let attributes_field = match &point.value {
        Value::Integer(value) => put_number(out, metric.number, *value as f64, Some(*value)),
        Value::Double(value) => put_number(out, metric.number, *value, None),
        Value::Histogram { bounds, buckets, sum } => {
            put_fixed64(out, 4, buckets.iter().sum());
            put_double(out, 5, *sum);
            put_packed(out, 6, buckets.iter().copied());
            put_packed(out, 7, bounds.iter().map(|bound| bound.to_bits()));
            9
        }
    };
    for (label, value) in &point.labels {
        let attribute = metric.attributes.iter().find(|attribute| attribute.label == *label);
        put_text_attribute(out, attributes_field, attribute.map_or(label, |found| found.key), value);
    }
}

/// The field number of the point's attributes.
fn put_number(out: &mut Vec<u8>, number: Number, double: f64, integer: Option<u64>) -> u32 {
    match number {
        Number::Double => put_double(out, 4, double),
        Number::Int => put_fixed64(out, 6, integer.unwrap_or(double as u64)),
    }
    7
}

/// A packed list of 64-bit numbers.
fn put_packed(out: &mut Vec<u8>, field: u32, numbers: impl ExactSizeIterator<Item = u64>) {
    put_tag(out, field, 2);
    put_varint(out, numbers.len() as u64 * 8);
    numbers.for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
}
