//! A gRPC client for unary calls, directly on HTTP/2: messages go out as the chunks that they are, uncopied.

mod call;
mod config;
mod connection;
mod corked;
mod endpoint;
mod message;
mod status;
#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use codeagent_config::Section;
use codeagent_pipeline::BuildContext;
use codeagent_pipeline::auth::ClientAuthenticator;
use http::header::{CONTENT_TYPE, TE, USER_AGENT};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderValue, Request, Uri};

pub use config::{GrpcSettings, KeepaliveConfig};
pub use message::Message;
pub use status::{Code, GrpcStatus};

use super::client_auth::client_authenticator;
use super::compress::{Compression, Compressor};
use super::connect::{Connector, ProxyRules, Target};
use super::http_client::{USER_AGENT_NAME, header_map};
use super::own_secrets::OwnSecrets;
use super::tls_client::TlsClient;
use connection::{Connection, Destination};

/// Attempts at once when the server did not even look at a request (it refused the stream, or is going away).
const UNPROCESSED_ATTEMPTS: usize = 3;

/// Calls one server. Connections are made when they are needed and kept.
pub struct GrpcClient {
    destination: Destination,
    /// As many as there are threads: all that goes over a connection goes through one task.
    connections: Box<[Connection]>,
    scheme: Scheme,
    authority: Authority,
    headers: HeaderMap,
    auth: Option<Arc<dyn ClientAuthenticator>>,
    compressor: Compressor,
}

impl GrpcClient {
    /// Builds a client. Pure: certificates are read and connections opened when they are needed. `section` is
    /// the exporter's, for diagnostics. `None` when the settings have mistakes.
    pub fn new(settings: &GrpcSettings, section: &Section, context: &mut BuildContext<'_>) -> Option<Self> {
        let tls_section = section.at("tls").unwrap_or_else(|| section.clone());
        let tls = TlsClient::new(&settings.tls, &["h2"], &tls_section, context);
        let auth = client_authenticator(settings.auth.as_ref(), section, context);
        let mut complain = |key: &str, message: String| {
            let place = section.at(key).unwrap_or_else(|| section.clone());
            context.diagnostics.push(place.error(message, ""));
        };
        let target = endpoint::parse(&settings.endpoint, settings.tls.insecure);
        let target = target.map_err(|message| complain("endpoint", message)).ok();
        let authority = target.as_ref().and_then(|target| {
            let found = authority(settings, target);
            found.map_err(|message| complain("authority", message)).ok()
        });
        let headers = headers(settings).map_err(|message| complain("headers", message)).ok();
        let compressor = compressor(settings).map_err(|message| complain("compression", message)).ok();

        let (connector, target) = (Connector::new(tls?, ProxyRules::from_environment()), target?);
        let scheme =
            if matches!(target, Target::Tcp { tls: true, .. }) { Scheme::HTTPS } else { Scheme::HTTP };
        Some(GrpcClient {
            destination: Destination {
                connector,
                target,
                keepalive: settings.keepalive.clone(),
                wait_for_ready: settings.wait_for_ready,
            },
            connections: (0..context.host.threads.max(1)).map(|_| Connection::default()).collect(),
            scheme,
            authority: authority?,
            headers: headers?,
            auth: auth?,
            compressor: compressor?,
        })
    }

    /// Host and port, for messages.
    pub fn target(&self) -> String {
        self.destination.target.to_string()
    }

    /// Reads the TLS files, so that a mistake shows before the first call. For `Exporter::start`.
    ///
    /// # Errors
    /// The file and what is wrong with it.
    pub async fn prepare(&self) -> Result<(), String> {
        if !matches!(self.destination.target, Target::Tcp { tls: true, .. }) {
            return Ok(());
        }
        let connector = self.destination.connector.clone();
        let read = tokio::task::spawn_blocking(move || connector.tls().client_config().map(drop)).await;
        read.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
    }

    /// Frames chunks as one message, compressed as the settings say. Costs CPU time when it compresses: once per
    /// request, not per attempt.
    ///
    /// # Errors
    /// When the message is larger than gRPC can say.
    pub fn message(&self, chunks: &[&Bytes]) -> Result<Message, String> {
        Message::new(chunks, self.compressor)
    }

    /// The same without this process's own credentials, which a server may repeat.
    fn without_secrets(&self, mut status: GrpcStatus) -> GrpcStatus {
        let mut secrets = OwnSecrets::default();
        self.headers.values().for_each(|value| secrets.add(value));
        let proof = self.auth.as_ref().and_then(|auth| auth.headers().ok()).unwrap_or_default();
        proof.iter().for_each(|(_, value)| secrets.add(value));
        let shown = secrets.hide(status.message.as_bytes());
        status.message = String::from_utf8_lossy(&shown).into_owned();
        status
    }

    /// One unary call; the answer's message. To give up, drop the call: the server is told.
    ///
    /// # Errors
    /// Any status but OK, and UNAVAILABLE when the connection is the problem.
    pub async fn call(&self, method: &PathAndQuery, message: &Message) -> Result<Bytes, GrpcStatus> {
        let connection = self.least_used();
        let _counted = Counted::new(&connection.calls);
        let mut attempt = 1;
        loop {
            let request = self.request(method)?;
            let (sender, number) = connection.acquire(&self.destination).await?;
            match call::unary(sender, request, message).await {
                Ok(answer) => return answer.map_err(|status| self.without_secrets(status)),
                Err(broken) => {
                    if broken.is_connection_gone {
                        connection.forget(number);
                    }
                    if broken.is_processed || attempt == UNPROCESSED_ATTEMPTS {
                        let message = format!("{}: {}", self.destination.target, broken.message);
                        return Err(GrpcStatus::unavailable(message));
                    }
                    attempt += 1;
                }
            }
        }
    }

    /// Closes the connections when their calls are done.
    pub fn close(&self) {
        self.connections.iter().for_each(Connection::close);
    }

    fn least_used(&self) -> &Connection {
        let busy = |connection: &&Connection| connection.calls.load(Ordering::Relaxed);
        self.connections.iter().min_by_key(busy).unwrap_or(&self.connections[0])
    }

    fn request(&self, method: &PathAndQuery) -> Result<Request<()>, GrpcStatus> {
        let uri = Uri::builder().scheme(self.scheme.clone()).authority(self.authority.clone());
        let uri = uri.path_and_query(method.clone()).build();
        let mut request = Request::new(());
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = uri.map_err(|error| GrpcStatus::new(Code::Internal, error.to_string()))?;
        *request.headers_mut() = self.headers.clone();
        if let Some(auth) = &self.auth {
            let proof = auth.headers().map_err(|error| {
                GrpcStatus::unavailable(format!(
                    "cannot authenticate to {}: {error}",
                    self.destination.target
                ))
            })?;
            for (name, value) in proof {
                request.headers_mut().insert(name, value);
            }
        }
        Ok(request)
    }
}

impl std::fmt::Debug for GrpcClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GrpcClient").field("target", &self.destination.target).finish_non_exhaustive()
    }
}

fn authority(settings: &GrpcSettings, target: &Target) -> Result<Authority, String> {
    let text = match (settings.authority.as_str(), settings.tls.server_name_override.as_str(), target) {
        // as in Go: the name that the certificate must have is also the one that is asked for
        ("", "", Target::Unix(_)) => "localhost".to_owned(),
        ("", "", target) => target.to_string(),
        ("", name, _) => name.to_owned(),
        (authority, ..) => authority.to_owned(),
    };
    text.parse().map_err(|_| format!("`{text}` is not an authority, such as collector.example:4317"))
}

fn headers(settings: &GrpcSettings) -> Result<HeaderMap, String> {
    let mut headers = header_map(&settings.headers)?;
    for name in headers.keys() {
        if name.as_str().starts_with("grpc-") || matches!(*name, CONTENT_TYPE | TE) {
            return Err(format!("the header `{name}` belongs to gRPC itself"));
        }
    }
    headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(USER_AGENT_NAME));
    headers.insert(TE, HeaderValue::from_static("trailers"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert("grpc-accept-encoding", HeaderValue::from_static("identity,gzip,zstd"));
    let encoding = match settings.compression {
        // gRPC's snappy is the framed one
        Compression::SnappyFramed => Some(HeaderValue::from_static("snappy")),
        other => other.content_encoding(),
    };
    headers.extend(encoding.map(|encoding| (http::HeaderName::from_static("grpc-encoding"), encoding)));
    if !settings.timeout.is_zero() {
        // at most eight digits
        let milliseconds = settings.timeout.as_millis().clamp(1, 99_999_999);
        let timeout = HeaderValue::try_from(format!("{milliseconds}m")).map_err(|error| error.to_string())?;
        headers.insert("grpc-timeout", timeout);
    }
    Ok(headers)
}

fn compressor(settings: &GrpcSettings) -> Result<Compressor, String> {
    let compression = match settings.compression {
        Compression::Snappy => Compression::SnappyFramed,
        other => other,
    };
    Compressor::new(compression, settings.compression_params)
}

/// Counts a call while it lives.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn new(calls: &'a AtomicUsize) -> Self {
        calls.fetch_add(1, Ordering::Relaxed);
        Counted(calls)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
