#![doc = include_str!("README.md")]

use codeagent_config::Section;
use codeagent_pipeline::otlp::views::{Metric, Resource, Scope};
use codeagent_pipeline::otlp::{Edit, Editor, Item};
use codeagent_pipeline::{
    About, Batch, BuildContext, BuiltProcessor, Processed, Processor, ProcessorFactory, Reason, Refused,
    Signal,
};
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;

use super::editing::edit_batch;
use super::matching::{MatchConfig, Selection};
use crate::ottl::Context;

mod conditions;

use conditions::{Conditions, Written};

/// Makes the processor.
pub const FACTORY: ProcessorFactory = ProcessorFactory {
    about: About {
        kind: "filter",
        aliases: &[],
        summary: "drops items by name, attribute, severity or resource",
        signals: &Signal::ALL,
        schema: || schema_for!(Config),
    },
    build,
};

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Config {
    /// Read for compatibility: matching cannot fail.
    #[allow(dead_code)]
    error_mode: Option<ErrorMode>,
    /// Which spans stay.
    spans: SpanFilters,
    /// Which data points stay.
    metrics: MetricFilters,
    /// Which log records stay.
    logs: LogFilters,
    /// Conditions in OTTL: spans for which one holds go.
    traces: TraceConditions,
}

/// Conditions in OTTL about spans.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct TraceConditions {
    /// About resources.
    resource: Vec<String>,
    /// About spans.
    span: Vec<String>,
}

/// What to do about a condition that fails.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum ErrorMode {
    /// Say so and go on.
    Ignore,
    /// Go on.
    Silent,
    /// Refuse the batch.
    Propagate,
}

/// Which spans stay.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct SpanFilters {
    /// Only items that match stay.
    include: Option<MatchConfig>,
    /// Items that match go.
    exclude: Option<MatchConfig>,
}

/// Which data points stay.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct MetricFilters {
    /// Only items that match stay.
    include: Option<MatchConfig>,
    /// Items that match go.
    exclude: Option<MatchConfig>,
    /// Conditions in OTTL about resources: items under one for which one holds go.
    resource: Vec<String>,
    /// Conditions in OTTL about metrics.
    metric: Vec<String>,
    /// Conditions in OTTL about data points.
    datapoint: Vec<String>,
}

/// Which log records stay.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct LogFilters {
    /// Only items that match stay.
    include: Option<MatchConfig>,
    /// Items that match go.
    exclude: Option<MatchConfig>,
    /// Conditions in OTTL about resources: items under one for which one holds go.
    resource: Vec<String>,
    /// Conditions in OTTL about log records.
    log_record: Vec<String>,
}

const INFERRED: &str = "write the conditions under `traces`, `metrics` or `logs`, by what they are about";
const EVENTS: &str = "span events cannot be taken out; drop the span, or keep the event";
const OF_LOGS: &str = "this is about log records; write it under `logs`";
const OF_METRICS: &str = "this is about metrics; write it under `metrics`";
const OF_SPANS: &str = "conditions about spans stand under `traces`";

const UNSUPPORTED: &[(&str, &str)] = &[
    ("traces::spanevent", EVENTS),
    ("spans::resource", OF_SPANS),
    ("spans::metric", OF_METRICS),
    ("spans::datapoint", OF_METRICS),
    ("spans::log_record", OF_LOGS),
    ("metrics::log_record", OF_LOGS),
    ("logs::metric", OF_METRICS),
    ("logs::datapoint", OF_METRICS),
    ("trace_conditions", INFERRED),
    ("metric_conditions", INFERRED),
    ("log_conditions", INFERRED),
    ("profiles", "profiles are not supported"),
    ("profile_conditions", "profiles are not supported"),
];

fn build(context: &mut BuildContext<'_>, section: &Section, signal: Signal) -> Option<BuiltProcessor> {
    let config: Config = section.decode_refusing(UNSUPPORTED, context.diagnostics)?;
    let Config { spans, metrics, logs, traces, .. } = &config;
    let (key, conditions_key, include, exclude) = match signal {
        Signal::Traces => ("spans", "traces", &spans.include, &spans.exclude),
        Signal::Metrics => ("metrics", "metrics", &metrics.include, &metrics.exclude),
        Signal::Logs => ("logs", "logs", &logs.include, &logs.exclude),
    };
    let lists: &[Written<'_>] = match signal {
        Signal::Traces => {
            &[("resource", Context::Resource, &traces.resource), ("span", Context::Span, &traces.span)]
        }
        Signal::Metrics => &[
            ("resource", Context::Resource, &metrics.resource),
            ("metric", Context::Metric, &metrics.metric),
            ("datapoint", Context::DataPoint, &metrics.datapoint),
        ],
        Signal::Logs => {
            &[("resource", Context::Resource, &logs.resource), ("log_record", Context::Log, &logs.log_record)]
        }
    };
    let place = |key| section.at(key).unwrap_or_else(|| section.clone());
    let conditions = Conditions::compile(lists, &place(conditions_key), context.diagnostics);
    let (include, exclude) = (include.as_ref(), exclude.as_ref());
    let selection = Selection::compile(include, exclude, signal, &place(key), context.diagnostics)?;
    Some(BuiltProcessor::Step(Box::new(Filter { selection, conditions: conditions? })))
}

struct Filter {
    /// What stays.
    selection: Selection,
    /// What goes.
    conditions: Conditions,
}

impl Processor for Filter {
    fn process(&self, batch: Batch) -> Result<Processed, Refused> {
        Ok(edit_batch(&batch, &mut FilterItems(self), Reason::Filtered))
    }
}

struct FilterItems<'a>(&'a Filter);

impl Editor for FilterItems<'_> {
    fn resource(&mut self, resource: &Resource<'_>) -> Edit {
        if self.0.conditions.meet_resource(resource) { Edit::Drop } else { Edit::Keep }
    }

    fn keeps_metric(&mut self, metric: &Metric<'_>, scope: &Scope<'_>, resource: &Resource<'_>) -> bool {
        !self.0.conditions.meet_metric(metric, scope, resource)
    }

    fn item(&mut self, item: &Item<'_>, scope: &Scope<'_>, resource: &Resource<'_>) -> Edit {
        let stays = self.0.selection.contains(item, scope, resource)
            && !self.0.conditions.meet_item(item, scope, resource);
        if stays { Edit::Keep } else { Edit::Drop }
    }
}

#[cfg(test)]
mod tests;
