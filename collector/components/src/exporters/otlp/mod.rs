#![doc = include_str!("README.md")]

mod config;
mod exporter;
pub(super) mod partial_success;
pub(super) mod payload;
#[cfg(test)]
mod tests;

use codeagent_config::{Section, Signal};
use codeagent_pipeline::{About, BuildContext, BuiltExporter, ExporterFactory, Sender, SenderSettings};
use schemars::schema_for;

use crate::net::grpc_client::{GrpcClient, GrpcSettings};
use config::{Config, UNSUPPORTED};
use exporter::Otlp;

/// Makes the exporter.
pub const FACTORY: ExporterFactory = ExporterFactory {
    about: About {
        kind: "otlp",
        aliases: &["otlp_grpc"],
        summary: "sends OTLP over gRPC",
        signals: &Signal::ALL,
        schema: || schema_for!(Config),
    },
    build,
};

fn build(context: &mut BuildContext<'_>, section: &Section, signal: Signal) -> Option<BuiltExporter> {
    let config: Config = section.decode_refusing(UNSUPPORTED, context.diagnostics)?;
    let client = GrpcClient::new(&config.grpc_settings(), section, context);
    if !config.check(section, context.diagnostics) {
        return None;
    }
    let settings = SenderSettings::new(
        &config.sending_queue,
        &config.retry_on_failure,
        config.timeout.get(),
        context.batching,
    );
    let exporter = Otlp::new(client?, signal, context.id.to_string());
    Some(Sender::build(context, signal, exporter, settings))
}

/// The exporter for code that has no section for it, such as the collector's own telemetry. `section` is where the
/// settings come from, for diagnostics.
pub fn sender(
    context: &mut BuildContext<'_>,
    section: &Section,
    signal: Signal,
    client: &GrpcSettings,
    settings: SenderSettings,
) -> Option<BuiltExporter> {
    let client = GrpcClient::new(client, section, context)?;
    let exporter = Otlp::new(client, signal, context.id.to_string());
    Some(Sender::build(context, signal, exporter, settings))
}
