#![doc = include_str!("README.md")]

mod attribute_hash;
mod check;
mod config;
mod delivery;
mod exporter;
mod failure;
mod message;
mod named;
mod partition;
mod producer;
mod properties;
#[cfg(test)]
mod tests;

use std::time::Duration;

use codeagent_config::schema::beside;
use codeagent_config::{Section, Signal};
use codeagent_pipeline::{About, BuildContext, BuiltExporter, ExporterFactory, Sender, SenderSettings};
use schemars::schema_for;

use crate::net::kafka::ClientKeys;
use config::Config;
use exporter::Kafka;
use message::{Encoding, Shape};
use producer::Lane;

/// Makes the exporter.
pub const FACTORY: ExporterFactory = ExporterFactory {
    about: About {
        kind: "kafka",
        aliases: &[],
        summary: "writes OTLP to Kafka topics",
        signals: &Signal::ALL,
        schema: || beside(schema_for!(ClientKeys), schema_for!(Config)),
    },
    build,
};

fn build(context: &mut BuildContext<'_>, section: &Section, signal: Signal) -> Option<BuiltExporter> {
    let config = Config::read(section, context.diagnostics)?;
    if !config.check(signal, section, context.diagnostics) {
        return None;
    }
    let kafka = kafka(&config, signal, &context.id.to_string());
    let queue = &config.sending_queue;
    // librdkafka keeps the time
    let mut settings = SenderSettings::new(queue, &config.retry_on_failure, Duration::ZERO, context.batching);
    if queue.batch.is_none() && kafka.partition.is_one() {
        settings = settings.batch_bytes_max(kafka.shape.batch_bytes_max());
    }
    Some(Sender::build(context, signal, kafka, settings))
}

/// The exporter of a checked configuration.
fn kafka(config: &Config, signal: Signal, id: &str) -> Kafka {
    let together = config.properties(signal);
    let mut alone = together.clone();
    alone.set("batch.num.messages", "1");
    Kafka {
        topic: config.topic(signal).to_owned(),
        shape: Shape {
            signal,
            encoding: config.encoding_of(signal).unwrap_or(Encoding::OtlpProto),
            bytes_max: config.producer.max_message_bytes,
        },
        partition: config.partition(signal),
        together: Lane::new(id, together),
        alone: Lane::new(id, alone),
    }
}
