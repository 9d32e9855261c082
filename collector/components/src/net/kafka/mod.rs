//! What all clients of Kafka share: where the brokers are, who this client is, and what it tells the log.

mod narrator;
mod repeats;
mod security;

use std::time::Duration as Time;

use codeagent_config::{Diagnostics, Duration, Section};
use rdkafka::config::ClientConfig;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::net::tls_client::TlsClientConfig;

pub use narrator::Narrator;
use security::Access;
pub use security::{AuthConfig, PlainTextConfig, SaslConfig};

/// Why `auth::kerberos` is refused.
pub const NO_KERBEROS: &str =
    "Kerberos is not supported; use SASL with PLAIN or SCRAM, or TLS with a client certificate";
/// Why `auth::sasl::aws_msk` is refused.
pub const NO_MSK_IAM: &str = "AWS_MSK_IAM is not supported; MSK offers SCRAM-SHA-512 as well";
/// Why `auth::sasl::oauthbearer_token_source` is refused.
pub const NO_OAUTHBEARER: &str = "OAUTHBEARER is not supported; use PLAIN or SCRAM";

/// How the brokers and topics are learned (`metadata`).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MetadataConfig {
    /// Read for compatibility: only the topics that are used are asked for.
    pub full: bool,
    /// How often they are asked for.
    pub refresh_interval: Duration,
    /// Read for compatibility.
    pub retry: MetadataRetryConfig,
}

impl Default for MetadataConfig {
    fn default() -> Self {
        let (refresh_interval, retry) = (Duration::from_secs(600), MetadataRetryConfig::default());
        MetadataConfig { full: true, refresh_interval, retry }
    }
}

/// Read for compatibility: metadata is asked for until it is there.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MetadataRetryConfig {
    /// Read for compatibility.
    pub max: u32,
    /// Read for compatibility.
    pub backoff: Duration,
}

impl Default for MetadataRetryConfig {
    fn default() -> Self {
        MetadataRetryConfig { max: 3, backoff: Duration::from_millis(250) }
    }
}

/// What a producer and a consumer are told alike, beside their own keys.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClientKeys {
    /// The first brokers to ask: `host:port`.
    pub brokers: Vec<String>,
    /// Read for compatibility: the version is negotiated.
    pub protocol_version: String,
    /// Use the names that the brokers' addresses resolve to.
    pub resolve_canonical_bootstrap_servers_only: bool,
    /// The name of this client in the brokers' logs, quotas and rules.
    pub client_id: String,
    /// The rack of this client: a consumer reads from the replica that is nearest, where the brokers allow it.
    pub rack_id: String,
    /// Read for compatibility: a consumer notices a truncated log.
    pub use_leader_epoch: bool,
    /// How long a connection without traffic is kept.
    pub conn_idle_timeout: Duration,
    /// Who this client is.
    pub auth: AuthConfig,
    /// TLS; off unless written.
    pub tls: Option<TlsClientConfig>,
    /// How the brokers and topics are learned.
    pub metadata: MetadataConfig,
}

impl Default for ClientKeys {
    fn default() -> Self {
        ClientKeys {
            brokers: vec!["localhost:9092".to_owned()],
            protocol_version: String::new(),
            resolve_canonical_bootstrap_servers_only: false,
            client_id: "otel-collector".to_owned(),
            rack_id: String::new(),
            use_leader_epoch: true,
            conn_idle_timeout: Duration::from_secs(9 * 60),
            auth: AuthConfig::default(),
            tls: None,
            metadata: MetadataConfig::default(),
        }
    }
}

impl ClientKeys {
    /// Identity and protection.
    fn access(&self) -> Access<'_> {
        Access { auth: &self.auth, tls: self.tls.as_ref() }
    }

    /// Reports mistakes in the keys of `section`.
    pub fn check(&self, section: &Section, diagnostics: &mut Diagnostics) {
        if self.brokers.is_empty() || self.brokers.iter().any(|broker| !is_broker(broker)) {
            let place = section.at("brokers").unwrap_or_else(|| section.clone());
            let message = "every broker must be `host` or `host:port`, and there must be one";
            let help = "for example `brokers: [\"kafka-1:9092\", \"kafka-2:9092\"]`";
            diagnostics.push(place.error(message, help));
        }
        security::check(self.access(), section, diagnostics);
    }

    /// Sets librdkafka's properties, of checked keys.
    pub fn set(&self, properties: &mut ClientConfig) {
        properties.set("bootstrap.servers", self.brokers.join(","));
        properties.set("client.id", &self.client_id);
        if !self.rack_id.is_empty() {
            properties.set("client.rack", &self.rack_id);
        }
        if self.resolve_canonical_bootstrap_servers_only {
            properties.set("client.dns.lookup", "resolve_canonical_bootstrap_servers_only");
        }
        let within = |time: Time, longest: Time| time.min(longest).as_millis().to_string();
        let idle = within(self.conn_idle_timeout.get(), Time::from_secs(i32::MAX as u64 / 1000));
        properties.set("connections.max.idle.ms", idle);
        let refresh = self.metadata.refresh_interval.get().max(Time::from_secs(1));
        properties.set("topic.metadata.refresh.interval.ms", within(refresh, Time::from_secs(3600)));
        properties.set("socket.keepalive.enable", "true");
        security::set(self.access(), properties);
    }
}

fn is_broker(broker: &str) -> bool {
    !broker.is_empty() && !broker.contains("://") && !broker.contains([',', ' ', '/'])
}

/// Kafka's rule for the names of topics.
pub fn is_topic(name: &str) -> bool {
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=249).contains(&name.len()) && name.bytes().all(is_legal) && name != "." && name != ".."
}
