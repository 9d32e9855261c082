//! What code passes: the settings of one sender, resolved.

use std::time::Duration;

use codeagent_config::ComponentId;

use super::config::{BatchConfig, QueueConfig, RetryConfig, Sizer};
use crate::{BacklogLimit, Batching};

/// Bytes of a merged batch where nobody said otherwise: below the 4 MiB that a gRPC server takes by default,
/// with room for an encoding that is larger than OTLP.
const BATCH_BYTES_MAX: usize = 2 << 20;

/// Items of a merged batch where nobody said otherwise.
const BATCH_ITEMS_MAX: usize = 8192;

/// Batches without a queue are sent side by side up to this number.
const UNQUEUED_EXPORTS: usize = 256;

/// Bytes that are read ahead of the destination where the queue is on disk: it needs no memory for what waits.
const READ_AHEAD_BYTES: usize = 16 << 20;

/// How a sender behaves.
#[derive(Clone, Debug)]
pub struct SenderSettings {
    pub(super) queue: QueueLimits,
    pub(super) merge: MergeLimits,
    pub(super) workers: usize,
    pub(super) wait_for_result: bool,
    pub(super) block_on_overflow: bool,
    pub(super) retry: RetryConfig,
    pub(super) timeout: Duration,
    /// What may wait on disk, where that is bounded.
    pub(super) backlog: Option<BacklogLimit>,
    /// The extension that keeps the queue on disk.
    pub(super) storage: Option<ComponentId>,
}

/// What may be inside a sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct QueueLimits {
    pub bytes: usize,
    /// A second bound, in requests or items.
    pub count: Option<(Sizer, usize)>,
}

/// What a merged batch may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MergeLimits {
    pub items_max: usize,
    pub bytes_max: usize,
    /// Batches merged into one; 1 where nothing is merged.
    pub batches_max: usize,
    /// Items that make a batch worth an export of its own while others run.
    pub items_target: usize,
    /// What is worth sending before `flush_timeout`; 0 for everything.
    pub min: Option<(Sizer, usize)>,
    pub flush_timeout: Duration,
}

impl SenderSettings {
    /// The settings that users wrote. `timeout` is for one attempt; zero for none. `batching` is what the
    /// pipeline's `batch` processor asks for; what `sending_queue::batch` says goes first.
    pub fn new(
        queue: &QueueConfig,
        retry: &RetryConfig,
        timeout: Duration,
        batching: Option<Batching>,
    ) -> Self {
        let storage = queue.storage.clone().filter(|_| queue.enabled);
        SenderSettings {
            queue: queue_limits(queue),
            merge: merge_limits(queue, batching),
            workers: if queue.enabled { queue.num_consumers.max(1) } else { UNQUEUED_EXPORTS },
            wait_for_result: queue.wait_for_result.unwrap_or(storage.is_none()) || !queue.enabled,
            block_on_overflow: queue.block_on_overflow && queue.enabled,
            retry: RetryConfig {
                max_elapsed_time: Some(retry.elapsed_max(storage.is_some()).into()),
                ..retry.clone()
            },
            timeout,
            backlog: storage.as_ref().and_then(|_| backlog_limit(queue)),
            storage,
        }
    }

    /// One export at a time, so that batches arrive in order.
    #[must_use]
    pub fn in_order(mut self) -> Self {
        self.workers = 1;
        self
    }

    /// Lowers the size of a merged batch to `bytes` of OTLP where it is not lower already.
    #[must_use]
    pub fn batch_bytes_max(mut self, bytes: usize) -> Self {
        self.merge.bytes_max = self.merge.bytes_max.min(bytes.max(1));
        self
    }

    /// Lowers the size of a merged batch to `items` where it is not lower already.
    #[must_use]
    pub fn batch_items_max(mut self, items: usize) -> Self {
        self.merge.items_max = self.merge.items_max.min(items.max(1));
        self.merge.items_target = self.merge.items_target.min(self.merge.items_max);
        self
    }
}

fn saturated(size: u64) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}

/// What users of the Collector expect of `queue_size` with `storage`. In bytes only the log as a whole is bounded.
fn backlog_limit(queue: &QueueConfig) -> Option<BacklogLimit> {
    let sizer = queue.sizer.unwrap_or(Sizer::Requests);
    let size = queue.queue_size.filter(|_| sizer != Sizer::Bytes)?.bytes();
    Some(BacklogLimit { size, in_requests: sizer == Sizer::Requests, blocks: queue.block_on_overflow })
}

fn queue_limits(queue: &QueueConfig) -> QueueLimits {
    let bytes = saturated(queue.queue_bytes_max.bytes()).max(1);
    if queue.storage.is_some() {
        return QueueLimits { bytes: bytes.min(READ_AHEAD_BYTES), count: None };
    }
    let size = queue.queue_size.filter(|_| queue.enabled).map(|size| saturated(size.bytes()).max(1));
    match (size, queue.sizer.unwrap_or(Sizer::Requests)) {
        (None, _) => QueueLimits { bytes, count: None },
        (Some(size), Sizer::Bytes) => QueueLimits { bytes: size, count: None },
        (Some(size), sizer) => QueueLimits { bytes, count: Some((sizer, size)) },
    }
}

fn merge_limits(queue: &QueueConfig, batching: Option<Batching>) -> MergeLimits {
    let mut limits = MergeLimits {
        items_max: BATCH_ITEMS_MAX,
        bytes_max: BATCH_BYTES_MAX,
        batches_max: if queue.enabled { usize::MAX } else { 1 },
        items_target: BATCH_ITEMS_MAX,
        min: None,
        flush_timeout: Duration::ZERO,
    };
    if let Some(batching) = batching {
        limits.items_target = batching.send_batch_size;
        if batching.send_batch_max_size > 0 {
            limits.items_max = batching.send_batch_max_size;
        } else {
            limits.items_max = limits.items_max.max(batching.send_batch_size);
        }
    }
    if let Some(batch) = queue.batch.as_ref().filter(|_| queue.enabled) {
        asked_for(&mut limits, batch, batch.sizer.or(queue.sizer).unwrap_or(Sizer::Items));
    }
    limits.items_target = limits.items_target.clamp(1, limits.items_max);
    limits
}

fn asked_for(limits: &mut MergeLimits, batch: &BatchConfig, sizer: Sizer) {
    let (min, max) = (saturated(batch.min_size.bytes()), saturated(batch.max_size.bytes()));
    match (sizer, max) {
        (Sizer::Bytes, 0) => limits.bytes_max = limits.bytes_max.max(min),
        (_, 0) => limits.items_max = limits.items_max.max(min),
        (Sizer::Bytes, max) => (limits.bytes_max, limits.items_max) = (max, usize::MAX),
        (_, max) => limits.items_max = max,
    }
    if min > 0 {
        limits.min = Some((sizer, min));
        limits.flush_timeout = batch.flush_timeout.get();
    }
}
