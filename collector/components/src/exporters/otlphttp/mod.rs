#![doc = include_str!("README.md")]

mod answer;
mod config;
mod exporter;
#[cfg(test)]
mod tests;

use codeagent_config::{Section, Signal};
use codeagent_pipeline::{About, BuildContext, BuiltExporter, ExporterFactory, Sender, SenderSettings};
use http::Uri;
use schemars::schema_for;

use crate::net::http_client::{HttpClient, HttpSettings};
use config::{Config, Encoding, UNSUPPORTED};
use exporter::OtlpHttp;

/// Makes the exporter.
pub const FACTORY: ExporterFactory = ExporterFactory {
    about: About {
        kind: "otlphttp",
        aliases: &["otlp_http"],
        summary: "sends OTLP over HTTP, in protobuf or JSON",
        signals: &Signal::ALL,
        schema: || schema_for!(Config),
    },
    build,
};

fn build(context: &mut BuildContext<'_>, section: &Section, signal: Signal) -> Option<BuiltExporter> {
    let config: Config = section.decode_refusing(UNSUPPORTED, context.diagnostics)?;
    let settings = SenderSettings::new(
        &config.sending_queue,
        &config.retry_on_failure,
        config.timeout.get(),
        context.batching,
    );
    let exporter = exporter(config, context, section, signal)?;
    Some(Sender::build(context, signal, exporter, settings))
}

fn exporter(
    config: Config,
    context: &mut BuildContext<'_>,
    section: &Section,
    signal: Signal,
) -> Option<OtlpHttp> {
    let client = HttpClient::new(&config.http_settings(), section, context);
    let url = config.check(signal, section, context.diagnostics);
    Some(OtlpHttp::new(client?, signal, url?, config.encoding, context.id.to_string()))
}

/// The exporter for code that has no section for it, such as the collector's own telemetry: protobuf to the whole
/// URL `url`. `section` is where the settings come from, for diagnostics.
pub fn sender(
    context: &mut BuildContext<'_>,
    section: &Section,
    signal: Signal,
    url: Uri,
    client: &HttpSettings,
    settings: SenderSettings,
) -> Option<BuiltExporter> {
    let client = HttpClient::new(client, section, context)?;
    let exporter = OtlpHttp::new(client, signal, url, Encoding::Proto, context.id.to_string());
    Some(Sender::build(context, signal, exporter, settings))
}
