//! What users write: the Collector's keys and defaults.

use codeagent_config::{ByteSize, Diagnostics, Duration, Section, Signal};
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
    /// The consumer group: its members share the partitions.
    pub group_id: String,
    /// A name that keeps this member's partitions for it over a restart.
    pub group_instance_id: String,
    /// Where to begin where the group has committed nothing: `latest` or `earliest`.
    pub initial_offset: String,
    /// After what time without a sign of life a member's partitions go to others.
    pub session_timeout: Duration,
    /// The time between two signs of life.
    pub heartbeat_interval: Duration,
    /// How partitions are spread over the members, in the order of preference.
    pub group_rebalance_strategies: Vec<String>,
    /// Old name of `group_rebalance_strategies`, with one.
    pub group_rebalance_strategy: String,
    /// Bytes that a broker should have before it answers.
    pub min_fetch_size: ByteSize,
    /// Bytes of one answer of a broker.
    pub max_fetch_size: ByteSize,
    /// How long a broker waits for `min_fetch_size`.
    pub max_fetch_wait: Duration,
    /// Bytes of one partition in one answer, and how much of a partition is read ahead.
    pub max_partition_fetch_size: ByteSize,
    /// Old place of `topics` below each signal.
    pub topic: String,
    /// Old place of `encoding` below each signal.
    pub encoding: String,
    /// Where traces are read.
    pub traces: SignalConfig,
    /// Where metrics are read.
    pub metrics: SignalConfig,
    /// Where logs are read.
    pub logs: SignalConfig,
    /// When offsets are committed.
    pub autocommit: AutocommitConfig,
    /// Which messages count as done.
    pub message_marking: MarkingConfig,
    /// Headers of messages that become attributes of their resources.
    pub header_extraction: HeaderConfig,
    /// The waits between attempts to hand a batch on that is refused for now.
    pub error_backoff: BackoffConfig,
    /// Read for compatibility: partitions are always processed independently.
    pub partition_processing: PartitionProcessingConfig,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            client: ClientKeys::default(),
            group_id: "otel-collector".to_owned(),
            group_instance_id: String::new(),
            initial_offset: "latest".to_owned(),
            session_timeout: Duration::from_secs(10),
            heartbeat_interval: Duration::from_secs(3),
            group_rebalance_strategies: Vec::new(),
            group_rebalance_strategy: String::new(),
            min_fetch_size: ByteSize(1),
            max_fetch_size: ByteSize::mib(1),
            max_fetch_wait: Duration::from_millis(250),
            max_partition_fetch_size: ByteSize::mib(1),
            topic: String::new(),
            encoding: String::new(),
            traces: SignalConfig::default(),
            metrics: SignalConfig::default(),
            logs: SignalConfig::default(),
            autocommit: AutocommitConfig::default(),
            message_marking: MarkingConfig::default(),
            header_extraction: HeaderConfig::default(),
            error_backoff: BackoffConfig::default(),
            partition_processing: PartitionProcessingConfig::default(),
        }
    }
}

/// Where one signal is read.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct SignalConfig {
    /// The topics; one that begins with `^` is a regular expression. Default: `otlp_spans`, `otlp_metrics`, `otlp_logs`.
    pub topics: Vec<String>,
    /// Old name of `topics`, with one.
    pub topic: String,
    /// `otlp_proto` (default) or `otlp_json`; for logs also `text`, `raw` and `json`.
    pub encoding: String,
    /// Regular expressions of topics to leave out, where `topics` has one.
    pub exclude_topics: Vec<String>,
    /// Old name of `exclude_topics`, with one.
    pub exclude_topic: String,
}

/// When offsets are committed (`autocommit`).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct AutocommitConfig {
    /// Whether in intervals, or after each batch.
    pub enable: bool,
    /// The interval.
    pub interval: Duration,
}

impl Default for AutocommitConfig {
    fn default() -> Self {
        AutocommitConfig { enable: true, interval: Duration::from_secs(1) }
    }
}

/// Which messages count as done (`message_marking`).
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct MarkingConfig {
    /// Read for compatibility: a message is always done after the pipelines have it, never before.
    pub after: bool,
    /// Whether what the pipelines refuse for now is given up in the end, and counted as `expired`.
    pub on_error: bool,
    /// Whether what the pipelines refuse for good is given up, and counted. Default: yes.
    pub on_permanent_error: Option<bool>,
}

/// Headers that become attributes (`header_extraction`).
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct HeaderConfig {
    /// Whether they do.
    pub extract_headers: bool,
    /// Their names; the attribute is `kafka.header.NAME`.
    pub headers: Vec<String>,
}

/// The waits between attempts (`error_backoff`).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct BackoffConfig {
    /// With `message_marking::on_error`, whether anything is tried again at all; else all is, for ever.
    pub enabled: bool,
    /// The first wait.
    pub initial_interval: Duration,
    /// How much a wait is varied: by up to this share, up and down.
    pub randomization_factor: f64,
    /// What each wait is multiplied with to get the next.
    pub multiplier: f64,
    /// The longest wait.
    pub max_interval: Duration,
    /// With `message_marking::on_error`, how long a batch is tried; 0 for ever.
    pub max_elapsed_time: Duration,
}

impl Default for BackoffConfig {
    fn default() -> Self {
        BackoffConfig {
            enabled: false,
            initial_interval: Duration::from_millis(100),
            randomization_factor: 0.5,
            multiplier: 1.5,
            max_interval: Duration::from_secs(5),
            max_elapsed_time: Duration::from_secs(0),
        }
    }
}

/// Read for compatibility (`partition_processing`).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PartitionProcessingConfig {
    /// Read for compatibility: each partition always has a worker of its own.
    pub independent: bool,
    /// Read for compatibility: what waits is bounded in bytes.
    pub max_buffered_batches: u32,
}

impl Default for PartitionProcessingConfig {
    fn default() -> Self {
        PartitionProcessingConfig { independent: false, max_buffered_batches: 1 }
    }
}

impl Config {
    /// Reads the section. All mistakes go to the diagnostics.
    pub fn read(section: &Section, diagnostics: &mut Diagnostics) -> Option<Self> {
        let (client, config): (ClientKeys, Config) = section.decode_beside(UNSUPPORTED, diagnostics)?;
        Some(Config { client, ..config })
    }

    /// What is written for a signal.
    pub fn of(&self, signal: Signal) -> &SignalConfig {
        match signal {
            Signal::Traces => &self.traces,
            Signal::Metrics => &self.metrics,
            Signal::Logs => &self.logs,
        }
    }

    /// The topics of a signal; the old keys where it says nothing, then the Collector's defaults.
    pub fn topics(&self, signal: Signal) -> Vec<&str> {
        let own = self.of(signal);
        if !own.topics.is_empty() {
            return own.topics.iter().map(String::as_str).collect();
        }
        let default = match signal {
            Signal::Traces => "otlp_spans",
            Signal::Metrics => "otlp_metrics",
            Signal::Logs => "otlp_logs",
        };
        let written = [own.topic.as_str(), &self.topic].into_iter().find(|topic| !topic.is_empty());
        vec![written.unwrap_or(default)]
    }

    /// The expressions of topics that a signal leaves out.
    pub fn excluded(&self, signal: Signal) -> impl Iterator<Item = &str> {
        let own = self.of(signal);
        let old = Some(own.exclude_topic.as_str()).filter(|topic| !topic.is_empty());
        own.exclude_topics.iter().map(String::as_str).chain(old)
    }

    /// The name of a signal's encoding, found in the same way as its topics.
    pub fn encoding(&self, signal: Signal) -> &str {
        let written = [self.of(signal).encoding.as_str(), &self.encoding];
        written.into_iter().find(|encoding| !encoding.is_empty()).unwrap_or("otlp_proto")
    }

    /// The strategies that are asked for; none where it is left to the default.
    pub fn strategies(&self) -> Vec<&str> {
        let old = Some(self.group_rebalance_strategy.as_str()).filter(|name| !name.is_empty());
        self.group_rebalance_strategies.iter().map(String::as_str).chain(old).collect()
    }
}
