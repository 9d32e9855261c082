//! Rates: the token bucket of Go's `x/time/rate`, and the seconds of `composite`.

use std::time::Duration;

/// A bucket that fills at a rate and starts full.
#[derive(Clone, Debug)]
pub struct Bucket {
    per_second: f64,
    burst: f64,
    tokens: f64,
    filled: Duration,
}

impl Bucket {
    /// A full bucket. Source: `Limiter.AllowN` of `golang.org/x/time/rate`.
    pub fn new(per_second: u64, burst: u64) -> Self {
        let burst = burst as f64;
        Bucket { per_second: per_second as f64, burst, tokens: burst, filled: Duration::ZERO }
    }

    /// Takes `amount` out at time `now`, or nothing.
    pub fn take(&mut self, amount: u64, now: Duration) -> bool {
        let gained = now.saturating_sub(self.filled).as_secs_f64() * self.per_second;
        let tokens = (self.tokens + gained).min(self.burst);
        let left = tokens - amount as f64;
        if left < 0.0 {
            return false;
        }
        (self.tokens, self.filled) = (left, self.filled.max(now));
        true
    }
}

/// What the policies of a composite have kept in the current second of the clock.
#[derive(Clone, Debug)]
pub struct Shares {
    /// Spans a second for all.
    total: u64,
    /// For each policy: what it may keep, and what it has kept.
    parts: Vec<(u64, u64)>,
    second: u64,
}

impl Shares {
    /// Nothing kept yet.
    pub fn new(total: u64, parts: impl IntoIterator<Item = u64>) -> Self {
        Shares { total, parts: parts.into_iter().map(|part| (part, 0)).collect(), second: 0 }
    }

    /// Takes `spans` of the part of policy `at`, or nothing. As in the Collector, the total bounds each part for itself.
    pub fn take(&mut self, at: usize, spans: u64, second: u64) -> bool {
        if self.second != second {
            self.second = second;
            self.parts.iter_mut().for_each(|(_, kept)| *kept = 0);
        }
        let Some((part, kept)) = self.parts.get_mut(at) else { return false };
        let sum = kept.saturating_add(spans);
        let fits = sum <= *part && sum <= self.total;
        if fits {
            *kept = sum;
        }
        fits
    }
}
