//! What a component is to the collector: a factory, built purely, started once.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};

use codeagent_config::{ComponentId, Diagnostics, PipelineId, Section};
use schemars::Schema;
use tokio::sync::watch;

use crate::auth::Authenticators;
use crate::holding::Holding;
use crate::spans::Tracer;
use crate::telemetry::Registry;
use crate::{
    Batch, BoxFuture, Budget, Consumer, Health, Ledger, Outputs, Processor, Refused, Senders, Signal, Slots,
    Source, Store,
};

/// What every factory tells about its component.
#[derive(Clone, Copy)]
pub struct About {
    /// The type in the configuration: the Collector's name where it has one.
    pub kind: &'static str,
    /// Other names that are accepted.
    pub aliases: &'static [&'static str],
    /// One line for `components`.
    pub summary: &'static str,
    /// The signals that it works on.
    pub signals: &'static [Signal],
    /// The JSON Schema of its section.
    pub schema: fn() -> Schema,
}

/// Makes receivers.
#[derive(Clone, Copy)]
pub struct ReceiverFactory {
    /// What it makes.
    pub about: About,
    /// Builds one. Pure: no I/O. Problems go to `context.diagnostics`, and the answer is `None`. A reload changes
    /// the outputs of a receiver that goes on.
    pub build: fn(&mut BuildContext<'_>, &Section, Outputs) -> Option<Box<dyn Receiver>>,
}

/// Makes processors.
#[derive(Clone, Copy)]
pub struct ProcessorFactory {
    /// What it makes.
    pub about: About,
    /// Builds one for one pipeline of one signal. Pure: no I/O.
    pub build: fn(&mut BuildContext<'_>, &Section, Signal) -> Option<BuiltProcessor>,
}

/// Makes exporters.
#[derive(Clone, Copy)]
pub struct ExporterFactory {
    /// What it makes.
    pub about: About,
    /// Builds one for one signal. Pure: no I/O.
    pub build: fn(&mut BuildContext<'_>, &Section, Signal) -> Option<BuiltExporter>,
}

/// Makes connectors: exporters of one pipeline, receivers of others.
#[derive(Clone, Copy)]
pub struct ConnectorFactory {
    /// What it makes. The signals are those that it takes.
    pub about: About,
    /// Whether it hands batches on as they come. Then a receiver before it reserves places in the queues behind it too, and
    /// a batch is taken everywhere or nowhere. Else places are reserved when it gives something.
    pub passes_on: bool,
    /// Builds one for one input signal. Pure: no I/O.
    pub build: BuildConnector,
}

/// Builds a connector for one input signal.
pub type BuildConnector = fn(&mut BuildContext<'_>, &Section, Signal, Fed) -> Option<BuiltConnector>;

/// What a connector feeds.
#[derive(Clone, Default)]
pub struct Fed {
    /// All pipelines that list it as a receiver, joined by signal.
    pub outputs: Outputs,
    /// Each of these pipelines for itself.
    pub pipelines: Vec<(PipelineId, Arc<dyn Consumer>)>,
}

/// A connector.
pub struct BuiltConnector {
    /// Takes what comes.
    pub consumer: Arc<dyn Consumer>,
    /// What it does by itself, such as giving what it gathered from time to time. A reload that changes nothing about it keeps
    /// both, and replaces the consumers in [`Fed::outputs`].
    pub service: Option<Box<dyn Receiver>>,
}

impl BuiltConnector {
    /// One that does nothing by itself.
    pub fn passive(consumer: Arc<dyn Consumer>) -> Self {
        BuiltConnector { consumer, service: None }
    }
}

/// Makes extensions.
#[derive(Clone, Copy)]
pub struct ExtensionFactory {
    /// What it makes.
    pub about: About,
    /// Builds one. Pure: no I/O.
    pub build: fn(&mut BuildContext<'_>, &Section) -> Option<BuiltExtension>,
}

/// What a component is built with.
pub struct BuildContext<'a> {
    /// Its id in the configuration.
    pub id: &'a ComponentId,
    /// Where problems go.
    pub diagnostics: &'a mut Diagnostics,
    /// What all components share.
    pub host: &'a Host,
    /// What the pipeline's `batch` processor asks of exporters, where it has one.
    pub batching: Option<Batching>,
}

/// What all components of a process share.
#[derive(Clone)]
pub struct Host {
    /// The counts of all nodes.
    pub ledger: Arc<Ledger>,
    /// All other metrics.
    pub metrics: Arc<Registry>,
    /// The memory budget of the process, in bytes.
    pub memory: Arc<Budget>,
    /// Runtime threads of the data plane.
    pub threads: usize,
    /// The authenticators that extensions offer.
    pub authenticators: Authenticators,
    /// The folders for queues that extensions offer.
    pub stores: Stores,
    /// How far the process is in its life.
    pub health: Arc<Health>,
    /// Who sends, where somebody watches.
    pub senders: Arc<Senders>,
    /// Makes the collector's own spans, where they are asked for.
    pub tracer: Tracer,
    /// When counting began.
    pub started: SystemTime,
    /// Tells builds apart: components of one configuration must agree on what they share, such as a file.
    pub build: BuildId,
}

/// One building of a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuildId(u64);

impl BuildId {
    /// An id that no other build of the process has.
    pub fn unique() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        BuildId(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// Batch sizes that a `batch` processor passes on to the exporters' senders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batching {
    /// Items at which a batch is large enough.
    pub send_batch_size: usize,
    /// Items that a batch must not exceed; 0 for no limit.
    pub send_batch_max_size: usize,
}

/// What a processor section becomes.
pub enum BuiltProcessor {
    /// A step on the way.
    Step(Box<dyn Processor>),
    /// `batch`: no step of its own; it sets the sizes of the exporters' senders.
    Batching(Batching),
    /// `memory_limiter`: no step of its own; it bounds the process before a body is read.
    MemoryLimit {
        /// Bytes at which the door refuses.
        bytes: usize,
    },
    /// Keeps what comes until it is decided: the pipeline is cut in two here.
    Holding(Box<Holding>),
}

/// A receiver that is built and not started.
pub trait Receiver: Send + 'static {
    /// Opens its sockets and serves until `stop`. Returns when it is ready, or says why it cannot be.
    fn start(self: Box<Self>, stop: Stop) -> BoxFuture<'static, Result<Running, StartError>>;
}

/// Tells running components to end.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<Option<Instant>>);

impl Stop {
    /// The handle that orders the stop, and what components listen to.
    pub fn channel() -> (watch::Sender<Option<Instant>>, Stop) {
        let (order, stop) = watch::channel(None);
        (order, Stop(stop))
    }

    /// Waits for the order; the time by which all must be done.
    pub async fn requested(&mut self) -> Instant {
        loop {
            if let Some(deadline) = *self.0.borrow_and_update() {
                return deadline;
            }
            if self.0.changed().await.is_err() {
                return Instant::now();
            }
        }
    }

    /// Whether the order was given.
    pub fn is_requested(&self) -> bool {
        self.0.borrow().is_some()
    }
}

/// A component at work. Its task ends after the stop: nothing new taken, what was taken answered.
#[derive(Debug)]
pub struct Running {
    /// The task that ends with the component.
    pub task: tokio::task::JoinHandle<()>,
    /// What it listens on, for people: `grpc 127.0.0.1:4317`. The port is what stands after the last colon.
    pub endpoints: Vec<String>,
}

/// Why a component could not start: what, where, what to do.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct StartError {
    /// For people.
    pub message: String,
    /// The port that it needs and something listens on already. During a reload that may be what it replaces,
    /// which then makes room first.
    pub taken_port: Option<u16>,
}

impl StartError {
    /// A failure that has nothing to do with an address.
    pub fn new(message: impl Into<String>) -> Self {
        StartError { message: message.into(), taken_port: None }
    }

    /// A failure to listen on `port`, for the cause that the system gave.
    pub fn listening(message: impl Into<String>, port: Option<u16>, cause: &std::io::Error) -> Self {
        let taken_port = port.filter(|_| cause.kind() == std::io::ErrorKind::AddrInUse);
        StartError { message: message.into(), taken_port }
    }
}

/// Folders for queues, by the id of the extension.
pub type Stores = Arc<HashMap<ComponentId, Arc<Store>>>;

/// An exporter inside its sender.
pub type BuiltExporter = Arc<dyn Sending>;

/// What the collector does with an exporter's sender.
pub trait Sending: Consumer {
    /// Takes a place in the queue for `batch` and puts it in `slots`. A sender that blocks when it is full
    /// never refuses here: it reserves nothing, and waits for room when the batch comes.
    fn reserve(&self, batch: &Batch, slots: &Slots) -> Result<(), Refused>;

    /// The extension that keeps its queue on disk, if one does. Then it takes nothing from [`Consumer::consume`]: it
    /// reads logs that it is told to [`Sending::follow`].
    fn storage(&self) -> Option<&ComponentId> {
        None
    }

    /// How much may wait on disk for it, where that is bounded.
    fn backlog_limit(&self) -> Option<BacklogLimit> {
        None
    }

    /// Whether it delivers only what it has: nobody is to wait for its room.
    fn is_stopping(&self) -> bool {
        false
    }

    /// Begins to read a log, on the runtime.
    fn follow(self: Arc<Self>, _source: Source) {}

    /// Starts the workers. Called once, on the runtime.
    fn start(self: Arc<Self>);

    /// Delivers what is queued until `deadline`, then gives up the rest and counts it.
    fn drain(&self, deadline: Instant) -> BoxFuture<'_, ()>;
}

/// How much may wait on disk for one exporter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BacklogLimit {
    /// Items, or requests as they came.
    pub size: u64,
    /// Which of the two.
    pub in_requests: bool,
    /// Whether callers wait for room, rather than being told to try again.
    pub blocks: bool,
}

/// An extension: something beside the pipelines.
#[derive(Default)]
pub struct BuiltExtension {
    /// What it offers as an authenticator, filed under its id.
    pub authenticator: Option<crate::auth::Authenticator>,
    /// What it offers as a folder for queues, filed under its id.
    pub store: Option<Arc<Store>>,
    /// A server of its own, if it has one.
    pub service: Option<Box<dyn Receiver>>,
}

impl Host {
    /// A host of its own: an empty ledger, a memory budget of `memory` bytes, no authenticators.
    pub fn new(threads: usize, memory: usize) -> Self {
        Host {
            ledger: Arc::default(),
            metrics: Arc::default(),
            memory: Budget::new(memory),
            threads,
            authenticators: Arc::default(),
            stores: Arc::default(),
            health: Arc::default(),
            senders: Arc::default(),
            tracer: Tracer::default(),
            started: SystemTime::now(),
            build: BuildId::unique(),
        }
    }
}
