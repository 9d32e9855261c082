//! What becomes of items from a log that the destination refuses: the guilty ones are found and kept aside, all
//! others are delivered.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::Sender;
use super::blame::{Cause, GivenUp, Report};
use super::job::Job;
use super::phase::STOPPING;
use crate::durable::DeadLetters;
use crate::log::Note;
use crate::otlp::{Edit, Editor, Item, edit, halves};
use crate::{Batch, Chunk, Exporter, Reason, Rejection};

/// The wait before a dead letter that could not be written is written again.
const PAUSE: Duration = Duration::from_secs(1);

impl<E: Exporter> Sender<E> {
    /// Settles a job whose batches a log keeps.
    pub(super) async fn settle_logged(self: &Arc<Self>, job: Job, mut report: Report) {
        if report.rejected.is_empty() && report.given_up.is_none() {
            return self.settle(job, &report);
        }
        let is_expired = expire(&mut report);
        if !is_expired && report.blames_nobody(job.batch.items()) {
            report = Report::default();
            for (range, batch, dead) in job.logged_parts() {
                report.add(self.find_guilty(range.start, batch, dead).await);
            }
        } else if let Err(given_up) = self.bury(&job, &report).await {
            report = given_up;
        }
        self.settle(job, &report);
    }

    /// Delivers a batch that was refused as a whole in ever smaller pieces. `start` is the position of its first
    /// item in the job.
    async fn find_guilty(self: &Arc<Self>, start: usize, batch: Batch, dead: &DeadLetters) -> Report {
        let mut sum = Report::default();
        let mut left = vec![(start, self.numbered(batch))];
        while let Some((start, piece)) = left.pop() {
            let mut report = self.deliver(&piece).await;
            let is_expired = expire(&mut report);
            let is_divisible = !is_expired && report.blames_nobody(piece.items());
            let halves = if is_divisible { halves(&piece) } else { None };
            if let Some([first, second]) = halves {
                left.extend([(start + first.items(), second), (start, first)]);
                continue;
            }
            for rejection in &mut report.rejected {
                rejection.first_item = rejection.first_item.map(|first| start + first);
            }
            let buried = self.bury_in(dead, start..start + piece.items(), &piece, &report).await;
            sum.add(buried.err().unwrap_or(report));
            if sum.given_up.is_some() {
                let items = left.iter().map(|(_, piece)| piece.items()).sum::<usize>();
                sum.given_up.iter_mut().for_each(|given_up| given_up.items += items);
                break;
            }
        }
        sum
    }

    /// Keeps what was refused aside, for each of the merged batches in the log's own place.
    async fn bury(&self, job: &Job, report: &Report) -> Result<(), Report> {
        for (range, batch, dead) in job.logged_parts() {
            self.bury_in(dead, range, &batch, report).await.map_err(|_| stopped(job.batch.items()))?;
        }
        Ok(())
    }

    /// The same batch, whose pieces will know which of its equals each item is, where that matters.
    fn numbered(&self, batch: Batch) -> Batch {
        if !E::NUMBERS_EQUAL_ITEMS {
            return batch;
        }
        let numbered: Vec<_> =
            batch.chunks().iter().map(|chunk| chunk.clone().numbered(batch.signal())).collect();
        batch.with_chunks(numbered)
    }

    /// Keeps aside what `report` refuses of `batch`, whose items are at `range` of what was reported on.
    async fn bury_in(
        &self,
        dead: &DeadLetters,
        range: Range<usize>,
        batch: &Batch,
        report: &Report,
    ) -> Result<(), Report> {
        if report.rejected.is_empty() {
            return Ok(());
        }
        let batch = &self.numbered(batch.clone());
        for rejection in &report.rejected {
            let Some((letter, refused)) = letter(&range, batch, rejection) else { continue };
            let note = Note {
                exporter: Some(self.node.id.clone()),
                reason: Some(rejection.reason.as_str().to_owned()),
                message: Some(rejection.message.clone()),
                refused: refused.map(|refused| refused as u64),
                ordinals: Vec::new(),
            };
            self.keep(dead, letter, note).await?;
        }
        Ok(())
    }

    /// Writes a dead letter, as often as it takes: until then its record stays in the log.
    async fn keep(&self, dead: &DeadLetters, letter: Batch, note: Note) -> Result<(), Report> {
        let mut phase = self.phase.watch();
        while let Err(refused) = dead.keep(letter.clone(), note.clone()).await {
            self.complaints.letter(&self.node, &refused);
            tokio::select! {
                biased;
                () = phase.given_up() => return Err(stopped(letter.items())),
                () = sleep(PAUSE) => {}
            }
        }
        Ok(())
    }
}

/// Turns what was given up into what is refused for good, unless the collector stops: nobody would try it again before
/// the next start. Whether its retries ran out, as configured.
fn expire(report: &mut Report) -> bool {
    let given_up = report.given_up.take_if(|given_up| given_up.cause != Cause::Stop);
    let Some(GivenUp { items, message, cause, .. }) = given_up else { return false };
    // which item the exporter breaks down over is found as any other that is refused
    let reason = if cause == Cause::Expiry { Reason::Expired } else { Reason::Rejected };
    report.rejected.push(Rejection { reason, items, first_item: None, message });
    cause == Cause::Expiry
}

fn stopped(items: usize) -> Report {
    let message = STOPPING.to_owned();
    Report {
        rejected: Vec::new(),
        given_up: Some(GivenUp { items, after: None, message, cause: Cause::Stop }),
    }
}

/// The refused items of `batch`, which are at `range`; and how many they are, where nobody knows which.
fn letter(range: &Range<usize>, batch: &Batch, rejection: &Rejection) -> Option<(Batch, Option<usize>)> {
    let Some(first) = rejection.first_item else {
        let refused = rejection.items.min(batch.items());
        return Some((batch.clone(), (refused < batch.items()).then_some(refused)));
    };
    let (from, to) = (first.max(range.start), (first + rejection.items).min(range.end));
    (from < to).then(|| (cut(batch, from - range.start..to - range.start), None))
}

/// The items of `batch` at these positions. They keep their ordinals.
fn cut(batch: &Batch, positions: Range<usize>) -> Batch {
    struct Keep {
        positions: Range<usize>,
        next: usize,
    }
    impl Editor for Keep {
        fn item(
            &mut self,
            _: &Item<'_>,
            _: &crate::otlp::views::Scope<'_>,
            _: &crate::otlp::views::Resource<'_>,
        ) -> Edit {
            self.next += 1;
            if self.positions.contains(&(self.next - 1)) { Edit::Keep } else { Edit::Drop }
        }
    }
    let mut keep = Keep { positions, next: 0 };
    let kept = batch.chunks().iter().map(|chunk| {
        let skipped = keep.positions.start.saturating_sub(keep.next);
        let whole = Chunk::new(chunk.bytes.clone(), chunk.items);
        let mut kept = edit(batch.signal(), &whole, &mut keep);
        kept.ordinals = chunk.ordinals.as_ref().map(|ordinals| ordinals.from(skipped));
        kept
    });
    let kept: Vec<_> = kept.filter(|chunk| chunk.items > 0).collect();
    batch.with_chunks(kept)
}
