//! The HTTP client of exporters: pooled connections, TLS, proxies, authentication, compression, bounded answers.

mod body;
mod connection;
mod error;
mod response;
mod settings;
#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;
use std::time::Duration;

use codeagent_config::Section;
use codeagent_pipeline::BuildContext;
use codeagent_pipeline::auth::ClientAuthenticator;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, PROXY_AUTHORIZATION, USER_AGENT};
use http::uri::Scheme;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};

pub use body::Body;
pub use error::HttpError;
pub use response::{HttpResponse, parse_retry_after};
pub(crate) use settings::header_map;
pub use settings::{HttpSettings, parse_endpoint};

use super::client_auth::client_authenticator;
use super::compress::Compressor;
use super::connect::{Connector, ProxyRules};
use super::own_secrets::OwnSecrets;
use super::tls_client::TlsClient;
use connection::Connections;

/// What this program calls itself to servers.
pub const USER_AGENT_NAME: &str = concat!("codeagent-collector/", env!("CARGO_PKG_VERSION"));

/// Sends requests over kept connections. Cheap to clone.
#[derive(Clone)]
pub struct HttpClient {
    inner: Client<Connections, body::Chunks>,
    connector: Connector,
    auth: Option<Arc<dyn ClientAuthenticator>>,
    headers: HeaderMap,
    compressor: Compressor,
    timeout: Option<Duration>,
    response_bytes_max: usize,
}

impl HttpClient {
    /// Builds a client. Pure: certificates are read and connections opened when they are needed. `section` is
    /// the exporter's, for diagnostics. `None` when the settings have mistakes.
    pub fn new(settings: &HttpSettings, section: &Section, context: &mut BuildContext<'_>) -> Option<Self> {
        let protocols: &[&str] =
            if settings.force_attempt_http2 { &["h2", "http/1.1"] } else { &["http/1.1"] };
        let tls_section = section.at("tls").unwrap_or_else(|| section.clone());
        let tls = TlsClient::new(&settings.tls, protocols, &tls_section, context);
        let auth = client_authenticator(settings.auth.as_ref(), section, context);
        let mut complain = |key: &str, message: String| {
            let place = section.at(key).unwrap_or_else(|| section.clone());
            context.diagnostics.push(place.error(message, ""));
        };
        let proxy = match settings.proxy_url.as_str() {
            "" => Ok(ProxyRules::from_environment()),
            url => ProxyRules::from_url(url),
        };
        let proxy = proxy.map_err(|message| complain("proxy_url", message)).ok();
        let headers = settings.header_map().map_err(|message| complain("headers", message)).ok();
        let compressor = Compressor::new(settings.compression, settings.compression_params);
        let compressor = compressor.map_err(|message| complain("compression_params", message)).ok();

        let connector = Connector::new(tls?, proxy?);
        Some(HttpClient {
            inner: pool(settings, Connections(connector.clone())),
            connector,
            auth: auth?,
            headers: headers?,
            compressor: compressor?,
            timeout: settings.timeout.filter(|timeout| !timeout.is_zero()),
            response_bytes_max: settings.response_bytes_max,
        })
    }

    /// Reads the TLS files, so that a mistake shows before the first request. For `Exporter::start`.
    ///
    /// # Errors
    /// The file and what is wrong with it.
    pub async fn prepare(&self) -> Result<(), String> {
        let connector = self.connector.clone();
        let read = tokio::task::spawn_blocking(move || connector.tls().client_config().map(drop)).await;
        read.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
    }

    /// Makes a body of the parts, compressed as the settings say. Costs CPU time: once per request, not per attempt.
    ///
    /// # Errors
    /// When the compressor fails, which none does on sound memory.
    pub fn compress(&self, parts: &[&[u8]]) -> Result<Body, String> {
        let bytes = self.compressor.compress(parts, 0)?;
        Ok(Body::encoded(bytes.into(), self.compressor.compression().content_encoding()))
    }

    /// How [`HttpClient::compress`] compresses.
    pub fn compressor(&self) -> Compressor {
        self.compressor
    }

    /// One attempt: sends a request and reads the whole answer, whatever its status. `uri` is absolute. The headers of the
    /// settings go over `headers`, and those of the authenticator over both.
    ///
    /// # Errors
    /// When no answer came; see [`HttpError`].
    pub async fn send(
        &self,
        method: Method,
        uri: &Uri,
        headers: &[(HeaderName, HeaderValue)],
        body: impl Into<Body>,
    ) -> Result<HttpResponse, HttpError> {
        let request = self.request(method, uri, headers, body.into())?;
        let exchange = self.exchange(request, uri);
        match self.timeout {
            None => exchange.await,
            Some(timeout) => match tokio::time::timeout(timeout, exchange).await {
                Ok(done) => done,
                Err(_) => Err(HttpError::Timeout { host: error::host(uri), timeout }),
            },
        }
    }

    fn request(
        &self,
        method: Method,
        uri: &Uri,
        headers: &[(HeaderName, HeaderValue)],
        body: Body,
    ) -> Result<Request<body::Chunks>, HttpError> {
        let invalid = |cause: String| HttpError::Invalid { host: error::host(uri), cause };
        let encoding = body.encoding().cloned();
        let mut request = Request::new(body.into_chunks());
        *request.method_mut() = method;
        *request.uri_mut() = without_userinfo(uri).map_err(|_| invalid("the URL is not valid".to_owned()))?;
        let map = request.headers_mut();
        map.insert(USER_AGENT, HeaderValue::from_static(USER_AGENT_NAME));
        if let Some(authorization) = basic_of(uri) {
            map.insert(AUTHORIZATION, authorization);
        }
        let target = connection::target(uri).map_err(|error| invalid(error.0))?;
        map.extend(
            self.connector.plain_proxy_authorization(&target).map(|value| (PROXY_AUTHORIZATION, value)),
        );
        map.extend(headers.iter().cloned());
        map.extend(encoding.map(|encoding| (CONTENT_ENCODING, encoding)));
        for (name, value) in &self.headers {
            map.insert(name, value.clone());
        }
        if let Some(auth) = &self.auth {
            let proof =
                auth.headers().map_err(|error| HttpError::Auth { host: error::host(uri), cause: error.0 })?;
            for (name, value) in proof {
                map.insert(name, value);
            }
        }
        Ok(request)
    }

    async fn exchange(&self, request: Request<body::Chunks>, uri: &Uri) -> Result<HttpResponse, HttpError> {
        let answer = self.inner.request(request).await;
        let answer = answer.map_err(|error| HttpError::from_client(&error, uri))?;
        let mut answer = response::read(answer, self.response_bytes_max, uri).await?;
        if !answer.status.is_success() {
            answer.body = self.secrets(uri).hide(&answer.body).into();
        }
        Ok(answer)
    }

    /// What an answer must not repeat.
    fn secrets(&self, uri: &Uri) -> OwnSecrets {
        let mut secrets = OwnSecrets::default();
        self.headers.values().for_each(|value| secrets.add(value));
        basic_of(uri).iter().for_each(|value| secrets.add(value));
        let proof = self.auth.as_ref().and_then(|auth| auth.headers().ok()).unwrap_or_default();
        proof.iter().for_each(|(_, value)| secrets.add(value));
        secrets
    }
}

impl std::fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpClient").finish_non_exhaustive()
    }
}

fn pool(settings: &HttpSettings, connections: Connections) -> Client<Connections, body::Chunks> {
    let kept = if settings.disable_keep_alives { 0 } else { settings.max_idle_conns_per_host };
    let mut builder = Client::builder(TokioExecutor::new());
    builder
        .pool_timer(TokioTimer::new())
        .timer(TokioTimer::new())
        .pool_max_idle_per_host(kept)
        .pool_idle_timeout(settings.idle_conn_timeout)
        .http1_max_buf_size(256 * 1024)
        .http2_adaptive_window(false)
        .http2_keep_alive_interval(settings.http2_read_idle_timeout);
    if let Some(timeout) = settings.http2_ping_timeout {
        builder.http2_keep_alive_timeout(timeout);
    }
    builder.build(connections)
}

/// `http://user:password@host`: the credentials travel as a header, as in Go.
fn basic_of(uri: &Uri) -> Option<HeaderValue> {
    use base64::Engine as _;
    let (userinfo, _) = uri.authority()?.as_str().rsplit_once('@')?;
    let encoded = base64::engine::general_purpose::STANDARD.encode(userinfo);
    let mut value = HeaderValue::try_from(format!("Basic {encoded}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn without_userinfo(uri: &Uri) -> Result<Uri, http::Error> {
    let Some((_, host)) = uri.authority().and_then(|authority| authority.as_str().rsplit_once('@')) else {
        return Ok(uri.clone());
    };
    Uri::builder()
        .scheme(uri.scheme().cloned().unwrap_or(Scheme::HTTP))
        .authority(host)
        .path_and_query(uri.path_and_query().map_or("/", |path| path.as_str()))
        .build()
}
