//! Points that Prometheus cannot take, and why.

use codeagent_pipeline::{Reason, Rejection};

/// Why a point is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// No character of the metric's name can be used.
    Name,
    /// The point's time is zero: unknown.
    NoTime,
    /// The point's time is past 2262: more nanoseconds than 63 bits hold.
    FarTime,
    /// No value, and no flag that says so.
    NoValue,
    /// Neither delta nor cumulative.
    Temporality,
    /// A delta sum that can fall has no meaning in Prometheus.
    DeltaGauge,
    /// Bucket counts do not fit the bounds.
    Buckets,
    /// Bounds are not ascending.
    Bounds,
    /// Scale below -4.
    Scale,
    /// The counts of buckets do not add up to the count.
    Count,
    /// A bucket index or count over the format's integers.
    Overflow,
    /// A delta point that is not later than the last one of its series, nor the same.
    OutOfOrder,
    /// More delta series than the configuration allows.
    TooManyStreams,
    /// Two different values of one series at one millisecond.
    SameTime,
}

impl Flaw {
    fn words(self) -> &'static str {
        match self {
            Flaw::Name => "its name has no character that a Prometheus name can have",
            Flaw::NoTime => "a point has no time",
            Flaw::FarTime => "a point's time is past the year 2262",
            Flaw::NoValue => "a point has no value",
            Flaw::Temporality => "its aggregation temporality is not given",
            Flaw::DeltaGauge => {
                "it is a delta sum that can fall, which Prometheus cannot express; send it cumulative"
            }
            Flaw::Buckets => "a histogram's bucket counts do not fit its bounds (one more count than bounds)",
            Flaw::Bounds => "a histogram's bounds are not in ascending order",
            Flaw::Scale => "an exponential histogram's scale is below -4, the coarsest that Prometheus has",
            Flaw::Count => "a histogram's bucket counts do not add up to its count",
            Flaw::Overflow => "a histogram's bucket index or count is too large",
            Flaw::OutOfOrder => "a delta point is not later than the one before it in its series",
            Flaw::TooManyStreams => {
                "there are more delta series than delta_to_cumulative::max_streams; raise it or send cumulative"
            }
            Flaw::SameTime => {
                "a series has two different values at the same millisecond; the last one is kept"
            }
        }
    }
}

/// The flaws of a batch, each once per metric.
#[derive(Debug, Default)]
pub struct Flaws {
    found: Vec<(Flaw, String, Rejection)>,
}

/// So many kinds are told apart in one batch; more are counted with the last.
const KINDS_MAX: usize = 32;

impl Flaws {
    /// Counts `items` of metric `metric` as left out; `first` is the position of the first in the batch.
    pub fn add(&mut self, flaw: Flaw, metric: &str, items: usize, first: Option<usize>) {
        if items == 0 {
            return;
        }
        let full = self.found.len() >= KINDS_MAX;
        let last = self.found.len().saturating_sub(1);
        let known = self.found.iter().position(|(other, name, _)| *other == flaw && name == metric);
        if let Some(at) = known.or(full.then_some(last)) {
            self.found[at].2.items += items;
            return;
        }
        let shown: String = metric.chars().take(200).collect();
        let message = format!("metric `{shown}`: {}", flaw.words());
        let rejection = Rejection { reason: Reason::Unrepresentable, items, first_item: first, message };
        self.found.push((flaw, metric.to_owned(), rejection));
    }

    /// Items left out.
    #[cfg(test)]
    pub fn items(&self) -> usize {
        self.found.iter().map(|(_, _, rejection)| rejection.items).sum()
    }

    /// For the sender; empties the list.
    pub fn take(&mut self) -> Vec<Rejection> {
        self.found.drain(..).map(|(_, _, rejection)| rejection).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flaw_is_told_once_a_metric_and_the_list_is_bounded() {
        let mut flaws = Flaws::default();
        flaws.add(Flaw::NoValue, "a", 1, Some(3));
        flaws.add(Flaw::NoValue, "a", 2, Some(4));
        flaws.add(Flaw::NoTime, "a", 1, None);
        for at in 0..100 {
            flaws.add(Flaw::NoValue, &format!("m{at}"), 1, None);
        }
        assert_eq!(flaws.items(), 104);
        let taken = flaws.take();
        assert_eq!(taken.len(), KINDS_MAX);
        assert_eq!((taken[0].items, taken[0].first_item), (3, Some(3)));
        assert_eq!(taken[0].message, "metric `a`: a point has no value");
        assert_eq!(flaws.items(), 0);
    }
}
