//! What users write under `service::telemetry`: the Collector's keys, in the shape of OpenTelemetry's declarative
//! configuration 0.3.

use codeagent_components::net::client_auth::AuthConfig;
use codeagent_components::net::tls_server::TlsServerConfig;
use codeagent_config::Secret;
use indexmap::IndexMap;
use serde::Deserialize;

use super::headers::Headers;

/// `service::telemetry`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Telemetry {
    pub logs: Logs,
    pub metrics: Metrics,
    pub traces: Traces,
    pub resource: IndexMap<String, Option<serde_json::Value>>,
}

/// Keys that the Collector has and that cannot be read here, and why. List elements are left out of the paths.
pub(super) const UNSUPPORTED: &[(&str, &str)] = &[
    ("metrics::views", "views are not supported; leave metrics out where they are stored"),
    ("metrics::readers::producers", "there are no other producers of metrics"),
    ("metrics::readers::pull::producers", "there are no other producers of metrics"),
    ("metrics::readers::periodic::producers", "there are no other producers of metrics"),
    ("metrics::readers::periodic::exporter::console", ONLY_OTLP),
    ("traces::processors::batch::exporter::console", ONLY_OTLP),
    ("traces::processors::batch::exporter::zipkin", ONLY_OTLP),
    ("traces::processors::simple::exporter::console", ONLY_OTLP),
    ("traces::processors::simple::exporter::zipkin", ONLY_OTLP),
    ("logs::processors::batch::exporter::console", ONLY_OTLP),
    ("logs::processors::simple::exporter::console", ONLY_OTLP),
    ("traces::limits", "limits are not supported: the collector's spans have few attributes"),
    ("traces::sampler::jaeger_remote", "samplers are read from this file only"),
    ("traces::sampler::parent_based::remote_parent_sampled", AS_PARENT),
    ("traces::sampler::parent_based::remote_parent_not_sampled", AS_PARENT),
    ("traces::sampler::parent_based::local_parent_sampled", AS_PARENT),
    ("traces::sampler::parent_based::local_parent_not_sampled", AS_PARENT),
];
const ONLY_OTLP: &str = "the collector sends its own telemetry in OTLP only: `exporter: {otlp: {...}}`";
const AS_PARENT: &str = "a span is recorded when its parent is; only `root` can be set";

/// `logs`. Keys of the Collector's logger that change nothing here are read and ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(dead_code)]
pub(super) struct Logs {
    pub level: Option<String>,
    pub encoding: Option<Encoding>,
    pub processors: Vec<Processor>,
    development: bool,
    disable_caller: bool,
    disable_stacktrace: bool,
    disable_zap_resource: bool,
    sampling: Option<IndexMap<String, serde_json::Value>>,
    output_paths: Option<Vec<String>>,
    error_output_paths: Option<Vec<String>>,
    initial_fields: Option<IndexMap<String, serde_json::Value>>,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Encoding {
    Console,
    Json,
}

/// `metrics`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Metrics {
    pub level: Level,
    /// What the Collector had before `readers`: `host:port` of the page.
    pub address: Option<String>,
    pub readers: Option<Vec<Reader>>,
}

/// How much is told. Levels other than `none` make no difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    None,
    Basic,
    #[default]
    Normal,
    Detailed,
}

/// One element of `metrics::readers`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Reader {
    pub pull: Option<Pull>,
    pub periodic: Option<Periodic>,
}

/// A page that others fetch.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pull {
    pub exporter: PullExporter,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PullExporter {
    pub prometheus: Option<Prometheus>,
}

/// The format's own switches of the Collector's page are read and ignored: ours has one format.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(dead_code)]
pub(super) struct Prometheus {
    pub host: String,
    pub port: u16,
    /// Ours: who may see the page. The Collector's page is open to all.
    pub auth: Option<AuthConfig>,
    /// Ours: the page over TLS.
    pub tls: Option<TlsServerConfig>,
    without_scope_info: Option<bool>,
    without_units: Option<bool>,
    without_type_suffix: Option<bool>,
    with_resource_constant_labels: Option<IndexMap<String, serde_json::Value>>,
}

impl Default for Prometheus {
    fn default() -> Self {
        Prometheus {
            host: "127.0.0.1".to_owned(),
            port: 8888,
            auth: None,
            tls: None,
            without_scope_info: None,
            without_units: None,
            without_type_suffix: None,
            with_resource_constant_labels: None,
        }
    }
}

/// Metrics that are sent again and again.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Periodic {
    /// Milliseconds between two readings.
    #[serde(default = "minute")]
    pub interval: u64,
    /// Milliseconds in which one must be sent.
    #[serde(default = "half_a_minute")]
    pub timeout: u64,
    pub exporter: PushExporter,
}

fn minute() -> u64 {
    60_000
}

fn half_a_minute() -> u64 {
    30_000
}

/// `traces`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Traces {
    pub level: Level,
    pub propagators: Vec<Propagator>,
    pub processors: Vec<Processor>,
    pub sampler: Option<SamplerConfig>,
}

/// Whose headers are understood in the requests that come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Propagator {
    TraceContext,
}

/// One element of `traces::processors` or `logs::processors`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Processor {
    pub batch: Option<BatchProcessor>,
    pub simple: Option<SimpleProcessor>,
}

/// Records that are sent together. Times in milliseconds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BatchProcessor {
    pub schedule_delay: Option<u64>,
    #[serde(default = "half_a_minute")]
    pub export_timeout: u64,
    #[serde(default = "queue_size")]
    pub max_queue_size: usize,
    #[serde(default = "batch_size")]
    pub max_export_batch_size: usize,
    pub exporter: PushExporter,
}

fn queue_size() -> usize {
    2048
}

fn batch_size() -> usize {
    512
}

/// Records that are sent one by one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SimpleProcessor {
    pub exporter: PushExporter,
}

impl From<SimpleProcessor> for BatchProcessor {
    fn from(simple: SimpleProcessor) -> Self {
        BatchProcessor {
            schedule_delay: None,
            export_timeout: half_a_minute(),
            max_queue_size: queue_size(),
            max_export_batch_size: 1,
            exporter: simple.exporter,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PushExporter {
    pub otlp: Otlp,
}

/// Where to send, and how.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Otlp {
    pub protocol: Protocol,
    pub endpoint: String,
    /// Milliseconds of one attempt.
    #[serde(default = "ten_seconds")]
    pub timeout: u64,
    #[serde(default)]
    pub compression: Compressed,
    #[serde(default)]
    pub headers: Headers,
    /// `key=value,key=value`; `headers` go first.
    #[serde(default)]
    pub headers_list: Secret,
    /// Plain text, where the endpoint has no `http://` or `https://`.
    #[serde(default)]
    pub insecure: bool,
    /// PEM files: of the authorities, of this client, and of its key.
    #[serde(default)]
    pub certificate: String,
    #[serde(default)]
    pub client_certificate: String,
    #[serde(default)]
    pub client_key: String,
    /// There is one of each: written, it must be that one.
    #[serde(default)]
    #[allow(dead_code)]
    pub temporality_preference: Option<Temporality>,
    #[serde(default)]
    #[allow(dead_code)]
    pub default_histogram_aggregation: Option<Aggregation>,
}

fn ten_seconds() -> u64 {
    10_000
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Protocol {
    #[serde(rename = "grpc", alias = "grpc/protobuf")]
    Grpc,
    #[serde(rename = "http/protobuf")]
    Http,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Compressed {
    #[default]
    None,
    Gzip,
}

/// The only one: counts since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Temporality {
    Cumulative,
}

/// The only one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Aggregation {
    ExplicitBucketHistogram,
}

/// `traces::sampler`: one of them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SamplerConfig {
    pub always_on: Option<Nothing>,
    pub always_off: Option<Nothing>,
    pub trace_id_ratio_based: Option<Ratio>,
    pub parent_based: Option<ParentBased>,
}

/// A section without keys.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Nothing {}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Ratio {
    pub ratio: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ParentBased {
    pub root: Option<Box<SamplerConfig>>,
}
