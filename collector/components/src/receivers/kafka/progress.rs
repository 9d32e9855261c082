//! How far a partition is done, and how much waits in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use codeagent_pipeline::telemetry::Registry;
use codeagent_semconv::metric;

const UNKNOWN: i64 = -1;

/// One partition while this member has it.
#[derive(Debug)]
pub(super) struct Progress {
    pub topic: String,
    pub partition: i32,
    /// The offset after the last message that is done.
    next: AtomicI64,
    /// The offset that the partition's next message will get.
    end: AtomicI64,
    is_shown: AtomicBool,
}

impl Progress {
    /// A partition of which nothing is known yet.
    pub fn new(topic: &str, partition: i32) -> Arc<Self> {
        Arc::new(Progress {
            topic: topic.to_owned(),
            partition,
            next: AtomicI64::new(UNKNOWN),
            end: AtomicI64::new(UNKNOWN),
            is_shown: AtomicBool::new(false),
        })
    }

    /// Makes metrics of it, once there is something to show. They go when its last owner goes.
    pub fn show(self: &Arc<Self>, receiver: &str, metrics: &Registry) {
        if self.lag().is_none() || self.is_shown.swap(true, Ordering::Relaxed) {
            return;
        }
        let number = self.partition.to_string();
        let labels = [("receiver", receiver), ("topic", self.topic.as_str()), ("partition", number.as_str())];
        let seen = Arc::downgrade(self);
        metrics.gauge(&metric::OTELCOL_KAFKA_RECEIVER_CURRENT_OFFSET, &labels, move || {
            seen.upgrade().and_then(|progress| progress.next()).map(|next| next as f64)
        });
        let seen = Arc::downgrade(self);
        metrics.gauge(&metric::OTELCOL_KAFKA_RECEIVER_OFFSET_LAG, &labels, move || {
            seen.upgrade().and_then(|progress| progress.lag()).map(|lag| lag as f64)
        });
    }

    /// The offset after the last message that is done, once it is known.
    pub fn next(&self) -> Option<i64> {
        Some(self.next.load(Ordering::Relaxed)).filter(|next| *next != UNKNOWN)
    }

    /// All before `next` is done.
    pub fn advance(&self, next: i64) {
        self.next.store(next, Ordering::Relaxed);
    }

    /// Nothing is done of this assignment, and the first message has this offset, or would have it.
    pub fn begins_at(&self, first: i64) {
        // what is known already stays
        let _known = self.next.compare_exchange(UNKNOWN, first, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// The partition ends here now.
    pub fn ends_at(&self, end: i64) {
        self.end.store(end, Ordering::Relaxed);
    }

    /// Messages that wait, once both ends are known.
    pub fn lag(&self) -> Option<i64> {
        let end = Some(self.end.load(Ordering::Relaxed)).filter(|end| *end != UNKNOWN)?;
        // the end was asked for some time ago: what is done may be beyond it
        Some((end - self.next()?).max(0))
    }
}
