//! The components at work: started together, replaced by those of another graph, stopped together.

use std::sync::Arc;
use std::time::{Duration, Instant};

use codeagent_components::net::handover::{self, Offer};
use codeagent_config::{ComponentId, Diagnostics, Document, Kind};
use codeagent_pipeline::holding::Hold;
use codeagent_pipeline::{BuiltExporter, DurableQueue, Host, Running, StartError, Stop};
use indexmap::IndexMap;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::holds;
use super::queues;
use super::report::{self, Ending};
use super::retire::{self, Retired};
use crate::graph::{self, Graph, Service, ServiceId};

/// How long a service that takes an address over waits until its predecessor has closed it.
const HANDOVER: Duration = Duration::from_secs(3);
/// How often it looks.
const HANDOVER_LOOK: Duration = Duration::from_millis(5);
/// Replaced configurations that may still be delivering what they took: each holds its queues.
const RETIRING_MAX: usize = 16;
/// For a service to end that has just begun.
const ABORT_PATIENCE: Duration = Duration::from_secs(1);

/// All that runs.
pub(super) struct Collector {
    graph: Graph,
    services: Services,
    retiring: JoinSet<()>,
    drain: Duration,
    /// Bytes that data may hold where no `memory_limiter` says otherwise.
    memory_limit: usize,
}

/// The services at work.
type Services = IndexMap<ServiceId, Live>;

/// One of them.
pub(super) struct Live {
    /// Orders it to stop.
    pub order: watch::Sender<Option<Instant>>,
    /// The service.
    pub running: Running,
}

/// What a replacement did: components by their names.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// New, or made anew.
    pub started: Vec<String>,
    /// Gone, or made anew.
    pub stopped: Vec<String>,
    /// How many were not touched.
    pub kept: usize,
}

/// Why a configuration does not run.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    /// What ran before runs on.
    #[error("{0}")]
    Unchanged(String),
    /// What ran before was stopped to make room, and did not start again.
    #[error("{attempt}; and going back failed: {back}")]
    Broken {
        /// What did not start.
        attempt: String,
        /// What did not start again.
        back: String,
    },
}

impl Collector {
    /// Starts all of `graph`, or nothing. `drain` is what components get to deliver what they hold when they
    /// stop.
    pub async fn start(mut graph: Graph, drain: Duration) -> Result<Self, StartError> {
        queues::open(&graph).await?;
        queues::attach(&graph)?;
        holds::start(&mut graph).await?;
        let services = start(&mut graph.services).await?;
        let memory_limit = graph.host.memory.limit();
        set_memory_limit(&graph, memory_limit);
        for exporter in graph.exporters.values() {
            exporter.sender.clone().start();
        }
        Ok(Collector { graph, services, retiring: JoinSet::new(), drain, memory_limit })
    }

    /// What all components share.
    pub fn host(&self) -> &Host {
        &self.graph.host
    }

    /// The receivers at work, and what they listen on.
    pub fn receivers(&self) -> impl Iterator<Item = (&ComponentId, &Running)> + Clone {
        let receivers = self.services.iter().filter(|((kind, _), _)| *kind == Kind::Receiver);
        receivers.map(|((_, id), live)| (id, &live.running))
    }

    /// The queues on disk.
    pub fn queues(&self) -> Vec<Arc<DurableQueue>> {
        self.graph.queues.values().map(|queue| queue.queue.clone()).collect()
    }

    /// The holding processors.
    pub fn holds(&self) -> Vec<Arc<Hold>> {
        holds::all(&self.graph)
    }

    /// Whether another replacement may begin: those before it must have ended but for a few.
    pub fn may_be_replaced(&self) -> bool {
        self.retiring.len() < RETIRING_MAX
    }

    /// Waits until something that was replaced has ended; for ever where nothing was.
    pub async fn retired(&mut self) {
        if self.retiring.join_next().await.is_none() {
            std::future::pending().await
        }
    }

    /// Runs `next` in place of `before`, which is what runs now: all of it or nothing.
    pub async fn replace(&mut self, next: &Document, before: &Document) -> Result<Changes, Failure> {
        // What is new starts beside what it replaces, and takes over the sockets that it needs. Only what needs a port of its
        // predecessor for another address waits for its end.
        let mut offered: Vec<u16> = Vec::new();
        let (mut released, mut begun) = (Vec::new(), Instant::now());
        let attempt = loop {
            let _offers: Vec<Offer> = offered.iter().map(|port| handover::offer(*port)).collect();
            let error = match self.attempt(next).await {
                Ok(mut changes) => {
                    changes.stopped.extend(released.into_iter().map(|(name, _)| name));
                    return Ok(changes);
                }
                Err(error) => error,
            };
            let Some(port) = error.taken_port else { break error.message };
            if !offered.contains(&port) && self.leaves(next, port).is_some() {
                offered.push(port);
                continue;
            }
            if let Some(name) = self.release(next, port) {
                released.push((name, port));
                begun = Instant::now();
            } else if begun.elapsed() > HANDOVER || !released.iter().any(|(_, known)| *known == port) {
                break error.message;
            }
            sleep(HANDOVER_LOOK).await;
        };
        if released.is_empty() {
            return Err(Failure::Unchanged(attempt));
        }
        match self.go_back(before).await {
            Ok(()) => Err(Failure::Unchanged(attempt)),
            Err(error) => Err(Failure::Broken { attempt, back: error.message }),
        }
    }

    /// Starts what is new beside what runs. When all of it has started, it takes over.
    async fn attempt(&mut self, document: &Document) -> Result<Changes, StartError> {
        let mut graph = self.beside(document)?;
        queues::open(&graph).await?;
        if let Err(error) = holds::start(&mut graph).await {
            queues::close(queues::new(&graph)).await;
            return Err(error);
        }
        match start(&mut graph.services).await {
            Ok(services) => Ok(self.commit(graph, services)),
            Err(error) => {
                holds::stop(holds::new(&graph), Instant::now()).await;
                queues::close(queues::new(&graph)).await;
                Err(error)
            }
        }
    }

    /// Starts again what made room in vain.
    async fn go_back(&mut self, before: &Document) -> Result<(), StartError> {
        let begun = Instant::now();
        loop {
            match self.attempt(before).await {
                Ok(_) => return Ok(()),
                Err(error) if error.taken_port.is_none() || begun.elapsed() > HANDOVER => return Err(error),
                Err(_) => sleep(HANDOVER_LOOK).await,
            }
        }
    }

    fn beside(&self, document: &Document) -> Result<Graph, StartError> {
        let mut diagnostics = Diagnostics::new();
        let host = self.graph.host.clone();
        let graph = graph::build(document, host, Some(&self.graph), &mut diagnostics);
        if diagnostics.has_errors() {
            return Err(StartError::new(diagnostics.render(false)));
        }
        Ok(graph)
    }

    /// Stops the service on `port` before its successor has started, if `next` replaces it; says which it was.
    fn release(&mut self, next: &Document, port: u16) -> Option<String> {
        let id = self.leaves(next, port)?;
        self.graph.services.shift_remove(&id);
        let replaced = self.services.shift_remove_entry(&id)?;
        self.retiring.spawn(retire::stop(vec![replaced], Instant::now() + self.drain));
        Some(name(&id))
    }

    /// The service on `port` that does not go on in `next`.
    fn leaves(&self, next: &Document, port: u16) -> Option<ServiceId> {
        let graph = self.beside(next).ok()?;
        let port = format!(":{port}");
        let holds = |live: &Live| live.running.endpoints.iter().any(|endpoint| endpoint.ends_with(&port));
        let mut services = self.services.iter();
        services.find(|(id, live)| !goes_on(id, &graph) && holds(live)).map(|(id, _)| id.clone())
    }

    /// Takes the services out that do not go on in `next`.
    fn take_services(&mut self, next: &Graph) -> Vec<(ServiceId, Live)> {
        self.services.extract_if(.., |id, _| !goes_on(id, next)).collect()
    }

    /// From here on `graph` runs. What was before gets the time of a drain to deliver what it holds.
    fn commit(&mut self, mut graph: Graph, started: Services) -> Changes {
        set_memory_limit(&graph, self.memory_limit);
        let services = self.take_services(&graph);
        let mut changes = Changes { kept: self.services.len(), ..Changes::default() };
        changes.stopped.extend(services.iter().map(|(id, _)| name(id)));
        changes.started.extend(started.keys().map(name));
        for ((id, signal), exporter) in &graph.exporters {
            if exporter.is_kept {
                changes.kept += 1;
            } else {
                exporter.sender.clone().start();
                changes.started.push(format!("exporter {id} for {signal}"));
            }
        }
        for service in graph.services.values().filter(|service| service.is_kept) {
            service.outputs.replace(&service.next);
        }
        queues::change_stores(&graph);
        if let Err(error) = queues::attach(&graph) {
            tracing::error!(%error, "an exporter cannot read its queue, which keeps what comes");
        }
        holds::take_over(&self.graph, &mut graph);
        let mut senders: Vec<BuiltExporter> = Vec::new();
        for (key, exporter) in &self.graph.exporters {
            if !graph.exporters.get(key).is_some_and(|exporter| exporter.is_kept) {
                senders.push(exporter.sender.clone());
                changes.stopped.push(format!("exporter {} for {}", key.0, key.1));
            }
        }
        self.services.extend(started);
        let queues = queues::replaced(&self.graph, &graph);
        let holds = holds::replaced(&self.graph, &graph);
        let graph = std::mem::replace(&mut self.graph, graph);
        let retired = Retired { graph, services, senders, queues, holds };
        self.retiring.spawn(retire::retire(retired, Instant::now() + self.drain));
        changes
    }

    /// Takes nothing new, delivers what is held until the drain deadline, and says how that went.
    pub async fn stop(&mut self) -> Ending {
        let deadline = Instant::now() + self.drain;
        let is_connector = |(kind, _): &ServiceId| *kind == Kind::Connector;
        let connectors: Vec<_> = self.services.extract_if(.., |id, _| is_connector(id)).collect();
        let services: Vec<_> = self.services.drain(..).collect();
        retire::order(&services, deadline);
        let senders = self.graph.exporters.values().map(|exporter| exporter.sender.clone()).collect();
        let holds = holds::all(&self.graph);
        let half = || {
            let now = Instant::now();
            now + deadline.saturating_duration_since(now) / 2
        };
        // what connectors have gathered goes out before senders stop taking
        if holds.is_empty() {
            retire::stop(connectors, half()).await;
            tokio::join!(retire::drain(senders, deadline), retire::stop(services, deadline));
        } else {
            // what receivers took goes into the holds, and what those keep into the senders: one after the other
            retire::stop(services, half()).await;
            holds::stop(holds, deadline).await;
            retire::stop(connectors, half()).await;
            retire::drain(senders, deadline).await;
        }
        // their deadlines were earlier
        while self.retiring.join_next().await.is_some() {}
        queues::close(self.queues()).await;
        report::report(self.host())
    }
}

/// Whether the running service is the one of `next`.
fn goes_on(id: &ServiceId, next: &Graph) -> bool {
    next.services.get(id).is_some_and(|service| service.is_kept)
}

/// A service as people know it.
fn name((kind, id): &ServiceId) -> String {
    format!("{} {id}", kind.singular())
}

/// A `memory_limiter` lowers the limit and does not raise it.
fn set_memory_limit(graph: &Graph, most: usize) {
    graph.host.memory.set_limit(graph.memory_limit.map_or(most, |limit| limit.min(most)));
}

/// Starts what is to be started, or nothing: one after the other, as a later one may count on an earlier one.
async fn start(services: &mut IndexMap<ServiceId, Service>) -> Result<Services, StartError> {
    let mut started = Services::new();
    for (id, service) in services {
        let Some(built) = service.built.take() else { continue };
        let (order, stop) = Stop::channel();
        match built.start(stop).await {
            Ok(running) => {
                started.insert(id.clone(), Live { order, running });
            }
            Err(error) => {
                abort(started).await;
                let message = format!("{} `{}` cannot start: {error}", id.0.singular(), id.1);
                return Err(StartError { message, ..error });
            }
        }
    }
    Ok(started)
}

/// Ends services that were started in vain.
async fn abort(services: Services) {
    for (id, Live { order, running }) in services {
        // nobody listens any more: then it has ended already
        let _ = order.send(Some(Instant::now()));
        if timeout(ABORT_PATIENCE, running.task).await.is_err() {
            tracing::warn!(component = name(&id), "did not stop in time");
        }
    }
}
