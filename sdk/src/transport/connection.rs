//! One connection to a collector, HTTP/1.1 or HTTP/2.

use std::error::Error;

use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

/// More of an answer than this is not read (the recommendation of OTLP 1.11).
const ANSWER_MAX: usize = 4 * 1024 * 1024;

pub(crate) type Failure = Box<dyn Error + Send + Sync>;

pub(crate) enum Connection {
    Http1(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) trailers: Option<HeaderMap>,
    pub(crate) body: Bytes,
}

impl Connection {
    /// Connects to `host:port`; the connection lives on the runtime of the caller.
    pub(crate) async fn open(authority: &str, is_http2: bool) -> Result<Self, Failure> {
        let stream = TcpStream::connect(authority).await?;
        stream.set_nodelay(true)?;
        let stream = TokioIo::new(stream);
        if is_http2 {
            let (sender, driver) = http2::handshake(TokioExecutor::new(), stream).await?;
            tokio::spawn(driver);
            return Ok(Self::Http2(sender));
        }
        let (sender, driver) = http1::handshake(stream).await?;
        tokio::spawn(driver);
        Ok(Self::Http1(sender))
    }

    pub(crate) fn is_open(&self) -> bool {
        match self {
            Self::Http1(sender) => !sender.is_closed(),
            Self::Http2(sender) => !sender.is_closed(),
        }
    }

    /// Sends one request and reads all of its answer.
    pub(crate) async fn exchange(&mut self, request: Request<Full<Bytes>>) -> Result<Answer, Failure> {
        let response = match self {
            Self::Http1(sender) => {
                sender.ready().await?;
                sender.send_request(request).await?
            }
            Self::Http2(sender) => {
                sender.ready().await?;
                sender.send_request(request).await?
            }
        };
        let (head, body) = response.into_parts();
        let collected = Limited::new(body, ANSWER_MAX).collect().await?;
        let trailers = collected.trailers().cloned();
        Ok(Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            trailers,
            body: collected.to_bytes(),
        })
    }
}
