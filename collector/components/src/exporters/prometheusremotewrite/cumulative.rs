//! Delta points into running totals.

use std::time::{Duration, Instant};

use codeagent_pipeline::otlp::views::Number;

use super::flaws::Flaw;
use super::native::Exponential;
use super::series::ByHash;

/// The totals of all delta series, bounded in number and age.
#[derive(Debug)]
pub struct Cumulative {
    streams: ByHash<Stream>,
    max_streams: usize,
    max_stale: Duration,
    now: Instant,
    swept: Instant,
}

/// The time of a delta point, in nanoseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// 0 where the sender gave none.
    pub start: u64,
    /// When the point was made.
    pub end: u64,
}

/// One series.
#[derive(Debug)]
struct Stream {
    /// When counting began, in nanoseconds since 1970.
    start: u64,
    /// The time of the last point.
    last: u64,
    /// What the last point added, by its hash.
    added: u64,
    /// When it came.
    seen: Instant,
    total: Total,
}

/// What is counted.
#[derive(Clone, Debug)]
pub enum Total {
    /// A sum; whole numbers stay exact as long as they fit.
    Sum(Number),
    /// A histogram with explicit bounds.
    Explicit {
        /// How many values.
        count: u64,
        /// Their sum; nothing once a point had none.
        sum: Option<f64>,
        /// Counts by bucket.
        buckets: Vec<u64>,
    },
    /// An exponential histogram.
    Exponential(Box<Exponential>),
}

impl Total {
    /// Tells one delta from another.
    fn fingerprint(&self) -> u64 {
        match self {
            Total::Sum(Number::None) => 0,
            Total::Sum(Number::Int(value)) => *value as u64,
            Total::Sum(Number::Double(value)) => value.to_bits(),
            Total::Explicit { count, sum, .. } => count.rotate_left(32) ^ sum.unwrap_or_default().to_bits(),
            Total::Exponential(value) => value.count.rotate_left(32) ^ value.sum.to_bits(),
        }
    }

    /// Adds a delta; `false` where the two do not fit.
    fn add(&mut self, delta: Total) -> bool {
        match (self, delta) {
            (Total::Sum(total), Total::Sum(delta)) => {
                *total = sum(*total, delta);
                true
            }
            (
                Total::Explicit { count, sum, buckets },
                Total::Explicit { count: more, sum: added, buckets: counts },
            ) if buckets.len() == counts.len() => {
                *count = count.saturating_add(more);
                *sum = sum.zip(added).map(|(sum, added)| sum + added);
                buckets
                    .iter_mut()
                    .zip(counts)
                    .for_each(|(total, count)| *total = total.saturating_add(count));
                true
            }
            (Total::Exponential(total), Total::Exponential(mut delta)) => total.add(&mut delta),
            _ => false,
        }
    }
}

fn sum(total: Number, delta: Number) -> Number {
    match (total, delta) {
        (Number::Int(total), Number::Int(delta)) => {
            total.checked_add(delta).map_or(Number::Double(total as f64 + delta as f64), Number::Int)
        }
        (total, delta) => {
            Number::Double(total.as_f64().unwrap_or_default() + delta.as_f64().unwrap_or_default())
        }
    }
}

impl Cumulative {
    /// Totals for at most `max_streams` series, each forgotten `max_stale` after its last point.
    pub fn new(max_streams: usize, max_stale: Duration) -> Self {
        let now = Instant::now();
        Cumulative { streams: ByHash::default(), max_streams, max_stale, now, swept: now }
    }

    /// Takes the time, and forgets what is stale now and then.
    pub fn begin(&mut self, now: Instant) {
        self.now = now;
        let pause = if self.streams.len() < self.max_streams { self.max_stale / 4 } else { SWEEP_MIN };
        if now.saturating_duration_since(self.swept) >= pause {
            self.swept = now;
            let max_stale = self.max_stale;
            self.streams.retain(|_, stream| now.saturating_duration_since(stream.seen) < max_stale);
        }
    }

    /// Adds a delta to the total of series `identity`; the total, and when it began in nanoseconds. The last
    /// point once more is a repeat (of a sender that heard no answer, or of a batch that is sent in parts): it
    /// is answered and not added.
    pub fn add(&mut self, identity: u128, span: Span, delta: Total) -> Result<(u64, &Total), Flaw> {
        let room = self.streams.len() < self.max_streams;
        let start = if span.start == 0 { span.end } else { span.start };
        let added = delta.fingerprint();
        let stream = match self.streams.entry(identity) {
            std::collections::hash_map::Entry::Vacant(_) if !room => return Err(Flaw::TooManyStreams),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(Stream { start, last: span.end, added, seen: self.now, total: delta })
            }
            std::collections::hash_map::Entry::Occupied(place) => {
                let stream = place.into_mut();
                if span.end < stream.last || span.end == stream.last && added != stream.added {
                    return Err(Flaw::OutOfOrder);
                }
                stream.seen = self.now;
                // A total that cannot go on begins anew, which Prometheus reads as a reset of the counter.
                if span.end > stream.last && !stream.total.add(delta.clone()) {
                    (stream.total, stream.start) = (delta, start);
                }
                (stream.last, stream.added) = (span.end, added);
                stream
            }
        };
        Ok((stream.start, &stream.total))
    }

    /// How many series there are.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.streams.len()
    }
}

/// When there is no room, looking for stale series costs at most one pass a second.
const SWEEP_MIN: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(max_streams: usize) -> Cumulative {
        Cumulative::new(max_streams, Duration::from_secs(60))
    }

    fn int(value: i64) -> Total {
        Total::Sum(Number::Int(value))
    }

    fn number(total: &Total) -> Number {
        match total {
            Total::Sum(number) => *number,
            other => panic!("not a sum: {other:?}"),
        }
    }

    #[test]
    fn deltas_add_up_from_the_first_start() {
        let mut totals = totals(10);
        for (end, delta, total) in [(10, 5, 5), (20, 7, 12), (30, 0, 12)] {
            let (start, sum) = totals.add(1, Span { start: end - 10, end }, int(delta)).unwrap();
            assert_eq!((start, number(sum)), (10, Number::Int(total)), "at {end}");
        }
    }

    #[test]
    fn a_repeat_is_answered_and_not_added() {
        let mut totals = totals(10);
        for (end, total) in [(10, 5), (10, 5), (20, 10), (20, 10)] {
            let (start, sum) = totals.add(1, Span { start: 5, end }, int(5)).unwrap();
            assert_eq!((start, number(sum)), (5, Number::Int(total)));
        }
    }

    #[test]
    fn a_point_that_is_not_later_is_refused_and_not_added() {
        let mut totals = totals(10);
        totals.add(1, Span { start: 5, end: 10 }, int(5)).unwrap();
        for end in [10, 9] {
            assert_eq!(totals.add(1, Span { start: 5, end }, int(1)).unwrap_err(), Flaw::OutOfOrder);
        }
        assert_eq!(number(totals.add(1, Span { start: 10, end: 11 }, int(1)).unwrap().1), Number::Int(6));
    }

    #[test]
    fn series_are_bounded_in_number_and_age() {
        let mut totals = totals(2);
        let begin = Instant::now();
        totals.begin(begin);
        totals.add(1, Span { start: 1, end: 2 }, int(1)).unwrap();
        totals.begin(begin + Duration::from_secs(50));
        totals.add(2, Span { start: 1, end: 2 }, int(1)).unwrap();
        assert_eq!(totals.add(3, Span { start: 1, end: 2 }, int(1)).unwrap_err(), Flaw::TooManyStreams);
        totals.begin(begin + Duration::from_secs(61));
        assert_eq!(totals.len(), 1);
        totals.add(3, Span { start: 1, end: 2 }, int(1)).unwrap();
    }

    #[test]
    fn whole_numbers_stay_exact_until_they_overflow() {
        let mut totals = totals(1);
        totals.add(1, Span { start: 1, end: 2 }, int((1 << 53) + 1)).unwrap();
        let exact = number(totals.add(1, Span { start: 2, end: 3 }, int(2)).unwrap().1);
        assert_eq!(exact, Number::Int((1 << 53) + 3));
        let large = number(totals.add(1, Span { start: 3, end: 4 }, int(i64::MAX)).unwrap().1);
        assert!(matches!(large, Number::Double(value) if value > 9.2e18));
    }

    #[test]
    fn a_total_that_does_not_fit_begins_anew() {
        let mut totals = totals(1);
        totals.add(1, Span { start: 1, end: 2 }, int(1)).unwrap();
        let other = Total::Explicit { count: 1, sum: None, buckets: vec![1] };
        let (start, total) = totals.add(1, Span { start: 2, end: 3 }, other).unwrap();
        assert!(start == 2 && matches!(total, Total::Explicit { count: 1, .. }));
    }
}
