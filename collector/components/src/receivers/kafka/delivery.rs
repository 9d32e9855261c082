//! A batch on its way into the pipelines, for as long as they refuse it for now.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::time::Duration;

use codeagent_pipeline::spans::Span;
use codeagent_pipeline::{Batch, InFlight, Reason, Refused, Signal};
use codeagent_semconv::attribute;
use http::HeaderMap;
use tokio::sync::watch;
use tokio::time::Instant;

use super::progress::Progress;
use super::shared::{Backoff, TRANSPORT};
use super::worker::Worker;

/// One batch.
pub(super) struct Delivery<'w> {
    pub worker: &'w Worker,
    /// The offsets of its chunks.
    pub offsets: &'w [i64],
}

/// The partition goes to another member before the pipelines took the batch.
#[derive(Debug)]
pub(super) struct GivenBack;

/// Attempts to find the messages of a batch that are refused for good. Beyond them the rest is taken for guilty, too: where
/// a destination refuses all, asking it for each message by itself helps nobody.
const ATTEMPTS_MAX: usize = 64;

/// Items that are in nobody's hands any more when this is dropped: whoever gets the partition reads them again.
struct Held(InFlight);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.give_back(self.0.left());
    }
}

/// What became of a piece of a batch.
enum Fate {
    Delivered,
    /// So many of its items are given up, for this reason.
    Lost(Reason, usize),
    /// All of it is refused for good.
    Refused,
}

impl Delivery<'_> {
    /// Hands `batch` on until it is taken, or given up and counted. What is refused for good is cut into its messages: the
    /// neighbours of a guilty one are delivered.
    pub async fn run(&self, batch: Batch, stop: &mut watch::Receiver<bool>) -> Result<(), GivenBack> {
        let (shared, signal) = (&self.worker.shared, self.worker.route.signal);
        let (node, items) = (shared.node(signal), batch.items());
        let mut held = Held(node.enter(items));
        let encoding = self.worker.route.encoding.name();
        let mut span = shared.host.tracer.receive(node, TRANSPORT, encoding, &HeaderMap::new());
        let batch = batch.of_request(span.context());
        let mut left: Vec<Range<usize>> = std::iter::once(0..batch.chunks().len()).collect();
        let (mut attempts, mut lost_items) = (0, 0);
        while let Some(range) = left.pop() {
            let is_whole = range.len() == batch.chunks().len();
            let piece = if is_whole {
                batch.clone()
            } else {
                batch.with_chunks(batch.chunks()[range.clone()].iter().cloned())
            };
            let piece_items = piece.items();
            let (fate, refusal) = self.settle(piece, range.start, stop).await?;
            let (reason, lost) = match fate {
                Fate::Delivered => (Reason::Rejected, 0),
                Fate::Lost(reason, lost) => (reason, lost.min(piece_items)),
                Fate::Refused if range.len() > 1 && attempts < ATTEMPTS_MAX => {
                    attempts += 1;
                    let middle = range.start + range.len() / 2;
                    left.extend([middle..range.end, range.start..middle]);
                    continue;
                }
                Fate::Refused => (Reason::Rejected, piece_items),
            };
            if lost > 0 {
                held.0.drop_items(reason, lost);
                lost_items += lost;
                span.fail(&refusal);
                self.complain_of_loss(reason, lost, range, &refusal);
            }
            held.0.deliver(piece_items - lost);
        }
        end(span, signal, items - lost_items, lost_items);
        Ok(())
    }

    /// Hands a piece on for as long as it is refused for now.
    async fn settle(
        &self,
        piece: Batch,
        first_chunk: usize,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<(Fate, String), GivenBack> {
        let (shared, signal) = (&self.worker.shared, self.worker.route.signal);
        let (begun, mut wait) = (Instant::now(), shared.policy.backoff.initial);
        loop {
            let answer = match shared.outputs.get(signal) {
                Some(output) => output.consume(piece.clone()).await,
                None => Err(Refused::retry(format!("no pipeline for {signal} lists the receiver any more"))),
            };
            let Err(refused) = answer else { return Ok((Fate::Delivered, String::new())) };
            match self.verdict(&refused, begun.elapsed()) {
                Verdict::Final(fate) => return Ok((fate, refused.to_string())),
                Verdict::Again(after) => {
                    let pause = after.unwrap_or_default().max(varied(wait, shared.policy.backoff));
                    wait = next_wait(wait, shared.policy.backoff);
                    self.complain_of_refusal(&refused, first_chunk, pause);
                    tokio::select! {
                        biased;
                        _ = stop.wait_for(|stop| *stop) => return Err(GivenBack),
                        () = tokio::time::sleep(pause) => {}
                    }
                }
            }
        }
    }

    fn verdict(&self, refused: &Refused, elapsed: Duration) -> Verdict {
        let policy = &self.worker.shared.policy;
        let is_over = policy.give_up_after.is_some_and(|time| elapsed >= time);
        match refused {
            Refused::Partial { items, .. } => Verdict::Final(Fate::Lost(Reason::Rejected, *items)),
            Refused::Permanent { .. } if policy.passes_over => Verdict::Final(Fate::Refused),
            _ if is_over => Verdict::Final(Fate::Lost(Reason::Expired, usize::MAX)),
            Refused::Permanent { .. } => Verdict::Again(None),
            Refused::Retry { after, .. } => Verdict::Again(*after),
        }
    }

    fn complain_of_refusal(&self, refused: &Refused, chunk: usize, pause: Duration) {
        let shared = &self.worker.shared;
        let Some(times) = shared.complaints.refused.over(1) else { return };
        let Progress { topic, partition, .. } = &*self.worker.progress;
        let offset = self.offsets.get(chunk);
        tracing::warn!(
            receiver = %shared.id, topic, partition, offset, %refused, ?pause, times,
            "the pipelines do not take a batch now: its partition waits"
        );
    }

    fn complain_of_loss(&self, reason: Reason, lost: usize, chunks: Range<usize>, refusal: &str) {
        let shared = &self.worker.shared;
        let Some(items) = shared.complaints.lost.over(lost) else { return };
        let Progress { topic, partition, .. } = &*self.worker.progress;
        let (offset, last) = (self.offsets.get(chunks.start), self.offsets.get(chunks.end.saturating_sub(1)));
        let reason = reason.as_str();
        tracing::error!(
            receiver = %shared.id, topic, partition, offset, last, refusal, reason, items,
            "items are passed over; they stay in kafka, from this offset to the last, for as long as the topic keeps them"
        );
    }
}

enum Verdict {
    Final(Fate),
    /// Not before this time.
    Again(Option<Duration>),
}

fn varied(wait: Duration, backoff: Backoff) -> Duration {
    // any number will do that is not the same for all partitions
    let random = RandomState::new().hash_one(0) as f64 / u64::MAX as f64;
    wait.mul_f64(1.0 + backoff.randomization * (2.0 * random - 1.0))
}

fn next_wait(wait: Duration, backoff: Backoff) -> Duration {
    Duration::try_from_secs_f64(wait.as_secs_f64() * backoff.multiplier)
        .map_or(backoff.max, |next| next.min(backoff.max))
}

/// Ends the span of a batch, with the Collector's attributes.
fn end(mut span: Span, signal: Signal, accepted_items: usize, refused_items: usize) {
    let (accepted, refused) = match signal {
        Signal::Traces => (attribute::ACCEPTED_SPANS, attribute::REFUSED_SPANS),
        Signal::Metrics => (attribute::ACCEPTED_METRIC_POINTS, attribute::REFUSED_METRIC_POINTS),
        Signal::Logs => (attribute::ACCEPTED_LOG_RECORDS, attribute::REFUSED_LOG_RECORDS),
    };
    span.set_count(accepted, accepted_items);
    span.set_count(refused, refused_items);
}
