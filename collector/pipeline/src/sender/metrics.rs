//! What a sender measures.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::room::Room;
use crate::telemetry::{Counter, Histogram, Registry, names};
use crate::{Batch, Node, SendError, Sent};

const ITEMS: &[f64] = &[
    10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 750.0, 1e3, 2e3, 3e3, 4e3, 5e3, 6e3, 7e3, 8e3, 9e3, 1e4,
    2e4, 3e4, 5e4, 1e5,
];
const BYTES: &[f64] = &[
    4096.0, 16384.0, 65536.0, 262144.0, 1048576.0, 2097152.0, 4194304.0, 8388608.0, 16777216.0, 33554432.0,
    67108864.0,
];
const SECONDS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

/// The instruments of one sender.
#[derive(Debug)]
pub(super) struct Metrics {
    pub retries: Counter,
    batch_items: Histogram,
    batch_bytes: Histogram,
    /// The time of attempts that went well, that are to be repeated, that were refused.
    attempts: [Histogram; 3],
}

impl Metrics {
    /// Registers the instruments of the sender around `node`.
    pub fn register(registry: &Registry, node: &Node, room: &Arc<Room>) -> Self {
        let by_type = [("exporter", node.id.as_str()), ("data_type", node.signal.as_str())];
        let by_signal = [("exporter", node.id.as_str()), ("signal", node.signal.as_str())];
        let gauge = |name, labels, read: fn(&Room) -> usize| {
            let room: Weak<Room> = Arc::downgrade(room);
            registry.gauge(name, labels, move || room.upgrade().map(|room| read(&room) as f64));
        };
        gauge(names::QUEUE_SIZE, &by_type, |room| room.fill().0);
        gauge(names::QUEUE_CAPACITY, &by_type, |room| room.fill().1);
        gauge(names::QUEUE_USED, &by_signal, |room| room.fill_bytes().0);
        gauge(names::QUEUE_LIMIT, &by_signal, |room| room.fill_bytes().1);
        let attempts = [None, Some("retryable"), Some("refused")].map(|error| {
            let mut labels = by_signal.to_vec();
            labels.extend(error.map(|error| ("error_type", error)));
            registry.histogram(names::ATTEMPT_DURATION, &labels, SECONDS)
        });
        Metrics {
            retries: registry.counter(names::RETRIES, &by_signal),
            batch_items: registry.histogram(names::BATCH_ITEMS, &by_type, ITEMS),
            batch_bytes: registry.histogram(names::BATCH_BYTES, &by_type, BYTES),
            attempts,
        }
    }

    /// A merged batch is sent.
    pub fn batch(&self, batch: &Batch) {
        self.batch_items.observe(batch.items() as f64);
        self.batch_bytes.observe(batch.bytes() as f64);
    }

    /// An attempt ended after `elapsed`.
    pub fn attempt(&self, elapsed: Duration, sent: &Result<Sent, SendError>) {
        let outcome = match sent {
            Ok(_) => 0,
            Err(SendError::Retry { .. }) => 1,
            Err(SendError::Permanent { .. } | SendError::TooLarge { .. }) => 2,
        };
        self.attempts[outcome].observe(elapsed.as_secs_f64());
    }
}
