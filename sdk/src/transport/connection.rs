//! A connection to a collector: HTTP/1.1 on hyper, gRPC on tonic's channel, with TLS below either.

use std::error::Error;
use std::future::poll_fn;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tonic::client::GrpcService;
use tonic::transport::{Channel, Endpoint};

/// More of an answer than this is not read (the recommendation of OTLP 1.11).
const ANSWER_MAX: usize = 4 * 1024 * 1024;
/// An agent is idle for hours: a way that died meanwhile is found out before it costs an attempt.
const KEEPALIVE: Duration = Duration::from_secs(60);

pub(crate) type Failure = Box<dyn Error + Send + Sync>;

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

pub(crate) enum Connection {
    Http1(http1::SendRequest<Full<Bytes>>),
    /// Connects by itself when it is needed, also again.
    Grpc(Channel),
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) trailers: Option<HeaderMap>,
    pub(crate) body: Bytes,
}

impl Connection {
    /// Connects to `host:port`; the connection lives on the runtime of the caller.
    pub(crate) async fn http1(authority: &str, tls: Option<&TlsConnector>) -> Result<Self, Failure> {
        let (sender, driver) = http1::handshake(connect(authority, tls).await?).await?;
        tokio::spawn(driver);
        Ok(Self::Http1(sender))
    }

    /// A way to `host:port`, without connecting yet.
    pub(crate) fn grpc(authority: &str, tls: Option<&TlsConnector>) -> Result<Self, Failure> {
        let scheme = if tls.is_some() { "https" } else { "http" };
        let origin: Uri = format!("{scheme}://{authority}").parse()?;
        // Plain for tonic, whatever TLS of its own the agent's build has: ours is in the connector.
        let endpoint = Endpoint::from_shared(format!("http://{authority}"))?
            .origin(origin)
            .http2_keep_alive_interval(KEEPALIVE);
        let (authority, tls) = (authority.to_owned(), tls.cloned());
        let connector = tower::service_fn(move |_: Uri| {
            let (authority, tls) = (authority.clone(), tls.clone());
            async move { connect(&authority, tls.as_ref()).await }
        });
        Ok(Self::Grpc(endpoint.connect_with_connector_lazy(connector)))
    }

    pub(crate) fn is_open(&self) -> bool {
        match self {
            Self::Http1(sender) => !sender.is_closed(),
            Self::Grpc(_) => true,
        }
    }

    /// Sends one request and reads all of its answer.
    pub(crate) async fn exchange(&mut self, request: Request<Full<Bytes>>) -> Result<Answer, Failure> {
        match self {
            Self::Http1(sender) => {
                sender.ready().await?;
                whole(sender.send_request(request).await?).await
            }
            Self::Grpc(channel) => {
                poll_fn(|context| GrpcService::poll_ready(channel, context)).await?;
                whole(GrpcService::call(channel, request.map(tonic::body::Body::new)).await?).await
            }
        }
    }
}

async fn whole<B>(response: http::Response<B>) -> Result<Answer, Failure>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<Failure>,
{
    let (head, body) = response.into_parts();
    let collected = Limited::new(body, ANSWER_MAX).collect().await?;
    let trailers = collected.trailers().cloned();
    Ok(Answer { status: head.status.as_u16(), headers: head.headers, trailers, body: collected.to_bytes() })
}

async fn connect(authority: &str, tls: Option<&TlsConnector>) -> Result<TokioIo<Box<dyn Stream>>, Failure> {
    let stream = TcpStream::connect(authority).await?;
    stream.set_nodelay(true)?;
    let Some(tls) = tls else { return Ok(TokioIo::new(Box::new(stream))) };
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let name = ServerName::try_from(host.trim_start_matches('[').trim_end_matches(']').to_owned())?;
    Ok(TokioIo::new(Box::new(tls.connect(name, stream).await?)))
}
