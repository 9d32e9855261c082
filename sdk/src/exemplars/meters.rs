//! A meter provider whose instruments keep exemplars.

use std::sync::Arc;

use opentelemetry::metrics::{
    AsyncInstrumentBuilder, Counter, Gauge, Histogram, HistogramBuilder, InstrumentBuilder,
    InstrumentProvider, Meter, MeterProvider, ObservableCounter, ObservableGauge, ObservableUpDownCounter,
    SyncInstrument, UpDownCounter,
};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::metrics::SdkMeterProvider;

use super::Store;
use super::store::{Instrument, Measured};

/// What the SDK takes where nobody says otherwise.
const BOUNDARIES: [f64; 15] =
    [0.0, 5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 750.0, 1000.0, 2500.0, 5000.0, 7500.0, 10000.0];

/// Makes meters with exemplars.
#[derive(Clone)]
pub(crate) struct Meters {
    pub(crate) inner: SdkMeterProvider,
    pub(crate) store: Arc<Store>,
}

impl MeterProvider for Meters {
    fn meter_with_scope(&self, scope: InstrumentationScope) -> Meter {
        let name = scope.name().to_owned();
        let inner = self.inner.meter_with_scope(scope);
        Meter::new(Arc::new(Instruments { inner, scope: name, store: Arc::clone(&self.store) }))
    }
}

struct Instruments {
    inner: Meter,
    scope: String,
    store: Arc<Store>,
}

/// An instrument, and the exemplars of what it measures.
struct Watched<I> {
    inner: I,
    exemplars: Arc<Instrument>,
}

impl From<u64> for Measured {
    fn from(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<i64> for Measured {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Measured {
    fn from(value: f64) -> Self {
        Self::Double(value)
    }
}

macro_rules! watched {
    ($($instrument:ident, $record:ident, $($number:ty),+;)*) => {$($(
        impl SyncInstrument<$number> for Watched<$instrument<$number>> {
            fn measure(&self, value: $number, attributes: &[KeyValue]) {
                self.inner.$record(value, attributes);
                self.exemplars.offer(value.into(), attributes);
            }
        }
    )+)*};
}

watched! {
    Counter, add, u64, f64;
    UpDownCounter, add, i64, f64;
    Gauge, record, u64, i64, f64;
    Histogram, record, u64, f64;
}

macro_rules! synchronous {
    ($($make:ident, $instrument:ident, $number:ty;)*) => {$(
        fn $make(&self, builder: InstrumentBuilder<'_, $instrument<$number>>) -> $instrument<$number> {
            let exemplars = self.store.instrument(&self.scope, &builder.name, Vec::new());
            let mut own = self.inner.$make(builder.name);
            own.description = builder.description;
            own.unit = builder.unit;
            $instrument::new(Arc::new(Watched { inner: own.build(), exemplars }))
        }
    )*};
}

macro_rules! histograms {
    ($($make:ident, $number:ty;)*) => {$(
        fn $make(&self, builder: HistogramBuilder<'_, Histogram<$number>>) -> Histogram<$number> {
            let boundaries = builder.boundaries.clone().unwrap_or_else(|| BOUNDARIES.to_vec());
            let exemplars = self.store.instrument(&self.scope, &builder.name, boundaries);
            let mut own = self.inner.$make(builder.name);
            own.description = builder.description;
            own.unit = builder.unit;
            own.boundaries = builder.boundaries;
            Histogram::new(Arc::new(Watched { inner: own.build(), exemplars }))
        }
    )*};
}

macro_rules! asynchronous {
    ($($make:ident, $instrument:ident, $number:ty;)*) => {$(
        fn $make(&self, builder: AsyncInstrumentBuilder<'_, $instrument<$number>, $number>) -> $instrument<$number> {
            let mut own = self.inner.$make(builder.name);
            own.description = builder.description;
            own.unit = builder.unit;
            own.callbacks = builder.callbacks;
            own.build()
        }
    )*};
}

impl InstrumentProvider for Instruments {
    synchronous! {
        u64_counter, Counter, u64;
        f64_counter, Counter, f64;
        i64_up_down_counter, UpDownCounter, i64;
        f64_up_down_counter, UpDownCounter, f64;
        u64_gauge, Gauge, u64;
        i64_gauge, Gauge, i64;
        f64_gauge, Gauge, f64;
    }
    histograms! {
        u64_histogram, u64;
        f64_histogram, f64;
    }
    asynchronous! {
        u64_observable_counter, ObservableCounter, u64;
        f64_observable_counter, ObservableCounter, f64;
        i64_observable_up_down_counter, ObservableUpDownCounter, i64;
        f64_observable_up_down_counter, ObservableUpDownCounter, f64;
        u64_observable_gauge, ObservableGauge, u64;
        i64_observable_gauge, ObservableGauge, i64;
        f64_observable_gauge, ObservableGauge, f64;
    }
}
