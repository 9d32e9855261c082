//! The accept loop that all servers share: TLS handshake, bounded connections, a stop that waits for what was taken.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use codeagent_pipeline::Stop;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::sender_limits::{Admission, Peer};
use super::tls_server::TlsServer;

/// Time for a TLS handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Pause after an error of `accept` such as "too many open files".
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Held by everything that must be waited for at a stop. Nothing is ever sent.
pub type Busy = mpsc::Sender<Infallible>;

/// What is spoken on a connection.
pub trait Protocol: Send + Sync + 'static {
    /// Serves one connection to its end. After `stop`, no new request is taken and what was taken is answered.
    fn serve<T>(
        self: Arc<Self>,
        io: T,
        peer: Arc<Peer>,
        stop: Stop,
        busy: Busy,
    ) -> impl Future<Output = ()> + Send
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static;
}

/// Accepts connections until `stop`, as far as `admission` lets them in (further ones wait in the system's backlog), then waits for what is being worked on, at most until the deadline.
pub async fn accept<P: Protocol>(
    listener: Arc<TcpListener>,
    tls: Option<Arc<TlsServer>>,
    protocol: Arc<P>,
    admission: Admission,
    mut stop: Stop,
) {
    let mut connections = JoinSet::new();
    let (busy, mut idle) = mpsc::channel(1);
    let for_connections = stop.clone();
    let deadline = loop {
        tokio::select! {
            deadline = stop.requested() => break deadline,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept(), if connections.len() < admission.connections_max => match accepted {
                Ok((tcp, address)) => {
                    let Some(peer) = admission.open(address.ip()) else { continue };
                    let (stop, busy) = (for_connections.clone(), busy.clone());
                    connections.spawn(connect(tcp, tls.clone(), protocol.clone(), Arc::new(peer), stop, busy));
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    };
    drop((listener, busy));
    let drained = async {
        while connections.join_next().await.is_some() {}
        idle.recv().await;
    };
    if tokio::time::timeout_at(deadline.into(), drained).await.is_err() {
        tracing::warn!("requests were still being worked on when the time to stop ran out");
    }
}

async fn connect<P: Protocol>(
    tcp: TcpStream,
    tls: Option<Arc<TlsServer>>,
    protocol: Arc<P>,
    peer: Arc<Peer>,
    stop: Stop,
    busy: Busy,
) {
    // Answers are small: waiting to fill a segment would only delay them.
    if let Err(error) = tcp.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    let Some(tls) = tls else {
        return protocol.serve(tcp, peer, stop, busy).await;
    };
    match tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.acceptor().accept(tcp)).await {
        Ok(Ok(stream)) => protocol.serve(stream, peer, stop, busy).await,
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake took too long"),
    }
}
