//! From an `otlp` section of the collector's own telemetry to the exporter that sends it.

use std::time::Duration;

use codeagent_components::exporters::{otlp, otlphttp};
use codeagent_components::net::compress::Compression;
use codeagent_components::net::grpc_client::GrpcSettings;
use codeagent_components::net::http_client::{HttpSettings, parse_endpoint};
use codeagent_components::net::tls_client::TlsClientConfig;
use codeagent_config::{ComponentId, Diagnostics, Secret, Section, Signal};
use codeagent_pipeline::spans::{OWN_TRACEPARENT, OWN_TRACESTATE};
use codeagent_pipeline::{BuildContext, BuiltExporter, Host, QueueConfig, RetryConfig, SenderSettings};
use http::Uri;
use indexmap::IndexMap;

use super::config::{Compressed, Otlp, Protocol};
use super::headers::Headers;

/// Builds exporters on a host of their own: what the collector sends of itself is not in the ledger of its
/// pipelines, has no spans, and takes nothing of the memory budget for data.
pub(super) struct Destinations<'a> {
    pub diagnostics: &'a mut Diagnostics,
    host: Host,
    built: usize,
}

impl<'a> Destinations<'a> {
    pub fn new(diagnostics: &'a mut Diagnostics) -> Self {
        Destinations { diagnostics, host: Host::new(1, 0), built: 0 }
    }

    /// Builds the exporter; problems are reported. `patience`: how long something is tried to be sent.
    pub fn exporter(
        &mut self,
        signal: Signal,
        mut config: Otlp,
        patience: Duration,
        place: &Section,
    ) -> Option<BuiltExporter> {
        let below = |key: &str| place.at(key).unwrap_or_else(|| place.clone());
        if let Err(at) = config.headers.add_list(&config.headers_list) {
            let message = format!("entry {at} of `headers_list` has no `=`");
            self.diagnostics.push(below("headers_list").error(message, "write name=value,name=value"));
            return None;
        }
        let url = match parse_endpoint(&normalized(&config)) {
            Ok(url) => url,
            Err(message) => {
                let help = "write a URL, such as http://127.0.0.1:4318, or host:port";
                self.diagnostics.push(below("endpoint").error(message, help));
                return None;
            }
        };
        self.built += 1;
        let name = Some(format!("own_{signal}_{}", self.built));
        let kind = if config.protocol == Protocol::Grpc { "otlp" } else { "otlphttp" };
        let id = ComponentId { kind: kind.to_owned(), name };
        let settings = sender_settings(Duration::from_millis(config.timeout), patience);
        let mut context =
            BuildContext { id: &id, diagnostics: self.diagnostics, host: &self.host, batching: None };
        match config.protocol {
            Protocol::Grpc => otlp::sender(&mut context, place, signal, &grpc(&config, &url), settings),
            Protocol::Http => {
                let url = with_path(url, signal);
                otlphttp::sender(&mut context, place, signal, url, &http(&config), settings)
            }
        }
    }
}

/// As the Collector completes an endpoint: without a scheme it is TLS unless `insecure`.
fn normalized(config: &Otlp) -> String {
    let endpoint = config.endpoint.trim();
    match endpoint {
        "" => String::new(),
        url if url.starts_with("http://") || url.starts_with("https://") => url.to_owned(),
        address if config.insecure => format!("http://{address}"),
        address => format!("https://{address}"),
    }
}

/// The URL of a signal: the one that is written where it has a path.
fn with_path(url: Uri, signal: Signal) -> Uri {
    if url.path().len() > 1 {
        return url;
    }
    let mut parts = url.clone().into_parts();
    parts.path_and_query = format!("/v1/{signal}").parse().ok();
    Uri::from_parts(parts).unwrap_or(url)
}

fn tls(config: &Otlp) -> TlsClientConfig {
    TlsClientConfig {
        ca_file: config.certificate.clone(),
        cert_file: config.client_certificate.clone(),
        key_file: config.client_key.clone(),
        ..TlsClientConfig::default()
    }
}

/// The headers, and those that say what the request is: whoever receives it makes no spans for it.
fn headers(headers: &Headers) -> IndexMap<String, Secret> {
    let mut headers = headers.0.clone();
    headers.insert("traceparent".to_owned(), Secret::new(OWN_TRACEPARENT));
    headers.insert("tracestate".to_owned(), Secret::new(OWN_TRACESTATE));
    headers
}

fn compression(config: &Otlp) -> Compression {
    match config.compression {
        Compressed::None => Compression::None,
        Compressed::Gzip => Compression::Gzip,
    }
}

fn grpc(config: &Otlp, url: &Uri) -> GrpcSettings {
    let plain = url.scheme_str() == Some("http");
    GrpcSettings {
        endpoint: url.authority().map_or_else(String::new, ToString::to_string),
        tls: TlsClientConfig { insecure: plain, ..tls(config) },
        compression: compression(config),
        headers: headers(&config.headers),
        timeout: Duration::from_millis(config.timeout),
        ..GrpcSettings::default()
    }
}

fn http(config: &Otlp) -> HttpSettings {
    HttpSettings {
        tls: tls(config),
        compression: compression(config),
        headers: headers(&config.headers),
        ..HttpSettings::default()
    }
}

/// One request at a time, answered when it is delivered, tried for as long as `patience` allows.
fn sender_settings(attempt: Duration, patience: Duration) -> SenderSettings {
    let queue = QueueConfig { num_consumers: 1, wait_for_result: Some(true), ..QueueConfig::default() };
    let second = codeagent_config::Duration::from_secs(1);
    let retry = RetryConfig {
        enabled: !patience.is_zero(),
        initial_interval: second,
        max_interval: codeagent_config::Duration::from_secs(5),
        max_elapsed_time: Some(codeagent_config::Duration::from_millis(patience.as_millis() as u64)),
        ..RetryConfig::default()
    };
    SenderSettings::new(&queue, &retry, attempt, None)
}
