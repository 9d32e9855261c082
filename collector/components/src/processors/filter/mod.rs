#![doc = include_str!("README.md")]

use codeagent_config::Section;
use codeagent_pipeline::otlp::views::{Resource, Scope};
use codeagent_pipeline::otlp::{Edit, Editor, Item};
use codeagent_pipeline::{
    About, Batch, BuildContext, BuiltProcessor, Processed, Processor, ProcessorFactory, Reason, Refused,
    Signal,
};
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;

use super::editing::edit_batch;
use super::matching::{MatchConfig, Selection};

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
    spans: Filters,
    /// Which data points stay.
    metrics: Filters,
    /// Which log records stay.
    logs: Filters,
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

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Filters {
    /// Only items that match stay.
    include: Option<MatchConfig>,
    /// Items that match go.
    exclude: Option<MatchConfig>,
}

const OTTL: &str = "OTTL conditions are not supported yet; write a match, such as \
    `logs: {exclude: {match_type: strict, record_attributes: [{key: k, value: v}]}}`";

const UNSUPPORTED: &[(&str, &str)] = &[
    ("traces", OTTL),
    ("metrics::metric", OTTL),
    ("metrics::datapoint", OTTL),
    ("metrics::resource", OTTL),
    ("logs::log_record", OTTL),
    ("logs::resource", OTTL),
    ("trace_conditions", OTTL),
    ("metric_conditions", OTTL),
    ("log_conditions", OTTL),
    ("profiles", "profiles are not supported"),
    ("profile_conditions", "profiles are not supported"),
];

fn build(context: &mut BuildContext<'_>, section: &Section, signal: Signal) -> Option<BuiltProcessor> {
    let config: Config = section.decode_refusing(UNSUPPORTED, context.diagnostics)?;
    let (key, filters) = match signal {
        Signal::Traces => ("spans", config.spans),
        Signal::Metrics => ("metrics", config.metrics),
        Signal::Logs => ("logs", config.logs),
    };
    let place = section.at(key).unwrap_or_else(|| section.clone());
    let (include, exclude) = (filters.include.as_ref(), filters.exclude.as_ref());
    let selection = Selection::compile(include, exclude, signal, &place, context.diagnostics)?;
    Some(BuiltProcessor::Step(Box::new(Filter { selection })))
}

struct Filter {
    /// What stays.
    selection: Selection,
}

impl Processor for Filter {
    fn process(&self, batch: Batch) -> Result<Processed, Refused> {
        Ok(edit_batch(&batch, &mut FilterItems(&self.selection), Reason::Filtered))
    }
}

struct FilterItems<'a>(&'a Selection);

impl Editor for FilterItems<'_> {
    fn item(&mut self, item: &Item<'_>, scope: &Scope<'_>, resource: &Resource<'_>) -> Edit {
        if self.0.contains(item, scope, resource) { Edit::Keep } else { Edit::Drop }
    }
}
