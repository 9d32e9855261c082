//! What users write: the Collector's keys and defaults.

use codeagent_config::{Diagnostics, Duration, Secret, Section, Signal};
use codeagent_pipeline::{QueueConfig, RetryConfig};
use http::Uri;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::net::client_auth::AuthConfig;
use crate::net::compress::{Compression, CompressionParams};
use crate::net::http_client::{HttpSettings, parse_endpoint};
use crate::net::tls_client::TlsClientConfig;

/// How requests are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Encoding {
    /// Protobuf: the bytes that came in.
    #[default]
    Proto,
    /// OTLP/JSON.
    Json,
}

/// The section `otlphttp`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Config {
    /// The base URL: `/v1/traces`, `/v1/metrics` or `/v1/logs` is put behind it.
    endpoint: String,
    /// The whole URL for traces, in place of `endpoint`.
    traces_endpoint: String,
    /// The whole URL for metrics, in place of `endpoint`.
    metrics_endpoint: String,
    /// The whole URL for logs, in place of `endpoint`.
    logs_endpoint: String,
    /// `proto` or `json`.
    pub encoding: Encoding,
    /// `gzip`, `zstd`, `snappy`, `x-snappy-framed`, `deflate`, `zlib` or `none`.
    compression: Compression,
    /// How hard to compress.
    compression_params: CompressionParams,
    /// TLS, where the URL is `https://`.
    tls: TlsClientConfig,
    /// Headers of each request.
    headers: IndexMap<String, Secret>,
    /// The extension that proves this collector to the server.
    auth: Option<AuthConfig>,
    /// A proxy, in place of those of the environment.
    proxy_url: String,
    /// Read for compatibility.
    read_buffer_size: usize,
    /// Read for compatibility.
    write_buffer_size: usize,
    /// Read for compatibility: idle connections are bounded per host.
    max_idle_conns: usize,
    /// Connections that are kept though nothing is on its way; 0 for 100.
    max_idle_conns_per_host: usize,
    /// Read for compatibility: `sending_queue::num_consumers` bounds the connections.
    max_conns_per_host: usize,
    /// How long an idle connection is kept; 0 for ever.
    idle_conn_timeout: Duration,
    /// A connection for each request.
    disable_keep_alives: bool,
    /// Offer HTTP/2 to servers with TLS.
    force_attempt_http2: bool,
    /// Ping an HTTP/2 connection that is silent for so long; 0 for never.
    http2_read_idle_timeout: Duration,
    /// How long the answer to a ping may take; 0 for 20 s.
    http2_ping_timeout: Duration,
    /// The time of one attempt.
    pub timeout: Duration,
    /// The queue before it.
    pub sending_queue: QueueConfig,
    /// When and how often a failed attempt is repeated.
    pub retry_on_failure: RetryConfig,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            endpoint: String::new(),
            traces_endpoint: String::new(),
            metrics_endpoint: String::new(),
            logs_endpoint: String::new(),
            encoding: Encoding::Proto,
            compression: Compression::Gzip,
            compression_params: CompressionParams::default(),
            tls: TlsClientConfig::default(),
            headers: IndexMap::new(),
            auth: None,
            proxy_url: String::new(),
            read_buffer_size: 0,
            write_buffer_size: 512 * 1024,
            max_idle_conns: 100,
            max_idle_conns_per_host: 0,
            max_conns_per_host: 0,
            idle_conn_timeout: Duration::from_secs(90),
            disable_keep_alives: false,
            force_attempt_http2: true,
            http2_read_idle_timeout: Duration::ZERO,
            http2_ping_timeout: Duration::ZERO,
            timeout: Duration::from_secs(30),
            sending_queue: QueueConfig::default(),
            retry_on_failure: RetryConfig::default(),
        }
    }
}

pub(super) const UNSUPPORTED: &[(&str, &str)] = &[
    ("profiles_endpoint", "profiles are not supported"),
    ("cookies", "cookies are not supported"),
    ("middlewares", "middlewares are not supported"),
    ("batcher", "write `sending_queue::batch` in its place"),
    ("tls::tpm", "keys in a TPM are not supported"),
    ("tls::include_insecure_cipher_suites", "rustls has no insecure cipher suites"),
];

impl Config {
    pub fn http_settings(&self) -> HttpSettings {
        let set = |duration: Duration| Some(duration.get()).filter(|duration| !duration.is_zero());
        let defaults = HttpSettings::default();
        HttpSettings {
            tls: self.tls.clone(),
            headers: self.headers.clone(),
            auth: self.auth.clone(),
            compression: self.compression,
            compression_params: self.compression_params,
            // the sender's
            timeout: None,
            proxy_url: self.proxy_url.clone(),
            max_idle_conns_per_host: match self.max_idle_conns_per_host {
                0 => defaults.max_idle_conns_per_host,
                most => most,
            },
            idle_conn_timeout: set(self.idle_conn_timeout),
            disable_keep_alives: self.disable_keep_alives,
            force_attempt_http2: self.force_attempt_http2,
            http2_read_idle_timeout: set(self.http2_read_idle_timeout),
            http2_ping_timeout: set(self.http2_ping_timeout),
            ..defaults
        }
    }

    /// Reports what serde cannot see; the URL for `signal` when all is well.
    pub fn check(&self, signal: Signal, section: &Section, diagnostics: &mut Diagnostics) -> Option<Uri> {
        let before = diagnostics.errors();
        let below = |key: &str| section.at(key).unwrap_or_else(|| section.clone());
        self.sending_queue.check(&below("sending_queue"), diagnostics);
        self.retry_on_failure.check(&below("retry_on_failure"), diagnostics);
        let (key, own) = match signal {
            Signal::Traces => ("traces_endpoint", &self.traces_endpoint),
            Signal::Metrics => ("metrics_endpoint", &self.metrics_endpoint),
            Signal::Logs => ("logs_endpoint", &self.logs_endpoint),
        };
        let (key, url) = match (own.as_str(), self.endpoint.as_str()) {
            ("", "") => {
                let help = "write the base URL, such as http://127.0.0.1:4318";
                let message = format!("neither `endpoint` nor `{key}` is set");
                diagnostics.push(section.error(message, help));
                return None;
            }
            ("", base) => ("endpoint", format!("{}/v1/{}", base.trim_end_matches('/'), signal.as_str())),
            (own, _) => (key, own.to_owned()),
        };
        let url = parse_endpoint(&url).map_err(|message| {
            let help = "write a URL, such as http://127.0.0.1:4318";
            diagnostics.push(below(key).error(message, help));
        });
        url.ok().filter(|_| diagnostics.errors() == before)
    }
}
