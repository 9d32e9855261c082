//! What becomes of the messages of one attempt.

use parking_lot::Mutex;
use rdkafka::error::RDKafkaErrorCode;
use std::sync::Arc;
use tokio::sync::oneshot;

/// Waits for the reports of all messages that were handed over.
#[derive(Debug)]
pub(super) struct Reports(Mutex<Open>);

#[derive(Debug)]
struct Open {
    left: usize,
    failed: Vec<(usize, RDKafkaErrorCode)>,
    done: Option<oneshot::Sender<Vec<(usize, RDKafkaErrorCode)>>>,
}

/// Travels with a message through librdkafka and comes back with its report.
#[derive(Debug)]
pub(super) struct Ticket {
    reports: Arc<Reports>,
    message: usize,
}

/// Tells, once all messages are reported, which failed and why.
pub(super) type Failures = oneshot::Receiver<Vec<(usize, RDKafkaErrorCode)>>;

impl Reports {
    /// Opens the reports. They stay open until [`Reports::close`].
    pub fn open() -> (Arc<Self>, Failures) {
        let (done, failures) = oneshot::channel();
        let open = Open { left: 1, failed: Vec::new(), done: Some(done) };
        (Arc::new(Reports(Mutex::new(open))), failures)
    }

    /// A ticket for message number `message`.
    pub fn ticket(self: &Arc<Self>, message: usize) -> Box<Ticket> {
        self.0.lock().left += 1;
        Box::new(Ticket { reports: self.clone(), message })
    }

    /// No further tickets.
    pub fn close(&self) {
        self.settle(None);
    }

    fn settle(&self, failed: Option<(usize, RDKafkaErrorCode)>) {
        let mut open = self.0.lock();
        open.left -= 1;
        open.failed.extend(failed);
        if open.left == 0
            && let Some(done) = open.done.take()
        {
            // nobody waits where the attempt was given up
            let _unheard = done.send(std::mem::take(&mut open.failed));
        }
    }
}

impl Ticket {
    /// The message was delivered, or failed.
    pub fn settle(&self, failed: Option<RDKafkaErrorCode>) {
        self.reports.settle(failed.map(|code| (self.message, code)));
    }
}
