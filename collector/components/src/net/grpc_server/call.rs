//! One call: from its headers to its trailers.

use std::sync::Arc;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use codeagent_pipeline::{Permit, Reason};
use h2::RecvStream;
use h2::server::SendResponse;
use http::header::{CONTENT_TYPE, HeaderMap};
use http::request::Parts;
use http::{Method, Request, StatusCode};
use tokio::time::Instant;

use super::{GrpcServer, Unary, message, timeout, trailers};
use crate::net::decompress::{DecompressError, Encoding, decompress};
use crate::net::rpc_status::{Code, Status};
use crate::net::sender_limits::{Admitted, Peer};

/// Time in which a message must have arrived, where the client sets none.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// A message that is ready for the service.
struct Ready<M> {
    method: M,
    bytes: Bytes,
    permit: Permit,
    admitted: Admitted,
}

/// Works on one call to its end. It does not depend on the connection: what was read goes its way even when
/// the client is gone.
pub(super) async fn answer<S: Unary>(
    server: Arc<GrpcServer<S>>,
    peer: Arc<Peer>,
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
) {
    let (head, mut body) = request.into_parts();
    if let Some(status) = refuse_strangers(&head) {
        server.service.count_refused(Reason::Unsupported);
        let _ = respond.send_response(trailers::not_grpc(status), true);
        return;
    }
    let now = Instant::now();
    let until = timeout::timeout(&head.headers).and_then(|wait| now.checked_add(wait));
    let read_until = now + READ_TIMEOUT;
    let ready = receive(&server, &peer, &head, &mut body);
    let ready = match tokio::time::timeout_at(until.unwrap_or(read_until).min(read_until), ready).await {
        Ok(Ok(ready)) => ready,
        refused => {
            let status = refused.map_or_else(|_| too_late(), |ready| ready.err().unwrap_or_else(too_late));
            server.service.count_refused(status.reason());
            return send(&mut respond, Err(status));
        }
    };
    drop((body, peer));
    let call = server.service.call(ready.method, &head.headers, ready.bytes, ready.permit, ready.admitted);
    let Some(until) = until else {
        return send(&mut respond, call.await);
    };
    tokio::pin!(call);
    match tokio::time::timeout_at(until, &mut call).await {
        Ok(answer) => send(&mut respond, answer),
        Err(_) => {
            send(&mut respond, Err(too_late()));
            // Its sender waits no longer, but downstream has it.
            let _ = call.await;
        }
    }
}

fn too_late() -> Status {
    Status::new(Code::DeadlineExceeded, "the time that the client allows has passed")
}

/// What a caller gets that does not speak gRPC.
fn refuse_strangers(head: &Parts) -> Option<StatusCode> {
    if head.method != Method::POST {
        return Some(StatusCode::METHOD_NOT_ALLOWED);
    }
    let kind = head.headers.get(CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
    match kind.strip_prefix(b"application/grpc") {
        Some([]) | Some([b'+' | b';', ..]) => None,
        _ => Some(StatusCode::UNSUPPORTED_MEDIA_TYPE),
    }
}

async fn receive<S: Unary>(
    server: &GrpcServer<S>,
    peer: &Arc<Peer>,
    head: &Parts,
    body: &mut RecvStream,
) -> Result<Ready<S::Method>, Status> {
    let admitted = server.service.admit(peer, &head.headers)?;
    let method = server.service.method(head.uri.path())?;
    let encoding = encoding(&head.headers)?;
    let limit = server.settings.message_bytes_max;
    let message = message::read(body, limit, &server.memory, &admitted).await?;
    let (bytes, permit) = match (message.compressed, encoding) {
        (false, _) => (message.bytes, message.permit),
        (true, None | Some(Encoding::Identity)) => {
            return Err(Status::new(
                Code::Internal,
                "the message is marked as compressed, but grpc-encoding names no compression",
            ));
        }
        (true, Some(encoding)) => {
            let mut permit = message.permit;
            let bytes = decompress(encoding, &message.bytes, limit, &mut permit).map_err(explain)?;
            (bytes.into(), permit)
        }
    };
    Ok(Ready { method, bytes, permit, admitted })
}

fn encoding(headers: &HeaderMap) -> Result<Option<Encoding>, Status> {
    let Some(name) = headers.get("grpc-encoding") else {
        return Ok(None);
    };
    match name.to_str().ok().and_then(Encoding::from_name) {
        Some(encoding) => Ok(Some(encoding)),
        None => {
            let name = String::from_utf8_lossy(&name.as_bytes()[..name.len().min(40)]).into_owned();
            let message = format!(
                "grpc-encoding `{name}` is not supported: use identity, gzip, zstd, deflate or snappy"
            );
            Err(Status::new(Code::Unimplemented, message))
        }
    }
}

fn explain(error: DecompressError) -> Status {
    match error {
        DecompressError::OverBudget => message::over_budget(),
        DecompressError::TooLarge { .. } => Status::new(Code::ResourceExhausted, error.to_string()),
        DecompressError::Malformed { .. } => Status::new(Code::InvalidArgument, error.to_string()),
    }
}

/// Errors mean that the client is gone; nobody is left to be told.
fn send(respond: &mut SendResponse<Bytes>, answer: Result<Bytes, Status>) {
    let message = match answer {
        Ok(message) => message,
        Err(status) => {
            let _ = respond.send_response(trailers::failure(&status), true);
            return;
        }
    };
    let Ok(mut stream) = respond.send_response(trailers::success_head(), false) else {
        return;
    };
    if stream.send_data(framed(message), false).is_ok() {
        let _ = stream.send_trailers(trailers::success_trailers());
    }
}

fn framed(message: Bytes) -> Bytes {
    if message.is_empty() {
        return Bytes::from_static(&[0; 5]);
    }
    let mut framed = BytesMut::with_capacity(5 + message.len());
    framed.put_u8(0);
    framed.put_u32(message.len() as u32);
    framed.put(message);
    framed.freeze()
}
