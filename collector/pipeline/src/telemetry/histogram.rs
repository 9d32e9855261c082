//! Histograms with fixed buckets.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::reading::Value;

/// How often values fell below each bound. Cheap to clone: the counts are shared.
#[derive(Clone, Debug)]
pub struct Histogram(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    bounds: &'static [f64],
    /// One more than bounds: the last for what is over all of them.
    buckets: Box<[AtomicU64]>,
    /// The bits of an `f64`.
    sum: AtomicU64,
}

impl Histogram {
    /// An empty histogram with these upper bounds, in ascending order.
    pub fn new(bounds: &'static [f64]) -> Self {
        let buckets = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Histogram(Arc::new(Counts { bounds, buckets, sum: AtomicU64::new(0f64.to_bits()) }))
    }

    /// Counts `value`.
    pub fn observe(&self, value: f64) {
        let counts = &*self.0;
        let bucket = counts.bounds.partition_point(|bound| *bound < value);
        counts.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        let add = |sum| Some((f64::from_bits(sum) + value).to_bits());
        // never an error: the closure always gives a value
        let _ = counts.sum.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// How many values were counted.
    pub fn count(&self) -> u64 {
        self.0.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed)).sum()
    }

    pub(super) fn read(&self) -> Value {
        let counts = &*self.0;
        Value::Histogram {
            bounds: counts.bounds,
            buckets: counts.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed)).collect(),
            sum: f64::from_bits(counts.sum.load(Ordering::Relaxed)),
        }
    }
}
