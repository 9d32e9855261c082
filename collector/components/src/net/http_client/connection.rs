//! The connector and its streams in the form that hyper's pool wants.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use codeagent_pipeline::BoxFuture;
use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use tower_service::Service;

use crate::net::connect::{ConnectError, Connector, Stream, Target};

#[derive(Clone)]
pub(super) struct Connections(pub(super) Connector);

impl Service<Uri> for Connections {
    type Response = Pooled;
    type Error = ConnectError;
    type Future = BoxFuture<'static, Result<Pooled, ConnectError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.0.clone();
        Box::pin(async move {
            let (stream, is_proxy) = connector.connect(&target(&uri)?, true).await?;
            Ok(Pooled { is_h2: stream.is_h2(), stream: TokioIo::new(stream), is_proxy })
        })
    }
}

pub(super) fn target(uri: &Uri) -> Result<Target, ConnectError> {
    let tls = match uri.scheme_str() {
        Some("http") => false,
        Some("https") => true,
        _ => return Err(ConnectError("the URL must begin with http:// or https://".to_owned())),
    };
    let host = uri.host().ok_or_else(|| ConnectError("the URL names no host".to_owned()))?;
    let host = host.trim_matches(['[', ']']).to_owned();
    Ok(Target::Tcp { host, port: uri.port_u16().unwrap_or(if tls { 443 } else { 80 }), tls })
}

/// A connection of the pool.
pub(super) struct Pooled {
    stream: TokioIo<Stream>,
    is_h2: bool,
    is_proxy: bool,
}

impl Connection for Pooled {
    fn connected(&self) -> Connected {
        let connected = Connected::new().proxy(self.is_proxy);
        if self.is_h2 { connected.negotiated_h2() } else { connected }
    }
}

impl Read for Pooled {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl Write for Pooled {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
