//! A batch on its way as one request.

use bytes::Bytes;
use codeagent_pipeline::Batch;

/// The chunks of a batch, for a client.
pub(in crate::exporters) fn chunks(batch: &Batch) -> Vec<&Bytes> {
    batch.chunks().iter().map(|chunk| &chunk.bytes).collect()
}
