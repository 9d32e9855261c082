//! What users write.

use std::collections::BTreeMap;

use codeagent_config::{ByteSize, Duration, Secret};
use codeagent_pipeline::{QueueConfig, RetryConfig};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::net::client_auth::AuthConfig;
use crate::net::http_client::HttpSettings;
use crate::net::tls_client::TlsClientConfig;

/// The section, but for the keys of [`HttpConfig`], which stand beside them where there is no block `http`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The keys of HTTP in a block of their own; it goes before those beside it.
    pub http: Option<HttpConfig>,
    /// Goes before each metric's name, with an underscore.
    pub namespace: String,
    /// Labels for series that have none of the name.
    #[schemars(with = "BTreeMap<String, String>")]
    pub external_labels: IndexMap<String, String>,
    /// Makes resource attributes labels of every series.
    pub resource_to_telemetry_conversion: Conversion,
    /// Makes resource attributes labels of every series, by name.
    pub resource_constant_labels: Option<ConstantLabels>,
    /// Resource attributes that become labels where a point has none of the name.
    pub promote_resource_attributes: Vec<String>,
    /// The series that tells what is known of a target.
    pub target_info: TargetInfo,
    /// Leaves the labels `otel_scope_name`, `otel_scope_version` and `otel_scope_...` out.
    pub disable_scope_info: bool,
    /// Whether units and types end names; `translation_strategy` goes before it.
    pub add_metric_suffixes: bool,
    /// How names are translated.
    pub translation_strategy: Option<TranslationStrategy>,
    /// Whether remote write 1.0 carries type, unit and description; 2.0 always does.
    pub send_metadata: bool,
    /// Which message is sent. Without it 2.0, and 1.0 to servers that do not understand it.
    pub protobuf_message: Option<ProtobufMessage>,
    /// The size of a request before compression.
    pub max_batch_size_bytes: ByteSize,
    /// Requests at the same time; without it `remote_write_queue::num_consumers`.
    pub max_batch_request_parallelism: Option<usize>,
    /// Histograms with explicit bounds become native ones with custom buckets.
    pub convert_explicit_histograms_to_nhcb: bool,
    /// Classic series beside the native ones.
    pub keep_classic_histograms: bool,
    /// How delta series become cumulative.
    pub delta_to_cumulative: DeltaToCumulative,
    /// Memory for what is known of series.
    pub series_cache_bytes_max: ByteSize,
    /// What waits, in the Collector's words for this exporter.
    pub remote_write_queue: RemoteWriteQueue,
    /// What waits, as with every other exporter.
    pub sending_queue: Option<QueueConfig>,
    /// When a failed request is sent again.
    pub retry_on_failure: RetryConfig,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            http: None,
            namespace: String::new(),
            external_labels: IndexMap::new(),
            resource_to_telemetry_conversion: Conversion::default(),
            resource_constant_labels: None,
            promote_resource_attributes: Vec::new(),
            target_info: TargetInfo::default(),
            disable_scope_info: false,
            add_metric_suffixes: true,
            translation_strategy: None,
            send_metadata: false,
            protobuf_message: None,
            max_batch_size_bytes: ByteSize(3_000_000),
            max_batch_request_parallelism: None,
            convert_explicit_histograms_to_nhcb: false,
            keep_classic_histograms: false,
            delta_to_cumulative: DeltaToCumulative::default(),
            series_cache_bytes_max: ByteSize::mib(32),
            remote_write_queue: RemoteWriteQueue::default(),
            sending_queue: None,
            retry_on_failure: RetryConfig::default(),
        }
    }
}

/// The keys of HTTP.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// The URL that takes remote writes, such as `http://prometheus:9090/api/v1/write`.
    pub endpoint: String,
    /// TLS towards an `https` endpoint.
    pub tls: TlsClientConfig,
    /// Headers for every request.
    #[schemars(with = "BTreeMap<String, Secret>")]
    pub headers: IndexMap<String, Secret>,
    /// Which extension proves the exporter to the server.
    pub auth: Option<AuthConfig>,
    /// How long one attempt may take; 0 for no limit.
    pub timeout: Duration,
    /// The proxy; empty for that of the environment.
    pub proxy_url: String,
    /// `snappy`, which the protocol prescribes.
    pub compression: String,
    /// How long an unused connection is kept.
    pub idle_conn_timeout: Duration,
    /// Whether each request has a connection of its own.
    pub disable_keep_alives: bool,
    /// Whether HTTP/2 is offered to a TLS server.
    pub force_attempt_http2: bool,
    /// How many unused connections are kept to a host.
    pub max_idle_conns_per_host: usize,
    /// Accepted; connections are bounded by the requests at the same time.
    pub max_idle_conns: usize,
    /// Accepted; connections are bounded by the requests at the same time.
    pub max_conns_per_host: usize,
    /// Accepted; buffers grow as needed.
    pub read_buffer_size: ByteSize,
    /// Accepted; buffers grow as needed.
    pub write_buffer_size: ByteSize,
}

impl Default for HttpConfig {
    fn default() -> Self {
        let settings = HttpSettings::default();
        HttpConfig {
            endpoint: String::new(),
            tls: settings.tls,
            headers: settings.headers,
            auth: settings.auth,
            timeout: Duration::from_secs(5),
            proxy_url: settings.proxy_url,
            compression: String::new(),
            idle_conn_timeout: Duration::from_secs(90),
            disable_keep_alives: settings.disable_keep_alives,
            force_attempt_http2: settings.force_attempt_http2,
            max_idle_conns_per_host: settings.max_idle_conns_per_host,
            max_idle_conns: 100,
            max_conns_per_host: 0,
            read_buffer_size: ByteSize(0),
            write_buffer_size: ByteSize(512 * 1024),
        }
    }
}

/// `resource_to_telemetry_conversion`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Conversion {
    /// Whether all resource attributes become labels.
    pub enabled: bool,
    /// Leaves out those that are in `job` and `instance` already.
    pub exclude_service_attributes: bool,
}

/// `resource_constant_labels`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ConstantLabels {
    /// Names, with `*` for any characters and `?` for one; none for all.
    pub included: Vec<String>,
    /// Names to leave out.
    pub excluded: Vec<String>,
}

/// `target_info`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TargetInfo {
    /// Whether the series is written.
    pub enabled: bool,
}

impl Default for TargetInfo {
    fn default() -> Self {
        TargetInfo { enabled: true }
    }
}

/// `delta_to_cumulative`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DeltaToCumulative {
    /// Series that add up at the same time; points of further ones are rejected.
    pub max_streams: usize,
    /// How long after its last point a series is forgotten.
    pub max_stale: Duration,
}

impl Default for DeltaToCumulative {
    fn default() -> Self {
        DeltaToCumulative { max_streams: 100_000, max_stale: Duration::from_secs(3_600) }
    }
}

/// `remote_write_queue`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RemoteWriteQueue {
    /// Whether batches may wait and be merged.
    pub enabled: bool,
    /// Batches that may wait.
    pub queue_size: u64,
    /// Requests at the same time where `max_batch_request_parallelism` says nothing.
    pub num_consumers: usize,
}

impl Default for RemoteWriteQueue {
    fn default() -> Self {
        RemoteWriteQueue { enabled: true, queue_size: 10_000, num_consumers: 5 }
    }
}

/// `translation_strategy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum TranslationStrategy {
    /// Escaped, with unit and type.
    UnderscoreEscapingWithSuffixes,
    /// Escaped only.
    UnderscoreEscapingWithoutSuffixes,
    /// Not escaped, with unit and type.
    NoUTF8EscapingWithSuffixes,
    /// As they are.
    NoTranslation,
}

/// `protobuf_message`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ProtobufMessage {
    /// Remote write 1.0.
    #[serde(rename = "prometheus.WriteRequest")]
    One,
    /// Remote write 2.0.
    #[serde(rename = "io.prometheus.write.v2.Request")]
    Two,
}

/// Keys of the Collector that are refused, and why.
pub const UNSUPPORTED: &[(&str, &str)] = &[
    (
        "wal",
        "the queue is what is kept on disk: write `sending_queue::storage` with a `file_storage` extension instead",
    ),
    ("include_metadata_keys", "headers cannot be forwarded from the sender's yet; leave it out"),
    (
        "export_created_metric",
        "`_created` series were replaced by start timestamps, which remote write 2.0 carries",
    ),
    (
        "scope_info",
        "`otel_scope_info` was replaced by the `otel_scope_...` labels; `disable_scope_info` turns them off",
    ),
    ("middlewares", "HTTP middlewares are not supported; leave it out"),
    ("cookies", "cookies are not supported; leave it out"),
    ("compression_params", "snappy, which the protocol prescribes, has no parameters; leave it out"),
    ("http2_read_idle_timeout", "HTTP/2 pings are not supported here; leave it out"),
    ("http2_ping_timeout", "HTTP/2 pings are not supported here; leave it out"),
    ("resource_constant_labels::enabled", "write `included` and `excluded` instead"),
    ("resource_constant_labels::exclude_service_attributes", "write `excluded` instead"),
];
