//! Metrics of the process: registered under a lock, counted without one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use codeagent_semconv::Metric;
use parking_lot::Mutex;

use super::histogram::Histogram;
use super::reading::{self, OwnedLabels, Point, Value};

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
    series: Vec<(OwnedLabels, Instrument)>,
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

    /// A number that is read when somebody looks, of any kind but a histogram. It replaces one of the same name and labels.
    pub fn gauge(
        &self,
        metric: &'static Metric,
        labels: Labels<'_>,
        read: impl Fn() -> Option<f64> + Send + Sync + 'static,
    ) {
        let mut families = self.families.lock();
        let series = &mut family(&mut families, metric).series;
        let labels = reading::owned(metric, labels);
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
        let labels = reading::owned(metric, labels);
        let at = series.iter().position(|(existing, _)| *existing == labels).unwrap_or_else(|| {
            series.push((labels, make()));
            series.len() - 1
        });
        T::try_from_instrument(&series[at].1)
    }

    /// Reads all metrics.
    pub(super) fn read(&self) -> Vec<reading::Family> {
        let mut families = self.families.lock();
        let read = |Family { metric, series }: &mut Family| {
            let mut points = Vec::with_capacity(series.len());
            series.retain(|(labels, instrument)| {
                let value = read(instrument);
                points.extend(value.clone().map(|value| Point { labels: labels.clone(), value }));
                value.is_some()
            });
            reading::Family { metric, points }
        };
        families.iter_mut().map(read).collect()
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

/// The value; nothing where what was measured is gone.
fn read(instrument: &Instrument) -> Option<Value> {
    match instrument {
        Instrument::Counter(counter) => Some(Value::Integer(counter.value())),
        Instrument::Histogram(histogram) => Some(histogram.read()),
        Instrument::Gauge(read) => read().map(Value::Double),
    }
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
