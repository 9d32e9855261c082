//! Metrics of the process: registered under a lock, counted without one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use super::exposition::{self, Kind};
use super::histogram::Histogram;

/// What a metric is called and means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Description {
    /// Its name in Prometheus' text format, counters with the suffix that they are shown with.
    pub name: &'static str,
    /// One sentence, with the unit.
    pub help: &'static str,
}

/// Label names and values of one series.
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
    description: Description,
    kind: Kind,
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
    pub fn counter(&self, description: Description, labels: Labels<'_>) -> Counter {
        let made =
            self.series(description, Kind::Counter, labels, || Instrument::Counter(Counter::default()));
        made.unwrap_or_default()
    }

    /// A gauge that is read when somebody looks. It replaces one of the same name and labels.
    pub fn gauge(
        &self,
        description: Description,
        labels: Labels<'_>,
        read: impl Fn() -> Option<f64> + Send + Sync + 'static,
    ) {
        let mut families = self.families.lock();
        let series = &mut family(&mut families, description, Kind::Gauge).series;
        let labels = exposition::labels(labels);
        series.retain(|(existing, _)| *existing != labels);
        series.push((labels, Instrument::Gauge(Box::new(read))));
    }

    /// The histogram of this name and these labels, made with these upper bounds when it is new.
    pub fn histogram(
        &self,
        description: Description,
        labels: Labels<'_>,
        bounds: &'static [f64],
    ) -> Histogram {
        let make = || Instrument::Histogram(Histogram::new(bounds));
        self.series(description, Kind::Histogram, labels, make).unwrap_or_else(|| Histogram::new(bounds))
    }

    fn series<T: TryFromInstrument>(
        &self,
        description: Description,
        kind: Kind,
        labels: Labels<'_>,
        make: impl FnOnce() -> Instrument,
    ) -> Option<T> {
        let mut families = self.families.lock();
        let series = &mut family(&mut families, description, kind).series;
        let labels = exposition::labels(labels);
        let at = series.iter().position(|(existing, _)| *existing == labels).unwrap_or_else(|| {
            series.push((labels, make()));
            series.len() - 1
        });
        T::try_from_instrument(&series[at].1)
    }

    /// Writes all metrics in Prometheus' text format 0.0.4.
    pub(super) fn write(&self, out: &mut String) {
        let mut families = self.families.lock();
        for Family { description, kind, series } in families.iter_mut() {
            let mut body = String::new();
            series
                .retain(|(labels, instrument)| write_series(&mut body, description.name, labels, instrument));
            if !body.is_empty() {
                exposition::head(out, *description, *kind);
                out.push_str(&body);
            }
        }
    }
}

fn family(families: &mut Vec<Family>, description: Description, kind: Kind) -> &mut Family {
    let existing = families.iter().position(|family| family.description.name == description.name);
    let at = existing.unwrap_or_else(|| {
        families.push(Family { description, kind, series: Vec::new() });
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
