//! Batches that are larger than one export may be.

use smallvec::SmallVec;

use super::settings::MergeLimits;
use crate::{Batch, Chunk, Signal};

/// A batch in the pieces that are exported.
pub(super) type Parts = SmallVec<[Batch; 1]>;

/// `batch` in parts within `limits`. A single item is never split, so it may be over the limit of bytes.
pub(super) fn parts(batch: Batch, limits: &MergeLimits) -> Parts {
    if batch.items() <= limits.items_max && batch.bytes() <= limits.bytes_max {
        return Parts::from_iter([batch]);
    }
    let signal = batch.signal();
    let small = batch.chunks().iter().flat_map(|chunk| within(signal, chunk, limits));
    let (mut parts, mut part) = (Parts::new(), batch.with_chunks([]));
    for chunk in small {
        let fits = part.items() + chunk.items <= limits.items_max
            && part.bytes() + chunk.bytes.len() <= limits.bytes_max;
        if !fits && !part.is_empty() {
            parts.push(std::mem::replace(&mut part, batch.with_chunks([])));
        }
        part.push(chunk);
    }
    parts.push(part);
    parts
}

/// `chunk` in chunks within `limits`, by items; bytes are taken to be spread evenly.
fn within(signal: Signal, chunk: &Chunk, limits: &MergeLimits) -> Vec<Chunk> {
    let size = chunk.bytes.len();
    if chunk.items <= 1 || (chunk.items <= limits.items_max && size <= limits.bytes_max) {
        return vec![chunk.clone()];
    }
    let pieces = size.div_ceil(limits.bytes_max).max(chunk.items.div_ceil(limits.items_max));
    split(signal, chunk, chunk.items.div_ceil(pieces).max(1))
}

/// Until chunks can be split they go out whole.
fn split(_signal: Signal, chunk: &Chunk, _items_max: usize) -> Vec<Chunk> {
    vec![chunk.clone()]
}
