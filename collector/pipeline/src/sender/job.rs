//! What one export is about: the batches that waited, merged, and who waits for each.

use tokio::sync::oneshot;

use super::blame::{self, Outcome, Report};
use super::room::Places;
use crate::{Batch, InFlight, Reason};

/// A batch in the queue.
#[derive(Debug)]
pub(super) struct Entry {
    pub batch: Batch,
    pub claim: Claim,
}

/// What hangs on a batch until it is settled.
#[derive(Debug)]
pub(super) struct Claim {
    /// Its items in the ledger.
    pub token: InFlight,
    /// The caller, where it waits for the result.
    pub caller: Option<oneshot::Sender<Outcome>>,
    /// Its room, given back when it is settled.
    pub places: Places,
}

/// One merged batch and the claims on it.
#[derive(Debug)]
pub(super) struct Job {
    pub batch: Batch,
    parts: Vec<Part>,
}

/// One of the batches that were merged.
#[derive(Debug)]
struct Part {
    items: usize,
    chunks: usize,
    claim: Claim,
}

impl Job {
    /// Merges `entries`, of which there is at least one.
    pub fn new(first: Entry, rest: impl ExactSizeIterator<Item = Entry>) -> Self {
        let mut parts = Vec::with_capacity(1 + rest.len());
        let part = |batch: &Batch, claim| Part { items: batch.items(), chunks: batch.chunks().len(), claim };
        parts.push(part(&first.batch, first.claim));
        let mut batch = first.batch;
        for entry in rest {
            parts.push(part(&entry.batch, entry.claim));
            batch.append(entry.batch);
        }
        Job { batch, parts }
    }

    /// Whether several batches were merged.
    pub fn is_merged(&self) -> bool {
        self.parts.len() > 1
    }

    /// The job taken apart: one for each batch that was merged.
    pub fn into_singles(self) -> impl Iterator<Item = Job> {
        let mut at = 0;
        self.parts.into_iter().map(move |part| {
            let chunks = self.batch.chunks()[at..at + part.chunks].iter().cloned();
            at += part.chunks;
            Job { batch: self.batch.with_chunks(chunks), parts: vec![part] }
        })
    }

    /// Counts what became of the batch, tells every caller, and gives the room back.
    pub fn settle(mut self, report: &Report) {
        self.count(report);
        if report.rejected.is_empty() && report.given_up.is_none() {
            return self.parts.into_iter().for_each(|part| part.claim.tell(Ok(())));
        }
        let sizes: Vec<usize> = self.parts.iter().map(|part| part.items).collect();
        let answers = blame::answers(&sizes, report);
        self.parts.into_iter().zip(answers).for_each(|(part, answer)| part.claim.tell(answer));
    }

    /// Gives the batch up untried.
    pub fn give_up(self, message: &str) {
        let items = self.batch.items();
        let given_up = blame::GivenUp { items, after: None, message: message.to_owned(), stopping: true };
        self.settle(&Report { rejected: Vec::new(), given_up: Some(given_up) });
    }

    /// The ledger's counts are sums over the node, so it does not matter which token pays for which item.
    fn count(&mut self, report: &Report) {
        for rejection in &report.rejected {
            self.drop_items(rejection.reason, rejection.items);
        }
        if let Some(given_up) = &report.given_up {
            self.drop_items(self.reason_to_give_up(given_up.stopping), given_up.items);
        }
        for part in &mut self.parts {
            let left = part.claim.token.left();
            part.claim.token.deliver(left);
        }
    }

    /// A caller who waits is told to send again, so nothing is lost; else it is.
    fn reason_to_give_up(&self, stopping: bool) -> Reason {
        match self.parts.iter().any(|part| part.claim.caller.is_some()) {
            true => Reason::Refused,
            false if stopping => Reason::Shutdown,
            false => Reason::Expired,
        }
    }

    fn drop_items(&mut self, reason: Reason, mut items: usize) {
        for part in &mut self.parts {
            let paid = items.min(part.claim.token.left());
            part.claim.token.drop_items(reason, paid);
            items -= paid;
        }
    }
}

impl Claim {
    /// A caller that went away does not hear the answer, and need not.
    fn tell(self, outcome: Outcome) {
        drop(self.places);
        if let Some(caller) = self.caller {
            let _gone = caller.send(outcome);
        }
    }
}
