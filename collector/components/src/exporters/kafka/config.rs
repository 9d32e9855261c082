//! What users write: the Collector's keys and defaults.

use codeagent_config::{Diagnostics, Duration, Section, Signal};
use codeagent_pipeline::{QueueConfig, RetryConfig};
use schemars::JsonSchema;
use serde::Deserialize;

use super::check::UNSUPPORTED;
use crate::net::kafka::ClientKeys;

/// The section `kafka`, but for the keys of [`ClientKeys`].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Config {
    /// The keys that stand beside these.
    #[serde(skip)]
    pub client: ClientKeys,
    /// How long a broker may take for one request.
    pub timeout: Duration,
    /// Old name of `topic` below each signal.
    pub topic: String,
    /// Old name of `encoding` below each signal.
    pub encoding: String,
    /// How traces are written.
    pub traces: SignalConfig,
    /// How metrics are written.
    pub metrics: SignalConfig,
    /// How logs are written.
    pub logs: SignalConfig,
    /// The resource attribute that names the topic.
    pub topic_from_attribute: String,
    /// A message for each trace, with its id as the key.
    pub partition_traces_by_id: bool,
    /// A message for each resource, with a hash of its attributes as the key.
    pub partition_metrics_by_resource_attributes: bool,
    /// A message for each resource, with a hash of its attributes as the key.
    pub partition_logs_by_resource_attributes: bool,
    /// A message for each trace, with its id as the key.
    pub partition_logs_by_trace_id: bool,
    /// A message for each value of this attribute, with the value as the key: `session.id`. Of all signals.
    pub partition_by_attribute: String,
    /// How a key becomes a partition.
    pub record_partitioner: PartitionerConfig,
    /// How messages are written.
    pub producer: ProducerConfig,
    /// The queue before it.
    pub sending_queue: QueueConfig,
    /// When and how often a failed attempt is repeated.
    pub retry_on_failure: RetryConfig,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            client: ClientKeys::default(),
            timeout: Duration::from_secs(5),
            topic: String::new(),
            encoding: String::new(),
            traces: SignalConfig::default(),
            metrics: SignalConfig::default(),
            logs: SignalConfig::default(),
            topic_from_attribute: String::new(),
            partition_traces_by_id: false,
            partition_metrics_by_resource_attributes: false,
            partition_logs_by_resource_attributes: false,
            partition_logs_by_trace_id: false,
            partition_by_attribute: String::new(),
            record_partitioner: PartitionerConfig::default(),
            producer: ProducerConfig::default(),
            sending_queue: QueueConfig::default(),
            retry_on_failure: RetryConfig::default(),
        }
    }
}

/// How one signal is written.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct SignalConfig {
    /// The topic. Default: `otlp_spans`, `otlp_metrics`, `otlp_logs`.
    pub topic: String,
    /// `otlp_proto` (default) or `otlp_json`.
    pub encoding: String,
}

/// How a key becomes a partition (`record_partitioner`).
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PartitionerConfig {
    /// By a hash of the key; messages without a key spread at random.
    pub sticky_key: StickyKeyConfig,
}

/// Which hash (`sticky_key`).
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct StickyKeyConfig {
    /// `sarama_compat` (default) or `murmur2`, which Java clients use.
    pub hasher: Hasher,
}

/// A hash of keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Hasher {
    /// FNV-1a, as Sarama does.
    #[default]
    SaramaCompat,
    /// Murmur2, as Java clients do.
    Murmur2,
}

/// How messages are written (`producer`).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ProducerConfig {
    /// Bytes of a message, not compressed, with all that is around it.
    pub max_message_bytes: usize,
    /// Read for compatibility: requests are bounded by `max_message_bytes`.
    pub max_broker_write_bytes: usize,
    /// `all` or `-1`: all replicas in sync; `1`: the leader; `0`: nobody.
    pub required_acks: String,
    /// `none`, `gzip`, `snappy`, `lz4` or `zstd`.
    pub compression: String,
    /// How hard it compresses.
    pub compression_params: CompressionParams,
    /// Messages in one record batch; 0 for 10000.
    pub flush_max_messages: u32,
    /// Whether brokers may create topics for it.
    pub allow_auto_topic_creation: bool,
    /// How long a message waits for company in its record batch. Not set: 10ms where messages have keys, else 0.
    pub linger: Option<Duration>,
}

impl Default for ProducerConfig {
    fn default() -> Self {
        ProducerConfig {
            max_message_bytes: 1_000_000,
            max_broker_write_bytes: 100 << 20,
            required_acks: "all".to_owned(),
            compression: "none".to_owned(),
            compression_params: CompressionParams::default(),
            flush_max_messages: 10_000,
            allow_auto_topic_creation: true,
            linger: None,
        }
    }
}

/// How hard it compresses (`compression_params`).
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CompressionParams {
    /// The codec's level; not set: the codec's default.
    pub level: Option<i32>,
}

impl Config {
    /// Reads the section. All mistakes go to the diagnostics.
    pub fn read(section: &Section, diagnostics: &mut Diagnostics) -> Option<Self> {
        let (client, config): (ClientKeys, Config) = section.decode_beside(UNSUPPORTED, diagnostics)?;
        Some(Config { client, ..config })
    }

    /// What is written for a signal; the old keys where it says nothing, then the Collector's defaults.
    pub fn topic(&self, signal: Signal) -> &str {
        let (own, default) = match signal {
            Signal::Traces => (&self.traces, "otlp_spans"),
            Signal::Metrics => (&self.metrics, "otlp_metrics"),
            Signal::Logs => (&self.logs, "otlp_logs"),
        };
        [own.topic.as_str(), &self.topic].into_iter().find(|topic| !topic.is_empty()).unwrap_or(default)
    }

    /// The encoding of a signal, found in the same way.
    pub fn encoding(&self, signal: Signal) -> &str {
        let own = match signal {
            Signal::Traces => &self.traces,
            Signal::Metrics => &self.metrics,
            Signal::Logs => &self.logs,
        };
        let written = [own.encoding.as_str(), &self.encoding];
        written.into_iter().find(|encoding| !encoding.is_empty()).unwrap_or("otlp_proto")
    }
}
