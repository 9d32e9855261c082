//! Something with a begin and an end: a span, and what is known of it until the end.

use std::borrow::Cow;
use std::time::{Duration, Instant, SystemTime};

use codeagent_semconv::{Event, attribute as key};
use opentelemetry::Context;
use opentelemetry::logs::Severity;
use opentelemetry::trace::{SpanKind, Status, TraceContextExt, Tracer};

use super::facts::Facts;
use super::instruments::Instruments;
use super::node::Node;

#[derive(Debug)]
pub(super) struct Stretch {
    pub(super) node: Node,
    pub(super) facts: Facts,
    begun: Instant,
    begun_at: SystemTime,
    ended: bool,
}

impl std::fmt::Debug for Facts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.pairs()).finish()
    }
}

impl Stretch {
    /// Begins below `parent`. The facts that are known stand on the span from its start, for samplers.
    pub(super) fn begin(
        parent: &Node,
        name: impl Into<Cow<'static, str>>,
        kind: SpanKind,
        facts: Facts,
    ) -> Self {
        Self::begin_in(parent, &parent.context, name, kind, facts)
    }

    pub(super) fn begin_in(
        parent: &Node,
        context: &Context,
        name: impl Into<Cow<'static, str>>,
        kind: SpanKind,
        mut facts: Facts,
    ) -> Self {
        let (begun, begun_at) = (Instant::now(), SystemTime::now());
        let tracer = &parent.recorder.tracer;
        let builder = tracer.span_builder(name).with_kind(kind).with_start_time(begun_at);
        let builder = builder.with_attributes(facts.for_span());
        let span = tracer.build_with_context(builder, context);
        let node = Node { context: context.with_span(span), ..parent.clone() };
        Self { node, facts, begun, begun_at, ended: false }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    pub(super) fn begun(&self) -> Instant {
        self.begun
    }

    /// Marks it as failed with an error of this class; also counts it.
    pub(super) fn fail(&mut self, class: &str) {
        self.facts.error(class);
        let Instruments { errors, .. } = &self.node.recorder.instruments;
        let _within = self.node.context.clone().attach();
        self.node.recorder.instruments.add(errors, 1, &self.facts);
    }

    /// Ends it once: the metrics that `measure` records and the event have the same facts, the same time and the same context
    /// as the span. Whether this was the first time.
    pub(super) fn end(
        &mut self,
        event: Option<&'static Event>,
        measure: impl FnOnce(&Instruments, Duration, &Facts),
    ) -> bool {
        if std::mem::replace(&mut self.ended, true) {
            return false;
        }
        if std::thread::panicking() && !self.has_failed() {
            self.facts.error("panic");
        }
        let time = self.begun.elapsed();
        let ended_at = self.begun_at + time;
        let has_failed = self.has_failed();
        let Node { recorder, context, .. } = &self.node;
        {
            let _within = context.clone().attach();
            measure(&recorder.instruments, time, &self.facts);
        }
        let span = context.span();
        if span.is_recording() {
            span.set_attributes(self.facts.for_span());
            if has_failed {
                span.set_status(Status::error(""));
            }
        }
        span.end_with_timestamp(ended_at);
        if let Some(event) = event {
            let mut facts = std::mem::take(&mut self.facts);
            facts.double(key::CODEAGENT_OPERATION_DURATION, time.as_secs_f64());
            let severity = if has_failed { Severity::Warn } else { Severity::Info };
            recorder.event(event, severity, ended_at, context, facts);
        }
        true
    }

    fn has_failed(&self) -> bool {
        self.facts.pairs().any(|pair| pair.key.as_str() == key::ERROR_TYPE.name())
    }
}

/// Marks what is recorded, if anything is, as failed with an error of this class.
pub(super) fn fail(inner: &mut Option<Stretch>, error: &str) {
    if let Some(inner) = inner {
        inner.fail(error);
    }
}

/// Gives the result back, and marks what is recorded as failed where it is an error of class `E`.
pub(super) fn track<T, E>(inner: &mut Option<Stretch>, result: Result<T, E>) -> Result<T, E> {
    if result.is_err() {
        fail(inner, class_of::<E>());
    }
    result
}

/// The name of a type without its path: what `error.type` says of an error that says nothing else.
pub(super) fn class_of<E>() -> &'static str {
    let name = std::any::type_name::<E>();
    let name = name.split('<').next().unwrap_or(name);
    name.rsplit("::").next().unwrap_or(name)
}
