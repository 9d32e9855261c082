//! Native histograms: exponential buckets, and explicit ones in the custom-bucket form.

use codeagent_pipeline::otlp::views::{Buckets, ExponentialHistogramPoint};
use codeagent_pipeline::otlp::wire::{put_bytes, put_double, put_fixed64, put_message, put_uint, put_varint};

use super::flaws::Flaw;

/// Prometheus' finest exponential schema.
pub const SCHEMA_MAX: i32 = 8;
/// Prometheus' coarsest exponential schema.
pub const SCHEMA_MIN: i32 = -4;
/// The schema of explicit bounds.
const SCHEMA_CUSTOM: i32 = -53;
/// The width of the zero bucket where the sender gave none.
const ZERO_THRESHOLD: f64 = 1e-128;
/// The bits of the value that says: the series ended here.
pub const STALE: u64 = 0x7ff0_0000_0000_0002;
/// A gap of up to so many empty buckets is cheaper as empty buckets than as a new span.
const GAP_MAX: i64 = 2;

/// Buckets of one sign: counts from an index on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Side {
    /// Index of the first bucket.
    pub offset: i32,
    /// Counts from there on.
    pub counts: Vec<u64>,
}

impl Side {
    fn read(&mut self, buckets: &Buckets<'_>) {
        self.offset = buckets.offset;
        self.counts.clear();
        self.counts.extend(buckets.counts());
        let used = self.counts.iter().rposition(|count| *count > 0).map_or(0, |last| last + 1);
        self.counts.truncate(used);
        let empty = self.counts.iter().take_while(|count| **count == 0).count();
        self.counts.drain(..empty);
        // An offset at the integers' end is refused later, by the check of the last index.
        self.offset = self.offset.saturating_add(i32::try_from(empty).unwrap_or(i32::MAX));
    }

    fn end(&self) -> i64 {
        i64::from(self.offset) + self.counts.len() as i64
    }

    /// Joins each 2^`by` buckets into one.
    fn coarsen(&mut self, by: u32) {
        if by == 0 || self.counts.is_empty() {
            return;
        }
        let by = by.min(31);
        let (old, new) = (self.offset, self.offset >> by);
        let mut used = 0;
        for at in 0..self.counts.len() {
            let target = (((i64::from(old) + at as i64) >> by) - i64::from(new)) as usize;
            let count = self.counts[at];
            if target < used {
                self.counts[target] = self.counts[target].saturating_add(count);
            } else {
                self.counts[target] = count;
                used = target + 1;
            }
        }
        self.counts.truncate(used);
        self.offset = new;
    }

    /// Adds `other`'s counts; both have one scale.
    fn add(&mut self, other: &Side) {
        if other.counts.is_empty() {
            return;
        }
        if self.counts.is_empty() {
            self.clone_from(other);
            return;
        }
        let start = self.offset.min(other.offset);
        let length = (self.end().max(other.end()) - i64::from(start)) as usize;
        let before = (i64::from(self.offset) - i64::from(start)) as usize;
        self.counts.splice(0..0, std::iter::repeat_n(0, before));
        self.counts.resize(length, 0);
        self.offset = start;
        let at = (i64::from(other.offset) - i64::from(start)) as usize;
        for (total, count) in self.counts[at..].iter_mut().zip(&other.counts) {
            *total = total.saturating_add(*count);
        }
    }

    fn total(&self) -> Option<u64> {
        self.counts.iter().try_fold(0u64, |sum, count| sum.checked_add(*count))
    }
}

/// An exponential histogram.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exponential {
    /// The base is 2^(2^-scale).
    pub scale: i32,
    /// How many values.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// Values in the zero bucket.
    pub zero_count: u64,
    /// The zero bucket's width.
    pub zero_threshold: f64,
    /// Buckets of positive values.
    pub positive: Side,
    /// Buckets of negative values.
    pub negative: Side,
}

/// Buckets that an accumulated histogram keeps a side; past them it is made coarser.
const BUCKETS_MAX: i64 = 160;

impl Exponential {
    /// Reads a point and brings it to a scale that Prometheus has.
    pub fn read(&mut self, point: &ExponentialHistogramPoint<'_>) -> Result<(), Flaw> {
        if point.scale < SCHEMA_MIN {
            return Err(Flaw::Scale);
        }
        self.scale = point.scale;
        self.count = point.count;
        self.sum = point.sum.unwrap_or_default();
        self.zero_count = point.zero_count;
        let given = point.zero_threshold.is_finite() && point.zero_threshold > 0.0;
        self.zero_threshold = if given { point.zero_threshold } else { ZERO_THRESHOLD };
        self.positive.read(&point.positive);
        self.negative.read(&point.negative);
        let end = self.positive.end().max(self.negative.end());
        let totals = [Some(self.zero_count), self.positive.total(), self.negative.total()];
        let sum = totals.into_iter().try_fold(0u64, |sum, total| sum.checked_add(total?));
        if end >= i64::from(i32::MAX) || self.count > i64::MAX as u64 {
            return Err(Flaw::Overflow);
        }
        // Values that are not numbers are in the count and in no bucket; then the sum is none either.
        match sum {
            Some(sum) if sum == self.count || self.sum.is_nan() && sum < self.count => {}
            _ => return Err(Flaw::Count),
        }
        if self.scale > SCHEMA_MAX {
            self.coarsen(self.scale.abs_diff(SCHEMA_MAX));
        }
        Ok(())
    }

    fn coarsen(&mut self, by: u32) {
        self.positive.coarsen(by);
        self.negative.coarsen(by);
        self.scale = self.scale.saturating_sub_unsigned(by);
    }

    /// Adds a delta. `false` where the two have no common scale that Prometheus has.
    pub fn add(&mut self, delta: &mut Exponential) -> bool {
        let scale = self.scale.min(delta.scale);
        let (own, other) = (self.scale.abs_diff(scale), delta.scale.abs_diff(scale));
        self.coarsen(own);
        delta.coarsen(other);
        let length = |own: &Side, other: &Side| {
            own.end().max(other.end()) - i64::from(own.offset).min(i64::from(other.offset))
        };
        while length(&self.positive, &delta.positive).max(length(&self.negative, &delta.negative))
            > BUCKETS_MAX
        {
            if self.scale == SCHEMA_MIN {
                return false;
            }
            self.coarsen(1);
            delta.coarsen(1);
        }
        self.positive.add(&delta.positive);
        self.negative.add(&delta.negative);
        self.count = self.count.saturating_add(delta.count);
        self.zero_count = self.zero_count.saturating_add(delta.zero_count);
        self.sum += delta.sum;
        self.zero_threshold = self.zero_threshold.max(delta.zero_threshold);
        true
    }

    /// Appends the fields of `Histogram` that are not times.
    pub fn write(&self, out: &mut Vec<u8>, layout: &mut Layout) {
        put_uint(out, COUNT, self.count);
        put_double(out, SUM, self.sum);
        put_sint(out, SCHEMA, i64::from(self.scale));
        put_double(out, ZERO_THRESHOLD_FIELD, self.zero_threshold);
        put_uint(out, ZERO_COUNT, self.zero_count);
        // OTLP's bucket 0 begins at 1, Prometheus' ends there.
        layout.write(out, &self.negative.counts, i64::from(self.negative.offset) + 1, NEGATIVE);
        layout.write(out, &self.positive.counts, i64::from(self.positive.offset) + 1, POSITIVE);
    }
}

/// Appends a histogram with explicit bounds in the custom-bucket form.
pub fn write_custom(
    out: &mut Vec<u8>,
    layout: &mut Layout,
    count: u64,
    sum: f64,
    counts: &[u64],
    bounds: &[f64],
) {
    put_uint(out, COUNT, count);
    put_double(out, SUM, sum);
    put_sint(out, SCHEMA, i64::from(SCHEMA_CUSTOM));
    layout.write(out, counts, 0, POSITIVE);
    if !bounds.is_empty() {
        put_message(out, CUSTOM_VALUES, |out| {
            bounds.iter().for_each(|bound| out.extend_from_slice(&bound.to_le_bytes()));
        });
    }
}

/// Appends a histogram that says: the series ended here.
pub fn write_stale(out: &mut Vec<u8>, custom: bool) {
    put_uint(out, COUNT, 0);
    put_fixed64(out, SUM, STALE);
    put_sint(out, SCHEMA, if custom { i64::from(SCHEMA_CUSTOM) } else { 0 });
}

// Field numbers of `Histogram`, the same in both versions of the protocol.
const COUNT: u32 = 1;
const SUM: u32 = 3;
const SCHEMA: u32 = 4;
const ZERO_THRESHOLD_FIELD: u32 = 5;
const ZERO_COUNT: u32 = 6;
/// Spans and deltas.
const NEGATIVE: (u32, u32) = (8, 9);
const POSITIVE: (u32, u32) = (11, 12);
const CUSTOM_VALUES: u32 = 16;

/// Dense counts as Prometheus' spans and deltas; the buffers are used again.
#[derive(Debug, Default)]
pub struct Layout {
    spans: Vec<(i64, u32)>,
    deltas: Vec<u8>,
}

impl Layout {
    fn write(&mut self, out: &mut Vec<u8>, counts: &[u64], first: i64, fields: (u32, u32)) {
        self.spans.clear();
        self.deltas.clear();
        let (mut previous, mut next) = (0i64, first);
        let mut put = |deltas: &mut Vec<u8>, count: i64| {
            put_varint(deltas, zigzag(count - previous));
            previous = count;
        };
        for (index, count) in (first..).zip(counts).filter(|(_, count)| **count > 0) {
            let gap = index - next;
            match self.spans.last_mut() {
                Some((_, length)) if gap <= GAP_MAX => {
                    *length += gap as u32 + 1;
                    (0..gap).for_each(|_| put(&mut self.deltas, 0));
                }
                Some(_) => self.spans.push((gap, 1)),
                None => self.spans.push((index, 1)),
            }
            put(&mut self.deltas, i64::try_from(*count).unwrap_or(i64::MAX));
            next = index + 1;
        }
        for (offset, length) in &self.spans {
            put_message(out, fields.0, |out| {
                put_sint(out, 1, *offset);
                put_uint(out, 2, u64::from(*length));
            });
        }
        if !self.deltas.is_empty() {
            put_bytes(out, fields.1, &self.deltas);
        }
    }
}

fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

fn put_sint(out: &mut Vec<u8>, field: u32, value: i64) {
    put_uint(out, field, zigzag(value));
}

#[cfg(test)]
#[path = "tests/native.rs"]
mod tests;
