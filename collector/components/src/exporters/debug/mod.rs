#![doc = include_str!("README.md")]

mod config;
mod detailed;
mod exporter;
mod normal;
mod points;
#[cfg(test)]
mod tests;
mod text;

use codeagent_config::{Section, Signal};
use codeagent_pipeline::{
    About, BuildContext, BuiltExporter, ExporterFactory, QueueConfig, RetryConfig, Sender, SenderSettings,
};
use schemars::schema_for;

use config::Config;
use exporter::Debug;

/// Makes the exporter.
pub const FACTORY: ExporterFactory = ExporterFactory {
    about: About {
        kind: "debug",
        aliases: &[],
        summary: "prints what arrives, for people",
        signals: &Signal::ALL,
        schema: || schema_for!(Config),
    },
    build,
};

fn build(context: &mut BuildContext<'_>, section: &Section, signal: Signal) -> Option<BuiltExporter> {
    let config: Config = section.decode(context.diagnostics)?;
    let exporter = Debug::new(&config, signal, context.id.to_string());
    // without a queue, so that batches are shown as they came
    let queue = QueueConfig { enabled: false, ..config.sending_queue };
    let no_timeout = std::time::Duration::ZERO;
    let settings = SenderSettings::new(&queue, &RetryConfig::default(), no_timeout, None).in_order();
    Some(Sender::build(context, signal, exporter, settings))
}
