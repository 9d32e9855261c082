//! Histograms whose buckets grow by powers of 2^(2^-scale).
//!
//! Source: <https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram>.

use codeagent_pipeline::otlp::wire::{put_fixed64, put_message, put_tag, put_varint};

/// The finest scale that is tried.
const SCALE_MAX: i32 = 20;

/// Buckets of values that are not negative.
#[derive(Clone, Debug, PartialEq)]
pub struct Exponential {
    scale: i32,
    zeros: u64,
    /// The index of the first bucket.
    first: i32,
    buckets: Vec<u64>,
}

impl Exponential {
    /// No values yet.
    pub fn new() -> Self {
        Exponential { scale: SCALE_MAX, zeros: 0, first: 0, buckets: Vec::new() }
    }

    /// Adds a value so many times; there are at most `size` buckets.
    pub fn add(&mut self, value: f64, times: u64, size: usize) {
        // a duration is not negative, and finite
        if value <= 0.0 || !value.is_finite() {
            self.zeros += times;
            return;
        }
        let mut index = index(value, self.scale);
        if self.buckets.is_empty() {
            (self.first, self.buckets) = (index, vec![times]);
            return;
        }
        let last = |first: i32, buckets: &[u64]| i64::from(first) + buckets.len() as i64 - 1;
        let (mut low, mut high) = (self.first.min(index), last(self.first, &self.buckets).max(index.into()));
        let mut steps = 0;
        while high - i64::from(low) >= size as i64 {
            (low, high, steps) = (low >> 1, high >> 1, steps + 1);
        }
        if steps > 0 {
            self.coarsen(steps);
            index >>= steps;
        }
        if index < self.first {
            let missing = (self.first - index) as usize;
            self.buckets.splice(..0, std::iter::repeat_n(0, missing));
            self.first = index;
        }
        let at = (index - self.first) as usize;
        if at >= self.buckets.len() {
            self.buckets.resize(at + 1, 0);
        }
        self.buckets[at] += times;
    }

    /// Halves the number of buckets, so many times.
    fn coarsen(&mut self, steps: i32) {
        let first = self.first >> steps;
        let mut buckets: Vec<u64> = Vec::new();
        for (at, count) in self.buckets.iter().enumerate() {
            let at = (((self.first + at as i32) >> steps) - first) as usize;
            if at >= buckets.len() {
                buckets.resize(at + 1, 0);
            }
            buckets[at] += count;
        }
        (self.first, self.buckets) = (first, buckets);
        self.scale -= steps;
    }

    /// Bytes beyond the size of the type.
    pub fn heap_bytes(&self) -> usize {
        self.buckets.capacity() * size_of::<u64>()
    }

    /// Writes the fields of a point that tell its buckets.
    pub fn put(&self, out: &mut Vec<u8>) {
        put_tag(out, 6, 0);
        put_varint(out, zigzag(self.scale));
        put_fixed64(out, 7, self.zeros);
        if !self.buckets.is_empty() {
            put_message(out, 8, |out| {
                put_tag(out, 1, 0);
                put_varint(out, zigzag(self.first));
                put_message(out, 2, |out| self.buckets.iter().for_each(|count| put_varint(out, *count)));
            });
        }
    }
}

fn zigzag(number: i32) -> u64 {
    u64::from(((number << 1) ^ (number >> 31)) as u32)
}

/// The bucket of a value: it holds what is over base^index and at most base^(index+1).
fn index(value: f64, scale: i32) -> i32 {
    let exact = value.log2() * f64::from(scale).exp2();
    // the logarithm of a power of two is exact, so that bounds fall into the lower bucket
    (exact.ceil() - 1.0).clamp(f64::from(i32::MIN), f64::from(i32::MAX)) as i32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bounds(histogram: &Exponential, at: usize) -> (f64, f64) {
        let base = |index: i32| (f64::from(index) * f64::from(-histogram.scale).exp2()).exp2();
        let index = histogram.first + at as i32;
        (base(index), base(index + 1))
    }

    #[test]
    fn a_power_of_two_is_the_upper_bound_of_its_bucket() {
        for (value, scale, expected) in
            [(1.0, 0, -1), (2.0, 0, 0), (4.0, 0, 1), (3.0, 0, 1), (4.0, 1, 3), (1.5, 2, 2), (0.5, 0, -2)]
        {
            assert_eq!(index(value, scale), expected, "{value} at {scale}");
        }
    }

    proptest! {
        #[test]
        fn every_value_is_in_its_bucket_and_there_are_not_too_many(
            values in prop::collection::vec((1e-6_f64..1e9, 1_u64..4), 1..60),
            size in 2_usize..40,
        ) {
            let mut histogram = Exponential::new();
            values.iter().for_each(|(value, times)| histogram.add(*value, *times, size));
            prop_assert!(histogram.buckets.len() <= size);
            let mut expected = vec![0; histogram.buckets.len()];
            for (value, times) in &values {
                let is_in = |at: &usize| {
                    let (low, high) = bounds(&histogram, *at);
                    // a value on a bound may be rounded to either side
                    *value > low * (1.0 - 1e-9) && *value <= high * (1.0 + 1e-9)
                };
                let at = (0..expected.len()).find(is_in);
                prop_assert!(at.is_some(), "{value} is in no bucket of {histogram:?}");
                expected[at.unwrap()] += times;
            }
            prop_assert_eq!(expected.iter().sum::<u64>(), histogram.buckets.iter().sum::<u64>());
        }
    }
}
