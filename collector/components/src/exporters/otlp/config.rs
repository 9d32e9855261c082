//! What users write: the Collector's keys and defaults.

use codeagent_config::{Diagnostics, Duration, Secret, Section};
use codeagent_pipeline::{QueueConfig, RetryConfig};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::net::client_auth::AuthConfig;
use crate::net::compress::Compression;
use crate::net::grpc_client::{GrpcSettings, KeepaliveConfig};
use crate::net::tls_client::TlsClientConfig;

/// The section `otlp`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Config {
    /// Where to send: `host:port`, `http://host:port`, `https://host:port`, `dns:///host:port`, `unix:/path`.
    endpoint: String,
    /// `gzip`, `zstd`, `snappy`, `deflate` or `none`.
    compression: Compression,
    /// TLS; on unless `insecure`.
    tls: TlsClientConfig,
    /// Pings that notice a dead connection.
    keepalive: Option<KeepaliveConfig>,
    /// Read for compatibility.
    read_buffer_size: usize,
    /// Read for compatibility.
    write_buffer_size: usize,
    /// Wait for a connection, as long as the timeout allows, instead of failing at once.
    wait_for_ready: bool,
    /// Headers of each request.
    headers: IndexMap<String, Secret>,
    /// Read for compatibility: connections go to the first address that answers.
    balancer_name: String,
    /// The `:authority` of requests, in place of host and port.
    authority: String,
    /// The extension that proves this collector to the server.
    auth: Option<AuthConfig>,
    /// The time of one attempt.
    pub timeout: Duration,
    /// The queue before it.
    pub sending_queue: QueueConfig,
    /// When and how often a failed attempt is repeated.
    pub retry_on_failure: RetryConfig,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            endpoint: String::new(),
            compression: Compression::Gzip,
            tls: TlsClientConfig::default(),
            keepalive: None,
            read_buffer_size: 0,
            write_buffer_size: 512 * 1024,
            wait_for_ready: false,
            headers: IndexMap::new(),
            balancer_name: String::new(),
            authority: String::new(),
            auth: None,
            timeout: Duration::from_secs(5),
            sending_queue: QueueConfig::default(),
            retry_on_failure: RetryConfig::default(),
        }
    }
}

pub(super) const UNSUPPORTED: &[(&str, &str)] = &[
    ("middlewares", "middlewares are not supported"),
    ("batcher", "write `sending_queue::batch` in its place"),
    ("tls::tpm", "keys in a TPM are not supported"),
    ("tls::include_insecure_cipher_suites", "rustls has no insecure cipher suites"),
];

const BALANCERS: [&str; 4] = ["", "pick_first", "round_robin", "least_request_experimental"];

impl Config {
    pub fn grpc_settings(&self) -> GrpcSettings {
        GrpcSettings {
            endpoint: self.endpoint.clone(),
            tls: self.tls.clone(),
            compression: self.compression,
            compression_params: Default::default(),
            headers: self.headers.clone(),
            auth: self.auth.clone(),
            authority: self.authority.clone(),
            keepalive: self.keepalive.clone(),
            wait_for_ready: self.wait_for_ready,
            timeout: self.timeout.get(),
        }
    }

    /// Reports what serde cannot see; whether all is well.
    pub fn check(&self, section: &Section, diagnostics: &mut Diagnostics) -> bool {
        let before = diagnostics.errors();
        if !BALANCERS.contains(&self.balancer_name.as_str()) {
            let place = section.at("balancer_name").unwrap_or_else(|| section.clone());
            let message = format!("`{}` is no balancer", self.balancer_name);
            diagnostics.push(place.error(message, "use pick_first or round_robin, or leave it out"));
        }
        let below = |key: &str| section.at(key).unwrap_or_else(|| section.clone());
        self.sending_queue.check(&below("sending_queue"), diagnostics);
        self.retry_on_failure.check(&below("retry_on_failure"), diagnostics);
        diagnostics.errors() == before
    }
}
