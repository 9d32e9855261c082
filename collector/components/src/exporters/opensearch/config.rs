//! What users write under `opensearch`.

use codeagent_config::{ByteSize, Duration, Secret};
use codeagent_pipeline::{QueueConfig, RetryConfig};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::exporters::bulk::{RESPONSE_BYTES_MAX, TemplateConfig, positive};
use crate::net::client_auth::AuthConfig;
use crate::net::compress::{Compression, CompressionParams};
use crate::net::http_client::HttpSettings;
use crate::net::tls_client::TlsClientConfig;

/// The section.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The server.
    pub http: HttpConfig,
    /// The middle of the names of indices. Without it `default`, and `generic` in mode `otel`.
    pub dataset: Option<String>,
    /// The end of the names of indices. Without it `namespace`, and `default` in mode `otel`.
    pub namespace: Option<String>,
    /// One index or data stream for all logs; `%{key}` stands for an attribute.
    pub logs_index: String,
    /// What stands for attributes that are not there.
    pub logs_index_fallback: String,
    /// A date behind the name: yyyy yy MM dd HH mm ss.
    pub logs_index_time_format: String,
    /// One index or data stream for all spans; `%{key}` stands for an attribute.
    pub traces_index: String,
    /// What stands for attributes that are not there.
    pub traces_index_fallback: String,
    /// A date behind the name: yyyy yy MM dd HH mm ss.
    pub traces_index_time_format: String,
    /// What documents look like.
    pub mapping: Mapping,
    /// `create` or `index`.
    pub bulk_action: BulkAction,
    /// The ingest pipeline of the server that documents go through.
    pub pipeline: String,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// How large a request may be. Ours, as in `elasticsearch`.
    pub flush: Flush,
    /// Index templates that are installed at the start. Ours.
    pub template: TemplateConfig,
    /// What is repeated, and when.
    pub retry_on_failure: RetryConfig,
    /// What waits, and how it is batched.
    pub sending_queue: QueueConfig,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            http: HttpConfig::default(),
            dataset: None,
            namespace: None,
            logs_index: String::new(),
            logs_index_fallback: String::new(),
            logs_index_time_format: String::new(),
            traces_index: String::new(),
            traces_index_fallback: String::new(),
            traces_index_time_format: String::new(),
            mapping: Mapping::default(),
            bulk_action: BulkAction::default(),
            pipeline: String::new(),
            timeout: Duration::from_secs(30),
            flush: Flush::default(),
            template: TemplateConfig::default(),
            retry_on_failure: RetryConfig::default(),
            sending_queue: QueueConfig::default(),
        }
    }
}

const UPSTREAM_MAPPING: &str =
    "the Collector's mapping options are not supported: templates are installed by `template`";

/// Keys of the Collector that are not supported, and why.
pub const UNSUPPORTED: &[(&str, &str)] = &[
    ("endpoint", "write it as `http: {endpoint: ...}`"),
    ("metrics_index", "metrics are not supported here: send them to `prometheusremotewrite`"),
    ("metrics_index_fallback", "metrics are not supported here: send them to `prometheusremotewrite`"),
    ("metrics_index_time_format", "metrics are not supported here: send them to `prometheusremotewrite`"),
    ("mapping::fields", "the Collector does not use it either"),
    ("mapping::file", "the Collector does not use it either"),
    ("mapping::dedot", "it follows from `mapping::mode`"),
    ("mapping::dedup", "duplicate keys never reach the index"),
    ("mapping::timestamp_field", "the time is in `@timestamp`"),
    ("mapping::unix_timestamp", "the time keeps its nanoseconds"),
    ("mapping::manage_index_template", UPSTREAM_MAPPING),
    ("mapping::index_template_file", UPSTREAM_MAPPING),
    ("mapping::ism", UPSTREAM_MAPPING),
    ("http::cookies", "the server sets none"),
    ("http::middlewares", "there are no HTTP middlewares"),
];

/// `http`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// The URL of the server; several, separated by commas, of nodes of one cluster.
    pub endpoint: String,
    /// An extension that authenticates requests.
    pub auth: Option<AuthConfig>,
    /// Headers of every request.
    #[schemars(with = "std::collections::BTreeMap<String, Secret>")]
    pub headers: IndexMap<String, Secret>,
    /// TLS towards servers with `https://` URLs.
    pub tls: TlsClientConfig,
    /// `gzip` or `none`.
    pub compression: Compression,
    /// The level of gzip.
    pub compression_params: CompressionParams,
    /// How long one request may take; 0 leaves it to `timeout`.
    pub timeout: Duration,
    /// A proxy; without one HTTP_PROXY, HTTPS_PROXY and NO_PROXY count.
    pub proxy_url: String,
    /// Idle connections that are kept.
    pub max_idle_conns_per_host: usize,
    /// How long they are kept; 0 for ever.
    pub idle_conn_timeout: Duration,
    /// Whether each request has a connection of its own.
    pub disable_keep_alives: bool,
    /// Whether HTTP/2 is offered to TLS servers.
    pub force_attempt_http2: bool,
    /// Ping an HTTP/2 connection that is silent for so long; 0 for never.
    pub http2_read_idle_timeout: Duration,
    /// How long the answer to a ping may take; 0 for 20 s.
    pub http2_ping_timeout: Duration,
    /// Read for compatibility: buffers grow by themselves.
    pub read_buffer_size: usize,
    /// Read for compatibility: buffers grow by themselves.
    pub write_buffer_size: usize,
    /// Read for compatibility: idle connections are bounded per host.
    pub max_idle_conns: usize,
    /// Read for compatibility: `sending_queue::num_consumers` bounds the connections.
    pub max_conns_per_host: usize,
}

impl Default for HttpConfig {
    fn default() -> Self {
        let http = HttpSettings::default();
        HttpConfig {
            endpoint: String::new(),
            auth: None,
            headers: IndexMap::new(),
            tls: TlsClientConfig::default(),
            compression: Compression::None,
            compression_params: CompressionParams::default(),
            timeout: Duration::default(),
            proxy_url: String::new(),
            max_idle_conns_per_host: http.max_idle_conns_per_host,
            idle_conn_timeout: http.idle_conn_timeout.unwrap_or_default().into(),
            disable_keep_alives: false,
            force_attempt_http2: http.force_attempt_http2,
            http2_read_idle_timeout: Duration::default(),
            http2_ping_timeout: Duration::default(),
            read_buffer_size: 0,
            write_buffer_size: 0,
            max_idle_conns: 100,
            max_conns_per_host: 0,
        }
    }
}

impl HttpConfig {
    /// What the client is made with.
    pub fn settings(&self) -> HttpSettings {
        HttpSettings {
            tls: self.tls.clone(),
            headers: self.headers.clone(),
            auth: self.auth.clone(),
            compression: self.compression,
            compression_params: self.compression_params,
            timeout: positive(self.timeout),
            proxy_url: self.proxy_url.clone(),
            max_idle_conns_per_host: self.max_idle_conns_per_host,
            idle_conn_timeout: positive(self.idle_conn_timeout),
            disable_keep_alives: self.disable_keep_alives,
            force_attempt_http2: self.force_attempt_http2,
            http2_read_idle_timeout: positive(self.http2_read_idle_timeout),
            http2_ping_timeout: positive(self.http2_ping_timeout),
            response_bytes_max: RESPONSE_BYTES_MAX,
        }
    }
}

/// `mapping`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// `ss4o`, `otel` or `ecs`.
    pub mode: MappingMode,
}

/// A mapping mode of the Collector, or ours (`otel`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MappingMode {
    /// Simple Schema for Observability.
    #[default]
    Ss4o,
    /// The OpenTelemetry data model, as in `elasticsearch`.
    Otel,
    /// Elastic Common Schema, as in `elasticsearch`.
    Ecs,
    /// Not supported.
    FlattenAttributes,
    /// Not supported.
    Bodymap,
    /// Not supported.
    #[serde(rename = "otel-v1")]
    OtelV1,
}

/// What a bulk request does with documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BulkAction {
    /// Stores those that are not there.
    #[default]
    Create,
    /// Stores all, over what is there. Not for data streams.
    Index,
}

/// `flush`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Flush {
    /// Bytes of a request before compression; what is more becomes several.
    pub bytes: ByteSize,
}

impl Default for Flush {
    fn default() -> Self {
        Flush { bytes: ByteSize(5_000_000) }
    }
}
