//! A writer that gathers what HTTP/2 writes and sends it in one go.
//!
//! `h2` flushes after each DATA frame of at most 16 KiB: a system call for each. Here a flush only takes note; the
//! driver writes out when `h2` has nothing more to say in this turn.

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What is gathered at most, in bytes.
const GATHERED_BYTES_MAX: usize = 128 * 1024;

#[derive(Debug)]
struct Inner<S> {
    stream: S,
    gathered: Vec<u8>,
    written: usize,
    /// Why writing out failed: told to `h2` at its next read or write.
    failed: Option<io::ErrorKind>,
}

/// The stream that `h2` sees.
#[derive(Debug)]
pub(super) struct Corked<S>(Arc<Mutex<Inner<S>>>);

/// The other handle to it, which writes out.
#[derive(Debug)]
pub(super) struct Cork<S>(Arc<Mutex<Inner<S>>>);

pub(super) fn corked<S>(stream: S) -> (Corked<S>, Cork<S>) {
    let inner = Inner { stream, gathered: Vec::new(), written: 0, failed: None };
    let shared = Arc::new(Mutex::new(inner));
    (Corked(shared.clone()), Cork(shared))
}

impl<S: AsyncWrite + Unpin> Inner<S> {
    fn poll_write_out(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        while self.written < self.gathered.len() {
            let wrote = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.gathered[self.written..]))?;
            if wrote == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += wrote;
        }
        self.written = 0;
        self.gathered.clear();
        Poll::Ready(Ok(()))
    }

    /// Takes up to all of `bytes`, once there is room.
    fn poll_gather(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        if self.gathered.len() + bytes.len() > GATHERED_BYTES_MAX {
            ready!(self.poll_write_out(cx))?;
        }
        let taken = bytes.len().min(GATHERED_BYTES_MAX);
        self.gathered.extend_from_slice(&bytes[..taken]);
        Poll::Ready(Ok(taken))
    }
}

impl<S> Inner<S> {
    fn check(&self) -> io::Result<()> {
        self.failed.map_or(Ok(()), |kind| Err(kind.into()))
    }
}

impl<S: AsyncWrite + Unpin> Cork<S> {
    /// Runs `work`, which writes to the corked stream, and writes out whenever it rests.
    pub async fn around<T>(self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        std::future::poll_fn(|cx| {
            let worked = work.as_mut().poll(cx);
            let mut inner = self.0.lock();
            if inner.failed.is_none() {
                let out = inner.poll_write_out(cx);
                let flushed = Pin::new(&mut inner.stream).poll_flush(cx);
                if let Poll::Ready(Err(error)) = merge(out, flushed) {
                    inner.failed = Some(error.kind());
                    cx.waker().wake_by_ref();
                }
            }
            worked
        })
        .await
    }
}

fn merge(first: Poll<io::Result<()>>, second: Poll<io::Result<()>>) -> Poll<io::Result<()>> {
    match first {
        Poll::Ready(Err(_)) => first,
        _ => second,
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Corked<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut inner = self.0.lock();
        inner.check()?;
        Pin::new(&mut inner.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Corked<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.0.lock().poll_gather(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut inner = self.0.lock();
        let mut taken = 0;
        for buf in bufs.iter().filter(|buf| !buf.is_empty()) {
            match inner.poll_gather(cx, buf) {
                Poll::Ready(Ok(bytes)) => taken += bytes,
                _ if taken > 0 => break,
                stopped => return stopped,
            }
        }
        Poll::Ready(Ok(taken))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.0.lock().check())
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut inner = self.0.lock();
        ready!(inner.poll_write_out(cx))?;
        Pin::new(&mut inner.stream).poll_shutdown(cx)
    }
}
