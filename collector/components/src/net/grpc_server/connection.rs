//! One HTTP/2 connection: accepts calls until it is told to go.

use std::future::{pending, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use codeagent_pipeline::Stop;
use h2::server::Connection;
use h2::{Ping, PingPong};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep_until, timeout};

use super::lifetime::{Due, Lifetime};
use super::{GrpcServer, Unary, call};
use crate::net::accept::Busy;
use crate::net::sender_limits::Peer;

/// Time for the client's connection preface.
const PREFACE_TIMEOUT: Duration = Duration::from_secs(10);
/// What a client may send of one call before any of it is taken.
const STREAM_WINDOW: u32 = 1 << 20;
/// What a client may send of all its calls. Calls take what arrives at once or refuse it, so that little of it
/// is ever filled.
const CONNECTION_WINDOW: u32 = 4 << 20;
/// A request of a few hundred spans then arrives in one frame, and is not copied.
const FRAME_MAX: u32 = 256 << 10;
/// Bytes of headers of one call.
const HEADERS_MAX: u32 = 32 << 10;

/// Serves a connection to its end.
pub(super) async fn serve<S, T>(server: Arc<GrpcServer<S>>, io: T, peer: Arc<Peer>, stop: Stop, busy: Busy)
where
    S: Unary,
    T: AsyncRead + AsyncWrite + Unpin,
{
    let mut builder = h2::server::Builder::new();
    builder
        .initial_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_frame_size(FRAME_MAX)
        .max_header_list_size(HEADERS_MAX)
        .max_concurrent_streams(server.settings.streams_max);
    match timeout(PREFACE_TIMEOUT, builder.handshake(io)).await {
        Ok(Ok(connection)) => drive(server, connection, peer, stop, busy).await,
        Ok(Err(error)) => tracing::debug!(%error, "a connection does not speak HTTP/2"),
        Err(_) => tracing::debug!("a connection did not begin in time"),
    }
}

async fn drive<S, T>(
    server: Arc<GrpcServer<S>>,
    mut connection: Connection<T, Bytes>,
    peer: Arc<Peer>,
    mut stop: Stop,
    busy: Busy,
) where
    S: Unary,
    T: AsyncRead + AsyncWrite + Unpin,
{
    let mut pings = connection.ping_pong();
    let mut lifetime = Lifetime::new(server.settings, Instant::now());
    let mut clock = pin!(sleep_until(lifetime.next()));
    let mut stop = pin!(stop.requested());
    let mut stopping = false;
    loop {
        tokio::select! {
            biased;
            accepted = connection.accept() => match accepted {
                Some(Ok((request, respond))) => {
                    lifetime.called();
                    let call = call::answer(server.clone(), peer.clone(), request, respond);
                    let busy = busy.clone();
                    tokio::spawn(async move {
                        call.await;
                        drop(busy);
                    });
                    continue;
                }
                Some(Err(error)) => return tracing::debug!(%error, "a connection ended"),
                None => return,
            },
            deadline = &mut stop, if !stopping => {
                stopping = true;
                connection.graceful_shutdown();
                lifetime.go(Some(deadline.into()));
            }
            () = pong(&mut pings, lifetime.awaits_pong()) => lifetime.pong(),
            () = &mut clock => match lifetime.due(Instant::now(), connection.has_streams()) {
                Due::Wait => {}
                Due::Ping => ping(&mut pings),
                Due::Go => connection.graceful_shutdown(),
                Due::Cut => return,
            },
        }
        clock.as_mut().reset(lifetime.next());
    }
}

fn ping(pings: &mut Option<PingPong>) {
    if let Some(pings) = pings {
        // Refused only while another one is out, and then that one counts.
        let _ = pings.send_ping(Ping::opaque());
    }
}

async fn pong(pings: &mut Option<PingPong>, awaited: bool) {
    match pings {
        Some(pings) if awaited => {
            if poll_fn(|cx| pings.poll_pong(cx)).await.is_err() {
                pending().await
            }
        }
        _ => pending().await,
    }
}
