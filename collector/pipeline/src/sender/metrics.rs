//! What a sender measures.

use std::sync::{Arc, Weak};
use std::time::Duration;

use codeagent_semconv::{Metric, metric};

use super::room::Room;
use crate::telemetry::{Counter, Histogram, Registry};
use crate::{Batch, Node, SendError, Sent};

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
        let gauge = |metric: &'static Metric, labels, read: fn(&Room) -> usize| {
            let room: Weak<Room> = Arc::downgrade(room);
            registry.gauge(metric, labels, move || room.upgrade().map(|room| read(&room) as f64));
        };
        gauge(&metric::OTELCOL_EXPORTER_QUEUE_SIZE, &by_type, |room| room.fill().0);
        gauge(&metric::OTELCOL_EXPORTER_QUEUE_CAPACITY, &by_type, |room| room.fill().1);
        gauge(&metric::CODEAGENT_EXPORTER_QUEUE_USED, &by_signal, |room| room.fill_bytes().0);
        gauge(&metric::CODEAGENT_EXPORTER_QUEUE_LIMIT, &by_signal, |room| room.fill_bytes().1);
        let attempts = [None, Some("retryable"), Some("refused")].map(|error| {
            let mut labels = by_signal.to_vec();
            labels.extend(error.map(|error| ("error_type", error)));
            registry.histogram(&metric::CODEAGENT_EXPORTER_ATTEMPT_DURATION, &labels)
        });
        Metrics {
            retries: registry.counter(&metric::CODEAGENT_EXPORTER_RETRIES, &by_signal),
            batch_items: registry.histogram(&metric::OTELCOL_EXPORTER_QUEUE_BATCH_SEND_SIZE, &by_type),
            batch_bytes: registry.histogram(&metric::OTELCOL_EXPORTER_QUEUE_BATCH_SEND_SIZE_BYTES, &by_type),
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
