#![doc = include_str!("README.md")]

mod config;
#[cfg(test)]
mod tests;

use std::time::Duration;

use base64::Engine as _;
use codeagent_config::schema::beside;
use codeagent_config::{Secret, Section};
use codeagent_pipeline::{
    About, BuildContext, BuiltExporter, ExporterFactory, RetryConfig, Sender, SenderSettings, Signal,
};
use http::Uri;
use indexmap::IndexMap;
use schemars::schema_for;

use super::bulk::calendar::DateFormat;
use super::bulk::mapping::Mode;
use super::bulk::route::{DateSuffix, Naming, Router};
use super::bulk::{
    BulkExporter, BulkPath, ClientConfig, Dialect, Encoder, Endpoints, RetryStatuses, elapsed_time,
    templates_of,
};
use crate::net::compress::Compression;
use crate::net::http_client::{HttpClient, HttpSettings, parse_endpoint};
use config::{Config, MappingMode, UNSUPPORTED};

/// Makes the exporter.
pub const FACTORY: ExporterFactory = ExporterFactory {
    about: About {
        kind: "elasticsearch",
        aliases: &[],
        summary: "writes logs and spans to Elasticsearch",
        signals: &[Signal::Traces, Signal::Logs],
        schema: || beside(schema_for!(ClientConfig), schema_for!(Config)),
    },
    build,
};

/// Where the server is when nobody says: as in the Collector.
const URL_VARIABLE: &str = "ELASTICSEARCH_URL";
/// How long one attempt may take when nobody says.
const TIMEOUT: Duration = Duration::from_secs(90);

fn build(context: &mut BuildContext<'_>, section: &Section, signal: Signal) -> Option<BuiltExporter> {
    let (http, config): (ClientConfig, Config) = section.decode_beside(UNSUPPORTED, context.diagnostics)?;
    let errors = context.diagnostics.errors();
    let mode = check(&config, &http, section, context);
    let addresses = addresses(&config, &http, section, context);
    let date = date(&config, section, context);
    let settings = sender_settings(&config, &http, section, context);
    let headers = headers(&config, &http);
    let client =
        HttpClient::new(&HttpSettings { headers, ..http.settings(Compression::Gzip) }, section, context)?;
    if context.diagnostics.errors() > errors {
        return None;
    }
    let encoder = encoder(&config, signal, mode?, date);
    let exporter = BulkExporter {
        templates: templates_of(&config.template, &encoder, Dialect::Elasticsearch),
        encoder,
        endpoints: Endpoints::new(client, &addresses),
        path: BulkPath { pipeline: &config.pipeline, include_source: config.include_source_on_error }
            .to_string(),
        retried: RetryStatuses::new(config.retry.retry_on_status.clone()),
    };
    Some(Sender::build(context, signal, exporter, settings))
}

fn check(
    config: &Config,
    http: &ClientConfig,
    section: &Section,
    context: &mut BuildContext<'_>,
) -> Option<Mode> {
    let mut refuse = |key: &str, message: String, help: &str| {
        let place = section.at(key).unwrap_or_else(|| section.clone());
        context.diagnostics.push(place.error(message, help));
    };
    if http.is_unreadable() {
        refuse("compression", "Elasticsearch reads gzip only".to_owned(), "use gzip or none");
    }
    if config.flush.bytes.bytes() == 0 {
        refuse("flush::bytes", "`bytes` must be positive".to_owned(), "the default is 5000000");
    }
    if config.retry.max_retries.is_some() && config.retry.max_requests.is_some() {
        let message = "`max_requests` is the old form of `max_retries`".to_owned();
        refuse("retry::max_requests", message, "leave it out");
    }
    let basic = !config.user.is_empty() || !config.password.is_empty();
    if [basic, !config.api_key.is_empty(), http.auth.is_some()].iter().filter(|way| **way).count() > 1 {
        let message = "more than one way to authenticate".to_owned();
        refuse("auth", message, "use one of `user` and `password`, `api_key`, `auth`");
    }
    for (index, dynamic, key) in [
        (&config.logs_index, &config.logs_dynamic_index, "logs_dynamic_index"),
        (&config.traces_index, &config.traces_dynamic_index, "traces_dynamic_index"),
    ] {
        if dynamic.enabled && !index.is_empty() {
            let message = "the index cannot be given and dynamic at the same time".to_owned();
            refuse(key, message, "leave one of both out");
        }
    }
    let mode = config.mapping.mode;
    if config.mapping.allowed_modes.as_ref().is_some_and(|modes| !modes.contains(&mode)) {
        let message = "`allowed_modes` does not contain `mode`".to_owned();
        refuse("mapping::allowed_modes", message, "add it");
    }
    match mode {
        MappingMode::Otel => Some(Mode::Otel),
        MappingMode::Ecs => Some(Mode::Ecs),
        MappingMode::None | MappingMode::Raw | MappingMode::Bodymap => {
            let message = "this mapping mode is not supported".to_owned();
            refuse("mapping::mode", message, "use otel or ecs");
            None
        }
    }
}

fn addresses(
    config: &Config,
    http: &ClientConfig,
    section: &Section,
    context: &mut BuildContext<'_>,
) -> Vec<Uri> {
    let mut refuse = |key: &str, message: String, help: &str| {
        let place = section.at(key).unwrap_or_else(|| section.clone());
        context.diagnostics.push(place.error(message, help));
    };
    let environment;
    let (key, texts): (&str, Vec<&str>) = match (http.endpoint.as_str(), config.endpoints.as_slice()) {
        ("", []) => {
            environment = std::env::var(URL_VARIABLE).unwrap_or_default();
            ("endpoint", environment.split(',').filter(|text| !text.is_empty()).collect())
        }
        ("", several) => ("endpoints", several.iter().map(String::as_str).collect()),
        (one, []) => ("endpoint", vec![one]),
        (_, _) => {
            refuse("endpoints", "`endpoint` and `endpoints` are both given".to_owned(), "leave one out");
            return Vec::new();
        }
    };
    if texts.is_empty() {
        let help = "write `endpoint: http://localhost:9200`, or set ELASTICSEARCH_URL";
        refuse("endpoint", "no endpoint is given".to_owned(), help);
    }
    let mut addresses = Vec::new();
    for text in texts {
        match parse_endpoint(text) {
            Ok(uri) => addresses.push(uri),
            Err(message) => refuse(key, message, "write it as http://localhost:9200"),
        }
    }
    addresses
}

fn date(config: &Config, section: &Section, context: &mut BuildContext<'_>) -> Option<DateSuffix> {
    let logstash = &config.logstash_format;
    if !logstash.enabled {
        return None;
    }
    match DateFormat::strftime(&logstash.date_format) {
        Ok(format) => Some(DateSuffix { separator: logstash.prefix_separator.clone(), format }),
        Err(message) => {
            let place = section.at("logstash_format::date_format").unwrap_or_else(|| section.clone());
            context.diagnostics.push(place.error(message, "for example %Y.%m.%d"));
            None
        }
    }
}

fn encoder(config: &Config, signal: Signal, mode: Mode, date: Option<DateSuffix>) -> Encoder {
    let router = |kind: &'static str, index: &str| {
        let naming = if index.is_empty() {
            Naming::DataStream {
                dataset: "generic".to_owned(),
                namespace: "default".to_owned(),
                suffix: if mode == Mode::Otel { ".otel" } else { "" },
            }
        } else {
            Naming::Static(index.to_owned())
        };
        Router { kind, naming, date: date.clone() }
    };
    let events = router("logs", &config.logs_index);
    let items = match signal {
        Signal::Traces => router("traces", &config.traces_index),
        Signal::Logs | Signal::Metrics => events.clone(),
    };
    let bytes_max = usize::try_from(config.flush.bytes.bytes()).unwrap_or(usize::MAX);
    Encoder { signal, mode, items, events, label: None, action: "create", bytes_max }
}

/// The configured headers, and the credentials as one.
fn headers(config: &Config, http: &ClientConfig) -> IndexMap<String, Secret> {
    let mut headers = http.headers.clone();
    let credentials = if !config.api_key.is_empty() {
        Some(format!("ApiKey {}", config.api_key.expose()))
    } else if !config.user.is_empty() {
        let pair = format!("{}:{}", config.user, config.password.expose());
        Some(format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair)))
    } else {
        None
    };
    if let Some(credentials) = credentials {
        headers.insert("authorization".to_owned(), Secret::new(credentials));
    }
    headers
}

fn sender_settings(
    config: &Config,
    http: &ClientConfig,
    section: &Section,
    context: &mut BuildContext<'_>,
) -> SenderSettings {
    let mut queue = config.sending_queue.clone();
    if let Some(workers) = config.num_workers
        && section.at("sending_queue::num_consumers").is_none()
    {
        queue.num_consumers = workers.max(1);
    }
    let place = section.at("sending_queue").unwrap_or_else(|| section.clone());
    queue.check(&place, context.diagnostics);
    let retry = &config.retry;
    let times = retry.max_retries.or(retry.max_requests.map(|requests| requests.saturating_sub(1)));
    let retries = RetryConfig {
        enabled: retry.enabled && times != Some(0),
        initial_interval: retry.initial_interval,
        max_interval: retry.max_interval,
        multiplier: 2.0,
        max_elapsed_time: match times {
            Some(times) => {
                Some(elapsed_time(times, retry.initial_interval.get(), retry.max_interval.get()).into())
            }
            None => retry.max_elapsed_time,
        },
        ..RetryConfig::default()
    };
    let timeout = http.timeout.map_or(TIMEOUT, |timeout| timeout.get());
    SenderSettings::new(&queue, &retries, timeout, context.batching)
}
