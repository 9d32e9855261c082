//! The box between the agent's threads and the one that exports. Bounded in bytes; never waits.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use codeagent_semconv::value::Signal;
use opentelemetry::InstrumentationScope;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::logs::SdkLogRecord;
use opentelemetry_sdk::trace::SpanData;
use tokio::sync::Notify;

use super::{Ledger, Loss, Note, size};

/// How much longer than its deadline we wait for the exporting thread to say that it is done.
const SLACK: Duration = Duration::from_millis(100);

/// A log record and who made it.
pub(crate) type Log = (SdkLogRecord, InstrumentationScope);

/// What the exporting thread is asked to do beside its routine.
pub(crate) enum Order {
    /// Deliver all that was recorded before this order, or put it on disk, until the deadline.
    Flush { deadline: Instant, done: SyncSender<()> },
    /// The same, and then end.
    Finish { deadline: Instant, done: SyncSender<()> },
    /// The same, and then let the signal do what it would have done without us.
    Die { deadline: Instant, signal: i32 },
}

impl Order {
    pub(crate) fn deadline(&self) -> Instant {
        match self {
            Self::Flush { deadline, .. } | Self::Finish { deadline, .. } | Self::Die { deadline, .. } => {
                *deadline
            }
        }
    }
}

pub(crate) struct Outbox {
    waiting: Mutex<Waiting>,
    orders: Mutex<Vec<Order>>,
    /// Something to do for the exporting thread.
    pub(crate) wake: Notify,
    /// An order came: whatever is on its way must now keep its deadline.
    pub(crate) hurry: Notify,
    pub(crate) ledger: Arc<Ledger>,
    bytes_max: usize,
    bytes_batch: usize,
}

#[derive(Default)]
struct Waiting {
    spans: Vec<SpanData>,
    logs: Vec<Log>,
    notes: Vec<Note>,
    bytes: usize,
    is_closed: bool,
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.spans.is_empty() && self.logs.is_empty() && self.notes.is_empty()
    }
}

/// What waited.
#[derive(Default)]
pub(crate) struct Taken {
    pub(crate) spans: Vec<SpanData>,
    pub(crate) logs: Vec<Log>,
    pub(crate) notes: Vec<Note>,
}

impl Outbox {
    /// `bytes_max` is the bound; from `bytes_batch` on the exporting thread does not wait for more.
    pub(crate) fn new(bytes_max: usize, ledger: Arc<Ledger>) -> Self {
        let (waiting, orders) = (Mutex::default(), Mutex::default());
        let (wake, hurry) = (Notify::new(), Notify::new());
        Self { waiting, orders, wake, hurry, ledger, bytes_max, bytes_batch: (bytes_max / 8).min(512 * 1024) }
    }

    /// Takes a finished span, or counts it as lost where there is no room.
    pub(crate) fn push_span(&self, span: SpanData) {
        self.push(Signal::Traces, size::of_span(&span), |waiting| waiting.spans.push(span));
    }

    /// Takes a log record, or counts it as lost where there is no room.
    pub(crate) fn push_log(&self, record: SdkLogRecord, scope: InstrumentationScope) {
        self.push(Signal::Logs, size::of_log(&record), |waiting| waiting.logs.push((record, scope)));
    }

    /// Takes the log record of a helper, or counts it as lost where there is no room.
    pub(crate) fn push_note(&self, note: Note) {
        self.push(Signal::Logs, note.size(), |waiting| waiting.notes.push(note));
    }

    fn push(&self, signal: Signal, size: usize, put: impl FnOnce(&mut Waiting)) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.is_closed || waiting.bytes + size > self.bytes_max {
            let reason = if waiting.is_closed { Loss::Closed } else { Loss::QueueFull };
            drop(waiting);
            return self.ledger.lose(signal, reason, 1);
        }
        let before = waiting.bytes;
        let was_empty = waiting.is_empty();
        waiting.bytes += size;
        put(&mut waiting);
        let is_due = was_empty || (before < self.bytes_batch && waiting.bytes >= self.bytes_batch);
        drop(waiting);
        if is_due {
            self.wake.notify_one();
        }
    }

    /// Whether anything waits, and whether it is enough for a batch.
    pub(crate) fn fill(&self) -> (bool, bool) {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        (!waiting.is_empty(), waiting.bytes >= self.bytes_batch)
    }

    pub(crate) fn take(&self) -> Taken {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.bytes = 0;
        let (spans, logs) = (std::mem::take(&mut waiting.spans), std::mem::take(&mut waiting.logs));
        Taken { spans, logs, notes: std::mem::take(&mut waiting.notes) }
    }

    /// From now on everything that comes is lost, and counted.
    pub(crate) fn close(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).is_closed = true;
    }

    pub(crate) fn order(&self, order: Order) {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner).push(order);
        self.hurry.notify_one();
        self.wake.notify_one();
    }

    pub(crate) fn take_orders(&self) -> Vec<Order> {
        std::mem::take(&mut *self.orders.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until what was recorded so far is delivered or on disk. Safe on any thread and in any runtime: what it waits for is
    /// done by our own thread.
    pub(crate) fn flush(&self, timeout: Duration) -> OTelSdkResult {
        if self.waiting.lock().unwrap_or_else(PoisonError::into_inner).is_closed {
            return Ok(());
        }
        let (done, answer) = sync_channel(1);
        self.order(Order::Flush { deadline: Instant::now() + timeout, done });
        answer.recv_timeout(timeout + SLACK).map_err(|_| OTelSdkError::Timeout(timeout))
    }

    /// The same, and then nothing is taken any more and the thread ends.
    pub(crate) fn finish(&self, timeout: Duration) {
        if self.waiting.lock().unwrap_or_else(PoisonError::into_inner).is_closed {
            return;
        }
        let (done, answer) = sync_channel(1);
        self.order(Order::Finish { deadline: Instant::now() + timeout, done });
        let _ = answer.recv_timeout(timeout + SLACK);
    }

    /// The earliest deadline of the orders that wait.
    pub(crate) fn earliest_deadline(&self) -> Option<Instant> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner).iter().map(Order::deadline).min()
    }
}
