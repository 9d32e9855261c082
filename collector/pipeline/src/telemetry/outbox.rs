//! What waits to be sent of the collector's own spans and log records: bounded, and never in anybody's way.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::Notify;

/// Bytes that may wait, whatever the number of records.
const BYTES_MAX: usize = 8 << 20;

/// Encoded records between those who make them and the one who sends them.
#[derive(Debug)]
pub struct Outbox {
    records_max: usize,
    batch_max: usize,
    waiting: Mutex<Waiting>,
    dropped: AtomicU64,
    filled: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    records: VecDeque<Bytes>,
    bytes: usize,
}

impl Outbox {
    /// An outbox for `records_max` records that are sent `batch_max` at a time.
    pub fn new(records_max: usize, batch_max: usize) -> Self {
        Outbox {
            records_max,
            batch_max: batch_max.max(1),
            waiting: Mutex::default(),
            dropped: AtomicU64::new(0),
            filled: Notify::new(),
        }
    }

    /// Puts a record in; where there is no room it is dropped and counted.
    pub fn push(&self, record: Bytes) {
        let mut waiting = self.waiting.lock();
        if waiting.records.len() >= self.records_max || waiting.bytes + record.len() > BYTES_MAX {
            drop(waiting);
            return self.count_dropped(1);
        }
        waiting.bytes += record.len();
        waiting.records.push_back(record);
        if waiting.records.len() >= self.batch_max {
            self.filled.notify_one();
        }
    }

    /// Takes a batch out, the oldest records first; nothing where none wait.
    pub fn take(&self) -> Vec<Bytes> {
        let mut waiting = self.waiting.lock();
        let count = waiting.records.len().min(self.batch_max);
        let batch: Vec<Bytes> = waiting.records.drain(..count).collect();
        waiting.bytes -= batch.iter().map(Bytes::len).sum::<usize>();
        batch
    }

    /// Waits until a whole batch is there.
    pub async fn filled(&self) {
        self.filled.notified().await;
    }

    /// Counts records that were not sent.
    pub fn count_dropped(&self, records: usize) {
        self.dropped.fetch_add(records as u64, Ordering::Relaxed);
    }

    /// Records that were not sent, so far.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_does_not_fit_is_dropped_and_counted() {
        let outbox = Outbox::new(3, 2);
        for byte in 0..5 {
            outbox.push(Bytes::from(vec![byte]));
        }
        outbox.filled().await;
        assert_eq!(outbox.take(), [&[0][..], &[1]]);
        assert_eq!(outbox.take(), [&[2][..]]);
        assert!(outbox.take().is_empty());
        assert_eq!(outbox.dropped(), 2);
    }

    #[test]
    fn large_records_are_bounded_by_their_bytes() {
        let outbox = Outbox::new(1000, 1000);
        for _ in 0..3 {
            outbox.push(Bytes::from(vec![0; BYTES_MAX / 2]));
        }
        assert_eq!((outbox.take().len(), outbox.dropped()), (2, 1));
        outbox.push(Bytes::from(vec![0; BYTES_MAX]));
        assert_eq!(outbox.take().len(), 1);
    }
}
