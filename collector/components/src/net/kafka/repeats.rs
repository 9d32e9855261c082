//! What librdkafka says over and over while a broker is away: at once, then once a minute.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// The time between two lines of the same kind.
const PAUSE: Duration = Duration::from_secs(60);
/// Kinds that are told apart; librdkafka knows a few dozen.
const KINDS_MAX: usize = 64;

/// When each kind of line was told last, and how many were left out since.
#[derive(Debug, Default)]
pub(super) struct Repeats(Mutex<HashMap<String, (Instant, usize)>>);

impl Repeats {
    /// Whether a line of `kind` is to be told: with how many were left out before it.
    pub fn over(&self, kind: &str) -> Option<usize> {
        self.over_at(kind, Instant::now())
    }

    fn over_at(&self, kind: &str, now: Instant) -> Option<usize> {
        let mut told = self.0.lock();
        if let Some((last, left_out)) = told.get_mut(kind) {
            if now.duration_since(*last) < PAUSE {
                *left_out += 1;
                return None;
            }
            *last = now;
            return Some(std::mem::take(left_out));
        }
        if told.len() >= KINDS_MAX {
            told.clear();
        }
        told.insert(kind.to_owned(), (now, 0));
        Some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_told_at_once_and_then_once_a_minute_with_a_count() {
        let (repeats, start) = (Repeats::default(), Instant::now());
        let at = |kind: &str, seconds| repeats.over_at(kind, start + Duration::from_secs(seconds));
        assert_eq!((at("FAIL", 0), at("DOWN", 0)), (Some(0), Some(0)));
        let told: Vec<_> = (1..=120).filter_map(|second| at("FAIL", second)).collect();
        assert_eq!(told, [59, 59]);
    }

    #[test]
    fn kinds_are_bounded() {
        let repeats = Repeats::default();
        (0..1000).for_each(|kind| assert_eq!(repeats.over(&kind.to_string()), Some(0)));
        assert!(repeats.0.lock().len() <= KINDS_MAX);
    }
}
