//! Metrics as OTLP protobuf, written without a decoder. Field numbers: opentelemetry-proto 1.11.

use std::time::{SystemTime, UNIX_EPOCH};

use codeagent_pipeline::otlp::wire::{
    Fields, put_bytes, put_fixed64, put_message, put_tag, put_uint, put_varint,
};

/// `AggregationTemporality`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Temporality {
    /// Since the last point.
    Delta = 1,
    /// Since the start.
    Cumulative = 2,
}

/// What kind of data a metric has: the number of its field in `Metric`, and of the attributes in its points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    /// A monotonic sum.
    Sum,
    /// Explicit bounds.
    Histogram,
    /// Base-2 exponential buckets.
    ExponentialHistogram,
}

impl Data {
    fn field(self) -> u32 {
        match self {
            Data::Sum => 7,
            Data::Histogram => 9,
            Data::ExponentialHistogram => 10,
        }
    }

    fn attributes_field(self) -> u32 {
        match self {
            Data::Sum => 7,
            Data::Histogram => 9,
            Data::ExponentialHistogram => 1,
        }
    }
}

/// What all points of a metric share.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// Its name.
    pub name: &'a str,
    /// For people.
    pub description: &'a str,
    /// UCUM; empty for none.
    pub unit: &'a str,
    /// Its kind.
    pub data: Data,
    /// Delta or cumulative.
    pub temporality: Temporality,
}

/// Writes `ResourceMetrics` with one scope; `resource` is the `Resource` message.
pub fn put_resource(out: &mut Vec<u8>, resource: &[u8], scope: &str, metrics: impl FnOnce(&mut Vec<u8>)) {
    put_message(out, 1, |out| {
        put_bytes(out, 1, resource);
        put_message(out, 2, |out| {
            put_message(out, 1, |out| put_bytes(out, 1, scope.as_bytes()));
            metrics(out);
        });
    });
}

/// Writes a `Metric`; `points` writes its points with [`put_point`].
pub fn put_metric(out: &mut Vec<u8>, head: &Head<'_>, points: impl FnOnce(&mut Vec<u8>)) {
    put_message(out, 2, |out| {
        put_bytes(out, 1, head.name.as_bytes());
        if !head.description.is_empty() {
            put_bytes(out, 2, head.description.as_bytes());
        }
        if !head.unit.is_empty() {
            put_bytes(out, 3, head.unit.as_bytes());
        }
        put_message(out, head.data.field(), |out| {
            points(out);
            put_uint(out, 2, head.temporality as u64);
            if head.data == Data::Sum {
                put_uint(out, 3, 1);
            }
        });
    });
}

/// Writes a point: its attributes, as [`Attributes`] has them, its times in Unix nanoseconds, and what `value` writes.
pub fn put_point(
    out: &mut Vec<u8>,
    data: Data,
    attributes: &[u8],
    (start, now): (u64, u64),
    value: impl FnOnce(&mut Vec<u8>),
) {
    put_message(out, 1, |out| {
        for (_, attribute) in Fields::new(attributes) {
            put_bytes(out, data.attributes_field(), attribute.bytes());
        }
        put_fixed64(out, 2, start);
        put_fixed64(out, 3, now);
        value(out);
    });
}

/// A packed list of fixed 64-bit numbers.
pub fn put_packed_fixed64(out: &mut Vec<u8>, field: u32, numbers: impl ExactSizeIterator<Item = u64>) {
    put_tag(out, field, 2);
    put_varint(out, numbers.len() as u64 * 8);
    numbers.for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
}

/// Attributes of a point, written as `KeyValue` messages one after the other: equal bytes for equal attributes in equal
/// order, so they are a series' key too.
#[derive(Clone, Debug, Default)]
pub struct Attributes(Vec<u8>);

impl Attributes {
    /// None any more; the memory stays.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds one whose value is an `AnyValue` message.
    pub fn put(&mut self, key: &str, value: &[u8]) {
        put_message(&mut self.0, 1, |out| {
            put_bytes(out, 1, key.as_bytes());
            put_bytes(out, 2, value);
        });
    }

    /// Adds one whose value is a text.
    pub fn put_text(&mut self, key: &str, value: &str) {
        put_message(&mut self.0, 1, |out| {
            put_bytes(out, 1, key.as_bytes());
            put_message(out, 2, |out| put_bytes(out, 1, value.as_bytes()));
        });
    }

    /// The key of the series.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Now, Unix nanoseconds.
pub fn unix_nanos() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
