//! The configuration in librdkafka's terms.

use std::time::Duration;

use codeagent_config::Signal;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};

use super::config::Config;

/// How soon a partition is fetched again that had enough read ahead. librdkafka's own is a second, in which a worker that
/// is faster than that has nothing to do.
const FETCH_AGAIN: &str = "5";

/// The longest time between two calls of librdkafka's poll, which a thread of its own makes every tenth of a second.
const POLL_MAX: Duration = Duration::from_secs(300);

impl Config {
    /// The properties of a checked configuration.
    pub fn properties(&self) -> ClientConfig {
        let mut properties = ClientConfig::new();
        properties.set_log_level(RDKafkaLogLevel::Info);
        self.client.set(&mut properties);
        self.set_group(&mut properties);
        self.set_fetch(&mut properties);
        properties
    }

    fn set_group(&self, properties: &mut ClientConfig) {
        let milliseconds = |time: Duration| time.as_millis().to_string();
        properties.set("group.id", &self.group_id);
        if !self.group_instance_id.is_empty() {
            properties.set("group.instance.id", &self.group_instance_id);
        }
        properties.set("session.timeout.ms", milliseconds(self.session_timeout.get()));
        properties.set("heartbeat.interval.ms", milliseconds(self.heartbeat_interval.get()));
        properties.set("max.poll.interval.ms", milliseconds(self.session_timeout.get().max(POLL_MAX)));
        let strategies = self.strategies().join(",");
        let strategies = if strategies.is_empty() { "cooperative-sticky" } else { &strategies };
        properties.set("partition.assignment.strategy", strategies);
        properties.set("auto.offset.reset", &self.initial_offset);
        // stored by the workers, when the pipelines have what they read
        properties.set("enable.auto.offset.store", "false");
        properties.set("enable.auto.commit", if self.autocommit.enable { "true" } else { "false" });
        let interval =
            self.autocommit.interval.get().clamp(Duration::from_millis(1), Duration::from_secs(86_400));
        properties.set("auto.commit.interval.ms", milliseconds(interval));
        properties.set("allow.auto.create.topics", "false");
        let excluded: Vec<_> = Signal::ALL
            .into_iter()
            .flat_map(|signal| self.excluded(signal))
            // librdkafka knows an expression by its first character; the Collector's are found anywhere
            .map(
                |excluded| {
                    if excluded.starts_with('^') { excluded.to_owned() } else { format!("^.*({excluded})") }
                },
            )
            .collect();
        if !excluded.is_empty() {
            properties.set("topic.blacklist", excluded.join(","));
        }
    }

    fn set_fetch(&self, properties: &mut ClientConfig) {
        properties.set("fetch.min.bytes", self.min_fetch_size.bytes().min(100_000_000).to_string());
        properties.set("fetch.max.bytes", self.max_fetch_size.bytes().to_string());
        // room for the answer's own fields; what a broker sends for a single larger record batch is taken, too
        let answer = (self.max_fetch_size.bytes() + 1024).max(100_000_000);
        properties.set("receive.message.max.bytes", answer.to_string());
        let wait = self.max_fetch_wait.get().min(Duration::from_secs(300));
        properties.set("fetch.wait.max.ms", wait.as_millis().to_string());
        let partition = self.max_partition_fetch_size.bytes();
        properties.set("fetch.message.max.bytes", partition.to_string());
        properties.set("queued.max.messages.kbytes", partition.div_ceil(1024).to_string());
        properties.set("fetch.queue.backoff.ms", FETCH_AGAIN);
        properties.set("check.crcs", "true");
    }
}
