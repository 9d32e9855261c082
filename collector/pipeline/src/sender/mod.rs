#![doc = include_str!("README.md")]

mod attempt;
mod backoff;
mod blame;
mod complaints;
pub mod config;
mod contained;
mod follow;
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
mod verdict;
mod window;

use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use smallvec::SmallVec;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use config::{BatchConfig, QueueConfig, RetryConfig, Sizer};
pub use settings::SenderSettings;

use crate::{
    BacklogLimit, Batch, BoxFuture, BuildContext, BuiltExporter, Consumer, Exporter, Node, NodeKind, Permit,
    Reason, Refused, Sending, Signal, Slots, Source,
};
use blame::{Outcome, Report};
use codeagent_config::ComponentId;
use complaints::Complaints;
use follow::Followed;
use job::{Caller, Claim, Entry, Job};
use metrics::Metrics;
use phase::{PhaseOrder, STOPPING};
use queue::{Entries, Queue};
use room::{Places, Room};
use window::Window;

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
    window: Arc<Window>,
    complaints: Complaints,
    run: Mutex<Option<JoinHandle<()>>>,
    /// The logs that are read for the exporter.
    followed: Mutex<Vec<Followed>>,
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
            window: Arc::new(Window::new()),
            complaints: Complaints::default(),
            run: Mutex::new(None),
            followed: Mutex::default(),
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
        let places = self.places(slots.as_ref(), &batch).await?;
        let mut answers = Answers::new();
        let entries = self.entries(batch, places, |part, _| {
            if !self.settings.wait_for_result {
                return Caller::Nobody;
            }
            let (caller, answer) = oneshot::channel();
            answers.push((part.items(), answer));
            Caller::Waits(caller)
        });
        if let Some(refused) = self.queue.push(entries) {
            refused.into_iter().for_each(|entry| entry.claim.token.drop_rest(Reason::Refused));
            return Err(Refused::retry(STOPPING));
        }
        Ok(answers)
    }

    /// `batch` in parts that can be exported. `caller` says who wants to hear of a part, of which there are so many.
    fn entries(
        &self,
        batch: Batch,
        mut places: Places,
        mut caller: impl FnMut(&Batch, usize) -> Caller,
    ) -> Entries {
        let mut parts = parts::parts(batch, &self.settings.merge, E::NUMBERS_EQUAL_ITEMS);
        if parts.len() > 1 {
            // the room is given back with the last part
            let shared: SmallVec<[Arc<Permit>; 2]> = places.drain(..).map(Arc::new).collect();
            let hold = |part: Batch| shared.iter().fold(part, |part, permit| part.holding(permit.clone()));
            parts = parts.into_iter().map(hold).collect();
        }
        let count = parts.len();
        let entry = |part: Batch| {
            let (caller, token) = (caller(&part, count), self.node.enter(part.items()));
            Entry { batch: part, claim: Claim { token, caller, places: std::mem::take(&mut places) } }
        };
        parts.into_iter().map(entry).collect()
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
        self.complaints.loss(&self.node, report, job.promise());
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

    fn storage(&self) -> Option<&ComponentId> {
        self.settings.storage.as_ref()
    }

    fn backlog_limit(&self) -> Option<BacklogLimit> {
        self.settings.backlog
    }

    fn is_stopping(&self) -> bool {
        !self.phase.is_running()
    }

    fn follow(self: Arc<Self>, source: Source) {
        self.follow_log(source);
    }

    fn start(self: Arc<Self>) {
        self.metrics.show(&self.node, &self.room);
        self.metrics.show_window(&self.node, &self.window, self.settings.workers);
        let run = tokio::spawn(self.clone().run());
        *self.run.lock() = Some(run);
    }

    fn drain(&self, deadline: Instant) -> BoxFuture<'_, ()> {
        Box::pin(self.drain_until(deadline))
    }
}
