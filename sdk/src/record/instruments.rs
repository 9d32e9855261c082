//! The instruments of the registry, made once.

use std::time::Duration;

use codeagent_semconv::{Metric, metric};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter, UpDownCounter};

use super::facts::Facts;

/// An instrument and what the registry says of it.
pub(super) struct Declared<I> {
    metric: &'static Metric,
    instrument: I,
}

pub(super) struct Instruments {
    /// What all metrics of this process carry.
    base: Vec<KeyValue>,
    pub(super) session_started: Declared<Counter<u64>>,
    pub(super) task_started: Declared<Counter<u64>>,
    pub(super) task_active: Declared<UpDownCounter<i64>>,
    pub(super) task_duration: Declared<Histogram<f64>>,
    pub(super) task_cost: Declared<Histogram<f64>>,
    pub(super) task_tokens: Declared<Histogram<u64>>,
    pub(super) task_turns: Declared<Histogram<u64>>,
    pub(super) task_attempts: Declared<Histogram<u64>>,
    pub(super) model_duration: Declared<Histogram<f64>>,
    pub(super) tokens: Declared<Counter<u64>>,
    pub(super) cost: Declared<Counter<f64>>,
    pub(super) context: Declared<Histogram<f64>>,
    pub(super) compaction: Declared<Histogram<f64>>,
    pub(super) tool_duration: Declared<Histogram<f64>>,
    pub(super) command_duration: Declared<Histogram<f64>>,
    pub(super) edits: Declared<Counter<u64>>,
    pub(super) edit_lines: Declared<Counter<u64>>,
    pub(super) test_duration: Declared<Histogram<f64>>,
    pub(super) test_cases: Declared<Counter<u64>>,
    pub(super) decisions: Declared<Counter<u64>>,
    pub(super) wait: Declared<Histogram<f64>>,
    pub(super) interventions: Declared<Counter<u64>>,
    pub(super) errors: Declared<Counter<u64>>,
    pub(super) retries: Declared<Counter<u64>>,
    pub(super) loops: Declared<Counter<u64>>,
    pub(super) score: Declared<Histogram<f64>>,
}

impl Instruments {
    pub(super) fn new(meter: &Meter, base: Vec<KeyValue>) -> Self {
        Self {
            base,
            session_started: counter(meter, &metric::CODEAGENT_SESSION_STARTED),
            task_started: counter(meter, &metric::CODEAGENT_TASK_STARTED),
            task_active: up_down(meter, &metric::CODEAGENT_TASK_ACTIVE),
            task_duration: histogram(meter, &metric::CODEAGENT_TASK_DURATION),
            task_cost: histogram(meter, &metric::CODEAGENT_TASK_COST),
            task_tokens: whole(meter, &metric::CODEAGENT_TASK_TOKENS),
            task_turns: whole(meter, &metric::CODEAGENT_TASK_TURNS),
            task_attempts: whole(meter, &metric::CODEAGENT_TASK_ATTEMPTS),
            model_duration: histogram(meter, &metric::GEN_AI_CLIENT_OPERATION_DURATION),
            tokens: counter(meter, &metric::CODEAGENT_TOKEN_USAGE),
            cost: amount(meter, &metric::CODEAGENT_COST_USAGE),
            context: histogram(meter, &metric::CODEAGENT_CONTEXT_UTILIZATION),
            compaction: histogram(meter, &metric::CODEAGENT_COMPACTION_DURATION),
            tool_duration: histogram(meter, &metric::CODEAGENT_TOOL_DURATION),
            command_duration: histogram(meter, &metric::CODEAGENT_COMMAND_DURATION),
            edits: counter(meter, &metric::CODEAGENT_EDIT_ATTEMPTS),
            edit_lines: counter(meter, &metric::CODEAGENT_EDIT_LINES),
            test_duration: histogram(meter, &metric::CODEAGENT_TEST_DURATION),
            test_cases: counter(meter, &metric::CODEAGENT_TEST_CASES),
            decisions: counter(meter, &metric::CODEAGENT_PERMISSION_DECISIONS),
            wait: histogram(meter, &metric::CODEAGENT_PERMISSION_WAIT_TIME),
            interventions: counter(meter, &metric::CODEAGENT_HUMAN_INTERVENTIONS),
            errors: counter(meter, &metric::CODEAGENT_OPERATION_ERRORS),
            retries: counter(meter, &metric::CODEAGENT_RETRIES),
            loops: counter(meter, &metric::CODEAGENT_LOOP_DETECTIONS),
            score: histogram(meter, &metric::CODEAGENT_EVALUATION_SCORE),
        }
    }

    fn attributes(&self, metric: &'static Metric, facts: &Facts) -> Vec<KeyValue> {
        let declared = |pair: &&KeyValue| metric.attributes.iter().any(|one| one.key == pair.key.as_str());
        let base = self.base.iter().filter(declared).cloned();
        base.chain(facts.of_metric(metric.attributes)).collect()
    }

    pub(super) fn add(&self, counter: &Declared<Counter<u64>>, count: u64, facts: &Facts) {
        if count > 0 {
            counter.instrument.add(count, &self.attributes(counter.metric, facts));
        }
    }

    pub(super) fn add_amount(&self, counter: &Declared<Counter<f64>>, amount: f64, facts: &Facts) {
        counter.instrument.add(amount, &self.attributes(counter.metric, facts));
    }

    pub(super) fn change(&self, counter: &Declared<UpDownCounter<i64>>, by: i64, facts: &Facts) {
        counter.instrument.add(by, &self.attributes(counter.metric, facts));
    }

    pub(super) fn time(&self, histogram: &Declared<Histogram<f64>>, time: Duration, facts: &Facts) {
        self.record(histogram, time.as_secs_f64(), facts);
    }

    pub(super) fn record(&self, histogram: &Declared<Histogram<f64>>, value: f64, facts: &Facts) {
        histogram.instrument.record(value, &self.attributes(histogram.metric, facts));
    }

    pub(super) fn count(&self, histogram: &Declared<Histogram<u64>>, value: u64, facts: &Facts) {
        histogram.instrument.record(value, &self.attributes(histogram.metric, facts));
    }
}

fn counter(meter: &Meter, metric: &'static Metric) -> Declared<Counter<u64>> {
    let builder = meter.u64_counter(metric.name).with_unit(metric.unit).with_description(metric.brief);
    Declared { metric, instrument: builder.build() }
}

fn amount(meter: &Meter, metric: &'static Metric) -> Declared<Counter<f64>> {
    let builder = meter.f64_counter(metric.name).with_unit(metric.unit).with_description(metric.brief);
    Declared { metric, instrument: builder.build() }
}

fn up_down(meter: &Meter, metric: &'static Metric) -> Declared<UpDownCounter<i64>> {
    let builder =
        meter.i64_up_down_counter(metric.name).with_unit(metric.unit).with_description(metric.brief);
    Declared { metric, instrument: builder.build() }
}

fn histogram(meter: &Meter, metric: &'static Metric) -> Declared<Histogram<f64>> {
    let builder = meter.f64_histogram(metric.name).with_unit(metric.unit).with_description(metric.brief);
    Declared { metric, instrument: builder.with_boundaries(metric.buckets.to_vec()).build() }
}

fn whole(meter: &Meter, metric: &'static Metric) -> Declared<Histogram<u64>> {
    let builder = meter.u64_histogram(metric.name).with_unit(metric.unit).with_description(metric.brief);
    Declared { metric, instrument: builder.with_boundaries(metric.buckets.to_vec()).build() }
}
