//! What is kept between two collections.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use opentelemetry::trace::{SpanContext, TraceContextExt};
use opentelemetry::{Context, KeyValue};

use super::series;

/// Of all instruments together: some 64 bytes each.
const EXEMPLARS_MAX: usize = 10_000;

/// Which measurements may become exemplars: `OTEL_METRICS_EXEMPLAR_FILTER`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    /// Those within a sampled span.
    TraceBased,
    /// All.
    AlwaysOn,
    /// None.
    AlwaysOff,
}

/// A measured value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Measured {
    Int(i64),
    Double(f64),
}

#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) value: Measured,
    pub(super) at: SystemTime,
    /// `None` for a measurement outside of any span.
    pub(super) span: Option<([u8; 16], [u8; 8])>,
    bucket: usize,
}

/// The exemplars of all instruments, by scope and name.
pub(crate) struct Store {
    filter: Filter,
    instruments: Mutex<HashMap<(String, String), Arc<Instrument>>>,
    count: Arc<AtomicUsize>,
}

/// The exemplars of one instrument, by series.
pub(crate) struct Instrument {
    filter: Filter,
    boundaries: Vec<f64>,
    series: Mutex<HashMap<u64, Vec<Kept>>>,
    count: Arc<AtomicUsize>,
}

impl Store {
    pub(crate) fn new(filter: Filter) -> Self {
        Self { filter, instruments: Mutex::default(), count: Arc::default() }
    }

    /// The instrument of that name; the same for the same name. `boundaries` are empty for all but histograms.
    pub(super) fn instrument(&self, scope: &str, name: &str, boundaries: Vec<f64>) -> Arc<Instrument> {
        let (filter, count) = (self.filter, Arc::clone(&self.count));
        let mut instruments = self.instruments.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Instrument { filter, boundaries, series: Mutex::default(), count });
        Arc::clone(instruments.entry((scope.to_owned(), name.to_owned())).or_insert_with(new))
    }

    /// Takes what was kept of the instrument.
    pub(super) fn take(&self, scope: &str, name: &str) -> HashMap<u64, Vec<Kept>> {
        let instruments = self.instruments.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(instrument) = instruments.get(&(scope.to_owned(), name.to_owned())) else {
            return HashMap::new();
        };
        let taken = std::mem::take(&mut *instrument.series.lock().unwrap_or_else(PoisonError::into_inner));
        self.count.fetch_sub(taken.values().map(Vec::len).sum(), Relaxed);
        taken
    }
}

impl Instrument {
    /// Keeps the measurement, if it is one to keep.
    pub(super) fn offer(&self, value: Measured, attributes: &[KeyValue]) {
        let Some(span) = self.accept() else { return };
        let bucket = match value {
            Measured::Double(value) => self.boundaries.partition_point(|bound| *bound < value),
            #[expect(clippy::cast_precision_loss, reason = "a bucket's bound is no finer")]
            Measured::Int(value) => self.boundaries.partition_point(|bound| *bound < value as f64),
        };
        let kept = Kept { value, at: SystemTime::now(), span, bucket };
        let series = series::of_recorded(attributes);
        let mut all = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        let of_series =
            all.get_mut(&series).and_then(|kept| kept.iter_mut().find(|kept| kept.bucket == bucket));
        if let Some(place) = of_series {
            *place = kept;
        } else if self.count.fetch_add(1, Relaxed) < EXEMPLARS_MAX {
            all.entry(series).or_default().push(kept);
        } else {
            self.count.fetch_sub(1, Relaxed);
        }
    }

    /// The ids of the span that is current, if any; `None` where there is to be no exemplar.
    fn accept(&self) -> Option<Option<([u8; 16], [u8; 8])>> {
        let ids = |span: &SpanContext| (span.trace_id().to_bytes(), span.span_id().to_bytes());
        match self.filter {
            Filter::AlwaysOff => None,
            Filter::TraceBased => Context::map_current(|context| {
                let span = context.span();
                let span = span.span_context();
                span.is_sampled().then(|| Some(ids(span)))
            }),
            Filter::AlwaysOn => Context::map_current(|context| {
                let span = context.span();
                Some(span.span_context().is_valid().then(|| ids(span.span_context())))
            }),
        }
    }
}
