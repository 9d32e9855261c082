//! Connections to servers: TCP or Unix socket, a proxy on the way, TLS. Shared by the HTTP and gRPC clients.

mod proxy;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use hyper_util::client::legacy::connect::HttpConnector;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tower_service::Service;

pub use proxy::ProxyRules;
pub use stream::Stream;

use super::tls_client::TlsClient;

/// How long a connection may take to be established, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A host and a port, with or without TLS.
    Tcp {
        /// Name or address; IPv6 without brackets.
        host: String,
        /// The port.
        port: u16,
        /// Whether TLS is spoken.
        tls: bool,
    },
    /// A Unix domain socket.
    Unix(String),
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Target::Tcp { host, port, .. } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Target::Tcp { host, port, .. } => write!(f, "{host}:{port}"),
            Target::Unix(path) => write!(f, "unix:{path}"),
        }
    }
}

/// Why no connection came about: the cause, without the target.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConnectError(pub String);

/// Whether a proxy that wants absolute URIs is at the other end; not so when it made a tunnel.
pub type IsProxy = bool;

/// Makes connections. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Connector {
    tls: Arc<TlsClient>,
    proxy: Arc<ProxyRules>,
    tcp: HttpConnector,
}

impl Connector {
    /// A connector with these TLS settings and proxies.
    pub fn new(tls: TlsClient, proxy: ProxyRules) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        tcp.set_keepalive(Some(Duration::from_secs(30)));
        Connector { tls: Arc::new(tls), proxy: Arc::new(proxy), tcp }
    }

    /// The TLS settings.
    pub fn tls(&self) -> &TlsClient {
        &self.tls
    }

    /// Connects, through a proxy where one is set for the target. `plain_proxy`: plain HTTP is spoken to the
    /// proxy itself (absolute URIs) instead of opening a tunnel; the caller must then do so.
    ///
    /// # Errors
    /// When it does not come about within ten seconds: name resolution, refusal, proxy or TLS.
    pub async fn connect(
        &self,
        target: &Target,
        plain_proxy: bool,
    ) -> Result<(Stream, IsProxy), ConnectError> {
        match tokio::time::timeout(CONNECT_TIMEOUT, self.establish(target, plain_proxy)).await {
            Ok(done) => done,
            Err(_) => Err(ConnectError(format!("no connection within {} s", CONNECT_TIMEOUT.as_secs()))),
        }
    }

    async fn establish(&self, target: &Target, plain_proxy: bool) -> Result<(Stream, IsProxy), ConnectError> {
        let (host, port, tls) = match target {
            Target::Unix(path) => return Ok((stream::unix(path).await?, false)),
            Target::Tcp { host, port, tls } => (host, *port, *tls),
        };
        let (tcp, is_proxy) = match self.proxy.proxy_for(target) {
            None => (self.tcp(host, port).await?, false),
            Some(proxy) => {
                let (proxy_host, proxy_port) = proxy.address();
                let tcp = self.tcp(proxy_host, proxy_port).await;
                let tcp =
                    tcp.map_err(|ConnectError(cause)| ConnectError(format!("proxy {proxy}: {cause}")))?;
                if plain_proxy && !tls { (tcp, true) } else { (proxy.tunnel(tcp, target).await?, false) }
            }
        };
        if !tls {
            return Ok((Stream::Tcp(tcp), is_proxy));
        }
        Ok((self.secure(tcp, host).await?, is_proxy))
    }

    /// What a proxy that is spoken to in plain HTTP wants in `proxy-authorization`.
    pub fn plain_proxy_authorization(&self, target: &Target) -> Option<http::HeaderValue> {
        match target {
            Target::Tcp { tls: false, .. } => self.proxy.proxy_for(target)?.authorization().cloned(),
            _ => None,
        }
    }

    async fn tcp(&self, host: &str, port: u16) -> Result<TcpStream, ConnectError> {
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let uri = format!("http://{host}:{port}/").parse();
        let uri: http::Uri = uri.map_err(|_| ConnectError("the host name is not valid".to_owned()))?;
        let connected = self.tcp.clone().call(uri).await;
        connected.map(|io| io.into_inner()).map_err(|error| ConnectError(causes(&error)))
    }

    async fn secure(&self, tcp: TcpStream, host: &str) -> Result<Stream, ConnectError> {
        let tls = self.tls.clone();
        let config = tokio::task::spawn_blocking(move || tls.client_config()).await;
        let config = config.map_err(|error| ConnectError(error.to_string()))?;
        let config = config.map_err(|error| ConnectError(error.to_string()))?;
        let name = self.tls.server_name_override().unwrap_or(host).to_owned();
        let name = ServerName::try_from(name)
            .map_err(|_| ConnectError("the host is not a name that a certificate can have".to_owned()))?;
        let stream = TlsConnector::from(config).connect(name, tcp).await;
        let stream = stream.map_err(|error| ConnectError(format!("TLS: {}", causes(&error))))?;
        Ok(Stream::Tls(Box::new(stream)))
    }
}

/// An error with all that caused it, in one line, without repeating itself.
pub(crate) fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let more = cause.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        next = cause.source();
    }
    text
}
