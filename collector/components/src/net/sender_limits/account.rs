//! What one sender has used.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::config::PerSender;
use super::{Over, PerSender as Settings};

/// One sender's buckets and connections.
#[derive(Debug)]
pub(super) struct Account {
    connections: AtomicUsize,
    connections_max: Option<usize>,
    buckets: Mutex<[Option<Bucket>; 2]>,
}

impl Account {
    pub fn new(settings: &Settings, now: Instant) -> Self {
        let PerSender { max_connections, bytes_per_second, items_per_second, burst, .. } = settings;
        let bucket = |rate: &Option<u64>| rate.map(|rate| Bucket::full(rate as f64, burst.get(), now));
        Account {
            connections: AtomicUsize::new(0),
            connections_max: *max_connections,
            buckets: Mutex::new([bucket(bytes_per_second), bucket(items_per_second)]),
        }
    }

    /// Counts one more connection, if the sender may have it.
    pub fn connect(&self) -> bool {
        let max = self.connections_max.unwrap_or(usize::MAX);
        let more = |open: usize| (open < max).then_some(open + 1);
        self.connections.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).is_ok()
    }

    /// A counted connection has ended.
    pub fn disconnect(&self) {
        self.connections.fetch_sub(1, Ordering::AcqRel);
    }

    /// Whether a request may come at all; else what is over its limit, and when to come again.
    pub fn is_open(&self, now: Instant) -> Result<(), (Over, Duration)> {
        self.take([0, 0], now)
    }

    /// Pays for bytes, if the sender may still send.
    pub fn bytes(&self, bytes: usize, now: Instant) -> Result<(), (Over, Duration)> {
        self.take([bytes, 0], now)
    }

    /// Pays for items, if the sender may still send.
    pub fn items(&self, items: usize, now: Instant) -> Result<(), (Over, Duration)> {
        self.take([0, items], now)
    }

    /// Pays for bytes that are here already.
    pub fn charge_bytes(&self, bytes: usize) {
        if let Some(bucket) = &mut self.buckets.lock()[0] {
            bucket.balance -= bytes as f64;
        }
    }

    /// From those buckets that it asks something of, or from both where it asks for nothing.
    fn take(&self, amounts: [usize; 2], now: Instant) -> Result<(), (Over, Duration)> {
        let only_looks = amounts == [0, 0];
        let mut buckets = self.buckets.lock();
        for ((bucket, amount), over) in buckets.iter_mut().zip(amounts).zip([Over::Bytes, Over::Items]) {
            if let Some(bucket) = bucket
                && (only_looks || amount > 0)
            {
                bucket.take(amount as f64, now).map_err(|wait| (over, wait))?;
            }
        }
        Ok(())
    }
}

/// A bucket that fills with time; what is taken from it may be more than it holds.
#[derive(Debug)]
pub(super) struct Bucket {
    rate: f64,
    capacity: f64,
    balance: f64,
    filled: Instant,
}

impl Bucket {
    /// A full one, with `rate` in a second.
    pub fn full(rate: f64, burst: Duration, now: Instant) -> Self {
        let capacity = rate * burst.as_secs_f64();
        Bucket { rate, capacity, balance: capacity, filled: now }
    }

    /// Takes `amount` where there is anything in it; else says when there will be.
    pub fn take(&mut self, amount: f64, now: Instant) -> Result<(), Duration> {
        let passed = now.saturating_duration_since(self.filled);
        self.filled = self.filled.max(now);
        self.balance = (self.balance + passed.as_secs_f64() * self.rate).min(self.capacity);
        if self.balance > 0.0 {
            self.balance -= amount;
            return Ok(());
        }
        // A rate is one at least and a debt some requests: no duration overflows.
        let wait = Duration::try_from_secs_f64(-self.balance / self.rate).unwrap_or(Duration::MAX);
        Err(wait.clamp(Duration::from_millis(1), WAIT_MAX))
    }
}

/// The longest wait that a sender is told; it may find that it is not over then.
const WAIT_MAX: Duration = Duration::from_secs(60);
