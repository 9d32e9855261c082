//! What serde cannot see.

use codeagent_config::{Diagnostics, Section, Signal};

use super::config::Config;
use super::message::Encoding;
use super::partition::{KeyBy, Partition};
use crate::net::kafka::{NO_KERBEROS, NO_MSK_IAM, NO_OAUTHBEARER, is_topic};

/// Keys of the Collector that are refused, and why.
pub(super) const UNSUPPORTED: &[(&str, &str)] = &[
    ("profiles", "profiles are not supported"),
    ("record_headers", "headers of records are not supported"),
    ("signal_header", "headers of records are not supported"),
    ("include_metadata_keys", NO_METADATA),
    ("traces::topic_from_metadata_key", NO_METADATA),
    ("metrics::topic_from_metadata_key", NO_METADATA),
    ("logs::topic_from_metadata_key", NO_METADATA),
    ("traces::message_key_from_metadata_key", NO_METADATA),
    ("metrics::message_key_from_metadata_key", NO_METADATA),
    ("logs::message_key_from_metadata_key", NO_METADATA),
    ("auth::kerberos", NO_KERBEROS),
    ("auth::sasl::aws_msk", NO_MSK_IAM),
    ("auth::sasl::oauthbearer_token_source", NO_OAUTHBEARER),
    ("record_partitioner::extension", "partitioner extensions are not supported; use `sticky_key`"),
    ("record_partitioner::round_robin", "messages without a key spread at random; leave it out"),
    ("record_partitioner::least_backup", "messages without a key spread at random; leave it out"),
];

const NO_METADATA: &str =
    "the headers of requests are not kept; use `topic_from_attribute` or `partition_by_attribute`";

/// What librdkafka takes for `message.max.bytes`.
const MESSAGE_BYTES: std::ops::RangeInclusive<usize> = 1000..=1_000_000_000;

/// The codecs and their highest levels (librdkafka, `compression.level`).
const CODECS: [(&str, i32); 5] = [("none", 0), ("gzip", 9), ("snappy", 0), ("lz4", 12), ("zstd", 12)];

impl Config {
    /// Reports mistakes; whether all is well for `signal`.
    pub fn check(&self, signal: Signal, section: &Section, diagnostics: &mut Diagnostics) -> bool {
        let before = diagnostics.errors();
        let mut refuse = |key: &str, message: String, help: &str| {
            let place = section.at(key).unwrap_or_else(|| section.clone());
            diagnostics.push(place.error(message, help));
        };
        let topic = self.topic(signal);
        if !is_topic(topic) {
            let message = format!("`{topic}` is no name of a topic");
            refuse(
                &self.key_of(signal, "topic", section),
                message,
                "at most 249 of the characters a-z A-Z 0-9 . _ -",
            );
        }
        if self.encoding_of(signal).is_none() {
            let message = format!("the encoding `{}` is not supported", self.encoding(signal));
            let help = "`otlp_proto` and `otlp_json` are: both keep everything, and the Collector's receiver reads both";
            refuse(&self.key_of(signal, "encoding", section), message, help);
        }
        if self.keys(signal).len() > 1 {
            let message = format!("{} messages can have one key only", signal.as_str());
            let written = self.keys(signal).into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ");
            refuse(self.keys(signal)[1].0, message, &format!("keep one of {written}"));
        }
        self.check_producer(&mut refuse);
        self.client.check(section, diagnostics);
        let below = |key: &str| section.at(key).unwrap_or_else(|| section.clone());
        self.sending_queue.check(&below("sending_queue"), diagnostics);
        self.retry_on_failure.check(&below("retry_on_failure"), diagnostics);
        diagnostics.errors() == before
    }

    fn check_producer(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        let producer = &self.producer;
        if !MESSAGE_BYTES.contains(&producer.max_message_bytes) {
            let message = format!("`{}` bytes are no size of a message", producer.max_message_bytes);
            refuse("producer::max_message_bytes", message, "from 1000 to 1000000000; the default is 1000000");
        }
        if self.acks().is_none() {
            let message = format!("`{}` is no number of acknowledgements", producer.required_acks);
            refuse("producer::required_acks", message, "`all` loses nothing; `1` and `0` may");
        }
        match CODECS.iter().find(|(name, _)| *name == producer.compression) {
            None => {
                let message = format!("`{}` is no compression", producer.compression);
                refuse("producer::compression", message, "none, gzip, snappy, lz4 or zstd");
            }
            Some((name, highest)) => {
                if let Some(level) = producer.compression_params.level
                    && !(-1..=*highest).contains(&level)
                {
                    let message = format!("{name} has no level {level}");
                    let help = format!("up to {highest}; leave it out for the codec's default");
                    refuse("producer::compression_params::level", message, &help);
                }
            }
        }
    }

    /// Where `key` of a signal is written: below the signal, or in the old place.
    fn key_of(&self, signal: Signal, key: &str, section: &Section) -> String {
        let own = format!("{}::{key}", signal.as_str());
        if section.at(&own).is_some() { own } else { key.to_owned() }
    }

    /// `acks` in librdkafka's words.
    pub fn acks(&self) -> Option<&'static str> {
        match self.producer.required_acks.as_str() {
            "all" | "-1" => Some("all"),
            "1" => Some("1"),
            "0" => Some("0"),
            _ => None,
        }
    }

    /// How a signal is encoded; nothing where it is not supported.
    pub fn encoding_of(&self, signal: Signal) -> Option<Encoding> {
        match self.encoding(signal) {
            "otlp_proto" => Some(Encoding::OtlpProto),
            "otlp_json" => Some(Encoding::OtlpJson),
            _ => None,
        }
    }

    /// The keys that are asked for, with the names of their settings.
    fn keys(&self, signal: Signal) -> Vec<(&'static str, KeyBy)> {
        let mut keys = Vec::new();
        let mut add = |is_set: bool, name, key| {
            if is_set {
                keys.push((name, key));
            }
        };
        match signal {
            Signal::Traces => add(self.partition_traces_by_id, "partition_traces_by_id", KeyBy::TraceId),
            Signal::Metrics => add(
                self.partition_metrics_by_resource_attributes,
                "partition_metrics_by_resource_attributes",
                KeyBy::Resource,
            ),
            Signal::Logs => {
                add(
                    self.partition_logs_by_resource_attributes,
                    "partition_logs_by_resource_attributes",
                    KeyBy::Resource,
                );
                add(self.partition_logs_by_trace_id, "partition_logs_by_trace_id", KeyBy::TraceId);
            }
        }
        let attribute = &self.partition_by_attribute;
        add(!attribute.is_empty(), "partition_by_attribute", KeyBy::Attribute(attribute.clone()));
        keys
    }

    /// How the items of a signal are spread.
    pub fn partition(&self, signal: Signal) -> Partition {
        let key_by = self.keys(signal).into_iter().next().map(|(_, key)| key).unwrap_or_default();
        let topic = &self.topic_from_attribute;
        Partition { key_by, topic_from_attribute: (!topic.is_empty()).then(|| topic.clone()) }
    }
}
