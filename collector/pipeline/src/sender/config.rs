//! What users write: the Collector's `sending_queue` and `retry_on_failure`, embedded by each exporter.

use codeagent_config::{ByteSize, ComponentId, Diagnostics, Duration, Section};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

/// What waits for an exporter, and how it is batched (`sending_queue`).
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct QueueConfig {
    /// Whether batches may wait and be merged. Without it each is sent by itself, and always with its result
    /// awaited.
    pub enabled: bool,
    /// Exports that run at the same time.
    pub num_consumers: usize,
    /// How much may wait or be on its way, in the unit of `sizer`. Without it only `queue_bytes_max` bounds; with `storage`
    /// only the size of that, which is also the only bound in bytes.
    pub queue_size: Option<ByteSize>,
    /// The unit of `queue_size`. `requests` where `queue_size` is written without it, as in the Collector.
    pub sizer: Option<Sizer>,
    /// How many bytes may wait or be on their way, whatever the sizer. `queue_size` with `sizer: bytes`
    /// takes its place.
    pub queue_bytes_max: ByteSize,
    /// Whether a full queue lets the caller wait for room, or refuses at once with "try again".
    pub block_on_overflow: bool,
    /// Whether the caller is answered when the destination has taken its batch, or when the queue has. With `storage`
    /// the queue is enough, since it is on disk; else the default is to wait.
    pub wait_for_result: Option<bool>,
    /// How waiting batches are merged.
    pub batch: Option<BatchConfig>,
    /// The extension that keeps the queue on disk, such as `file_storage`. Then an acknowledgement means: on disk.
    #[schemars(with = "Option<String>")]
    pub storage: Option<ComponentId>,
}

impl Default for QueueConfig {
    fn default() -> Self {
        QueueConfig {
            enabled: true,
            num_consumers: 10,
            queue_size: None,
            sizer: None,
            queue_bytes_max: ByteSize::mib(64),
            block_on_overflow: false,
            wait_for_result: None,
            batch: None,
            storage: None,
        }
    }
}

impl QueueConfig {
    /// Reports what serde cannot see. `section` is `sending_queue`.
    pub fn check(&self, section: &Section, diagnostics: &mut Diagnostics) {
        let mut refuse = |key: &str, message: &str, help: &str| {
            let place = section.at(key).unwrap_or_else(|| section.clone());
            diagnostics.push(place.error(message, help));
        };
        if !self.enabled {
            if self.storage.is_some() {
                refuse("storage", "`storage` needs the queue", "take out `enabled: false`");
            }
            return;
        }
        if self.storage.is_some() && self.wait_for_result == Some(true) {
            let help = "take it out: what is on disk will be delivered";
            refuse("wait_for_result", "`wait_for_result` and `storage` exclude each other", help);
        }
        if self.storage.is_some() && self.sizer == Some(Sizer::Bytes) && self.queue_size.is_some() {
            let place = section.at("queue_size").unwrap_or_else(|| section.clone());
            let message = "`queue_size` in bytes does not bound a queue on disk";
            let help = "the storage's `max_size` does, for all exporters of a pipeline; or count `items` or `requests`";
            diagnostics.push(place.warning(message, help));
        }
        let mut refuse = |key: &str, message: &str, help: &str| {
            let place = section.at(key).unwrap_or_else(|| section.clone());
            diagnostics.push(place.error(message, help));
        };
        if self.num_consumers == 0 {
            refuse("num_consumers", "`num_consumers` must be positive", "the default is 10");
        }
        if self.queue_size == Some(ByteSize(0)) {
            refuse("queue_size", "`queue_size` must be positive", "leave it out to bound the bytes only");
        }
        if self.queue_bytes_max.bytes() == 0 {
            refuse("queue_bytes_max", "`queue_bytes_max` must be positive", "the default is 64MiB");
        }
        let Some(batch) = &self.batch else { return };
        if batch.sizer == Some(Sizer::Requests)
            || (batch.sizer.is_none() && self.sizer == Some(Sizer::Requests))
        {
            let help = "write `sizer: items` below `batch`";
            refuse("batch", "`batch` supports only the sizers `items` and `bytes`", help);
        }
        if batch.min_size.bytes() > 0 && batch.flush_timeout.is_zero() {
            let help = "a batch below `min_size` would wait for ever";
            refuse("batch::flush_timeout", "`flush_timeout` must be positive", help);
        }
        if batch.max_size.bytes() > 0 && batch.max_size < batch.min_size {
            let help = "no batch could be sent before the flush time";
            refuse("batch::max_size", "`max_size` must not be less than `min_size`", help);
        }
        if self.queue_size.is_some_and(|size| {
            size < batch.min_size && self.sizer.is_some() && self.sizer == batch.sizer.or(self.sizer)
        }) {
            let help = "the queue would be full before a batch is";
            refuse("batch::min_size", "`min_size` must not be more than `queue_size`", help);
        }
    }
}

/// The unit of a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sizer {
    /// Batches as they come.
    Requests,
    /// Spans, data points, log records.
    Items,
    /// Bytes of OTLP protobuf.
    Bytes,
}

/// How waiting batches are merged (`sending_queue::batch`).
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BatchConfig {
    /// How long the oldest batch waits for `min_size`; without a `min_size` nothing waits.
    pub flush_timeout: Duration,
    /// What a batch should have before it is sent. 0: a free worker takes what there is.
    pub min_size: ByteSize,
    /// What a batch has at most; larger ones are split. 0: 8192 items.
    pub max_size: ByteSize,
    /// The unit of both: `items` or `bytes`. Without it the queue's where that is written, else items.
    pub sizer: Option<Sizer>,
    /// Not supported yet.
    pub partition: NotYet<Partition>,
}

impl Default for BatchConfig {
    fn default() -> Self {
        BatchConfig {
            flush_timeout: Duration::from_millis(200),
            min_size: ByteSize(0),
            max_size: ByteSize(0),
            sizer: None,
            partition: NotYet::default(),
        }
    }
}

/// When and how often a failed export is repeated (`retry_on_failure`).
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RetryConfig {
    /// Whether a failed export is repeated at all.
    pub enabled: bool,
    /// The wait after the first failure.
    pub initial_interval: Duration,
    /// How much a wait is varied: by up to this share, up and down.
    pub randomization_factor: f64,
    /// What each wait is multiplied with to get the next.
    pub multiplier: f64,
    /// The longest wait.
    pub max_interval: Duration,
    /// How long a batch is tried; 0 for ever. Without it 300 s, and for ever where the queue is on disk.
    pub max_elapsed_time: Option<Duration>,
}

impl Default for RetryConfig {
    fn default() -> Self {
        RetryConfig {
            enabled: true,
            initial_interval: Duration::from_secs(5),
            randomization_factor: 0.5,
            multiplier: 1.5,
            max_interval: Duration::from_secs(30),
            max_elapsed_time: None,
        }
    }
}

impl RetryConfig {
    /// How long a batch is tried; zero for ever: the default where the queue is on disk.
    pub fn elapsed_max(&self, is_durable: bool) -> std::time::Duration {
        const IN_MEMORY: std::time::Duration = std::time::Duration::from_secs(300);
        let default = if is_durable { std::time::Duration::ZERO } else { IN_MEMORY };
        self.max_elapsed_time.map_or(default, Duration::get)
    }

    /// Reports what serde cannot see. `section` is `retry_on_failure`.
    pub fn check(&self, section: &Section, diagnostics: &mut Diagnostics) {
        let mut refuse = |key: &str, message: &str, help: &str| {
            let place = section.at(key).unwrap_or_else(|| section.clone());
            diagnostics.push(place.error(message, help));
        };
        if !self.enabled {
            return;
        }
        if !(0.0..=1.0).contains(&self.randomization_factor) {
            refuse(
                "randomization_factor",
                "`randomization_factor` must be within 0 and 1",
                "the default is 0.5",
            );
        }
        if !(self.multiplier.is_finite() && self.multiplier >= 0.0) {
            refuse("multiplier", "`multiplier` must not be negative", "the default is 1.5");
        }
        let limit = self.max_elapsed_time.unwrap_or_default();
        if !limit.is_zero() && limit < self.initial_interval.max(self.max_interval) {
            let help = "raise it, lower `initial_interval` and `max_interval`, or write 0 to try for ever";
            refuse("max_elapsed_time", "`max_elapsed_time` is shorter than a single wait", help);
        }
    }
}

/// A key of the Collector that is not supported yet: writing it is an error that says so.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(with = "()")]
pub struct NotYet<T: Explained>(std::marker::PhantomData<T>);

impl<T: Explained> Default for NotYet<T> {
    fn default() -> Self {
        NotYet(std::marker::PhantomData)
    }
}

/// Why a key is not supported yet.
pub trait Explained {
    /// For the error.
    const WHY: &'static str;
}

/// `sending_queue::batch::partition`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Partition {}

impl Explained for Partition {
    const WHY: &'static str = "batches cannot be partitioned by client metadata yet; leave `partition` out";
}

impl<'de, T: Explained> Deserialize<'de> for NotYet<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match Option::<serde::de::IgnoredAny>::deserialize(from)? {
            None => Ok(NotYet::default()),
            Some(_) => Err(serde::de::Error::custom(T::WHY)),
        }
    }
}
