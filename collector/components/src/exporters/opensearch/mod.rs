#![doc = include_str!("README.md")]

mod config;
#[cfg(test)]
mod tests;

use codeagent_config::Section;
use codeagent_pipeline::{
    About, BuildContext, BuiltExporter, ExporterFactory, Sender, SenderSettings, Signal,
};
use http::Uri;
use schemars::schema_for;

use super::bulk::calendar::DateFormat;
use super::bulk::mapping::Mode;
use super::bulk::route::{DateSuffix, Naming, Router, Stream};
use super::bulk::{
    BulkExporter, BulkPath, Dialect, Encoder, Endpoints, RetryStatuses, positive, templates_of,
};
use crate::net::compress::Compression;
use crate::net::http_client::{HttpClient, HttpSettings, parse_endpoint};
use config::{BulkAction, Config, MappingMode, UNSUPPORTED};

/// Makes the exporter.
pub const FACTORY: ExporterFactory = ExporterFactory {
    about: About {
        kind: "opensearch",
        aliases: &[],
        summary: "writes logs and spans to OpenSearch",
        signals: &[Signal::Traces, Signal::Logs],
        schema: || schema_for!(Config),
    },
    build,
};

fn build(context: &mut BuildContext<'_>, section: &Section, signal: Signal) -> Option<BuiltExporter> {
    let config: Config = section.decode_refusing(UNSUPPORTED, context.diagnostics)?;
    let errors = context.diagnostics.errors();
    let mode = check(&config, section, context);
    let addresses = addresses(&config, section, context);
    let place = section.at("sending_queue").unwrap_or_else(|| section.clone());
    config.sending_queue.check(&place, context.diagnostics);
    let place = section.at("retry_on_failure").unwrap_or_else(|| section.clone());
    config.retry_on_failure.check(&place, context.diagnostics);
    let http = section.at("http").unwrap_or_else(|| section.clone());
    let settings = HttpSettings {
        timeout: config.http.timeout.and_then(positive),
        ..config.http.settings(Compression::None)
    };
    let client = HttpClient::new(&settings, &http, context)?;
    if context.diagnostics.errors() > errors {
        return None;
    }
    let encoder = encoder(&config, signal, mode?);
    let exporter = BulkExporter {
        templates: templates_of(&config.template, &encoder, Dialect::OpenSearch),
        encoder,
        endpoints: Endpoints::new(client, &addresses),
        path: BulkPath { pipeline: &config.pipeline, include_source: None }.to_string(),
        retried: RetryStatuses::default(),
    };
    let settings = SenderSettings::new(
        &config.sending_queue,
        &config.retry_on_failure,
        config.timeout.get(),
        context.batching,
    );
    Some(Sender::build(context, signal, exporter, settings))
}

fn check(config: &Config, section: &Section, context: &mut BuildContext<'_>) -> Option<Mode> {
    let mut refuse = |key: &str, message: &str, help: &str| {
        let place = section.at(key).unwrap_or_else(|| section.clone());
        context.diagnostics.push(place.error(message, help));
    };
    if config.http.is_unreadable() {
        refuse("http::compression", "OpenSearch reads gzip only", "use gzip or none");
    }
    if config.flush.bytes.bytes() == 0 {
        refuse("flush::bytes", "`bytes` must be positive", "the default is 5000000");
    }
    for (key, part) in [("dataset", &config.dataset), ("namespace", &config.namespace)] {
        if part.as_ref().is_some_and(String::is_empty) {
            refuse(key, "it must not be empty", "leave it out for the default");
        }
    }
    match config.mapping.mode {
        MappingMode::Ss4o => Some(Mode::Ss4o),
        MappingMode::Otel => Some(Mode::Otel),
        MappingMode::Ecs => Some(Mode::Ecs),
        MappingMode::FlattenAttributes | MappingMode::Bodymap | MappingMode::OtelV1 => {
            refuse("mapping::mode", "this mapping mode is not supported", "use ss4o, otel or ecs");
            None
        }
    }
}

fn addresses(config: &Config, section: &Section, context: &mut BuildContext<'_>) -> Vec<Uri> {
    let mut addresses = Vec::new();
    let place = section.at("http::endpoint").or_else(|| section.at("http"));
    let place = place.unwrap_or_else(|| section.clone());
    let help = "write `http: {endpoint: \"http://localhost:9200\"}`";
    if config.http.endpoint.is_empty() {
        context.diagnostics.push(place.error("no endpoint is given", help));
        return addresses;
    }
    for text in config.http.endpoint.split(',') {
        match parse_endpoint(text) {
            Ok(uri) => addresses.push(uri),
            Err(message) => context.diagnostics.push(place.error(message, help)),
        }
    }
    addresses
}

fn encoder(config: &Config, signal: Signal, mode: Mode) -> Encoder {
    let (dataset, namespace) = match mode {
        Mode::Otel => ("generic", "default"),
        Mode::Ss4o | Mode::Ecs => ("default", "namespace"),
    };
    let dataset = config.dataset.clone().unwrap_or_else(|| dataset.to_owned());
    let namespace = config.namespace.clone().unwrap_or_else(|| namespace.to_owned());
    let router = |kind: &'static str, index: &str, fallback: &str, format: &str| {
        let naming = match (index, mode) {
            ("", Mode::Otel) => {
                Naming::DataStream { dataset: dataset.clone(), namespace: namespace.clone(), suffix: ".otel" }
            }
            ("", _) => Naming::Static(format!("ss4o_{kind}-{dataset}-{namespace}")),
            (index, _) if index.contains("%{") => {
                let fallback = if fallback.is_empty() { "unknown" } else { fallback };
                Naming::Pattern { text: index.to_owned(), fallback: fallback.to_owned() }
            }
            (index, _) => Naming::Static(index.to_owned()),
        };
        let date = (!format.is_empty())
            .then(|| DateSuffix { separator: "-".to_owned(), format: DateFormat::java(format) });
        Router { kind, naming, date }
    };
    let events =
        router("logs", &config.logs_index, &config.logs_index_fallback, &config.logs_index_time_format);
    let items = match signal {
        Signal::Traces => router(
            "traces",
            &config.traces_index,
            &config.traces_index_fallback,
            &config.traces_index_time_format,
        ),
        Signal::Logs | Signal::Metrics => events.clone(),
    };
    let label = Stream { kind: items.kind, dataset, namespace };
    let action = match config.bulk_action {
        BulkAction::Create => "create",
        BulkAction::Index => "index",
    };
    let bytes_max = usize::try_from(config.flush.bytes.bytes()).unwrap_or(usize::MAX);
    Encoder { signal, mode, items, events, label: Some(label), action, bytes_max }
}
