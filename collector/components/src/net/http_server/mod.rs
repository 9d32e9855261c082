//! A server for small HTTP/1.1 and HTTP/2 requests.

use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use codeagent_pipeline::Stop;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::net::accept::{Busy, Protocol};
use crate::net::sender_limits::Peer;

mod body;
mod config;
mod cors;

pub use body::{Body, BodyError, drain, read_body};
pub use config::{Cors, HttpServerConfig, UNSUPPORTED};
pub use cors::CorsPolicy;

/// Header lines of a request.
const HEADERS_MAX: usize = 100;
/// Bytes of the headers of a request, and of what is read ahead of its body.
const BUFFER_MAX: usize = 64 << 10;
/// Bytes of the headers of an HTTP/2 request.
const HTTP2_HEADERS_MAX: u32 = 32 << 10;
/// Requests at a time on one HTTP/2 connection.
const STREAMS_MAX: u32 = 256;
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 4 << 20;

/// What is served.
pub trait Handler: Send + Sync + 'static {
    /// Answers a request. The future is dropped when the client goes away. `busy` is for work that outlives it.
    fn handle(
        self: Arc<Self>,
        request: Request<Incoming>,
        peer: Arc<Peer>,
        busy: Busy,
    ) -> impl Future<Output = Response<Full<Bytes>>> + Send;
}

/// An HTTP server for one handler.
pub struct HttpServer<H> {
    handler: Arc<H>,
    header_timeout: Option<Duration>,
}

impl<H: Handler> HttpServer<H> {
    /// A server that waits `header_timeout` for the headers of a request; `None` waits for ever.
    pub fn new(handler: H, header_timeout: Option<Duration>) -> Self {
        HttpServer { handler: Arc::new(handler), header_timeout }
    }

    fn builder(&self) -> auto::Builder<TokioExecutor> {
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.header_timeout)
            .max_headers(HEADERS_MAX)
            .max_buf_size(BUFFER_MAX);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS_MAX)
            .max_header_list_size(HTTP2_HEADERS_MAX)
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW);
        builder
    }
}

impl<H: Handler> Protocol for HttpServer<H> {
    async fn serve<T>(self: Arc<Self>, io: T, peer: Arc<Peer>, mut stop: Stop, busy: Busy)
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let handler = self.handler.clone();
        let service = service_fn(move |request| {
            let (handler, peer, busy) = (handler.clone(), peer.clone(), busy.clone());
            async move { Ok::<_, Infallible>(handler.handle(request, peer, busy).await) }
        });
        let builder = self.builder();
        let mut connection = pin!(builder.serve_connection(TokioIo::new(io), service));
        let mut stop = pin!(stop.requested());
        let mut stopping = false;
        let ended = loop {
            tokio::select! {
                biased;
                ended = connection.as_mut() => break ended,
                _ = &mut stop, if !stopping => {
                    stopping = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended");
        }
    }
}
