//! What a sender measures.

use std::sync::{Arc, Weak};
use std::time::Duration;

use codeagent_semconv::{Metric, metric};

use super::blame::Report;
use super::room::Room;
use super::window::Window;
use crate::spans::{Span, Tracer};
use crate::telemetry::{Counter, Histogram, Registry};
use crate::{Batch, Host, Node, SendError, Sent};

/// The instruments of one sender.
#[derive(Debug)]
pub(super) struct Metrics {
    pub retries: Counter,
    batch_items: Histogram,
    batch_bytes: Histogram,
    /// The time of attempts that went well, that are to be repeated, that were refused.
    attempts: [Histogram; 3],
    tracer: Tracer,
    registry: Arc<Registry>,
}

impl Metrics {
    /// Registers the instruments of the sender around `node`.
    pub fn register(host: &Host, node: &Node) -> Self {
        let registry = &host.metrics;
        let by_type = [("exporter", node.id.as_str()), ("data_type", node.signal.as_str())];
        let by_signal = [("exporter", node.id.as_str()), ("signal", node.signal.as_str())];
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
            tracer: host.tracer.clone(),
            registry: registry.clone(),
        }
    }

    /// The delivery of a batch begins.
    pub fn begin(&self, node: &Node, batch: &Batch) -> Span {
        self.tracer.export(node, batch)
    }

    /// Shows how full the sender is. Only of one that works: another of the same name may be at work until then,
    /// and until then the gauges are its.
    pub fn show(&self, node: &Node, room: &Arc<Room>) {
        let by_type = [("exporter", node.id.as_str()), ("data_type", node.signal.as_str())];
        let by_signal = [("exporter", node.id.as_str()), ("signal", node.signal.as_str())];
        let gauge = |metric: &'static Metric, labels, read: fn(&Room) -> usize| {
            let room: Weak<Room> = Arc::downgrade(room);
            self.registry.gauge(metric, labels, move || room.upgrade().map(|room| read(&room) as f64));
        };
        gauge(&metric::OTELCOL_EXPORTER_QUEUE_SIZE, &by_type, |room| room.fill().0);
        gauge(&metric::OTELCOL_EXPORTER_QUEUE_CAPACITY, &by_type, |room| room.fill().1);
        gauge(&metric::CODEAGENT_EXPORTER_QUEUE_USED, &by_signal, |room| room.fill_bytes().0);
        gauge(&metric::CODEAGENT_EXPORTER_QUEUE_LIMIT, &by_signal, |room| room.fill_bytes().1);
    }

    /// Shows how many requests may be on their way at the same time: `most`, unless the destination takes less.
    pub fn show_window(&self, node: &Node, window: &Arc<Window>, most: usize) {
        let by_signal = [("exporter", node.id.as_str()), ("signal", node.signal.as_str())];
        let window = Arc::downgrade(window);
        self.registry.gauge(&metric::CODEAGENT_EXPORTER_CONCURRENCY, &by_signal, move || {
            window.upgrade().map(|window| window.limit().unwrap_or(most) as f64)
        });
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

/// Ends the span of a delivery with what came of it.
pub(super) fn end(span: Span, items: usize, report: &Report) {
    let rejection = report.rejected.first().map(|rejection| rejection.message.as_str());
    let given_up = report.given_up.as_ref();
    let failed = report.rejected_items() + given_up.map_or(0, |given_up| given_up.items);
    span.exported(items, failed, rejection.or(given_up.map(|given_up| given_up.message.as_str())));
}
