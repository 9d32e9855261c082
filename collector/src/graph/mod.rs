//! From a configuration to connected components: pure, so that `validate` builds what `run` starts.

use std::collections::HashMap;
use std::sync::Arc;

use codeagent_components as components;
use codeagent_config::{ComponentId, Diagnostics, Document, PipelineId, Section, Spanned};
use codeagent_pipeline::{
    Batching, BuildContext, BuiltExporter, BuiltExtension, Consumer, Host, Receiver, Signal,
};

use crate::catalog;

mod pipelines;
mod receivers;

/// A built collector, not started.
pub struct Graph {
    /// Extensions with a server of their own, in the order of the configuration.
    pub extensions: Vec<(ComponentId, Box<dyn Receiver>)>,
    /// Exporters' senders.
    pub exporters: Vec<(ComponentId, BuiltExporter)>,
    /// Receivers.
    pub receivers: Vec<(ComponentId, Box<dyn Receiver>)>,
    /// What all components share.
    pub host: Host,
}

/// Builds all components of `document`. Problems go to `diagnostics`; with errors among them the graph must not run.
pub fn build(document: &Document, mut host: Host, diagnostics: &mut Diagnostics) -> Graph {
    let extensions = build_extensions(document, &mut host, diagnostics);
    let mut builder = Builder {
        document,
        host,
        diagnostics,
        exporters: HashMap::new(),
        order: Vec::new(),
        connectors: HashMap::new(),
        pipelines: HashMap::new(),
    };
    for id in document.service.pipelines.keys() {
        builder.pipeline(id);
    }
    let receivers = builder.receivers();
    builder.check_unused();
    let Builder { mut exporters, order, host, .. } = builder;
    let exporters =
        order.into_iter().filter_map(|key| Some((key.0.clone(), exporters.remove(&key)??))).collect();
    Graph { extensions, exporters, receivers, host }
}

/// A pipeline, and the senders that its batches can reach.
#[derive(Clone)]
struct BuiltPipeline {
    consumer: Arc<dyn Consumer>,
    senders: Vec<BuiltExporter>,
}

struct Builder<'a> {
    document: &'a Document,
    host: Host,
    diagnostics: &'a mut Diagnostics,
    /// `None` where building failed: it is reported once.
    exporters: HashMap<(ComponentId, Signal), Option<BuiltExporter>>,
    order: Vec<(ComponentId, Signal)>,
    connectors: HashMap<(ComponentId, Signal), Option<BuiltPipeline>>,
    /// `None` while a pipeline is being built: a cycle, which the document's check has reported.
    pipelines: HashMap<PipelineId, Option<BuiltPipeline>>,
}

impl Builder<'_> {
    /// Builds the exporter `id` for `signal`, or gives the one that is built.
    fn exporter(
        &mut self,
        id: &Spanned<ComponentId>,
        signal: Signal,
        batching: Option<Batching>,
    ) -> Option<BuiltExporter> {
        let key = (id.value.clone(), signal);
        if let Some(built) = self.exporters.get(&key) {
            return built.clone();
        }
        let built = self.build_exporter(&key.0, signal, batching);
        self.order.push(key.clone());
        self.exporters.insert(key, built.clone());
        built
    }

    fn build_exporter(
        &mut self,
        id: &ComponentId,
        signal: Signal,
        batching: Option<Batching>,
    ) -> Option<BuiltExporter> {
        let section = self.document.exporters.get(id)?;
        let factories = components::exporters::ALL;
        let factory = catalog::find(factories, |factory| &factory.about, &id.kind);
        let factory = known(factory, self.diagnostics, section, "exporter", id, || {
            catalog::advice(factories, |factory| &factory.about, &id.kind)
        })?;
        supports(factory.about.signals, signal, self.diagnostics, section, id)?;
        let mut context = BuildContext { id, diagnostics: self.diagnostics, host: &self.host, batching };
        (factory.build)(&mut context, section, signal)
    }

    /// Builds what no pipeline uses too, so that its mistakes are found.
    fn check_unused(&mut self) {
        let document = self.document;
        for id in document.exporters.keys() {
            if !self.exporters.keys().any(|(built, _)| built == id) {
                let factory = catalog::find(components::exporters::ALL, |factory| &factory.about, &id.kind);
                let signal = factory.and_then(|factory| factory.about.signals.first());
                let _ = self.build_exporter(id, signal.copied().unwrap_or(Signal::Traces), None);
            }
        }
        self.check_unused_processors();
        self.check_unused_receivers();
    }
}

/// Reports an unknown type.
fn known<F>(
    factory: Option<F>,
    diagnostics: &mut Diagnostics,
    section: &Section,
    role: &str,
    id: &ComponentId,
    advice: impl FnOnce() -> String,
) -> Option<F> {
    if factory.is_none() {
        diagnostics.push(section.error(format!("there is no {role} of type `{}`", id.kind), advice()));
    }
    factory
}

/// Reports a signal that the component does not work on.
fn supports(
    signals: &[Signal],
    signal: Signal,
    diagnostics: &mut Diagnostics,
    section: &Section,
    id: &ComponentId,
) -> Option<()> {
    if signals.contains(&signal) {
        return Some(());
    }
    let list = signals.iter().map(|signal| signal.as_str()).collect::<Vec<_>>().join(", ");
    let message = format!("`{id}` does not support {signal}");
    diagnostics
        .push(section.error(message, format!("it supports {list}; take it out of the {signal} pipeline")));
    None
}

fn build_extensions(
    document: &Document,
    host: &mut Host,
    diagnostics: &mut Diagnostics,
) -> Vec<(ComponentId, Box<dyn Receiver>)> {
    let mut authenticators = HashMap::new();
    let mut services = Vec::new();
    for (id, section) in &document.extensions {
        let Some(built) = build_extension(id, section, host, diagnostics) else { continue };
        if let Some(authenticator) = built.authenticator {
            authenticators.insert(id.clone(), authenticator);
        }
        let listed = document.service.extensions.iter().any(|listed| listed.value == *id);
        services.extend(built.service.filter(|_| listed).map(|service| (id.clone(), service)));
    }
    host.authenticators = Arc::new(authenticators);
    services
}

fn build_extension(
    id: &ComponentId,
    section: &Section,
    host: &Host,
    diagnostics: &mut Diagnostics,
) -> Option<BuiltExtension> {
    let factories = components::extensions::ALL;
    let factory = catalog::find(factories, |factory| &factory.about, &id.kind);
    let factory = known(factory, diagnostics, section, "extension", id, || {
        catalog::advice(factories, |factory| &factory.about, &id.kind)
    })?;
    (factory.build)(&mut BuildContext { id, diagnostics, host, batching: None }, section)
}
