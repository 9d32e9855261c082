#![doc = include_str!("README.md")]

mod attempt;
mod backoff;
mod blame;
mod complaints;
pub mod config;
mod job;
mod lifecycle;
mod metrics;
mod parts;
mod phase;
mod queue;
mod room;
mod settings;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use smallvec::SmallVec;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use config::{BatchConfig, QueueConfig, RetryConfig, Sizer};
pub use settings::SenderSettings;

use crate::{
    Batch, BoxFuture, BuildContext, BuiltExporter, Consumer, Exporter, Node, NodeKind, Permit, Reason,
    Refused, Sending, Signal, Slots,
};
use blame::{Outcome, Report};
use complaints::Complaints;
use job::{Claim, Entry, Job};
use metrics::Metrics;
use phase::{PhaseOrder, STOPPING};
use queue::{Entries, Queue};
use room::{Places, Room};

/// The runtime around one exporter for one signal.
#[derive(Debug)]
pub struct Sender<E> {
    exporter: E,
    node: Arc<Node>,
    settings: SenderSettings,
    room: Arc<Room>,
    queue: Queue,
    phase: PhaseOrder,
    metrics: Metrics,
    complaints: Complaints,
    run: Mutex<Option<JoinHandle<()>>>,
}

/// The callers' ends of the parts of one batch, with the items of each.
type Answers = SmallVec<[(usize, oneshot::Receiver<Outcome>); 1]>;

impl<E: Exporter> Sender<E> {
    /// Puts `exporter` behind a queue. Pure: work begins with [`Sending::start`].
    pub fn new(
        context: &BuildContext<'_>,
        signal: Signal,
        exporter: E,
        settings: SenderSettings,
    ) -> Arc<Self> {
        let node = context.host.ledger.node(NodeKind::Exporter, &context.id.to_string(), "", signal);
        let room = Arc::new(Room::new(settings.queue));
        let metrics = Metrics::register(context.host, &node);
        Arc::new(Sender {
            exporter,
            node,
            room,
            queue: Queue::new(settings.merge),
            settings,
            phase: PhaseOrder::new(),
            metrics,
            complaints: Complaints::default(),
            run: Mutex::new(None),
        })
    }

    /// The same as a factory gives it to the collector.
    pub fn build(
        context: &BuildContext<'_>,
        signal: Signal,
        exporter: E,
        settings: SenderSettings,
    ) -> BuiltExporter {
        Self::new(context, signal, exporter, settings)
    }

    /// Takes `batch` into the queue, and says where its answers will come from.
    async fn enqueue(&self, mut batch: Batch) -> Result<Answers, Refused> {
        let slots = batch.slots.take();
        let mut places = self.places(slots.as_ref(), &batch).await?;
        let mut parts = parts::parts(batch, &self.settings.merge, E::NUMBERS_EQUAL_ITEMS);
        if parts.len() > 1 {
            // the room is given back with the last part
            let shared: SmallVec<[Arc<Permit>; 2]> = places.drain(..).map(Arc::new).collect();
            let hold = |part: Batch| shared.iter().fold(part, |part, permit| part.holding(permit.clone()));
            parts = parts.into_iter().map(hold).collect();
        }
        let (mut answers, mut entries) = (Answers::new(), Entries::new());
        for part in parts {
            let caller = self.settings.wait_for_result.then(|| {
                let (caller, answer) = oneshot::channel();
                answers.push((part.items(), answer));
                caller
            });
            let token = self.node.enter(part.items());
            let claim = Claim { token, caller, places: std::mem::take(&mut places) };
            entries.push(Entry { batch: part, claim });
        }
        if let Some(refused) = self.queue.push(entries) {
            refused.into_iter().for_each(|entry| entry.claim.token.drop_rest(Reason::Refused));
            return Err(Refused::retry(STOPPING));
        }
        Ok(answers)
    }

    /// The room that was reserved for `batch`, or room taken now.
    async fn places(&self, slots: Option<&Slots>, batch: &Batch) -> Result<Places, Refused> {
        if let Some(places) = slots.and_then(|slots| self.room.take_from(slots, batch)) {
            return Ok(places);
        }
        if !self.settings.block_on_overflow {
            return self.places_now(batch);
        }
        let mut phase = self.phase.watch();
        tokio::select! {
            biased;
            () = phase.stopping() => Err(Refused::retry(STOPPING)),
            places = self.room.take(batch) => Ok(places),
        }
    }

    fn places_now(&self, batch: &Batch) -> Result<Places, Refused> {
        if !self.phase.is_running() {
            return Err(Refused::retry(STOPPING));
        }
        self.room.try_take(batch).ok_or_else(|| {
            self.node.enter(batch.items()).drop_rest(Reason::QueueFull);
            Refused::retry(format!("the queue of the exporter {} is full", self.node.id))
        })
    }

    /// Counts and tells what became of a job.
    fn settle(&self, job: Job, report: &Report) {
        self.complaints.loss(&self.node, report, !self.settings.wait_for_result);
        job.settle(report);
    }
}

impl<E: Exporter> Consumer for Sender<E> {
    fn consume(&self, batch: Batch) -> BoxFuture<'_, Outcome> {
        Box::pin(async move {
            if batch.is_empty() {
                return Ok(());
            }
            let answers = self.enqueue(batch).await?;
            let mut outcomes = SmallVec::<[(usize, Outcome); 1]>::new();
            for (items, answer) in answers {
                let broken = |_| Err(Refused::retry(format!("the exporter {} broke down", self.node.id)));
                outcomes.push((items, answer.await.unwrap_or_else(broken)));
            }
            blame::join_parts(outcomes)
        })
    }
}

impl<E: Exporter> Sending for Sender<E> {
    fn reserve(&self, batch: &Batch, slots: &Slots) -> Outcome {
        if !self.settings.block_on_overflow {
            self.room.put(self.places_now(batch)?, slots);
        }
        Ok(())
    }

    fn start(self: Arc<Self>) {
        self.metrics.show(&self.node, &self.room);
        let run = tokio::spawn(self.clone().run());
        *self.run.lock() = Some(run);
    }

    fn drain(&self, deadline: Instant) -> BoxFuture<'_, ()> {
        Box::pin(self.drain_until(deadline))
    }
}
