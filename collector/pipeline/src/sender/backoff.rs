//! Waits between attempts: exponential, varied at random, bounded in sum.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::Instant;

use super::config::RetryConfig;

/// The waits of one request.
#[derive(Debug)]
pub(super) struct Backoff<'a> {
    config: &'a RetryConfig,
    limit: Duration,
    since: Instant,
    interval: Duration,
}

impl<'a> Backoff<'a> {
    /// Starts the clock of `max_elapsed_time`.
    pub fn new(config: &'a RetryConfig) -> Self {
        let limit = if config.enabled { config.elapsed_max(false) } else { Duration::from_nanos(1) };
        Backoff { config, limit, since: Instant::now(), interval: config.initial_interval.get() }
    }

    /// Waits of the same lengths for ever, for what must succeed before anything else can.
    pub fn without_end(config: &'a RetryConfig) -> Self {
        Backoff { limit: Duration::ZERO, ..Backoff::new(config) }
    }

    /// The next wait, never less than the destination asked for; nothing when the time is up.
    pub fn next(&mut self, asked: Option<Duration>) -> Option<Duration> {
        let wait = varied(self.interval, self.config.randomization_factor).max(asked.unwrap_or_default());
        let longest = self.config.max_interval.get();
        let grown = self.interval.as_secs_f64() * self.config.multiplier;
        self.interval = Duration::try_from_secs_f64(grown).unwrap_or(longest).min(longest);
        let in_time = self.limit.is_zero() || self.since.elapsed().saturating_add(wait) <= self.limit;
        in_time.then_some(wait)
    }
}

/// `interval` times a random number within `1 ± factor`.
fn varied(interval: Duration, factor: f64) -> Duration {
    let scale = 1.0 - factor + 2.0 * factor * random_share();
    Duration::try_from_secs_f64(interval.as_secs_f64() * scale).unwrap_or(interval)
}

/// A number in 0 .. 1. The standard library seeds each `RandomState` differently, which is random enough to
/// keep clients apart.
fn random_share() -> f64 {
    let bits = RandomState::new().hash_one(0u8) >> 11;
    bits as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> RetryConfig {
        RetryConfig { randomization_factor: 0.0, ..RetryConfig::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn waits_grow_up_to_the_longest() {
        let config = config();
        let mut backoff = Backoff::new(&config);
        let waits: Vec<_> = (0..7).map(|_| backoff.next(None).unwrap().as_secs_f64()).collect();
        assert_eq!(waits, [5.0, 7.5, 11.25, 16.875, 25.3125, 30.0, 30.0]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_destination_may_ask_for_a_longer_wait_but_not_for_a_shorter_one() {
        let config = config();
        let mut backoff = Backoff::new(&config);
        assert_eq!(backoff.next(Some(Duration::from_secs(60))), Some(Duration::from_secs(60)));
        assert_eq!(backoff.next(Some(Duration::from_secs(1))), Some(Duration::from_millis(7500)));
    }

    #[tokio::test(start_paused = true)]
    async fn waits_end_when_the_time_is_up() {
        let config =
            RetryConfig { max_elapsed_time: Some(codeagent_config::Duration::from_secs(40)), ..config() };
        let mut backoff = Backoff::new(&config);
        let mut waits = 0;
        while let Some(wait) = backoff.next(None) {
            tokio::time::advance(wait).await;
            waits += 1;
        }
        assert_eq!(waits, 3, "5 + 7.5 + 11.25 are over at 23.75, 16.875 more is past 40");
    }

    #[tokio::test(start_paused = true)]
    async fn without_retries_there_is_no_wait() {
        let config = RetryConfig { enabled: false, ..config() };
        assert_eq!(Backoff::new(&config).next(None), None);
    }

    #[test]
    fn a_wait_is_varied_within_its_share() {
        let interval = Duration::from_secs(10);
        let waits: Vec<_> = (0..200).map(|_| varied(interval, 0.5).as_secs_f64()).collect();
        assert!(waits.iter().all(|wait| (5.0..=15.0).contains(wait)));
        assert!(waits.iter().any(|wait| *wait < 9.0) && waits.iter().any(|wait| *wait > 11.0));
    }
}
