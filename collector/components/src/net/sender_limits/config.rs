//! `limits` of a receiver.

use codeagent_config::{Diagnostics, Duration, Section};
use schemars::JsonSchema;
use serde::Deserialize;

/// Connections at a time on one port, where the configuration does not say.
const CONNECTIONS_MAX: usize = 16_384;

/// Bounds of what is taken at a time.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsConfig {
    /// Connections at a time on each port; further ones wait until one ends.
    pub max_connections: usize,
    /// What one sender may take of them, and of the rest. Default: without limits.
    pub per_sender: Option<PerSender>,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        LimitsConfig { max_connections: CONNECTIONS_MAX, per_sender: None }
    }
}

/// Who counts as one sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Who its credentials say: needs `auth`.
    Identity,
    /// The IP address that it comes from; of IPv6 the network of 64 bits.
    Address,
}

/// What one sender may take. A limit that is not set does not exist.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PerSender {
    /// Who counts as one sender. Default: `identity` where the protocol has `auth`, else `address`.
    pub by: Option<By>,
    /// Connections at a time.
    pub max_connections: Option<usize>,
    /// Bytes of requests in a second, as they come over the wire.
    pub bytes_per_second: Option<u64>,
    /// Spans, data points and log records in a second.
    pub items_per_second: Option<u64>,
    /// How long a sender may save up what it does not use, to use it at once.
    pub burst: Duration,
    /// Senders that are told apart at a time; beyond that the ones that were silent longest are forgotten.
    pub max_senders: usize,
}

impl Default for PerSender {
    fn default() -> Self {
        PerSender {
            by: None,
            max_connections: None,
            bytes_per_second: None,
            items_per_second: None,
            burst: Duration::from_secs(2),
            max_senders: 10_000,
        }
    }
}

impl LimitsConfig {
    /// Checks what the types cannot. `section` is the one that holds `limits`.
    pub fn check(&self, section: &Section, diagnostics: &mut Diagnostics) -> bool {
        let mut wrong: Vec<(&str, &str)> = Vec::new();
        if self.max_connections == 0 {
            wrong.push(("limits::max_connections", "0 connections would let nobody in"));
        }
        if let Some(limits) = &self.per_sender {
            let zeros = [
                ("limits::per_sender::max_connections", limits.max_connections == Some(0)),
                ("limits::per_sender::bytes_per_second", limits.bytes_per_second == Some(0)),
                ("limits::per_sender::items_per_second", limits.items_per_second == Some(0)),
            ];
            let zeros = zeros.into_iter().filter(|(_, is_zero)| *is_zero);
            wrong.extend(zeros.map(|(key, _)| (key, "0 would let nobody in: leave the limit out")));
            if limits.burst < Duration::from_millis(100) {
                wrong.push(("limits::per_sender::burst", "it must be 100ms at least"));
            }
            if !(100..=1_000_000).contains(&limits.max_senders) {
                wrong.push(("limits::per_sender::max_senders", "it must be from 100 to 1000000"));
            }
        }
        for (key, message) in &wrong {
            let place = section.at(key).unwrap_or_else(|| section.clone());
            diagnostics.push(place.error(*message, ""));
        }
        wrong.is_empty()
    }
}
