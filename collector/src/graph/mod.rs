//! From a configuration to connected components: pure, so that `validate` builds what `run` starts.

use std::collections::HashMap;
use std::sync::Arc;

use codeagent_config::{ComponentId, Diagnostics, Document, Kind, PipelineId, Section};
use codeagent_pipeline::auth::Authenticator;
use codeagent_pipeline::durable::StoreSettings;
use codeagent_pipeline::holding::{HoldSettings, Policies};
use codeagent_pipeline::{
    Batching, BuildContext, BuildId, BuiltExporter, Consumer, DurableQueue, Host, Outputs, Processor,
    Receiver, Signal, Store,
};
use indexmap::IndexMap;
use tokio::sync::mpsc;

use crate::catalog;

mod connectors;
mod exporters;
mod extensions;
mod holds;
mod origin;
mod pipelines;
mod queues;
mod receivers;
#[cfg(test)]
mod tests;
mod tracked;

pub use origin::Origin;
use tracked::{Busy, Tracked};

/// A built collector, not started. Where it was built beside a running one, it shares with it what did not change.
pub struct Graph {
    /// What has a task of its own: extensions, then receivers, in the order of the configuration.
    pub services: IndexMap<ServiceId, Service>,
    /// Exporters' senders.
    pub exporters: IndexMap<(ComponentId, Signal), Exporter>,
    /// Queues on disk.
    pub queues: IndexMap<QueueId, Queue>,
    /// Holding processors.
    pub holds: IndexMap<ComponentId, Hold>,
    /// Bytes that data may hold, where a `memory_limiter` sets a limit.
    pub memory_limit: Option<usize>,
    /// What all components share.
    pub host: Host,
    /// Ends when no batch is on the way through these pipelines, once the graph itself is dropped.
    pub idle: Option<mpsc::Receiver<std::convert::Infallible>>,
    /// Stores that go on with other settings once this graph runs.
    pub changed_stores: Vec<(ComponentId, Arc<Store>, StoreSettings)>,
    extensions: HashMap<ComponentId, Extension>,
    connectors: HashMap<(ComponentId, Signal), connectors::Connector>,
    processors: HashMap<StepId, Step>,
}

/// A service by its kind and id.
pub type ServiceId = (Kind, ComponentId);

/// A receiver, or an extension with a server.
pub struct Service {
    origin: Origin,
    /// Whether the running one goes on.
    pub is_kept: bool,
    /// What is to be started.
    pub built: Option<Box<dyn Receiver>>,
    /// Where it puts what it takes: shared with the running one.
    pub outputs: Outputs,
    /// Where it is to put that once this graph runs.
    pub next: Outputs,
}

/// An exporter's sender.
pub struct Exporter {
    origin: Origin,
    /// Whether the running one goes on.
    pub is_kept: bool,
    /// The sender.
    pub sender: BuiltExporter,
}

/// A queue by its pipeline and its storage.
pub type QueueId = (PipelineId, ComponentId);

/// The queue of a pipeline on disk.
pub struct Queue {
    /// Whether the running one goes on.
    pub is_kept: bool,
    /// The queue.
    pub queue: Arc<DurableQueue>,
    /// Who is to read it.
    pub exporters: Vec<(String, BuiltExporter)>,
}

/// A holding processor, and how it is to work.
pub struct Hold {
    origin: Origin,
    /// Whether the running one goes on.
    pub is_kept: bool,
    is_same: bool,
    /// The processor.
    pub hold: Arc<codeagent_pipeline::holding::Hold>,
    rules: Option<(HoldSettings, Box<dyn Policies>)>,
    /// What comes behind it, by pipeline.
    pub outlets: Vec<(String, Arc<dyn Consumer>)>,
}

struct Extension {
    origin: Origin,
    is_listed: bool,
    authenticator: Option<Authenticator>,
    store: Option<Arc<Store>>,
}

/// A processor by its pipeline and its place in it.
type StepId = (PipelineId, usize, ComponentId);

struct Step {
    origin: Origin,
    processor: Arc<dyn Processor>,
}

/// Builds all components of `document`. Problems go to `diagnostics`; with errors among them the graph must not run.
/// What is the same in the `running` graph is taken from there.
pub fn build(
    document: &Document,
    mut host: Host,
    running: Option<&Graph>,
    diagnostics: &mut Diagnostics,
) -> Graph {
    let (busy, idle) = mpsc::channel(1);
    host.build = BuildId::unique();
    let mut builder = Builder {
        document,
        running,
        diagnostics,
        graph: Graph {
            services: IndexMap::new(),
            exporters: IndexMap::new(),
            queues: IndexMap::new(),
            holds: IndexMap::new(),
            memory_limit: None,
            host,
            idle: Some(idle),
            changed_stores: Vec::new(),
            extensions: HashMap::new(),
            connectors: HashMap::new(),
            processors: HashMap::new(),
        },
        broken: Vec::new(),
        connectors: HashMap::new(),
        pipelines: HashMap::new(),
        busy,
    };
    builder.extensions();
    for id in document.service.pipelines.keys() {
        builder.pipeline(id);
    }
    builder.receivers();
    builder.check_unused();
    builder.graph
}

/// A pipeline, and the senders that its batches can reach.
#[derive(Clone)]
struct BuiltPipeline {
    consumer: Arc<dyn Consumer>,
    senders: Vec<BuiltExporter>,
}

struct Builder<'a> {
    document: &'a Document,
    running: Option<&'a Graph>,
    diagnostics: &'a mut Diagnostics,
    graph: Graph,
    /// Exporters that could not be built: it is reported once.
    broken: Vec<(ComponentId, Signal)>,
    connectors: HashMap<(ComponentId, Signal), Option<BuiltPipeline>>,
    /// `None` while a pipeline is being built: a cycle, which the document's check has reported.
    pipelines: HashMap<PipelineId, Option<BuiltPipeline>>,
    busy: Busy,
}

impl Builder<'_> {
    /// What a component is built with.
    fn context<'a>(&'a mut self, id: &'a ComponentId, batching: Option<Batching>) -> BuildContext<'a> {
        BuildContext { id, diagnostics: self.diagnostics, host: &self.graph.host, batching }
    }

    /// Builds what no pipeline uses too, so that its mistakes are found.
    fn check_unused(&mut self) {
        self.check_unused_exporters();
        self.check_unused_processors();
        self.check_unused_receivers();
    }

    /// The factory of the component `id`, or a report that there is none.
    fn factory<'f, F>(
        &mut self,
        factories: &'f [F],
        about: impl Fn(&F) -> &codeagent_pipeline::About,
        kind: Kind,
        id: &ComponentId,
        section: &Section,
    ) -> Option<&'f F> {
        let factory = catalog::find(factories, &about, &id.kind);
        if factory.is_none() {
            let message = format!("there is no {} of type `{}`", kind.singular(), id.kind);
            let advice = catalog::advice(factories, &about, &id.kind);
            self.diagnostics.push(section.error(message, advice));
        }
        factory
    }

    /// Reports a signal that the component does not work on.
    fn supports(
        &mut self,
        signals: &[Signal],
        signal: Signal,
        id: &ComponentId,
        section: &Section,
    ) -> Option<()> {
        if signals.contains(&signal) {
            return Some(());
        }
        let list = signals.iter().map(|signal| signal.as_str()).collect::<Vec<_>>().join(", ");
        let message = format!("`{id}` does not support {signal}");
        let help = format!("it supports {list}; take it out of the {signal} pipeline");
        self.diagnostics.push(section.error(message, help));
        None
    }
}
