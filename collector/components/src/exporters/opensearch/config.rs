//! What users write under `opensearch`.

use codeagent_config::{ByteSize, Duration};
use codeagent_pipeline::{QueueConfig, RetryConfig};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::exporters::bulk::{ClientConfig, TemplateConfig};

/// The section.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The server.
    pub http: ClientConfig,
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
            http: ClientConfig::default(),
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
