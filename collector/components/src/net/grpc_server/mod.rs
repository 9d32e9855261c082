//! A server for unary gRPC calls, directly on HTTP/2 frames.
//!
//! Why not tonic: a call costs it several copies of the body and a decoder per message, which together were
//! most of what a gateway does. Here a body that came in one DATA frame is handed on as it lies in the read
//! buffer, and one that came in several is joined with one copy.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use codeagent_pipeline::{Budget, Permit, Reason, Stop};
use http::HeaderMap;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::net::accept::{Busy, Protocol};
use crate::net::rpc_status::Status;
use crate::net::sender_limits::{Admitted, Peer};

mod call;
mod config;
mod connection;
mod lifetime;
mod message;

mod timeout;
mod trailers;

pub use config::{GrpcServerConfig, Keepalive, UNSUPPORTED};
pub(crate) use message::over_budget;

/// What is called.
pub trait Unary: Send + Sync + 'static {
    /// Names one method.
    type Method: Copy + Send + Sync + 'static;

    /// The method of a path such as `/package.Service/Method`, or what the caller is told.
    fn method(&self, path: &str) -> Result<Self::Method, Status>;

    /// Whether the caller may call, before anything of the body is read.
    fn admit(&self, peer: &Arc<Peer>, headers: &HeaderMap) -> Result<Admitted, Status>;

    /// A call was refused, for this reason, before [`Unary::call`].
    fn count_refused(&self, reason: Reason);

    /// Works on a message, uncompressed, whose memory `permit` covers. The answer is a message, too. The future
    /// runs to its end also when the caller has gone.
    fn call(
        &self,
        method: Self::Method,
        headers: &HeaderMap,
        message: Bytes,
        permit: Permit,
        admitted: Admitted,
    ) -> impl Future<Output = Result<Bytes, Status>> + Send;
}

/// What a server is told to allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Bytes of a message, before and after decompression.
    pub message_bytes_max: usize,
    /// Calls at a time on one connection.
    pub streams_max: u32,
    /// When a connection is ended that nothing is called on.
    pub idle_max: Option<Duration>,
    /// When a connection is ended; a tenth more or less, so that not all clients come back at once.
    pub age_max: Option<Duration>,
    /// How long calls may go on after that.
    pub age_grace: Option<Duration>,
    /// Time between pings.
    pub ping_every: Duration,
    /// Time for the answer to a ping.
    pub ping_timeout: Duration,
}

/// A gRPC server for one service.
pub struct GrpcServer<S> {
    service: S,
    settings: Settings,
    memory: Arc<Budget>,
}

impl<S: Unary> GrpcServer<S> {
    /// A server that takes the memory for messages from `memory`.
    pub fn new(service: S, settings: Settings, memory: Arc<Budget>) -> Self {
        GrpcServer { service, settings, memory }
    }
}

impl<S: Unary> Protocol for GrpcServer<S> {
    async fn serve<T>(self: Arc<Self>, io: T, peer: Arc<Peer>, stop: Stop, busy: Busy)
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        connection::serve(self, io, peer, stop, busy).await;
    }
}
