//! Metrics of the process: registered under a lock, counted without one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use codeagent_semconv::Metric;
use parking_lot::Mutex;

use super::exposition;
use super::histogram::Histogram;

/// Values of one series for the labels that the registry of conventions gives its metric.
pub type Labels<'a> = &'a [(&'static str, &'a str)];

/// A number that only grows.
#[derive(Clone, Debug, Default)]
pub struct Counter(Arc<AtomicU64>);

impl Counter {
    /// Adds `amount`.
    pub fn add(&self, amount: u64) {
        self.0.fetch_add(amount, Ordering::Relaxed);
    }

    /// The sum so far.
    pub fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Reads a gauge; nothing when what it measured is gone.
type Reading = Box<dyn Fn() -> Option<f64> + Send + Sync>;

enum Instrument {
    Counter(Counter),
    Gauge(Reading),
    Histogram(Histogram),
}

struct Family {
    metric: &'static Metric,
    series: Vec<(String, Instrument)>,
}

/// All metrics of the process, except those that are read from the ledger.
#[derive(Default)]
pub struct Registry {
    families: Mutex<Vec<Family>>,
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry").field("families", &self.families.lock().len()).finish()
    }
}

impl Registry {
    /// The counter of this name and these labels, made when it is new.
    pub fn counter(&self, metric: &'static Metric, labels: Labels<'_>) -> Counter {
        let made = self.series(metric, labels, || Instrument::Counter(Counter::default()));
        made.unwrap_or_default()
    }

    /// A gauge that is read when somebody looks. It replaces one of the same name and labels.
    pub fn gauge(
        &self,
        metric: &'static Metric,
        labels: Labels<'_>,
        read: impl Fn() -> Option<f64> + Send + Sync + 'static,
    ) {
        let mut families = self.families.lock();
        let series = &mut family(&mut families, metric).series;
        let labels = exposition::labels(metric, labels);
        series.retain(|(existing, _)| *existing != labels);
        series.push((labels, Instrument::Gauge(Box::new(read))));
    }

    /// The histogram of this name and these labels, made with the metric's buckets when it is new.
    pub fn histogram(&self, metric: &'static Metric, labels: Labels<'_>) -> Histogram {
        let make = || Instrument::Histogram(Histogram::new(metric.buckets));
        self.series(metric, labels, make).unwrap_or_else(|| Histogram::new(metric.buckets))
    }

    fn series<T: TryFromInstrument>(
        &self,
        metric: &'static Metric,
        labels: Labels<'_>,
        make: impl FnOnce() -> Instrument,
    ) -> Option<T> {
        let mut families = self.families.lock();
        let series = &mut family(&mut families, metric).series;
        let labels = exposition::labels(metric, labels);
        let at = series.iter().position(|(existing, _)| *existing == labels).unwrap_or_else(|| {
            series.push((labels, make()));
            series.len() - 1
        });
        T::try_from_instrument(&series[at].1)
    }

    /// Writes all metrics in Prometheus' text format 0.0.4.
    pub(super) fn write(&self, out: &mut String) {
        for Family { metric, series } in self.families.lock().iter_mut() {
            let mut body = String::new();
            series.retain(|(labels, instrument)| {
                write_series(&mut body, metric.prometheus, labels, instrument)
            });
            if !body.is_empty() {
                exposition::head(out, metric);
                out.push_str(&body);
            }
        }
    }
}

fn family<'a>(families: &'a mut Vec<Family>, metric: &'static Metric) -> &'a mut Family {
    let existing = families.iter().position(|family| family.metric.name == metric.name);
    let at = existing.unwrap_or_else(|| {
        families.push(Family { metric, series: Vec::new() });
        families.len() - 1
    });
    &mut families[at]
}

/// Whether the series is still there.
fn write_series(out: &mut String, name: &str, labels: &str, instrument: &Instrument) -> bool {
    match instrument {
        Instrument::Counter(counter) => exposition::sample(out, name, labels, counter.value()),
        Instrument::Histogram(histogram) => histogram.write(out, name, labels),
        Instrument::Gauge(read) => match read() {
            Some(value) => exposition::sample(out, name, labels, value),
            None => return false,
        },
    }
    true
}

/// The handle of a registered instrument; nothing when the name was taken by one of another kind.
trait TryFromInstrument: Sized {
    fn try_from_instrument(instrument: &Instrument) -> Option<Self>;
}

impl TryFromInstrument for Counter {
    fn try_from_instrument(instrument: &Instrument) -> Option<Self> {
        if let Instrument::Counter(counter) = instrument { Some(counter.clone()) } else { None }
    }
}

impl TryFromInstrument for Histogram {
    fn try_from_instrument(instrument: &Instrument) -> Option<Self> {
        if let Instrument::Histogram(histogram) = instrument { Some(histogram.clone()) } else { None }
    }
}
