//! One HTTP/2 connection: made when it is needed, kept, and made again when it is gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use h2::client::{Builder, SendRequest};
use parking_lot::Mutex;
use tokio::sync::Mutex as AsyncMutex;
use tokio::time::{Instant, sleep, timeout};

use super::config::KeepaliveConfig;
use super::corked::{Cork, corked};
use super::status::GrpcStatus;
use crate::net::connect::{ConnectError, Connector, Stream, Target};

/// The wait after the first failed connection; each further one multiplies it by 1.6, up to the longest.
const BACKOFF_FIRST: Duration = Duration::from_secs(1);
/// gRPC's own longest is 120 s: too long to notice that a destination is back.
const BACKOFF_LONGEST: Duration = Duration::from_secs(5);
/// How much of a message may wait inside HTTP/2; it is shared bytes, not copies.
const SEND_BUFFER_BYTES: usize = 8 * 1024 * 1024;
const HEADER_LIST_BYTES_MAX: u32 = 64 * 1024;

/// What all connections to one destination share.
#[derive(Debug)]
pub(super) struct Destination {
    pub connector: Connector,
    pub target: Target,
    pub keepalive: Option<KeepaliveConfig>,
    pub wait_for_ready: bool,
}

/// One connection, or the place for it.
#[derive(Debug, Default)]
pub(super) struct Connection {
    live: Mutex<Option<Live>>,
    failures: AsyncMutex<Failures>,
    /// Calls that use it.
    pub calls: Arc<AtomicUsize>,
}

#[derive(Clone)]
struct Live {
    sender: SendRequest<Bytes>,
    /// Told apart from its successors by this.
    number: usize,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("number", &self.number).finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct Failures {
    made: usize,
    in_a_row: u32,
    last: Option<(Instant, ConnectError)>,
}

impl Failures {
    fn wait(&self) -> Duration {
        let grown =
            BACKOFF_FIRST.as_secs_f64() * 1.6_f64.powi(self.in_a_row.saturating_sub(1).min(10) as i32);
        Duration::from_secs_f64(grown).min(BACKOFF_LONGEST)
    }
}

impl Connection {
    /// A handle to send one request with, and the number of the connection, for [`Connection::forget`].
    pub async fn acquire(&self, to: &Destination) -> Result<(SendRequest<Bytes>, usize), GrpcStatus> {
        if let Some(live) = self.live.lock().clone() {
            return Ok((live.sender, live.number));
        }
        let mut failures = self.failures.lock().await;
        loop {
            // another call may have connected while this one waited for the lock
            if let Some(live) = self.live.lock().clone() {
                return Ok((live.sender, live.number));
            }
            if let Some((at, error)) = &failures.last {
                let left = failures.wait().saturating_sub(at.elapsed());
                if !left.is_zero() && !to.wait_for_ready {
                    return Err(cannot_connect(to, error));
                }
                sleep(left).await;
            }
            match connect(to, self.calls.clone()).await {
                Ok(sender) => {
                    failures.made += 1;
                    (failures.in_a_row, failures.last) = (0, None);
                    let live = Live { sender, number: failures.made };
                    *self.live.lock() = Some(live.clone());
                    return Ok((live.sender, live.number));
                }
                Err(error) => {
                    failures.in_a_row += 1;
                    failures.last = Some((Instant::now(), error.clone()));
                    if !to.wait_for_ready {
                        return Err(cannot_connect(to, &error));
                    }
                }
            }
        }
    }

    /// Drops the connection of this number: it takes no more requests. Those on their way go on.
    pub fn forget(&self, number: usize) {
        let mut live = self.live.lock();
        if live.as_ref().is_some_and(|live| live.number == number) {
            *live = None;
        }
    }

    /// Drops whatever connection there is.
    pub fn close(&self) {
        *self.live.lock() = None;
    }
}

fn cannot_connect(to: &Destination, error: &ConnectError) -> GrpcStatus {
    GrpcStatus::unavailable(format!("cannot connect to {}: {error}", to.target))
}

async fn connect(to: &Destination, calls: Arc<AtomicUsize>) -> Result<SendRequest<Bytes>, ConnectError> {
    let (stream, _) = to.connector.connect(&to.target, false).await?;
    if matches!(stream, Stream::Tls(_)) && !stream.is_h2() {
        return Err(ConnectError("the server does not offer HTTP/2 (ALPN h2), which gRPC needs".to_owned()));
    }
    let (stream, cork) = corked(stream);
    let handshake = Builder::new()
        .enable_push(false)
        .max_send_buffer_size(SEND_BUFFER_BYTES)
        .max_header_list_size(HEADER_LIST_BYTES_MAX)
        .handshake::<_, Bytes>(stream);
    let (sender, connection) =
        handshake.await.map_err(|error| ConnectError(format!("no HTTP/2: {error}")))?;
    tokio::spawn(drive(connection, cork, to.keepalive.clone(), calls, to.target.to_string()));
    Ok(sender)
}

type H2Connection = h2::client::Connection<super::corked::Corked<Stream>, Bytes>;

/// Moves the frames until the connection ends. A ping that is not answered ends it.
async fn drive(
    mut connection: H2Connection,
    cork: Cork<Stream>,
    keepalive: Option<KeepaliveConfig>,
    calls: Arc<AtomicUsize>,
    target: String,
) {
    let ping = connection.ping_pong();
    let moving = cork.around(connection);
    let ended = match (keepalive, ping) {
        (Some(keepalive), Some(ping)) => tokio::select! {
            ended = moving => ended,
            () = unanswered(ping, &keepalive, &calls) => {
                tracing::debug!(%target, "gRPC keepalive ping not answered, closing the connection");
                return;
            }
        },
        _ => moving.await,
    };
    if let Err(error) = ended {
        tracing::debug!(%target, %error, "gRPC connection ended");
    }
}

/// Pings as the settings say; returns when an answer did not come in time.
async fn unanswered(mut ping: h2::PingPong, keepalive: &KeepaliveConfig, calls: &AtomicUsize) {
    loop {
        sleep(keepalive.interval()).await;
        if calls.load(Ordering::Relaxed) == 0 && !keepalive.permit_without_stream {
            continue;
        }
        match timeout(keepalive.timeout.get(), ping.ping(h2::Ping::opaque())).await {
            Ok(Ok(_)) => {}
            // the connection itself has ended: its own future says so
            Ok(Err(_)) => std::future::pending().await,
            Err(_) => return,
        }
    }
}
