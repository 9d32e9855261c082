#![doc = include_str!("README.md")]

use codeagent_config::{Diagnostic, Section};
use codeagent_pipeline::otlp::views::{Resource, Scope};
use codeagent_pipeline::otlp::{Edit, Editor, Item};
use codeagent_pipeline::{
    About, Batch, BuildContext, BuiltProcessor, Processed, Processor, ProcessorFactory, Reason, Refused,
    Signal,
};
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;

use super::editing::edit_batch;

mod decision;
mod logs;
mod spans;

use decision::Sampler;

/// Makes the processor.
pub const FACTORY: ProcessorFactory = ProcessorFactory {
    about: About {
        kind: "probabilistic_sampler",
        aliases: &[],
        summary: "keeps a share of all traces, and the logs of the same traces",
        signals: &[Signal::Traces, Signal::Logs],
        schema: || schema_for!(Config),
    },
    build,
};

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Config {
    /// How the decision is made.
    mode: Mode,
    /// Percentage of items to keep: 100 and over keep all, 0 none.
    sampling_percentage: f32,
    /// Sets tiers of collectors apart in mode `hash_seed`.
    hash_seed: u32,
    /// Whether items without randomness are dropped.
    fail_closed: bool,
    /// Significant hex digits of the threshold that is written: 1 to 14.
    sampling_precision: u32,
    /// Logs: where randomness comes from.
    attribute_source: AttributeSource,
    /// Logs: the attribute whose value is hashed.
    from_attribute: String,
    /// Logs: the attribute that holds a percentage of its own.
    sampling_priority: String,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            mode: Mode::HashSeed,
            sampling_percentage: 0.0,
            hash_seed: 0,
            fail_closed: true,
            sampling_precision: 4,
            attribute_source: AttributeSource::TraceId,
            from_attribute: String::new(),
            sampling_priority: String::new(),
        }
    }
}

/// How the decision is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    /// FNV-1a of the trace id, 14 bits.
    HashSeed,
    /// The trace id's own randomness; lowers the probability that an item came with by the ratio.
    Proportional,
    /// The trace id's own randomness; lowers the probability to the ratio, whatever it came with.
    Equalizing,
}

/// Where a log record's randomness comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
enum AttributeSource {
    /// Its trace id; `from_attribute` where it has none.
    #[serde(rename = "traceID")]
    TraceId,
    /// `from_attribute`.
    #[serde(rename = "record")]
    Record,
}

fn build(context: &mut BuildContext<'_>, section: &Section, signal: Signal) -> Option<BuiltProcessor> {
    let config: Config = section.decode(context.diagnostics)?;
    if let Some(problem) = config.problem(section, signal) {
        context.diagnostics.push(problem);
        return None;
    }
    Some(BuiltProcessor::Step(Box::new(ProbabilisticSampler { sampler: Sampler::new(config) })))
}

impl Config {
    fn problem(&self, section: &Section, signal: Signal) -> Option<Diagnostic> {
        let at = |key: &str| section.at(key).unwrap_or_else(|| section.clone());
        if !(self.sampling_percentage >= 0.0 && self.sampling_percentage.is_finite()) {
            let message = format!("{} is not a percentage", self.sampling_percentage);
            return Some(at("sampling_percentage").error(message, "write 0 to 100"));
        }
        let least = 100.0 / (1_u64 << 56) as f32;
        if self.sampling_percentage > 0.0 && self.sampling_percentage < least {
            let help = format!("the least that a threshold can express is {least:e}; 0 keeps nothing");
            return Some(at("sampling_percentage").error("the percentage is too small", help));
        }
        if !(1..=14).contains(&self.sampling_precision) {
            let message = format!("{} hex digits are not possible", self.sampling_precision);
            return Some(at("sampling_precision").error(message, "write 1 to 14"));
        }
        let record_only = self.attribute_source == AttributeSource::Record && self.from_attribute.is_empty();
        if signal == Signal::Logs && record_only {
            let help = "name the attribute in `from_attribute`";
            return Some(at("attribute_source").error("`record` needs an attribute to hash", help));
        }
        None
    }
}

struct ProbabilisticSampler {
    sampler: Sampler,
}

impl Processor for ProbabilisticSampler {
    fn process(&self, batch: Batch) -> Result<Processed, Refused> {
        Ok(edit_batch(&batch, &mut SampleItems { sampler: &self.sampler }, Reason::Sampled))
    }
}

struct SampleItems<'a> {
    sampler: &'a Sampler,
}

impl Editor for SampleItems<'_> {
    fn item(&mut self, item: &Item<'_>, _: &Scope<'_>, _: &Resource<'_>) -> Edit {
        match item {
            Item::Span(span) => spans::sample(self.sampler, span),
            Item::Log(record) => logs::sample(self.sampler, record),
            Item::Point { .. } => Edit::Keep,
        }
    }
}

#[cfg(test)]
mod tests;
