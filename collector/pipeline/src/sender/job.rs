//! What one export is about: the batches that waited, merged, and who waits for each.

use std::ops::Range;
use std::sync::Arc;

use smallvec::SmallVec;
use tokio::sync::oneshot;

use super::blame::{self, Cause, Outcome, Report};
use super::room::Places;
use crate::durable::DeadLetters;
use crate::log::Receipt;
use crate::{Batch, InFlight, Reason, Refused};

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
    /// Who wants to hear of it.
    pub caller: Caller,
    /// Its room, given back when it is settled.
    pub places: Places,
}

/// Who wants to hear what became of a batch.
#[derive(Debug)]
pub(super) enum Caller {
    /// Nobody: the batch was acknowledged when it was queued.
    Nobody,
    /// The caller, who waits.
    Waits(oneshot::Sender<Outcome>),
    /// The log, which keeps the batch until it is settled, and where what nobody takes is put.
    Log(Receipt, Arc<DeadLetters>),
}

/// What those were told who handed a batch in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Promise {
    /// Nothing yet: they wait.
    Nothing,
    /// That it is taken, though only memory has it.
    Taken,
    /// That it is kept: what is not delivered stays in the log, what is refused is a dead letter.
    Kept,
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

    /// Whether a log keeps it until it is settled. Then all its parts come from logs.
    pub fn is_logged(&self) -> bool {
        self.parts.iter().any(|part| matches!(part.claim.caller, Caller::Log(..)))
    }

    /// What those were told who handed it in.
    pub fn promise(&self) -> Promise {
        match self.parts.first().map(|part| &part.claim.caller) {
            Some(Caller::Log(..)) => Promise::Kept,
            Some(Caller::Nobody) => Promise::Taken,
            Some(Caller::Waits(_)) | None => Promise::Nothing,
        }
    }

    /// Each of the merged batches: the positions of its items in the whole, its batch, where its dead letters go.
    pub fn logged_parts(&self) -> impl Iterator<Item = (Range<usize>, Batch, &DeadLetters)> {
        let (mut item, mut chunk) = (0, 0);
        self.parts.iter().filter_map(move |part| {
            let chunks = self.batch.chunks()[chunk..chunk + part.chunks].iter().cloned();
            let items = item..item + part.items;
            (item, chunk) = (items.end, chunk + part.chunks);
            match &part.claim.caller {
                Caller::Log(_, dead) => Some((items, self.batch.with_chunks(chunks), &**dead)),
                _ => None,
            }
        })
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
        let receipts: SmallVec<[Receipt; 8]> = if report.rejected.is_empty() && report.given_up.is_none() {
            self.parts.into_iter().filter_map(|part| part.claim.tell(Ok(()))).collect()
        } else {
            let sizes: Vec<usize> = self.parts.iter().map(|part| part.items).collect();
            let answers = blame::answers(&sizes, report);
            self.parts.into_iter().zip(answers).filter_map(|(part, answer)| part.claim.tell(answer)).collect()
        };
        // saved when all of them are settled: then a job costs one write
        receipts.iter().for_each(Receipt::save);
    }

    /// Gives the batch up untried.
    pub fn give_up(self, message: &str) {
        let items = self.batch.items();
        let given_up = blame::GivenUp { items, after: None, message: message.to_owned(), cause: Cause::Stop };
        self.settle(&Report { rejected: Vec::new(), given_up: Some(given_up) });
    }

    /// The ledger's counts are sums over the node, so it does not matter which token pays for which item.
    fn count(&mut self, report: &Report) {
        for rejection in &report.rejected {
            self.drop_items(rejection.reason, rejection.items);
        }
        match &report.given_up {
            Some(given_up) if self.is_logged() => self.pay(given_up.items, InFlight::give_back),
            Some(given_up) => self.drop_items(self.reason_to_give_up(given_up.cause), given_up.items),
            None => {}
        }
        for part in &mut self.parts {
            let left = part.claim.token.left();
            part.claim.token.deliver(left);
        }
    }

    /// A caller who waits is told to send again, so nothing is lost; else it is.
    fn reason_to_give_up(&self, cause: Cause) -> Reason {
        match self.parts.iter().any(|part| matches!(part.claim.caller, Caller::Waits(_))) {
            true => Reason::Refused,
            false if cause == Cause::Stop => Reason::Shutdown,
            false => Reason::Expired,
        }
    }

    fn drop_items(&mut self, reason: Reason, items: usize) {
        self.pay(items, |token, items| token.drop_items(reason, items));
    }

    fn pay(&mut self, mut items: usize, pay: impl Fn(&mut InFlight, usize)) {
        for part in &mut self.parts {
            let paid = items.min(part.claim.token.left());
            pay(&mut part.claim.token, paid);
            items -= paid;
        }
    }
}

impl Claim {
    /// Says what became of the batch; the receipt of a log, to be saved.
    fn tell(self, outcome: Outcome) -> Option<Receipt> {
        drop(self.places);
        match self.caller {
            Caller::Nobody => None,
            // a caller that went away does not hear the answer, and need not
            Caller::Waits(caller) => {
                let _gone = caller.send(outcome);
                None
            }
            // what is to be tried again stays in the log; what is refused for good is a dead letter by now
            Caller::Log(..) if matches!(outcome, Err(Refused::Retry { .. })) => None,
            Caller::Log(receipt, _) => {
                receipt.settle();
                Some(receipt)
            }
        }
    }
}
