//! What stands behind a pipeline in place of its exporters.

use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use codeagent_semconv::metric;
use parking_lot::Mutex;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout_at};

use super::room::{Bound, Coming, Room};
use super::store::Opened;
use super::{Source, Store};
use crate::log::{Cursor, Note};
use crate::telemetry::Registry;
use crate::{
    Batch, BoxFuture, BuiltExporter, Consumer, InFlight, Ledger, Node, NodeKind, Reason, Refused, Sending,
    Signal, StartError,
};

/// How often the ledger is told what was delivered.
const TELL: Duration = Duration::from_millis(100);

/// The queue of one pipeline on disk.
pub struct DurableQueue {
    pipeline: String,
    store: Arc<Store>,
    pub(super) node: Arc<Node>,
    pub(super) running: Mutex<Option<Arc<Running>>>,
}

pub(super) struct Running {
    pub opened: Opened,
    /// What not every exporter has delivered yet.
    pub held: Mutex<InFlight>,
    /// What may wait for each of those who read.
    room: Mutex<Arc<Room>>,
    /// Who reads, by name.
    pub readers: Mutex<Vec<(String, Weak<dyn Sending>)>>,
    teller: Mutex<Option<JoinHandle<()>>>,
}

/// How far one exporter is behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// The exporter. It may be one that no configuration names any more.
    pub exporter: String,
    /// Items that it has not delivered.
    pub items: u64,
}

impl DurableQueue {
    /// The queue of `pipeline` in `store`, as the extension `storage` offers it. Pure.
    pub fn new(
        ledger: &Ledger,
        storage: &str,
        pipeline: &str,
        signal: Signal,
        store: Arc<Store>,
    ) -> Arc<Self> {
        let node = ledger.node(NodeKind::Queue, storage, pipeline, signal);
        Arc::new(DurableQueue { pipeline: pipeline.to_owned(), store, node, running: Mutex::new(None) })
    }

    /// The pipeline.
    pub fn pipeline(&self) -> &str {
        &self.pipeline
    }

    /// Whether it keeps its data in `store`.
    pub fn is_in(&self, store: &Arc<Store>) -> bool {
        Arc::ptr_eq(&self.store, store)
    }

    /// The folder of its storage.
    pub fn directory(&self) -> PathBuf {
        self.store.settings().directory
    }

    /// Keeps its log as the store says now.
    pub fn take_settings(&self) {
        let Some(running) = self.running.lock().clone() else { return };
        running.opened.log.change(self.store.settings().log);
        running.opened.dead_letters.change(self.store.dead_letter_settings());
    }

    /// Opens the log. Until then batches are refused.
    pub async fn open(&self, metrics: &Registry) -> Result<(), StartError> {
        let (store, pipeline) = (self.store.clone(), self.pipeline.clone());
        let opened = tokio::task::spawn_blocking(move || store.open(&pipeline)).await;
        let opened = opened.map_err(|error| StartError::new(error.to_string()))??;
        let log = &opened.log;
        let slowest = log.cursors().iter().map(|cursor| cursor.next().item).min().unwrap_or(log.end().item);
        let backlog = usize::try_from(log.end().item.saturating_sub(slowest)).unwrap_or(usize::MAX);
        if backlog > 0 {
            tracing::info!(pipeline = self.pipeline, items = backlog, "delivering what was kept on disk");
        }
        self.count_repeated(metrics, log);
        let held = Mutex::new(self.node.enter(backlog));
        let (readers, room) = (Mutex::default(), Mutex::default());
        let running = Arc::new(Running { opened, held, room, readers, teller: Mutex::new(None) });
        *running.teller.lock() = Some(tokio::spawn(tell(Arc::downgrade(&running))));
        self.register(metrics, &running);
        *self.running.lock() = Some(running);
        Ok(())
    }

    /// From here on `exporters` read it, and nobody else. An exporter of a name that another one had goes on where
    /// that one ends.
    pub fn attach(
        &self,
        exporters: &[(String, BuiltExporter)],
        metrics: &Registry,
    ) -> Result<(), StartError> {
        let Some(running) = self.running.lock().clone() else { return Ok(()) };
        let log = &running.opened.log;
        let mut readers = running.readers.lock();
        for cursor in log.cursors() {
            if !exporters.iter().any(|(name, _)| name == cursor.name()) {
                cursor.supersede();
                self.warn_of_orphan(&cursor, &running);
            }
        }
        readers.retain(|(name, _)| exporters.iter().any(|(kept, _)| kept == name));
        for (name, exporter) in exporters {
            let is_known = |(known, reader): &(String, Weak<dyn Sending>)| {
                known == name && reader.upgrade().is_some_and(|reader| Arc::ptr_eq(&reader, exporter))
            };
            if readers.iter().any(is_known) {
                continue;
            }
            let reader = log.reader(name).map_err(|error| {
                StartError::new(format!("the progress of the exporter {name} cannot be kept: {error}"))
            })?;
            let dead_letters = running.opened.dead_letters.clone();
            self.register_backlog(metrics, &running, reader.cursor());
            exporter.clone().follow(Source { log: log.clone(), reader, dead_letters });
            readers.retain(|(known, _)| known != name);
            readers.push((name.clone(), Arc::downgrade(exporter)));
        }
        let bound = |cursor: Arc<Cursor>| {
            let (_, exporter) = exporters.iter().find(|(name, _)| name == cursor.name())?;
            Some(Bound { cursor, limit: exporter.backlog_limit()?, exporter: Arc::downgrade(exporter) })
        };
        *running.room.lock() = Arc::new(Room::within(log.cursors().into_iter().filter_map(bound).collect()));
        Ok(())
    }

    /// Waits until all is delivered, or `deadline`.
    pub async fn drain(&self, deadline: Instant) {
        let delivering = async {
            while self.backlog().iter().any(|backlog| backlog.items > 0) {
                sleep(TELL).await;
            }
        };
        // what is left stays on disk
        let _late = timeout_at(deadline.into(), delivering).await;
    }

    /// Writes what waits and closes the files. What is not delivered stays for the next start.
    pub async fn close(&self) {
        let Some(running) = self.running.lock().take() else { return };
        if let Some(teller) = running.teller.lock().take() {
            teller.abort();
        }
        let log = running.opened.log.clone();
        for cursor in log.cursors() {
            cursor.supersede();
        }
        if let Err(error) = tokio::task::spawn_blocking(move || log.close()).await {
            tracing::error!(pipeline = self.pipeline, %error, "the log did not close");
        }
        running.tell();
        let mut held = running.held.lock();
        let left = held.left();
        held.give_back(left);
    }

    /// How far each exporter is behind.
    pub fn backlog(&self) -> Vec<Backlog> {
        let Some(running) = self.running.lock().clone() else { return Vec::new() };
        let (cursors, end) = (running.opened.log.cursors(), running.opened.log.end());
        let backlog =
            |cursor: &Arc<Cursor>| Backlog { exporter: cursor.name().to_owned(), items: cursor.backlog(end) };
        cursors.iter().map(backlog).collect()
    }

    async fn take_room<'a>(
        &self,
        room: &'a Room,
        batch: &Batch,
        running: &Running,
    ) -> Result<Coming<'a>, Refused> {
        let taken = room.take(batch, || running.opened.log.end()).await;
        if taken.is_err() {
            self.node.enter(batch.items()).drop_rest(Reason::QueueFull);
        }
        taken
    }

    fn warn_of_orphan(&self, cursor: &Cursor, running: &Running) {
        tracing::warn!(
            pipeline = self.pipeline,
            exporter = cursor.name(),
            items = cursor.backlog(running.opened.log.end()),
            "this exporter is not in the pipeline any more; what it did not deliver is kept until \
             `codeagent-collector queue drop`"
        );
    }

    fn count_repeated(&self, metrics: &Registry, log: &crate::log::Log) {
        for cursor in log.cursors().iter().filter(|cursor| cursor.repeated() > 0) {
            let labels = [("pipeline", self.pipeline.as_str()), ("exporter", cursor.name())];
            metrics.counter(&metric::CODEAGENT_LOG_REPEATED, &labels).add(cursor.repeated());
        }
    }

    fn register(&self, metrics: &Registry, running: &Arc<Running>) {
        let pipeline = [("pipeline", self.pipeline.as_str())];
        let store = self.store.clone();
        let limit = move || Some(store.settings().log.limits.bytes_max as f64);
        metrics.gauge(&metric::CODEAGENT_LOG_LIMIT, &pipeline, limit);
        let log = Arc::downgrade(running);
        metrics.gauge(&metric::CODEAGENT_LOG_SIZE, &pipeline, move || {
            log.upgrade().map(|running| running.opened.log.bytes() as f64)
        });
        let dead = Arc::downgrade(running);
        metrics.gauge(&metric::CODEAGENT_LOG_DEAD_LETTERS, &pipeline, move || {
            dead.upgrade().map(|running| running.opened.dead_letters.kept() as f64)
        });
    }

    fn register_backlog(&self, metrics: &Registry, running: &Arc<Running>, cursor: &Arc<Cursor>) {
        let labels = [("pipeline", self.pipeline.as_str()), ("exporter", cursor.name())];
        let (log, cursor) = (Arc::downgrade(running), Arc::downgrade(cursor));
        metrics.gauge(&metric::CODEAGENT_LOG_BACKLOG, &labels, move || {
            let (running, cursor) = (log.upgrade()?, cursor.upgrade()?);
            Some(cursor.backlog(running.opened.log.end()) as f64)
        });
    }
}

impl Running {
    /// Tells the ledger what every exporter has delivered.
    fn tell(&self) {
        let log = &self.opened.log;
        let slowest = log.cursors().iter().map(|cursor| cursor.next().item).min();
        let mut held = self.held.lock();
        let left = slowest.map_or(0, |slowest| log.end().item.saturating_sub(slowest));
        let delivered = held.left().saturating_sub(usize::try_from(left).unwrap_or(usize::MAX));
        held.deliver(delivered);
    }
}

/// Keeps the ledger up to date.
async fn tell(running: Weak<Running>) {
    loop {
        sleep(TELL).await;
        match running.upgrade() {
            Some(running) => running.tell(),
            None => return,
        }
    }
}

impl Consumer for DurableQueue {
    fn consume(&self, mut batch: Batch) -> BoxFuture<'_, Result<(), Refused>> {
        Box::pin(async move {
            let Some(running) = self.running.lock().clone() else {
                return Err(Refused::retry("the queue is not open"));
            };
            if batch.is_empty() {
                return Ok(());
            }
            // places in the queues of exporters that have none on disk
            batch.slots = None;
            let items = batch.items();
            let room = running.room.lock().clone();
            let _coming = match room.is_endless() {
                true => None,
                false => Some(self.take_room(&room, &batch, &running).await?),
            };
            running.opened.log.append(batch, Note::default()).await?;
            running.held.lock().absorb(self.node.enter(items));
            Ok(())
        })
    }
}
