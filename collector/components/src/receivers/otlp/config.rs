//! The section `otlp` of the configuration: the Collector's keys.

use std::collections::BTreeMap;

use codeagent_config::{Duration, Secret};
use codeagent_pipeline::Signal;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::net::client_auth::AuthConfig;
use crate::net::grpc_server::{self, GrpcServerConfig};
use crate::net::http_server::{self, Cors, HttpServerConfig};
use crate::net::sender_limits::LimitsConfig;
use crate::net::tls_server::{self, TlsServerConfig};

/// Takes OTLP.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What is spoken; one at least.
    pub protocols: Protocols,
    /// Bounds of what is taken, from all and from one sender.
    pub limits: LimitsConfig,
}

/// What is spoken.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Protocols {
    /// OTLP over gRPC.
    pub grpc: Option<GrpcServerConfig>,
    /// OTLP over HTTP, protobuf and JSON.
    pub http: Option<HttpConfig>,
}

/// OTLP over HTTP: the settings of an HTTP server, and the paths.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// Where to listen: `host:port`. An empty host means every address of the machine.
    pub endpoint: String,
    /// `tcp`, `tcp4` or `tcp6`.
    pub transport: String,
    /// TLS; plain text without it.
    pub tls: Option<TlsServerConfig>,
    /// Web pages that may send.
    pub cors: Option<Cors>,
    /// Who may send.
    pub auth: Option<AuthConfig>,
    /// Largest body in bytes, before and after decompression. 0 means 20 MiB.
    pub max_request_body_size: usize,
    /// Accepted and ignored: no component reads the metadata of a request.
    pub include_metadata: bool,
    /// Headers added to every answer.
    pub response_headers: BTreeMap<String, Secret>,
    /// Values of `content-encoding` that are accepted; an empty one stands for none. Default: all that are known.
    pub compression_algorithms: Option<Vec<String>>,
    /// Time for the body of a request. 0 means a minute.
    pub read_timeout: Duration,
    /// Time for the headers of a request. 0 means without a limit.
    pub read_header_timeout: Duration,
    /// Accepted and ignored: an answer is a few bytes, and waits for its delivery.
    pub write_timeout: Duration,
    /// Accepted; how long a connection may wait for its next request is bounded by `read_header_timeout`.
    pub idle_timeout: Duration,
    /// Accepted and ignored: connections are kept.
    pub keep_alives_enabled: bool,
    /// Where traces are taken.
    pub traces_url_path: String,
    /// Where metrics are taken.
    pub metrics_url_path: String,
    /// Where logs are taken.
    pub logs_url_path: String,
}

impl Default for HttpConfig {
    fn default() -> Self {
        let server = HttpServerConfig::default();
        HttpConfig {
            endpoint: server.endpoint,
            transport: server.transport,
            tls: server.tls,
            cors: server.cors,
            auth: server.auth,
            max_request_body_size: server.max_request_body_size,
            include_metadata: server.include_metadata,
            response_headers: server.response_headers,
            compression_algorithms: server.compression_algorithms,
            read_timeout: server.read_timeout,
            read_header_timeout: server.read_header_timeout,
            write_timeout: server.write_timeout,
            idle_timeout: server.idle_timeout,
            keep_alives_enabled: server.keep_alives_enabled,
            traces_url_path: "/v1/traces".to_owned(),
            metrics_url_path: "/v1/metrics".to_owned(),
            logs_url_path: "/v1/logs".to_owned(),
        }
    }
}

impl HttpConfig {
    /// What concerns any HTTP server.
    pub fn server(&self) -> HttpServerConfig {
        let config = self.clone();
        HttpServerConfig {
            endpoint: config.endpoint,
            transport: config.transport,
            tls: config.tls,
            cors: config.cors,
            auth: config.auth,
            max_request_body_size: config.max_request_body_size,
            include_metadata: config.include_metadata,
            response_headers: config.response_headers,
            compression_algorithms: config.compression_algorithms,
            read_timeout: config.read_timeout,
            read_header_timeout: config.read_header_timeout,
            write_timeout: config.write_timeout,
            idle_timeout: config.idle_timeout,
            keep_alives_enabled: config.keep_alives_enabled,
        }
    }

    /// The path of each signal, with a leading slash, which the Collector adds, too.
    pub fn paths(&self) -> [(Signal, String); 3] {
        let slashed = |path: &String| if path.starts_with('/') { path.clone() } else { format!("/{path}") };
        [
            (Signal::Traces, slashed(&self.traces_url_path)),
            (Signal::Metrics, slashed(&self.metrics_url_path)),
            (Signal::Logs, slashed(&self.logs_url_path)),
        ]
    }
}

/// Keys of the Collector that are refused rather than ignored, as paths below the section, and why.
pub(super) fn unsupported() -> Vec<(String, &'static str)> {
    let below = |protocol: &'static str, keys: &'static [(&'static str, &'static str)]| {
        keys.iter().map(move |(path, reason)| (format!("protocols::{protocol}::{path}"), *reason))
    };
    below("grpc", grpc_server::UNSUPPORTED)
        .chain(below("grpc", tls_server::UNSUPPORTED))
        .chain(below("http", http_server::UNSUPPORTED))
        .chain(below("http", tls_server::UNSUPPORTED))
        .collect()
}
