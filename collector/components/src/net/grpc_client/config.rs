//! The Collector's `configgrpc` client keys.

use std::time::Duration as StdDuration;

use codeagent_config::{Duration, Secret};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::net::client_auth::AuthConfig;
use crate::net::compress::{Compression, CompressionParams};
use crate::net::tls_client::TlsClientConfig;

/// The shortest time between pings: gRPC clients raise shorter ones to it.
const PING_INTERVAL_MIN: StdDuration = StdDuration::from_secs(10);

/// `keepalive`: pings on a connection, to notice when it is dead.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KeepaliveConfig {
    /// Time between pings; at least 10 s.
    pub time: Duration,
    /// How long an answer may take before the connection is closed.
    pub timeout: Duration,
    /// Whether to ping when no call is on its way.
    pub permit_without_stream: bool,
}

impl Default for KeepaliveConfig {
    fn default() -> Self {
        KeepaliveConfig {
            time: Duration::from_secs(10),
            timeout: Duration::from_secs(10),
            permit_without_stream: false,
        }
    }
}

impl KeepaliveConfig {
    pub(super) fn interval(&self) -> StdDuration {
        self.time.get().max(PING_INTERVAL_MIN)
    }
}

/// What exporters ask of the gRPC client: the Collector's keys, by their names.
#[derive(Clone, Debug, Default)]
pub struct GrpcSettings {
    /// `endpoint`: `host:port`, `http://`, `https://`, `dns:///`, `unix:`.
    pub endpoint: String,
    /// `tls`.
    pub tls: TlsClientConfig,
    /// `compression`: `none`, `gzip`, `zstd`, `snappy`, `deflate`.
    pub compression: Compression,
    /// `compression_params`, which the Collector has for HTTP only.
    pub compression_params: CompressionParams,
    /// `headers`.
    pub headers: IndexMap<String, Secret>,
    /// `auth`.
    pub auth: Option<AuthConfig>,
    /// `authority`: in place of host and port in requests.
    pub authority: String,
    /// `keepalive`.
    pub keepalive: Option<KeepaliveConfig>,
    /// `wait_for_ready`: a call waits for a connection, as long as its time allows, instead of failing at once.
    pub wait_for_ready: bool,
    /// The time of one call, which is told to the server. Who calls must drop the call when it is over. Zero: none.
    pub timeout: StdDuration,
}
