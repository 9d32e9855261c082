//! Processors that are an editor over every chunk.

use codeagent_pipeline::otlp::{Editor, edit};
use codeagent_pipeline::{Batch, Processed, Reason};

/// Runs `editor` over a batch; what it drops is counted for `reason`.
pub fn edit_batch(batch: &Batch, editor: &mut impl Editor, reason: Reason) -> Processed {
    let signal = batch.signal();
    let chunks: Vec<_> = batch.chunks().iter().map(|chunk| edit(signal, chunk, editor)).collect();
    let kept = batch.with_chunks(chunks.into_iter().filter(|chunk| chunk.items > 0));
    let dropped = batch.items() - kept.items();
    Processed::some(kept, reason, dropped)
}
