//! Reads a request's body: admitted before it is read, bounded in bytes and in time.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use codeagent_pipeline::{Budget, Oversize, Permit};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

/// A body below this is copied: a slice would keep the connection's whole read buffer alive for it.
const COPY_BELOW: usize = 16 << 10;
/// What a body of unknown length is granted at first.
const FIRST_STEP: usize = 16 << 10;
/// What is read of a body that is refused.
const DRAIN_BYTES_MAX: usize = 64 << 20;
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// A body as it came.
#[derive(Debug)]
pub struct Body {
    /// All of it.
    pub bytes: Bytes,
    /// Covers it.
    pub permit: Permit,
}

/// Why a body was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// More bytes than allowed.
    #[error("the request body is larger than {limit} bytes")]
    TooLarge {
        /// Bytes that are allowed.
        limit: usize,
    },
    /// The memory budget is used up at the moment.
    #[error("the memory budget of the collector is used up, try again")]
    OverBudget,
    /// It did not arrive in time.
    #[error("the request body did not arrive in {0:?}")]
    Timeout(Duration),
    /// The client went away, or broke the protocol.
    #[error("the request body was cut off")]
    CutOff,
}

/// Reads `body` to its end, at most `limit` bytes and within `timeout`.
pub async fn read_body(
    mut body: Incoming,
    limit: usize,
    memory: &Arc<Budget>,
    timeout: Duration,
) -> Result<Body, BodyError> {
    let size = body.size_hint();
    let too_large = BodyError::TooLarge { limit };
    if size.lower() > limit as u64 {
        drain(body);
        return Err(too_large);
    }
    let first = size.exact().map_or(FIRST_STEP.min(limit), |exact| exact as usize);
    if first > memory.limit() {
        drain(body);
        return Err(BodyError::TooLarge { limit: memory.limit() });
    }
    let Some(permit) = memory.try_acquire(first, Oversize::Refuse) else {
        drain(body);
        return Err(BodyError::OverBudget);
    };
    let read = match tokio::time::timeout(timeout, read(&mut body, first, limit, permit)).await {
        Ok(read) => read,
        Err(_) => Err(BodyError::Timeout(timeout)),
    };
    if matches!(read, Err(BodyError::TooLarge { .. } | BodyError::OverBudget)) {
        drain(body);
    }
    read
}

async fn read(body: &mut Incoming, first: usize, limit: usize, permit: Permit) -> Result<Body, BodyError> {
    let mut joined = Joined { buffer: Vec::new(), limit, permit };
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyError::CutOff)?.into_data() else {
            continue;
        };
        if data.len() == first && first >= COPY_BELOW && joined.buffer.is_empty() && body.is_end_stream() {
            return Ok(Body { bytes: data, permit: joined.permit });
        }
        joined.push(&data, first)?;
    }
    let Joined { buffer, mut permit, .. } = joined;
    permit.shrink_to(buffer.capacity());
    Ok(Body { bytes: buffer.into(), permit })
}

/// The frames of a body, copied into one buffer that the permit covers.
struct Joined {
    buffer: Vec<u8>,
    limit: usize,
    permit: Permit,
}

impl Joined {
    fn push(&mut self, data: &[u8], first: usize) -> Result<(), BodyError> {
        let needed = self.buffer.len() + data.len();
        if needed > self.limit {
            return Err(BodyError::TooLarge { limit: self.limit });
        }
        if needed > self.buffer.capacity() {
            let capacity = needed.max(first).max(self.buffer.capacity() * 2).min(self.limit);
            if !self.permit.try_grow(capacity.saturating_sub(self.permit.amount())) {
                return Err(BodyError::OverBudget);
            }
            self.buffer.reserve_exact(capacity - self.buffer.len());
        }
        self.buffer.extend_from_slice(data);
        Ok(())
    }
}

/// Reads and forgets what is left of a body, within bounds: a client that is still sending would otherwise see a
/// broken connection rather than the answer.
pub fn drain(body: Incoming) {
    if body.is_end_stream() {
        return;
    }
    tokio::spawn(tokio::time::timeout(DRAIN_TIMEOUT, async move {
        let mut body = body;
        let mut left = DRAIN_BYTES_MAX;
        while let Some(Ok(frame)) = body.frame().await {
            let bytes = frame.data_ref().map_or(0, Bytes::len);
            match left.checked_sub(bytes) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    }));
}
