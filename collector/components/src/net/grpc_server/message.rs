//! Reads the one message of a unary call off an HTTP/2 stream.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes};
use codeagent_pipeline::{Budget, Oversize, Permit};
use h2::RecvStream;

use crate::net::rpc_status::{Code, Status};
use crate::net::sender_limits::Admitted;

/// Whether it is compressed, and its length: what stands before each message.
/// Source: <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests>.
const PREFIX_BYTES: usize = 5;
/// A body below this is copied: a slice would keep the connection's whole read buffer alive for it.
const COPY_BELOW: usize = 4 << 10;
/// When a sender may try again that was refused for lack of memory.
const BUDGET_RETRY: Duration = Duration::from_secs(1);

/// A message as it came.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) compressed: bool,
    pub(super) bytes: Bytes,
    /// Covers `bytes`.
    pub(super) permit: Permit,
}

/// Reads to the end of the stream. Its sender pays for it, and memory is granted, before its body is read.
pub(super) async fn read(
    body: &mut RecvStream,
    bytes_max: usize,
    memory: &Arc<Budget>,
    admitted: &Admitted,
) -> Result<Message, Status> {
    let (prefix, first) = read_prefix(body).await?;
    let compressed = match prefix[0] {
        0 => false,
        1 => true,
        _ => return Err(Status::new(Code::Internal, "the first byte of a gRPC message must be 0 or 1")),
    };
    let length = u32::from_be_bytes([prefix[1], prefix[2], prefix[3], prefix[4]]) as usize;
    if length > bytes_max {
        let message = format!("the message of {length} bytes is larger than the limit of {bytes_max}");
        return Err(Status::new(Code::ResourceExhausted, message));
    }
    admitted.bytes(length)?;
    let permit = admit(memory, length)?;
    let bytes = if first.len() >= length && length >= COPY_BELOW {
        release(body, first.len());
        exactly(first, length)?
    } else {
        collect(body, first, length).await?
    };
    expect_end(body).await?;
    Ok(Message { compressed, bytes, permit })
}

/// Asks the memory budget for `length` bytes.
fn admit(memory: &Arc<Budget>, length: usize) -> Result<Permit, Status> {
    if length > memory.limit() {
        let message = format!("{length} bytes are more than the whole memory budget of {}", memory.limit());
        return Err(Status::new(Code::ResourceExhausted, message));
    }
    memory.try_acquire(length, Oversize::Refuse).ok_or_else(over_budget)
}

/// The answer while the memory budget is used up.
pub(crate) fn over_budget() -> Status {
    Status::new(Code::Unavailable, "the memory budget of the collector is used up, try again")
        .after(BUDGET_RETRY)
}

/// The first five bytes, and what came with them.
async fn read_prefix(body: &mut RecvStream) -> Result<([u8; PREFIX_BYTES], Bytes), Status> {
    let mut prefix = [0; PREFIX_BYTES];
    let mut filled = 0;
    loop {
        let Some(mut frame) = next(body).await? else {
            return Err(Status::new(Code::Internal, "the call ended before its message"));
        };
        let take = frame.len().min(PREFIX_BYTES - filled);
        frame.copy_to_slice(&mut prefix[filled..filled + take]);
        release(body, take);
        filled += take;
        if filled == PREFIX_BYTES {
            return Ok((prefix, frame));
        }
    }
}

/// Joins what came in several frames: one copy, into a buffer of the right size.
async fn collect(body: &mut RecvStream, first: Bytes, length: usize) -> Result<Bytes, Status> {
    let mut buffer = Vec::with_capacity(length);
    let mut frame = first;
    loop {
        release(body, frame.len());
        if frame.len() > length - buffer.len() {
            return Err(more_than_one());
        }
        buffer.extend_from_slice(&frame);
        if buffer.len() == length {
            return Ok(buffer.into());
        }
        frame = next(body)
            .await?
            .ok_or_else(|| Status::new(Code::Internal, "the call ended in the middle of its message"))?;
    }
}

fn exactly(frame: Bytes, length: usize) -> Result<Bytes, Status> {
    if frame.len() == length { Ok(frame) } else { Err(more_than_one()) }
}

async fn expect_end(body: &mut RecvStream) -> Result<(), Status> {
    while !body.is_end_stream() {
        match next(body).await? {
            None => break,
            Some(frame) if frame.is_empty() => {}
            Some(_) => return Err(more_than_one()),
        }
    }
    Ok(())
}

fn more_than_one() -> Status {
    Status::new(Code::Internal, "there is more than the one message of a unary call")
}

async fn next(body: &mut RecvStream) -> Result<Option<Bytes>, Status> {
    match poll_fn(|cx| body.poll_data(cx)).await {
        None => Ok(None),
        Some(Ok(frame)) => Ok(Some(frame)),
        Some(Err(_)) => Err(Status::new(Code::Unavailable, "the call was cut off")),
    }
}

/// Tells the peer that it may send as much again.
fn release(body: &mut RecvStream, bytes: usize) {
    // Fails only when the stream is gone, and then the next read says so.
    let _ = body.flow_control().release_capacity(bytes);
}
