//! The settings of a gRPC server, as the Collector's `configgrpc` names them.

use std::time::Duration as StdDuration;

use codeagent_config::{Diagnostics, Duration, Section};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Settings;
use crate::net::client_auth::AuthConfig;
use crate::net::listen::Endpoint;
use crate::net::tls_server::TlsServerConfig;

/// Keys of the Collector that are refused rather than ignored, and why.
pub const UNSUPPORTED: &[(&str, &str)] = &[
    ("middlewares", "there are no middleware extensions"),
    ("dialer", "it is for clients, and this is a server"),
];

/// A gRPC server.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GrpcServerConfig {
    /// Where to listen: `host:port`. An empty host means every address of the machine.
    pub endpoint: String,
    /// `tcp`, `tcp4` or `tcp6`.
    pub transport: String,
    /// TLS; plain text without it.
    pub tls: Option<TlsServerConfig>,
    /// Largest message in MiB, before and after decompression. 0 means 4.
    pub max_recv_msg_size_mib: usize,
    /// Calls at a time on one connection. 0 means 1024.
    pub max_concurrent_streams: u32,
    /// Accepted and ignored: buffers have the size that they need.
    pub read_buffer_size: u64,
    /// Accepted and ignored: buffers have the size that they need.
    pub write_buffer_size: u64,
    /// Life and death of connections.
    pub keepalive: Option<Keepalive>,
    /// Who may send.
    pub auth: Option<AuthConfig>,
    /// Accepted and ignored: no component reads the metadata of a request.
    pub include_metadata: bool,
}

impl Default for GrpcServerConfig {
    fn default() -> Self {
        GrpcServerConfig {
            endpoint: "127.0.0.1:4317".to_owned(),
            transport: "tcp".to_owned(),
            tls: None,
            max_recv_msg_size_mib: 0,
            max_concurrent_streams: 0,
            read_buffer_size: 512 << 10,
            write_buffer_size: 32 << 10,
            keepalive: None,
            auth: None,
            include_metadata: false,
        }
    }
}

/// Life and death of connections.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Keepalive {
    /// What the server does of itself.
    pub server_parameters: Option<ServerParameters>,
    /// Accepted and ignored: clients may ping as often as they like.
    pub enforcement_policy: Option<EnforcementPolicy>,
}

/// What the server does of itself. A duration of 0 means the default.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ServerParameters {
    /// A connection without calls for so long is ended. Default: never.
    pub max_connection_idle: Duration,
    /// A connection is ended at this age, a tenth more or less. Default: never.
    pub max_connection_age: Duration,
    /// How long calls may go on after that. Default: as long as they take.
    pub max_connection_age_grace: Duration,
    /// Time between pings to the client. Default: 2h.
    pub time: Duration,
    /// A connection whose ping is not answered for so long is cut. Default: 20s.
    pub timeout: Duration,
}

/// What clients may do.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EnforcementPolicy {
    /// Least time between a client's pings.
    pub min_time: Duration,
    /// Whether a client may ping while it calls nothing.
    pub permit_without_stream: bool,
}

impl GrpcServerConfig {
    /// Checks what the types cannot, and returns what the server needs.
    pub fn settings(&self, section: &Section, diagnostics: &mut Diagnostics) -> Option<(Endpoint, Settings)> {
        let endpoint = crate::net::listen::endpoint(&self.endpoint, &self.transport, section, diagnostics);
        let tls_is_right = self.tls.as_ref().is_none_or(|tls| {
            let section = section.at("tls").unwrap_or_else(|| section.clone());
            tls.check(&section, diagnostics)
        });
        let Some(message_bytes_max) = or(self.max_recv_msg_size_mib, 4).checked_mul(1 << 20) else {
            diagnostics.push(section.error("max_recv_msg_size_mib is larger than any memory", ""));
            return None;
        };
        let parameters = self.keepalive.clone().unwrap_or_default().server_parameters.unwrap_or_default();
        let settings = Settings {
            message_bytes_max,
            streams_max: or(self.max_concurrent_streams, 1024),
            idle_max: given(parameters.max_connection_idle),
            age_max: given(parameters.max_connection_age),
            age_grace: given(parameters.max_connection_age_grace),
            ping_every: given(parameters.time).unwrap_or(StdDuration::from_secs(7200)),
            ping_timeout: given(parameters.timeout).unwrap_or(StdDuration::from_secs(20)),
        };
        endpoint.filter(|_| tls_is_right).map(|endpoint| (endpoint, settings))
    }
}

fn or<T: Default + PartialEq>(value: T, default: T) -> T {
    if value == T::default() { default } else { value }
}

fn given(duration: Duration) -> Option<StdDuration> {
    (duration > Duration::ZERO).then(|| duration.get())
}
