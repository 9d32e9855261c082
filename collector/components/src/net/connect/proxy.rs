//! HTTP proxies: `proxy_url`, or the environment's HTTP_PROXY, HTTPS_PROXY and NO_PROXY.

use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{ConnectError, Target};

/// The largest answer to CONNECT that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 8 * 1024;

/// Which targets go through which proxy.
pub struct ProxyRules {
    matcher: Matcher,
    /// The environment's proxies are not for loopback, as in Go.
    from_environment: bool,
}

impl std::fmt::Debug for ProxyRules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // a proxy's URL may hold a password
        f.debug_struct("ProxyRules").field("from_environment", &self.from_environment).finish()
    }
}

impl ProxyRules {
    /// The proxies of the environment: HTTP_PROXY, HTTPS_PROXY, NO_PROXY and their lower-case names.
    pub fn from_environment() -> Self {
        ProxyRules { matcher: Matcher::from_env(), from_environment: true }
    }

    /// One proxy for all: the Collector's `proxy_url`.
    ///
    /// # Errors
    /// When it is not an `http://` URL: proxies over TLS and SOCKS are not supported.
    pub fn from_url(url: &str) -> Result<Self, String> {
        let uri: Uri = url.parse().map_err(|_| "the proxy is not a URL".to_owned())?;
        if uri.scheme_str() != Some("http") || uri.host().is_none() {
            return Err("only a proxy with an http:// URL is supported".to_owned());
        }
        Ok(ProxyRules { matcher: Matcher::builder().all(url).build(), from_environment: false })
    }

    /// No proxy.
    pub fn none() -> Self {
        ProxyRules { matcher: Matcher::builder().build(), from_environment: false }
    }

    pub(super) fn proxy_for(&self, target: &Target) -> Option<Proxy> {
        let Target::Tcp { host, tls, .. } = target else { return None };
        if self.from_environment && is_loopback(host) {
            return None;
        }
        let scheme = if *tls { "https" } else { "http" };
        let uri: Uri = format!("{scheme}://{target}/").parse().ok()?;
        self.matcher.intercept(&uri).map(Proxy)
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

pub(super) struct Proxy(Intercept);

impl std::fmt::Display for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (host, port) = self.address();
        write!(f, "{host}:{port}")
    }
}

impl Proxy {
    pub(super) fn address(&self) -> (&str, u16) {
        let uri = self.0.uri();
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        (host, uri.port_u16().unwrap_or(80))
    }

    pub(super) fn authorization(&self) -> Option<&HeaderValue> {
        self.0.basic_auth()
    }

    /// Opens a tunnel to the target (RFC 9110, 9.3.6).
    pub(super) async fn tunnel(
        &self,
        mut tcp: TcpStream,
        target: &Target,
    ) -> Result<TcpStream, ConnectError> {
        if self.0.uri().scheme_str() != Some("http") {
            return Err(ConnectError(format!(
                "proxy {self}: only proxies with an http:// URL are supported"
            )));
        }
        let failed = |cause: String| ConnectError(format!("proxy {self}: {cause}"));
        let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n").into_bytes();
        if let Some(authorization) = self.authorization() {
            request.extend_from_slice(b"Proxy-Authorization: ");
            request.extend_from_slice(authorization.as_bytes());
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"\r\n");
        tcp.write_all(&request).await.map_err(|error| failed(error.to_string()))?;
        let mut answer = Vec::new();
        // byte by byte: what follows the head is the target's
        while !answer.ends_with(b"\r\n\r\n") {
            if answer.len() == ANSWER_BYTES_MAX {
                return Err(failed("its answer to CONNECT is too large".to_owned()));
            }
            let byte = tcp.read_u8().await;
            answer.push(
                byte.map_err(|_| failed("it closed the connection before it answered CONNECT".to_owned()))?,
            );
        }
        let head = String::from_utf8_lossy(&answer);
        let status = head.split_ascii_whitespace().nth(1).unwrap_or_default();
        match status.starts_with('2') && status.len() == 3 {
            true => Ok(tcp),
            false => {
                Err(failed(format!("it answered CONNECT with {}", head.lines().next().unwrap_or_default())))
            }
        }
    }
}
