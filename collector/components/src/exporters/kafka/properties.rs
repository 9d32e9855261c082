//! The configuration in librdkafka's terms.

use std::time::Duration;

use codeagent_config::Signal;
use codeagent_pipeline::sender::Sizer;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};

use super::config::{Config, Hasher};

/// The longest time that librdkafka takes for a request, with room for [`ANSWER`].
const REQUEST_MAX: Duration = Duration::from_secs(290);

/// What an answer gets beyond the broker's own limit before the connection counts as dead.
const ANSWER: Duration = Duration::from_secs(5);

/// Messages of this size and above are handed to the socket where they are, not copied once more.
const COPY_BYTES_MAX: &str = "4096";

impl Config {
    /// The properties of a checked configuration, for one signal.
    pub fn properties(&self, signal: Signal) -> ClientConfig {
        let mut properties = ClientConfig::new();
        properties.set_log_level(RDKafkaLogLevel::Info);
        self.set_client(&mut properties);
        self.set_producer(signal, &mut properties);
        properties
    }

    fn set_client(&self, properties: &mut ClientConfig) {
        self.client.set(properties);
        let request = match self.timeout.get() {
            Duration::ZERO => REQUEST_MAX,
            time => time.clamp(Duration::from_millis(1), REQUEST_MAX),
        };
        properties.set("request.timeout.ms", request.as_millis().to_string());
        properties.set("socket.timeout.ms", (request + ANSWER).as_millis().to_string());
        properties.set("message.timeout.ms", self.message_timeout().as_millis().to_string());
    }

    /// How long librdkafka may try. It repeats a request under its old sequence number, which a broker recognizes:
    /// no duplicates. A message that it gave up and that is handed over again is a new one. So it gets all the time
    /// that retries have; 0 for ever.
    fn message_timeout(&self) -> Duration {
        let retry = &self.retry_on_failure;
        let is_durable = self.sending_queue.storage.is_some();
        let time = if retry.enabled { retry.elapsed_max(is_durable) } else { self.timeout.get() };
        time.min(Duration::from_millis(i32::MAX as u64))
    }

    fn set_producer(&self, signal: Signal, properties: &mut ClientConfig) {
        let (producer, acks) = (&self.producer, self.acks().unwrap_or("all"));
        properties.set("acks", acks);
        properties.set("enable.idempotence", if acks == "all" { "true" } else { "false" });
        properties.set("compression.codec", &producer.compression);
        if let Some(level) = producer.compression_params.level {
            properties.set("compression.level", level.to_string());
        }
        properties.set("message.max.bytes", producer.max_message_bytes.to_string());
        properties.set("batch.size", producer.max_message_bytes.to_string());
        let messages = match producer.flush_max_messages {
            0 => 10_000,
            messages => messages.min(1_000_000),
        };
        properties.set("batch.num.messages", messages.to_string());
        let linger = producer.linger.map_or_else(|| self.default_linger(signal), |linger| linger.get());
        let milliseconds = linger.min(Duration::from_secs(900)).as_micros() as f64 / 1000.0;
        properties.set("linger.ms", milliseconds.to_string());
        let create = if producer.allow_auto_topic_creation { "true" } else { "false" };
        properties.set("allow.auto.create.topics", create);
        let hash = match self.record_partitioner.sticky_key.hasher {
            Hasher::SaramaCompat => "fnv1a_random",
            Hasher::Murmur2 => "murmur2_random",
        };
        properties.set("partitioner", hash);
        properties.set("message.copy.max.bytes", COPY_BYTES_MAX);
        // the sender's queue bounds what is on its way; this bound holds the copies to twice as much
        properties.set("queue.buffering.max.messages", "0");
        properties.set("queue.buffering.max.kbytes", (self.queue_bytes() * 2 / 1024).to_string());
    }

    /// A message without a key is all that waited in the queue: more waiting brings it no company. Keys make many
    /// small messages, of several batches.
    fn default_linger(&self, signal: Signal) -> Duration {
        if self.partition(signal).is_one() { Duration::ZERO } else { Duration::from_millis(10) }
    }

    fn queue_bytes(&self) -> u64 {
        let queue = &self.sending_queue;
        let bytes = match (queue.sizer, queue.queue_size) {
            (Some(Sizer::Bytes), Some(size)) => size.bytes(),
            _ => queue.queue_bytes_max.bytes(),
        };
        // half of what librdkafka takes, and never less than a few messages
        bytes.clamp(4 * self.producer.max_message_bytes as u64 + 1024, 1 << 39)
    }
}
