//! What exporters ask of the HTTP client.

use std::time::Duration;

use codeagent_config::Secret;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use indexmap::IndexMap;

use crate::net::client_auth::AuthConfig;
use crate::net::compress::{Compression, CompressionParams};
use crate::net::tls_client::TlsClientConfig;

/// The Collector's `confighttp` client keys, by their names. Exporters have the keys in their own configuration
/// and convert. The default is the Collector's.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// `tls`.
    pub tls: TlsClientConfig,
    /// `headers`: over those of a request.
    pub headers: IndexMap<String, Secret>,
    /// `auth`.
    pub auth: Option<AuthConfig>,
    /// `compression`: what [`super::HttpClient::compress`] does.
    pub compression: Compression,
    /// `compression_params`.
    pub compression_params: CompressionParams,
    /// `timeout` of one attempt; none or zero: without a limit.
    pub timeout: Option<Duration>,
    /// `proxy_url`; empty: the environment's HTTP_PROXY, HTTPS_PROXY, NO_PROXY.
    pub proxy_url: String,
    /// `max_idle_conns_per_host`. The Collector's default of 2 closes connections at once when 10 consumers send;
    /// ours is 100.
    pub max_idle_conns_per_host: usize,
    /// `idle_conn_timeout`; none: never.
    pub idle_conn_timeout: Option<Duration>,
    /// `disable_keep_alives`: each request has a connection of its own.
    pub disable_keep_alives: bool,
    /// `force_attempt_http2`: offer HTTP/2 to TLS servers.
    pub force_attempt_http2: bool,
    /// `http2_read_idle_timeout`: ping a silent HTTP/2 connection after this.
    pub http2_read_idle_timeout: Option<Duration>,
    /// `http2_ping_timeout`: close it when a ping is not answered within this.
    pub http2_ping_timeout: Option<Duration>,
    /// The largest body of an answer that is read, in bytes.
    pub response_bytes_max: usize,
}

impl Default for HttpSettings {
    fn default() -> Self {
        HttpSettings {
            tls: TlsClientConfig::default(),
            headers: IndexMap::new(),
            auth: None,
            compression: Compression::None,
            compression_params: CompressionParams::default(),
            timeout: None,
            proxy_url: String::new(),
            max_idle_conns_per_host: 100,
            idle_conn_timeout: Some(Duration::from_secs(90)),
            disable_keep_alives: false,
            force_attempt_http2: true,
            http2_read_idle_timeout: None,
            http2_ping_timeout: None,
            response_bytes_max: 4 * 1024 * 1024,
        }
    }
}

impl HttpSettings {
    pub(super) fn header_map(&self) -> Result<HeaderMap, String> {
        header_map(&self.headers)
    }
}

/// Headers of a configuration, marked as sensitive.
///
/// # Errors
/// Which name or whose value is not valid.
pub(crate) fn header_map(headers: &IndexMap<String, Secret>) -> Result<HeaderMap, String> {
    let mut map = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let key: HeaderName = name.parse().map_err(|_| format!("`{name}` is not a header name"))?;
        let value = HeaderValue::from_str(value.expose());
        let mut value = value.map_err(|_| {
            format!("the value of the header `{name}` has characters that no header can have")
        })?;
        value.set_sensitive(true);
        map.insert(key, value);
    }
    Ok(map)
}

/// Reads an endpoint such as `https://host:4318/base`.
///
/// # Errors
/// What is wrong with it, and what to write.
pub fn parse_endpoint(text: &str) -> Result<Uri, String> {
    let shown = || text.rsplit('@').next().unwrap_or_default();
    let uri: Uri = text.trim().parse().map_err(|_| format!("`{}` is not a URL", shown()))?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http" | "https"), Some(host)) if !host.is_empty() => Ok(uri),
        _ => Err(format!("`{}` is not a URL that begins with http:// or https:// and names a host", shown())),
    }
}
