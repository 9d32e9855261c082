//! What helpers record with: a tracer, a logger, the instruments, and the tasks that are open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use codeagent_semconv::value::Product;
use codeagent_semconv::{Event, attribute as key, metric};
use opentelemetry::logs::Severity;
use opentelemetry::metrics::Meter;
use opentelemetry::trace::TraceContextExt;
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::SdkTracer;

use super::facts::Facts;
use super::instruments::Instruments;
use super::task::State;
use crate::correlation::Correlation;
use crate::transport::{Note, Outbox};

pub(crate) struct Recorder {
    pub(super) tracer: SdkTracer,
    outbox: Arc<Outbox>,
    /// Where the context has none.
    correlation: Correlation,
    pub(super) instruments: Instruments,
    open: Mutex<Vec<Weak<State>>>,
    /// The longest task that ended since the last collection, by kind.
    longest: Mutex<HashMap<&'static str, Duration>>,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recorder")
    }
}

impl Recorder {
    pub(crate) fn new(
        tracer: SdkTracer,
        outbox: Arc<Outbox>,
        meter: &Meter,
        revision: Option<&str>,
        correlation: Correlation,
    ) -> Arc<Self> {
        let mut base = vec![KeyValue::new(key::CODEAGENT_PRODUCT.name(), Product::Codeagent.as_str())];
        base.extend(
            revision.map(|text| KeyValue::new(key::CODEAGENT_CONFIG_REVISION.name(), text.to_owned())),
        );
        let instruments = Instruments::new(meter, base.clone());
        let (open, longest) = (Mutex::default(), Mutex::default());
        let recorder = Arc::new(Self { tracer, outbox, correlation, instruments, open, longest });
        recorder.instruments.add(&recorder.instruments.session_started, 1, &Facts::default());
        let watched = Arc::downgrade(&recorder);
        let gauge = &metric::CODEAGENT_TASK_DURATION_MAX;
        let builder =
            meter.f64_observable_gauge(gauge.name).with_unit(gauge.unit).with_description(gauge.brief);
        builder
            .with_callback(move |observer| {
                for (kind, longest) in
                    watched.upgrade().map(|recorder| recorder.take_longest()).unwrap_or_default()
                {
                    let kind = KeyValue::new(key::CODEAGENT_TASK_KIND.name(), kind);
                    observer.observe(longest.as_secs_f64(), &[base.as_slice(), &[kind]].concat());
                }
            })
            .build();
        recorder
    }

    /// What everything in `context` carries.
    pub(super) fn correlation<'a>(&'a self, context: &'a Context) -> &'a Correlation {
        Correlation::of(context, &self.correlation)
    }

    /// Emits an event with those of the facts that the registry gives it, in this context.
    pub(super) fn event(
        &self,
        event: &'static Event,
        severity: Severity,
        at: SystemTime,
        context: &Context,
        facts: Facts,
    ) {
        let (span, correlation) = (context.span().span_context().clone(), self.correlation(context).clone());
        self.outbox.push_note(Note { event, severity, at, span, correlation, facts: facts.into_pairs() });
    }

    pub(super) fn remember(&self, task: &Arc<State>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|task| task.strong_count() > 0);
        open.push(Arc::downgrade(task));
    }

    pub(super) fn ended(&self, kind: &'static str, time: Duration) {
        let mut longest = self.longest.lock().unwrap_or_else(PoisonError::into_inner);
        let known = longest.entry(kind).or_default();
        *known = time.max(*known);
    }

    fn open_tasks(&self) -> Vec<Arc<State>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.iter().filter_map(Weak::upgrade).filter(|task| !task.has_ended()).collect()
    }

    fn take_longest(&self) -> HashMap<&'static str, Duration> {
        let mut longest = std::mem::take(&mut *self.longest.lock().unwrap_or_else(PoisonError::into_inner));
        for task in self.open_tasks() {
            let known = longest.entry(task.kind()).or_default();
            *known = task.elapsed().max(*known);
        }
        longest
    }

    /// The process ends: nothing marked the end of these tasks.
    pub(crate) fn end_open_tasks(&self) {
        for task in self.open_tasks() {
            task.abandon();
        }
    }
}
