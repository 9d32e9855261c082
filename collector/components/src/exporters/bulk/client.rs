//! How the server is reached: keys that both exporters have.

use codeagent_config::{Duration, Secret};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::positive;
use crate::net::client_auth::AuthConfig;
use crate::net::compress::{Compression, CompressionParams};
use crate::net::http_client::HttpSettings;
use crate::net::tls_client::TlsClientConfig;

/// The largest answer that is read, in bytes: reasons of 300 characters for as many documents as a request has.
const RESPONSE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The keys of the HTTP client.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClientConfig {
    /// The URL of the server; under `opensearch` several, separated by commas, of nodes of one cluster.
    pub endpoint: String,
    /// An extension that authenticates requests.
    pub auth: Option<AuthConfig>,
    /// Headers of every request.
    #[schemars(with = "std::collections::BTreeMap<String, Secret>")]
    pub headers: IndexMap<String, Secret>,
    /// TLS towards servers with `https://` URLs.
    pub tls: TlsClientConfig,
    /// `gzip` or `none`. Without it gzip under `elasticsearch` and none under `opensearch`.
    pub compression: Option<Compression>,
    /// The level of gzip.
    pub compression_params: CompressionParams,
    /// How long one request may take. Without it 90 s under `elasticsearch`; under `opensearch` that and 0 leave it to the
    /// exporter's `timeout`.
    pub timeout: Option<Duration>,
    /// A proxy; without one HTTP_PROXY, HTTPS_PROXY and NO_PROXY count.
    pub proxy_url: String,
    /// Idle connections that are kept.
    pub max_idle_conns_per_host: usize,
    /// How long they are kept; 0 for ever.
    pub idle_conn_timeout: Duration,
    /// Whether each request has a connection of its own.
    pub disable_keep_alives: bool,
    /// Whether HTTP/2 is offered to TLS servers.
    pub force_attempt_http2: bool,
    /// Ping an HTTP/2 connection that is silent for so long; 0 for never.
    pub http2_read_idle_timeout: Duration,
    /// How long the answer to a ping may take; 0 for 20 s.
    pub http2_ping_timeout: Duration,
    /// Read for compatibility: buffers grow by themselves.
    pub read_buffer_size: usize,
    /// Read for compatibility: buffers grow by themselves.
    pub write_buffer_size: usize,
    /// Read for compatibility: idle connections are bounded per host.
    pub max_idle_conns: usize,
    /// Read for compatibility: `sending_queue::num_consumers` bounds the connections.
    pub max_conns_per_host: usize,
}

impl Default for ClientConfig {
    fn default() -> Self {
        let http = HttpSettings::default();
        ClientConfig {
            endpoint: String::new(),
            auth: None,
            headers: IndexMap::new(),
            tls: TlsClientConfig::default(),
            compression: None,
            compression_params: CompressionParams::default(),
            timeout: None,
            proxy_url: String::new(),
            max_idle_conns_per_host: http.max_idle_conns_per_host,
            idle_conn_timeout: http.idle_conn_timeout.unwrap_or_default().into(),
            disable_keep_alives: false,
            force_attempt_http2: http.force_attempt_http2,
            http2_read_idle_timeout: Duration::default(),
            http2_ping_timeout: Duration::default(),
            read_buffer_size: 0,
            write_buffer_size: 0,
            max_idle_conns: 100,
            max_conns_per_host: 0,
        }
    }
}

impl ClientConfig {
    /// Whether the servers, which read gzip only, do not read what is configured.
    pub fn is_unreadable(&self) -> bool {
        !matches!(self.compression, None | Some(Compression::Gzip | Compression::None))
    }

    /// What the client is made with, where nothing is said about compression with `compression`. The time of a request
    /// is left to the caller.
    pub fn settings(&self, compression: Compression) -> HttpSettings {
        HttpSettings {
            tls: self.tls.clone(),
            headers: self.headers.clone(),
            auth: self.auth.clone(),
            compression: self.compression.unwrap_or(compression),
            compression_params: self.compression_params,
            timeout: None,
            proxy_url: self.proxy_url.clone(),
            max_idle_conns_per_host: self.max_idle_conns_per_host,
            idle_conn_timeout: positive(self.idle_conn_timeout),
            disable_keep_alives: self.disable_keep_alives,
            force_attempt_http2: self.force_attempt_http2,
            http2_read_idle_timeout: positive(self.http2_read_idle_timeout),
            http2_ping_timeout: positive(self.http2_ping_timeout),
            response_bytes_max: RESPONSE_BYTES_MAX,
        }
    }
}
