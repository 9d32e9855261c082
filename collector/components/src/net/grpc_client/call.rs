//! One unary call over one connection.

use std::future::poll_fn;

use bytes::{Bytes, BytesMut};
use h2::client::{ResponseFuture, SendRequest};
use h2::{Reason, RecvStream, SendStream};
use http::{HeaderMap, Request, Response, StatusCode};

use super::message::{Message, unframe};
use super::status::{self, Code, GrpcStatus};

/// The largest answer that is read, in bytes; OTLP's bound.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What the transport did to a call.
#[derive(Debug)]
pub(super) struct Broken {
    pub message: String,
    /// Whether the server may have worked on the request.
    pub is_processed: bool,
    /// Whether the connection takes no more requests.
    pub is_connection_gone: bool,
}

impl Broken {
    fn new(error: &h2::Error, was_sent: bool) -> Self {
        let refused = error.reason() == Some(Reason::REFUSED_STREAM) && error.is_reset() && error.is_remote();
        // a stream after the last that a GOAWAY names ends with that GOAWAY; one before it lives on
        let after_goaway = error.is_go_away() && error.is_remote();
        let unprocessed = refused || after_goaway || !was_sent;
        Broken {
            message: format!("{error}"),
            is_processed: !unprocessed,
            is_connection_gone: !error.is_reset(),
        }
    }
}

/// Sends the message and reads the answer.
pub(super) async fn unary(
    sender: SendRequest<Bytes>,
    request: Request<()>,
    message: &Message,
) -> Result<Result<Bytes, GrpcStatus>, Broken> {
    let mut sender = sender.ready().await.map_err(|error| Broken::new(&error, false))?;
    let (answer, stream) = sender.send_request(request, false).map_err(|error| Broken::new(&error, false))?;
    // held over the call: a connection without handles would close
    let _sender = sender;
    let response = exchange(answer, stream, message).await.map_err(|error| Broken::new(&error, true))?;
    read(response).await.map_err(|error| Broken::new(&error, true))
}

/// A server may answer before it has all of the message, as for one that is too large: so both at once.
async fn exchange(
    answer: ResponseFuture,
    mut stream: SendStream<Bytes>,
    message: &Message,
) -> Result<Response<RecvStream>, h2::Error> {
    let mut answer = std::pin::pin!(answer);
    let sent = tokio::select! {
        biased;
        sent = send(&mut stream, message.parts()) => sent,
        early = &mut answer => return early,
    };
    match (sent, answer.await) {
        // the stream was reset while sending: an answer before it counts more than the reset
        (_, Ok(response)) => Ok(response),
        (_, Err(error)) => Err(error),
    }
}

/// Sends the parts as the server's flow control lets them.
async fn send(stream: &mut SendStream<Bytes>, parts: &[Bytes]) -> Result<(), h2::Error> {
    let mut left: usize = parts.iter().map(Bytes::len).sum();
    for part in parts {
        let mut part = part.clone();
        while !part.is_empty() {
            let capacity = capacity(stream, part.len(), left).await?;
            let now = part.split_to(capacity.min(part.len()));
            left -= now.len();
            stream.send_data(now, left == 0)?;
        }
    }
    Ok(())
}

/// Waits until something can be sent; `wanted` of it would be welcome, `left` are still to come.
async fn capacity(stream: &mut SendStream<Bytes>, wanted: usize, left: usize) -> Result<usize, h2::Error> {
    let mut capacity = stream.capacity();
    if capacity < wanted {
        stream.reserve_capacity(left);
        capacity = stream.capacity();
    }
    while capacity == 0 {
        match poll_fn(|cx| stream.poll_capacity(cx)).await {
            Some(granted) => capacity = granted?,
            // the stream has ended: the answer says why
            None => return Err(h2::Error::from(Reason::STREAM_CLOSED)),
        }
    }
    Ok(capacity)
}

async fn read(response: Response<RecvStream>) -> Result<Result<Bytes, GrpcStatus>, h2::Error> {
    let (head, mut body) = response.into_parts();
    if let Some(status) = status::from_trailers(&head.headers) {
        return Ok(ended(status, Bytes::new(), &head.headers));
    }
    if head.status != StatusCode::OK || !is_grpc(&head.headers) {
        return Ok(Err(status::from_http(head.status, &head.headers)));
    }
    let mut whole = BytesMut::new();
    while let Some(data) = body.data().await {
        let data = data?;
        if whole.len() + data.len() > ANSWER_BYTES_MAX {
            let message = format!("the answer is larger than {ANSWER_BYTES_MAX} bytes");
            return Ok(Err(GrpcStatus::new(Code::Internal, message)));
        }
        body.flow_control().release_capacity(data.len())?;
        whole.extend_from_slice(&data);
    }
    let trailers = body.trailers().await?.unwrap_or_default();
    let missing = || GrpcStatus::new(Code::Unknown, "the answer has no status");
    let status = status::from_trailers(&trailers).unwrap_or_else(missing);
    Ok(ended(status, whole.freeze(), &head.headers))
}

fn ended(status: GrpcStatus, body: Bytes, headers: &HeaderMap) -> Result<Bytes, GrpcStatus> {
    match status.code {
        // OK without a message is what careless servers send; for OTLP it is an empty, that is a full, success
        Code::Ok if body.is_empty() => Ok(body),
        Code::Ok => {
            let encoding = headers.get("grpc-encoding").and_then(|value| value.to_str().ok());
            unframe(body, encoding, ANSWER_BYTES_MAX)
        }
        _ => Err(status),
    }
}

fn is_grpc(headers: &HeaderMap) -> bool {
    let content_type = headers.get(http::header::CONTENT_TYPE);
    content_type.is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}
