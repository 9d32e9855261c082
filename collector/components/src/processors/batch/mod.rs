#![doc = include_str!("README.md")]

use codeagent_config::{Duration, Section};
use codeagent_pipeline::{About, Batching, BuildContext, BuiltProcessor, ProcessorFactory, Signal};
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;

/// Makes the processor.
pub const FACTORY: ProcessorFactory = ProcessorFactory {
    about: About {
        kind: "batch",
        aliases: &[],
        summary: "sets the batch sizes of the exporters behind it",
        signals: &Signal::ALL,
        schema: || schema_for!(Config),
    },
    build,
};

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Config {
    /// Read for compatibility: batches form while exporters are busy, without a timer.
    timeout: Duration,
    /// Items at which a batch is large enough.
    send_batch_size: usize,
    /// Items that a batch must not exceed; 0 for no limit.
    send_batch_max_size: usize,
}

impl Default for Config {
    fn default() -> Self {
        let timeout = std::time::Duration::from_millis(200).into();
        Config { timeout, send_batch_size: 8192, send_batch_max_size: 0 }
    }
}

const UNSUPPORTED: &[(&str, &str)] = &[
    ("metadata_keys", "batches are not kept apart by metadata yet"),
    ("metadata_cardinality_limit", "batches are not kept apart by metadata yet"),
];

fn build(context: &mut BuildContext<'_>, section: &Section, _: Signal) -> Option<BuiltProcessor> {
    let config: Config = section.decode_refusing(UNSUPPORTED, context.diagnostics)?;
    let Config { send_batch_size, send_batch_max_size, .. } = config;
    if send_batch_max_size > 0 && send_batch_max_size < send_batch_size {
        let message = format!(
            "send_batch_max_size ({send_batch_max_size}) is below send_batch_size ({send_batch_size})"
        );
        context.diagnostics.push(section.error(message, "raise it, or set it to 0 for no limit"));
        return None;
    }
    Some(BuiltProcessor::Batching(Batching { send_batch_size, send_batch_max_size }))
}
