//! The settings of an HTTP server, as the Collector's `confighttp` names them.

use std::collections::BTreeMap;

use codeagent_config::{Diagnostics, Duration, Secret, Section};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::net::client_auth::AuthConfig;
use crate::net::decompress::Encoding;
use crate::net::listen::{self, Endpoint};
use crate::net::tls_server::TlsServerConfig;

/// Keys of the Collector that are refused rather than ignored, and why.
pub const UNSUPPORTED: &[(&str, &str)] = &[
    ("middlewares", "there are no middleware extensions"),
    ("auth::request_params", "credentials in a URL end up in logs; send them in a header"),
    ("include_tls_metadata", "no component reads the metadata of a request"),
];

/// An HTTP server.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HttpServerConfig {
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
    /// Time for the whole request. 0 means a minute.
    pub read_timeout: Duration,
    /// Time for the headers of a request. 0 means without a limit.
    pub read_header_timeout: Duration,
    /// Accepted and ignored: an answer is a few bytes, and waits for its delivery.
    pub write_timeout: Duration,
    /// Accepted; how long a connection may wait for its next request is bounded by `read_header_timeout`.
    pub idle_timeout: Duration,
    /// Accepted and ignored: connections are kept.
    pub keep_alives_enabled: bool,
}

impl Default for HttpServerConfig {
    fn default() -> Self {
        HttpServerConfig {
            endpoint: "127.0.0.1:4318".to_owned(),
            transport: "tcp".to_owned(),
            tls: None,
            cors: None,
            auth: None,
            max_request_body_size: 0,
            include_metadata: false,
            response_headers: BTreeMap::new(),
            compression_algorithms: None,
            read_timeout: Duration::ZERO,
            read_header_timeout: Duration::from_secs(60),
            write_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(60),
            keep_alives_enabled: true,
        }
    }
}

/// Web pages that may send.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Cors {
    /// Origins that may send; one `*` in each stands for any text.
    pub allowed_origins: Vec<String>,
    /// Headers that they may set beside the usual; `*` allows any.
    pub allowed_headers: Vec<String>,
    /// Seconds for which a browser may remember the permission.
    pub max_age: u32,
}

impl HttpServerConfig {
    /// Bytes of a body, before and after decompression.
    pub fn body_bytes_max(&self) -> usize {
        if self.max_request_body_size == 0 { 20 << 20 } else { self.max_request_body_size }
    }

    /// Time for the whole body.
    pub fn body_timeout(&self) -> std::time::Duration {
        if self.read_timeout == Duration::ZERO {
            std::time::Duration::from_secs(60)
        } else {
            self.read_timeout.get()
        }
    }

    /// Time for the headers; none for ever.
    pub fn header_timeout(&self) -> Option<std::time::Duration> {
        (self.read_header_timeout > Duration::ZERO).then(|| self.read_header_timeout.get())
    }

    /// Whether the configuration lets this encoding in.
    pub fn accepts(&self, name: &str) -> bool {
        self.compression_algorithms.as_ref().is_none_or(|names| names.iter().any(|accepted| accepted == name))
    }

    /// What a client is told that used another encoding.
    pub fn accepted_encodings(&self) -> String {
        match &self.compression_algorithms {
            Some(names) => {
                names.iter().filter(|name| !name.is_empty()).cloned().collect::<Vec<_>>().join(", ")
            }
            None => "gzip, zstd, deflate, snappy".to_owned(),
        }
    }

    /// Checks what the types cannot.
    pub fn check(&self, section: &Section, diagnostics: &mut Diagnostics) -> Option<Endpoint> {
        let endpoint = listen::endpoint(&self.endpoint, &self.transport, section, diagnostics);
        let mut right = self.tls.as_ref().is_none_or(|tls| {
            let section = section.at("tls").unwrap_or_else(|| section.clone());
            tls.check(&section, diagnostics)
        });
        for name in self.compression_algorithms.iter().flatten() {
            if Encoding::from_name(name).is_none() {
                let help =
                    "known are gzip, zstd, deflate, zlib, snappy, x-snappy-framed and the empty one for none";
                diagnostics
                    .push(section.error(format!("the compression algorithm `{name}` is not known"), help));
                right = false;
            }
        }
        for (name, value) in &self.response_headers {
            let valid = http::HeaderName::try_from(name).is_ok()
                && http::HeaderValue::try_from(value.expose()).is_ok();
            if !valid {
                diagnostics.push(section.error(format!("`{name}` or its value is no valid HTTP header"), ""));
                right = false;
            }
        }
        endpoint.filter(|_| right)
    }
}
