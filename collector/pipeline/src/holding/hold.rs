//! A holding processor at work: its logs, its journal, what reads them and what delivers.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::gate::Gate;
use super::held::{Held, Now};
use super::opened::{Opened, Place, begin, memory_settings};
use super::work::{Order, Work};
use super::{HoldSettings, Policies};
use crate::log::storage::Storage;
use crate::log::{Log, Memory, folder_name};
use crate::telemetry::Registry;
use crate::{Consumer, Host, Ledger, Reason, Signal, StartError, Store};

/// For deliveries on their way when a hold goes on in another way.
const HANDOVER: Duration = Duration::from_secs(5);
/// The destination that a hold's log is read for.
const READER: &str = "hold";
/// Of the process's memory, what is held without a disk may take, and what an index may.
const MEMORY_SHARE: usize = 4;

/// A holding processor. It is one for all pipelines that it stands in, so that log records follow the spans' decisions.
pub struct Hold {
    id: String,
    store: Option<Arc<Store>>,
    /// In place of a store.
    storage: Option<Arc<dyn Storage>>,
    ledger: Arc<Ledger>,
    metrics: Arc<Registry>,
    memory_bytes: usize,
    gates: Mutex<Vec<Arc<Gate>>>,
    running: tokio::sync::Mutex<Option<Running>>,
    work: Mutex<Option<Arc<Work>>>,
    place: Mutex<Option<Arc<Place>>>,
}

/// How a hold is to work from now on.
pub struct Plan {
    /// How it waits.
    pub settings: HoldSettings,
    /// Who decides.
    pub policies: Box<dyn Policies>,
    /// What comes behind it, by pipeline. Other pipelines do not stand before it any more.
    pub outlets: Vec<(String, Arc<dyn Consumer>)>,
}

struct Running {
    tasks: Vec<JoinHandle<()>>,
    worker: JoinHandle<()>,
    stop: watch::Sender<Option<Order>>,
}

impl Hold {
    /// The processor `id`, which keeps what it holds in `store`, or in memory. Pure.
    pub fn new(host: &Host, id: &str, store: Option<Arc<Store>>) -> Arc<Self> {
        Arc::new(Hold {
            id: id.to_owned(),
            store,
            storage: None,
            ledger: host.ledger.clone(),
            metrics: host.metrics.clone(),
            memory_bytes: host.memory.limit() / MEMORY_SHARE,
            gates: Mutex::default(),
            running: tokio::sync::Mutex::default(),
            work: Mutex::default(),
            place: Mutex::default(),
        })
    }

    /// One that keeps what it holds for its only pipeline in `storage`.
    #[cfg(test)]
    pub(super) fn on(host: &Host, id: &str, storage: Arc<dyn Storage>) -> Arc<Self> {
        let hold = Arc::into_inner(Hold::new(host, id, None));
        Arc::new(Hold { storage: Some(storage), ..hold.unwrap() })
    }

    fn is_durable(&self) -> bool {
        self.store.is_some() || self.storage.is_some()
    }

    /// Its id in the configuration.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether it keeps what it holds in `store`.
    pub fn is_in(&self, store: Option<&Arc<Store>>) -> bool {
        match (&self.store, store) {
            (Some(own), Some(other)) => Arc::ptr_eq(own, other),
            (None, None) => true,
            _ => false,
        }
    }

    /// What a pipeline hands its batches to. Pure.
    pub fn gate(&self, pipeline: &str, signal: Signal) -> Arc<dyn Consumer> {
        let mut gates = self.gates.lock();
        if let Some(gate) = gates.iter().find(|gate| gate.pipeline == pipeline) {
            return gate.clone();
        }
        let gate = Gate::new(&self.ledger, &self.id, pipeline, signal);
        gates.push(gate.clone());
        gate
    }

    /// Begins to take, or goes on in another way: what is undecided is read again, and decided by the new rules.
    pub async fn start(&self, plan: Plan) -> Result<(), StartError> {
        let mut running = self.running.lock().await;
        self.halt(&mut running, Order { deadline: Instant::now() + HANDOVER, decides: false }).await;
        let Plan { settings, policies, outlets } = plan;
        self.direct(&outlets);
        let place = self.open_place().await?;
        let gone = |gate: &&Arc<Gate>| !outlets.iter().any(|(pipeline, _)| *pipeline == gate.pipeline);
        let gone: Vec<_> = self.gates.lock().iter().filter(gone).cloned().collect();
        for gate in gone {
            self.close(&gate).await;
        }
        let mut inlets = Vec::new();
        for (pipeline, _) in &outlets {
            let Some(gate) = self.gates.lock().iter().find(|gate| gate.pipeline == *pipeline).cloned() else {
                continue;
            };
            inlets.push(self.open_log(&place, gate).await?);
        }
        let index_bytes_max = self.memory_bytes;
        let is_durable = self.is_durable();
        let started = tokio::task::spawn_blocking(move || {
            begin(&place, settings, policies, inlets, index_bytes_max, is_durable)
        });
        let began = started.await.map_err(|error| StartError::new(error.to_string()))?;
        let (work, readers) = began.map_err(|error| {
            StartError::new(format!("the decisions of `{}` cannot be read: {error}", self.id))
        })?;
        let work = Arc::new(work);
        self.register(&work);
        let (stop, ordered) = watch::channel(None);
        let readers = readers.into_iter().enumerate();
        let tasks = readers.map(|(inlet, reader)| tokio::spawn(work.clone().read(inlet, reader))).collect();
        let worker = tokio::spawn(work.clone().run(ordered));
        *self.work.lock() = Some(work);
        *running = Some(Running { tasks, worker, stop });
        Ok(())
    }

    /// From here on what was kept goes there.
    pub fn direct(&self, outlets: &[(String, Arc<dyn Consumer>)]) {
        for gate in &*self.gates.lock() {
            let outlet = outlets.iter().find(|(pipeline, _)| *pipeline == gate.pipeline);
            let before =
                std::mem::replace(&mut *gate.outlet.write(), outlet.map(|(_, outlet)| outlet.clone()));
            // without the lock: that may end much
            drop(before);
        }
    }

    /// Takes nothing more, and closes everything. What is undecided stays on disk for the next start; in memory it is decided now.
    /// What was kept is delivered until `deadline`.
    pub async fn stop(&self, deadline: Instant) {
        self.end(Order { deadline, decides: !self.is_durable() }).await;
    }

    /// [`Hold::stop`] where no start will read what is on disk: it is decided now, too.
    pub async fn retire(&self, deadline: Instant) {
        self.end(Order { deadline, decides: true }).await;
    }

    async fn end(&self, order: Order) {
        let mut running = self.running.lock().await;
        self.halt(&mut running, order).await;
        let gates = self.gates.lock().clone();
        for gate in gates {
            self.close(&gate).await;
        }
        *self.place.lock() = None;
        *self.work.lock() = None;
    }

    async fn close(&self, gate: &Gate) {
        let log = gate.log.lock().take();
        if let Some(log) = log
            && let Err(error) = tokio::task::spawn_blocking(move || log.close()).await
        {
            tracing::error!(processor = self.id, %error, "a log of what is held did not close");
        }
        let mut token = gate.token.lock();
        let (pipeline, items) = (&gate.pipeline, token.left());
        if !self.is_durable() {
            token.drop_items(Reason::Shutdown, items);
        } else if items > 0 {
            tracing::info!(pipeline, processor = self.id, items, "held on disk for the next start");
            token.give_back(items);
        }
    }

    /// What is at work, to be asked.
    pub(super) fn at_work(&self) -> Option<Arc<Work>> {
        self.work.lock().clone()
    }

    /// Ends the tasks.
    async fn halt(&self, running: &mut Option<Running>, order: Order) {
        let Some(Running { tasks, worker, stop }) = running.take() else { return };
        // what was acknowledged and is not read yet is decided too
        if !order.decides {
            tasks.iter().for_each(JoinHandle::abort);
        }
        stop.send_replace(Some(order));
        if let Err(error) = worker.await {
            tracing::error!(processor = self.id, %error, "a holding processor broke down");
        }
        for task in tasks {
            task.abort();
            let _ended = task.await;
        }
    }

    async fn open_place(&self) -> Result<Arc<Place>, StartError> {
        if let Some(place) = self.place.lock().clone() {
            return Ok(place);
        }
        let place = match self.store.clone() {
            None => Place {
                folder: None,
                settings: memory_settings(self.memory_bytes),
                journal: self.storage.clone().unwrap_or_else(|| Arc::new(Memory::default())),
                _lock: None,
            },
            Some(store) => {
                let id = self.id.clone();
                let opened = tokio::task::spawn_blocking(move || {
                    let (folder, lock, settings) = store.hold(&id)?;
                    let journal = store.below(&folder, "")?;
                    Ok(Place { folder: Some(folder), settings, journal, _lock: Some(lock) })
                });
                opened.await.map_err(|error| StartError::new(error.to_string()))??
            }
        };
        let place = Arc::new(place);
        *self.place.lock() = Some(place.clone());
        Ok(place)
    }

    async fn open_log(&self, place: &Arc<Place>, gate: Arc<Gate>) -> Result<Opened, StartError> {
        let known = gate.log.lock().clone();
        let is_open = known.is_some();
        let (place, store, name) = (place.clone(), self.store.clone(), folder_name(&gate.pipeline));
        let other = self.storage.clone();
        let opened = tokio::task::spawn_blocking(move || {
            let log = match known {
                Some(log) => log,
                None => {
                    let storage: Arc<dyn Storage> = match (&store, &place.folder) {
                        (Some(store), Some(folder)) => store.below(folder, &name)?,
                        _ => other.unwrap_or_else(|| Arc::new(Memory::default())),
                    };
                    let log = Log::open(storage, place.settings);
                    Arc::new(log.map_err(|error| StartError::new(error.to_string()))?)
                }
            };
            let reader = log.reader(READER).map_err(|error| StartError::new(error.to_string()))?;
            Ok((log, reader))
        });
        let (log, reader) = opened.await.map_err(|error| StartError::new(error.to_string()))??;
        if !is_open {
            let backlog = usize::try_from(reader.backlog()).unwrap_or(usize::MAX);
            gate.token.lock().absorb(gate.node.enter(backlog));
            if backlog > 0 {
                tracing::info!(
                    pipeline = gate.pipeline,
                    processor = self.id,
                    items = backlog,
                    "reading again what was held"
                );
            }
        }
        *gate.log.lock() = Some(log.clone());
        Ok(Opened { gate, log, reader })
    }

    fn register(&self, work: &Arc<Work>) {
        use codeagent_semconv::metric as names;
        let labels = [("processor", self.id.as_str())];
        let read = |read: fn(&Held) -> f64| {
            let work = Arc::downgrade(work);
            move || work.upgrade().map(|work| read(&work.held.lock()))
        };
        let metrics = &self.metrics;
        metrics.gauge(&names::CODEAGENT_SAMPLING_WAITING, &labels, read(|held| held.len() as f64));
        metrics.gauge(&names::CODEAGENT_SAMPLING_MEMORY, &labels, read(|held| held.memory() as f64));
        let meter = super::held::Meter::new(metrics.clone(), &self.id);
        work.held.lock().count_with(meter);
    }
}

/// Now, for people.
pub(super) fn unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

impl Now {
    /// The moment, counted from `start`.
    pub(super) fn since(start: tokio::time::Instant) -> Self {
        Now { uptime: start.elapsed(), unix_ms: unix_ms() }
    }
}
