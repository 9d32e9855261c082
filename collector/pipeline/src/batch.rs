//! What travels: validated OTLP bytes, counted.

use std::sync::Arc;

use bytes::Bytes;
use smallvec::SmallVec;

use crate::otlp::Ordinals;
use crate::spans::SpanContext;
use crate::{Permit, Signal, Slots};

/// A validated `Export…ServiceRequest` body and how many items it holds: what one sender sent at once, or a piece of it.
///
/// Requests are merged into batches but never into one another: which items came together is part of what they are
/// (see [`Ordinals`]), so whoever stores batches stores their chunks one by one.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// The protobuf bytes, uncompressed.
    pub bytes: Bytes,
    /// Spans, data points or log records inside.
    pub items: usize,
    /// Of a piece, which of its equals in the whole request each item is. A whole request says so by itself.
    pub ordinals: Option<Ordinals>,
}

impl Chunk {
    /// A whole request.
    pub fn new(bytes: Bytes, items: usize) -> Self {
        Chunk { bytes, items, ordinals: None }
    }

    /// The same before it is cut: its pieces will know which of its equals each of their items is.
    #[must_use]
    pub fn numbered(mut self, signal: Signal) -> Self {
        if self.ordinals.is_none() {
            self.ordinals = Ordinals::of(signal, &self);
        }
        self
    }
}

/// Items of one signal on their way. Cheap to clone: the bytes are shared.
///
/// The payload is a list of chunks. Each is a whole request body, and protobuf messages concatenate, so
/// writing the chunks one after the other is again a valid request: batching copies nothing.
#[derive(Clone, Debug)]
pub struct Batch {
    signal: Signal,
    chunks: SmallVec<[Chunk; 1]>,
    items: usize,
    bytes: usize,
    held: SmallVec<[Arc<Permit>; 1]>,
    /// The spans of the requests inside; empty where no spans are made, which then costs nothing.
    origins: Vec<SpanContext>,
    /// Places reserved in the queues that the batch will reach.
    pub slots: Option<Slots>,
}

impl Batch {
    /// A batch of one chunk.
    pub fn new(signal: Signal, bytes: Bytes, items: usize) -> Self {
        let mut batch = Batch::empty(signal);
        batch.push(Chunk::new(bytes, items));
        batch
    }

    /// A batch without items, to push chunks into.
    pub fn empty(signal: Signal) -> Self {
        let (chunks, held) = (SmallVec::new(), SmallVec::new());
        Batch { signal, chunks, items: 0, bytes: 0, held, origins: Vec::new(), slots: None }
    }

    /// Remembers the span of the request that the batch came in, where there is one.
    #[must_use]
    pub fn of_request(mut self, span: Option<SpanContext>) -> Self {
        self.origins.extend(span);
        self
    }

    /// The spans of the requests inside.
    pub fn origins(&self) -> &[SpanContext] {
        &self.origins
    }

    /// Keeps `permit` alive as long as any clone of the batch: its bytes stay charged to the memory budget.
    #[must_use]
    pub fn holding(mut self, permit: Arc<Permit>) -> Self {
        self.held.push(permit);
        self
    }

    /// Adds a validated chunk.
    pub fn push(&mut self, chunk: Chunk) {
        self.items += chunk.items;
        self.bytes += chunk.bytes.len();
        self.chunks.push(chunk);
    }

    /// Appends all of `other`, which must be of the same signal.
    pub fn append(&mut self, other: Batch) {
        debug_assert_eq!(self.signal, other.signal);
        self.items += other.items;
        self.bytes += other.bytes;
        self.chunks.extend(other.chunks);
        self.held.extend(other.held);
        self.origins.extend(other.origins);
    }

    /// The same permits over another payload: what an edit, a split or a sample leaves.
    #[must_use]
    pub fn with_chunks(&self, chunks: impl IntoIterator<Item = Chunk>) -> Self {
        let mut batch = Batch::empty(self.signal);
        batch.held.clone_from(&self.held);
        batch.origins.clone_from(&self.origins);
        batch.slots.clone_from(&self.slots);
        for chunk in chunks {
            batch.push(chunk);
        }
        batch
    }

    /// Which signal.
    pub fn signal(&self) -> Signal {
        self.signal
    }

    /// The payload.
    pub fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// Spans, data points or log records.
    pub fn items(&self) -> usize {
        self.items
    }

    /// Payload bytes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether nothing is left to deliver.
    pub fn is_empty(&self) -> bool {
        self.items == 0
    }

    /// The payload as one buffer: free for one chunk, a copy for several.
    pub fn to_contiguous(&self) -> Bytes {
        if let [only] = self.chunks.as_slice() {
            return only.bytes.clone();
        }
        let mut buffer = Vec::with_capacity(self.bytes);
        for chunk in &self.chunks {
            buffer.extend_from_slice(&chunk.bytes);
        }
        buffer.into()
    }
}
