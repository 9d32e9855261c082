//! What serde cannot see.

use std::collections::HashMap;
use std::time::Duration;

use codeagent_config::{Diagnostics, Section, Signal};
use codeagent_pipeline::Outputs;
use regex::Regex;

use super::config::Config;
use super::topics::Encoding;
use crate::net::kafka::{NO_KERBEROS, NO_MSK_IAM, NO_OAUTHBEARER, is_topic};

/// Keys of the Collector that are refused, and why.
pub(super) const UNSUPPORTED: &[(&str, &str)] = &[
    ("profiles", "profiles are not supported"),
    ("signal_header", "headers of records do not choose the signal; give each signal a topic"),
    (
        "telemetry",
        "the delay of records is not measured; `otelcol_kafka_receiver_offset_lag` tells what waits",
    ),
    ("auth::kerberos", NO_KERBEROS),
    ("auth::sasl::aws_msk", NO_MSK_IAM),
    ("auth::sasl::oauthbearer_token_source", NO_OAUTHBEARER),
];

/// Strategies that librdkafka has.
const STRATEGIES: [&str; 3] = ["range", "roundrobin", "cooperative-sticky"];

/// The longest `session_timeout` that librdkafka takes.
const SESSION_MAX: Duration = Duration::from_secs(3600);

/// What librdkafka takes for the bytes of a fetch.
const FETCH_BYTES_MAX: u64 = 1_000_000_000;

impl Config {
    /// Reports mistakes; whether all is well for the signals that `outputs` has.
    pub fn check(&self, outputs: &Outputs, section: &Section, diagnostics: &mut Diagnostics) -> bool {
        let before = diagnostics.errors();
        let mut refuse = |key: &str, message: String, help: &str| {
            let place = section.at(key).unwrap_or_else(|| section.clone());
            diagnostics.push(place.error(message, help));
        };
        self.check_group(&mut refuse);
        self.check_fetch(&mut refuse);
        let mut owners = HashMap::new();
        for signal in Signal::ALL.into_iter().filter(|signal| outputs.has(*signal)) {
            self.check_signal(signal, section, &mut refuse);
            for topic in self.topics(signal) {
                if let Some(other) = owners.insert(topic, signal).filter(|other| *other != signal) {
                    let message = format!("the topic `{topic}` cannot be read as {other} and as {signal}");
                    let help =
                        "give each signal topics of its own, or write two receivers with groups of their own";
                    refuse(signal.as_str(), message, help);
                }
            }
        }
        self.client.check(section, diagnostics);
        diagnostics.errors() == before
    }

    fn check_group(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        if self.group_id.is_empty() {
            refuse("group_id", "a group is needed".to_owned(), "the default is `otel-collector`");
        }
        if !["latest", "earliest"].contains(&self.initial_offset.as_str()) {
            let message = format!("`{}` is no initial offset", self.initial_offset);
            refuse("initial_offset", message, "`earliest` reads all that is kept, `latest` only what comes");
        }
        let (session, heartbeat) = (self.session_timeout.get(), self.heartbeat_interval.get());
        if !(Duration::from_millis(1)..=SESSION_MAX).contains(&session) {
            let message = "the session timeout must be from 1ms to 1h".to_owned();
            refuse("session_timeout", message, "the default is 10s");
        } else if heartbeat.is_zero() || heartbeat >= session {
            let message = "the heartbeat interval must be less than the session timeout".to_owned();
            refuse("heartbeat_interval", message, "a third of it is usual");
        }
        if !self.group_rebalance_strategies.is_empty() && !self.group_rebalance_strategy.is_empty() {
            let message =
                "`group_rebalance_strategy` and `group_rebalance_strategies` cannot both be set".to_owned();
            refuse(
                "group_rebalance_strategy",
                message,
                "keep `group_rebalance_strategies`; the other is old",
            );
        }
        let (strategies, key) = (self.strategies(), self.strategy_key());
        for strategy in strategies.iter().filter(|strategy| !STRATEGIES.contains(strategy)) {
            let message = format!("`{strategy}` is no supported strategy");
            refuse(key, message, "`range`, `roundrobin` and `cooperative-sticky` are");
        }
        if strategies.len() > 1 && strategies.contains(&"cooperative-sticky") {
            let message = "`cooperative-sticky` cannot stand beside other strategies".to_owned();
            refuse(key, message, "stop all members to change between it and the others");
        }
        if self.autocommit.enable && self.autocommit.interval.is_zero() {
            let message = "the interval must be positive".to_owned();
            refuse("autocommit::interval", message, "`enable: false` commits after each batch");
        }
        let headers = &self.header_extraction;
        if headers.extract_headers && headers.headers.is_empty() {
            let help = "name them in `headers`; none means none";
            refuse("header_extraction", "no header to extract is named".to_owned(), help);
        }
        let backoff = &self.error_backoff;
        let varies = (0.0..=1.0).contains(&backoff.randomization_factor);
        let grows = (1.0..f64::INFINITY).contains(&backoff.multiplier);
        if !(varies && grows) {
            let message = "`randomization_factor` goes from 0 to 1, and `multiplier` from 1".to_owned();
            refuse("error_backoff", message, "the defaults are 0.5 and 1.5");
        }
    }

    fn strategy_key(&self) -> &'static str {
        let is_old = self.group_rebalance_strategies.is_empty();
        if is_old { "group_rebalance_strategy" } else { "group_rebalance_strategies" }
    }

    fn check_fetch(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        for (key, size) in [
            ("min_fetch_size", self.min_fetch_size),
            ("max_fetch_size", self.max_fetch_size),
            ("max_partition_fetch_size", self.max_partition_fetch_size),
        ] {
            if !(1..=FETCH_BYTES_MAX).contains(&size.bytes()) {
                let message = format!("`{key}` must be from 1 to {FETCH_BYTES_MAX}");
                refuse(key, message, "leave it out for the default");
            }
        }
        if self.max_fetch_size < self.min_fetch_size {
            let message = "`max_fetch_size` must not be less than `min_fetch_size`".to_owned();
            refuse("max_fetch_size", message, "the defaults are 1MiB and 1");
        }
    }

    fn check_signal(&self, signal: Signal, section: &Section, refuse: &mut impl FnMut(&str, String, &str)) {
        let own = self.of(signal);
        let below = |key: &str| {
            let own = format!("{}::{key}", signal.as_str());
            if section.at(&own).is_some() { own } else { key.to_owned() }
        };
        if Encoding::of(self.encoding(signal), signal).is_none() {
            let message = format!("the encoding `{}` is not supported for {signal}", self.encoding(signal));
            let help = match signal {
                Signal::Logs => "`otlp_proto`, `otlp_json`, `text`, `raw` and `json` are",
                _ => "`otlp_proto` and `otlp_json` are",
            };
            refuse(&below("encoding"), message, help);
        }
        for (one, many, is_set) in [
            ("topic", "topics", !own.topic.is_empty() && !own.topics.is_empty()),
            (
                "exclude_topic",
                "exclude_topics",
                !own.exclude_topic.is_empty() && !own.exclude_topics.is_empty(),
            ),
        ] {
            if is_set {
                let message = format!("`{one}` and `{many}` cannot both be set");
                refuse(&below(one), message, &format!("keep `{many}`; the other is old"));
            }
        }
        let topics = self.topics(signal);
        for topic in &topics {
            let is_good = if topic.starts_with('^') { Regex::new(topic).is_ok() } else { is_topic(topic) };
            if !is_good {
                let key = if own.topics.is_empty() { "topic" } else { "topics" };
                let message = format!("`{topic}` is no name of a topic, nor an expression");
                let help = "at most 249 of the characters a-z A-Z 0-9 . _ -, or `^` and a regular expression";
                refuse(&below(key), message, help);
            }
        }
        for excluded in self.excluded(signal) {
            let help = "for example `exclude_topics: [\"^logs-test$\"]` beside `topics: [\"^logs-.*\"]`";
            if !topics.iter().any(|topic| topic.starts_with('^')) {
                let message = "`exclude_topics` needs an expression in `topics`".to_owned();
                refuse(&below("exclude_topics"), message, help);
            } else if excluded.is_empty() || excluded.contains(',') || Regex::new(excluded).is_err() {
                let message = format!("`{excluded}` is no expression that can be used here");
                refuse(&below("exclude_topics"), message, help);
            }
        }
    }
}
