#![doc = include_str!("README.md")]

mod attribute_text;
mod collected;
mod config;
mod cumulative;
pub mod encoder;
mod exemplars;
mod exporter;
mod flaws;
mod histograms;
mod labels;
mod naming;
mod native;
mod points;
pub mod request;
mod rewrite;
mod series;
mod settings;
mod symbols;
mod translate;
mod write;

#[cfg(test)]
mod tests;

use codeagent_config::Section;
use codeagent_config::schema::beside;
use codeagent_pipeline::{About, BuildContext, BuiltExporter, ExporterFactory, Sender, Signal};
use schemars::schema_for;

use crate::net::http_client::HttpClient;
use config::{Config, HttpConfig};
use exporter::RemoteWrite;
use settings::Settings;

/// Makes the exporter.
pub const FACTORY: ExporterFactory = ExporterFactory {
    about: About {
        kind: "prometheusremotewrite",
        aliases: &["prometheus_remote_write"],
        summary: "writes metrics to Prometheus, Thanos, Mimir ... by remote write 2.0 or 1.0",
        signals: &[Signal::Metrics],
        schema: || beside(schema_for!(HttpConfig), schema_for!(Config)),
    },
    build,
};

fn build(context: &mut BuildContext<'_>, section: &Section, signal: Signal) -> Option<BuiltExporter> {
    let settings = Settings::new(section, context)?;
    let place = section.at("http").unwrap_or_else(|| section.clone());
    let client = HttpClient::new(&settings.http(), &place, context)?;
    let sender = settings.sender(section, context);
    let (endpoint, version) = (settings.endpoint.clone(), settings.version);
    let exporter = RemoteWrite::new(client, endpoint, settings.encoder(), version, settings.parallel());
    Some(Sender::build(context, signal, exporter, sender))
}
