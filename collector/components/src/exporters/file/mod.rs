#![doc = include_str!("README.md")]

mod backup;
mod config;
mod exporter;
#[cfg(test)]
mod tests;
mod writer;

use codeagent_config::{Section, Signal};
use codeagent_pipeline::{
    About, BuildContext, BuiltExporter, ExporterFactory, RetryConfig, Sender, SenderSettings,
};
use schemars::schema_for;

use config::{Config, UNSUPPORTED};
use exporter::File;

/// Makes the exporter.
pub const FACTORY: ExporterFactory = ExporterFactory {
    about: About {
        kind: "file",
        aliases: &[],
        summary: "writes OTLP to a file, in JSON lines or protobuf",
        signals: &Signal::ALL,
        schema: || schema_for!(Config),
    },
    build,
};

fn build(context: &mut BuildContext<'_>, section: &Section, signal: Signal) -> Option<BuiltExporter> {
    let config: Config = section.decode_refusing(UNSUPPORTED, context.diagnostics)?;
    let queue = config.sending_queue.clone();
    queue.check(&section.at("sending_queue").unwrap_or_else(|| section.clone()), context.diagnostics);
    let exporter = exporter(context, section, signal, config)?;
    // a write that has begun is not given up, else its repetition would write twice
    let (retry, no_timeout) = (RetryConfig::default(), std::time::Duration::ZERO);
    let settings = SenderSettings::new(&queue, &retry, no_timeout, context.batching).in_order();
    Some(Sender::build(context, signal, exporter, settings))
}

fn exporter(
    context: &mut BuildContext<'_>,
    section: &Section,
    signal: Signal,
    config: Config,
) -> Option<File> {
    let settings = config.check(section, context.diagnostics)?;
    let (format, compression) = (settings.format, settings.compression);
    match writer::open_shared(settings, context.host.build) {
        Ok(writer) => Some(File::new(signal, format, compression, writer)),
        Err(message) => {
            let place = section.at("path").unwrap_or_else(|| section.clone());
            let help = "give the exporters the same settings, or paths of their own";
            context.diagnostics.push(place.error(message, help));
            None
        }
    }
}
