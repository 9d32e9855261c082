//! What users write under `elasticsearch`.

use codeagent_config::{ByteSize, Duration, Secret};
use codeagent_pipeline::QueueConfig;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::exporters::bulk::TemplateConfig;

/// The section, but for the keys of [`ClientConfig`](crate::exporters::bulk::ClientConfig), which stand beside them.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// URLs of several nodes of one cluster.
    pub endpoints: Vec<String>,
    /// User name for basic authentication.
    pub user: String,
    /// Its password.
    pub password: Secret,
    /// An API key in its encoded form.
    pub api_key: Secret,
    /// One index or data stream for all logs. Empty: data streams by the attributes `data_stream.*`.
    pub logs_index: String,
    /// One index or data stream for all spans. Empty: data streams by the attributes `data_stream.*`.
    pub traces_index: String,
    /// Read for compatibility: indices are dynamic wherever none is given.
    pub logs_dynamic_index: Switch,
    /// Read for compatibility: indices are dynamic wherever none is given.
    pub traces_dynamic_index: Switch,
    /// Read for compatibility: metrics are not supported.
    pub metrics_dynamic_index: Switch,
    /// A date behind the names of indices.
    pub logstash_format: LogstashFormat,
    /// What documents look like.
    pub mapping: Mapping,
    /// The ingest pipeline of the server that documents go through.
    pub pipeline: String,
    /// Whether the server may quote documents in its reasons.
    pub include_source_on_error: Option<bool>,
    /// Exports that run at the same time, where `sending_queue::num_consumers` is not written.
    pub num_workers: Option<usize>,
    /// How large a request may be.
    pub flush: Flush,
    /// What is repeated, and when.
    pub retry: Retry,
    /// What waits, and how it is batched.
    pub sending_queue: QueueConfig,
    /// Index templates that are installed at the start.
    pub template: TemplateConfig,
}

/// Keys of the Collector that are not supported, and why.
pub const UNSUPPORTED: &[(&str, &str)] = &[
    ("cloudid", "write the URL that the Elastic Cloud console shows, as `endpoint`"),
    ("metrics_index", "metrics are not supported here: send them to `prometheusremotewrite`"),
    ("logs_dynamic_id", "ids are hashes of the documents, so that repeats make no duplicates"),
    ("traces_dynamic_id", "ids are hashes of the documents, so that repeats make no duplicates"),
    ("logs_dynamic_pipeline", "only one `pipeline` for all documents is supported"),
    ("discover", "nodes are not discovered; list them under `endpoints`"),
    ("telemetry", "bodies of requests and answers are not logged"),
    ("metadata_keys", "batches are not kept apart by metadata yet"),
    ("batcher", "the Collector removed it; use `sending_queue::batch`"),
    ("bulk_response_filter_path", "the answers are filtered to what is read of them"),
    ("index", "the Collector removed it; use `logs_index` and `traces_index`"),
    ("mapping::dedot", "the Collector removed it; it follows from `mapping::mode`"),
    ("mapping::dedup", "the Collector removed it; duplicate keys never reach the index"),
    ("mapping::fields", "the Collector removed it"),
    ("mapping::file", "the Collector removed it"),
    ("cookies", "the servers set none"),
    ("middlewares", "there are no HTTP middlewares"),
];

/// `enabled: true` or `false`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Switch {
    /// Whether it is on.
    pub enabled: bool,
}

/// `logstash_format`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LogstashFormat {
    /// Whether the date of each document stands behind the name of its index.
    pub enabled: bool,
    /// What stands before the date.
    pub prefix_separator: String,
    /// The date, as in strftime: %Y %y %m %d %H %M %S %j.
    pub date_format: String,
}

impl Default for LogstashFormat {
    fn default() -> Self {
        LogstashFormat { enabled: false, prefix_separator: "-".into(), date_format: "%Y.%m.%d".into() }
    }
}

/// `mapping`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// `otel` or `ecs`.
    pub mode: MappingMode,
    /// Read for compatibility; must contain `mode`, since senders cannot choose another.
    pub allowed_modes: Option<Vec<MappingMode>>,
}

/// A mapping mode of the Collector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MappingMode {
    /// The OpenTelemetry data model.
    #[default]
    Otel,
    /// Elastic Common Schema.
    Ecs,
    /// Not supported.
    #[serde(alias = "no")]
    None,
    /// Not supported.
    Raw,
    /// Not supported.
    Bodymap,
}

/// `flush`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Flush {
    /// Bytes of a request before compression; what is more becomes several.
    pub bytes: ByteSize,
    /// Read for compatibility: a free worker sends what waits, without a timer.
    pub interval: Duration,
}

impl Default for Flush {
    fn default() -> Self {
        Flush { bytes: ByteSize(5_000_000), interval: Duration::from_secs(10) }
    }
}

/// `retry`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Retry {
    /// Whether anything is repeated.
    pub enabled: bool,
    /// How often at most. It is turned into the time that so many waits take; without it `max_elapsed_time` counts.
    pub max_retries: Option<u32>,
    /// The old name: one more than `max_retries`.
    pub max_requests: Option<u32>,
    /// The wait after the first failure.
    pub initial_interval: Duration,
    /// The longest wait.
    pub max_interval: Duration,
    /// How long a batch is tried; 0 for ever. Without it 300 s, and for ever where the queue is on disk. Ours.
    pub max_elapsed_time: Option<Duration>,
    /// Statuses of requests and documents that are repeated. Without it 429 and all from 500 on.
    pub retry_on_status: Option<Vec<u16>>,
}

impl Default for Retry {
    fn default() -> Self {
        Retry {
            enabled: true,
            max_retries: None,
            max_requests: None,
            initial_interval: Duration::from_millis(100),
            max_interval: Duration::from_secs(60),
            max_elapsed_time: None,
            retry_on_status: None,
        }
    }
}
