//! Pipelines and the connectors between them, built from their outputs back.

use std::sync::Arc;

use codeagent_components as components;
use codeagent_config::{ComponentId, Kind, PipelineId, PipelineSpec, Spanned};
use codeagent_pipeline::holding::Holding;
use codeagent_pipeline::{
    Batching, BuiltProcessor, Consumer, Entry, Fanout, Node, NodeKind, Pipeline, Processor, Signal,
};

use indexmap::IndexMap;

use super::{Builder, BuiltPipeline, Origin, Step, StepId};
use crate::catalog;

/// A pipeline's processors, each with the node that counts it.
type Steps = Vec<(Arc<Node>, Arc<dyn Processor>)>;

/// A part of a pipeline: steps, and before them the processor that holds, if this is not the first part.
#[derive(Default)]
struct Part {
    hold: Option<(Spanned<ComponentId>, Holding)>,
    steps: Steps,
}

/// What a processor's section became: a step can be shared with the running graph.
enum Built {
    Step(Arc<dyn Processor>),
    Batching(Batching),
    MemoryLimit(usize),
    Holding(Box<Holding>),
}

impl Builder<'_> {
    /// Builds the pipeline `id`, or gives the one that is built.
    pub(super) fn pipeline(&mut self, id: &PipelineId) -> Option<BuiltPipeline> {
        if let Some(known) = self.pipelines.get(id) {
            return known.clone();
        }
        self.pipelines.insert(id.clone(), None);
        let document = self.document;
        let spec = document.service.pipelines.get(id)?;
        let (parts, batching) = self.parts(id, spec);
        let mut built = self.output(id, spec, batching)?;
        for Part { hold, steps } in parts.into_iter().rev() {
            built.consumer = Pipeline::through(steps, built.consumer);
            if let Some((processor, holding)) = hold {
                // its answer comes before any queue is reached
                let outlet = Entry::before(built.consumer, std::mem::take(&mut built.senders));
                built.consumer = self.hold(id, &processor, holding, outlet)?;
            }
        }
        self.pipelines.insert(id.clone(), Some(built.clone()));
        Some(built)
    }

    fn parts(&mut self, pipeline: &PipelineId, spec: &PipelineSpec) -> (Vec<Part>, Option<Batching>) {
        let (mut parts, mut part, mut batching) = (Vec::new(), Part::default(), None);
        for (at, id) in spec.processors.iter().enumerate() {
            let key = (pipeline.clone(), at, id.value.clone());
            match self.kept_step(&key).or_else(|| self.processor(id, pipeline.signal)) {
                Some(Built::Step(processor)) => {
                    let (ledger, name) = (&self.graph.host.ledger, pipeline.to_string());
                    let node = ledger.node(NodeKind::Processor, &id.to_string(), &name, pipeline.signal);
                    self.remember(key, &processor);
                    part.steps.push((node, processor));
                }
                Some(Built::Batching(sizes)) => batching = Some(sizes),
                Some(Built::MemoryLimit(bytes)) => {
                    let lowest = self.graph.memory_limit.map_or(bytes, |limit| limit.min(bytes));
                    self.graph.memory_limit = Some(lowest);
                }
                Some(Built::Holding(holding)) => {
                    let next = Part { hold: Some((id.clone(), *holding)), steps: Steps::new() };
                    parts.push(std::mem::replace(&mut part, next));
                }
                None => {}
            }
        }
        parts.push(part);
        (parts, batching)
    }

    /// The processor at this place in the running graph, if it is the same: it may hold state.
    fn kept_step(&self, key: &StepId) -> Option<Built> {
        let step = self.running?.processors.get(key)?;
        let origin = Origin::of(self.document, self.document.processors.get(&key.2)?, None);
        step.origin.is_same(&origin).then(|| Built::Step(step.processor.clone()))
    }

    fn remember(&mut self, key: StepId, processor: &Arc<dyn Processor>) {
        if let Some(section) = self.document.processors.get(&key.2) {
            let step =
                Step { origin: Origin::of(self.document, section, None), processor: processor.clone() };
            self.graph.processors.insert(key, step);
        }
    }

    fn processor(&mut self, id: &ComponentId, signal: Signal) -> Option<Built> {
        let section = self.document.processors.get(id)?;
        let factories = components::processors::ALL;
        let factory = self.factory(factories, |factory| &factory.about, Kind::Processor, id, section)?;
        self.supports(factory.about.signals, signal, id, section)?;
        Some(match (factory.build)(&mut self.context(id, None), section, signal)? {
            BuiltProcessor::Step(processor) => Built::Step(processor.into()),
            BuiltProcessor::Batching(sizes) => Built::Batching(sizes),
            BuiltProcessor::MemoryLimit { bytes } => Built::MemoryLimit(bytes),
            BuiltProcessor::Holding(holding) => Built::Holding(holding),
        })
    }

    fn output(
        &mut self,
        pipeline: &PipelineId,
        spec: &PipelineSpec,
        batching: Option<Batching>,
    ) -> Option<BuiltPipeline> {
        let mut outputs: Vec<(String, Arc<dyn Consumer>)> = Vec::new();
        let (mut senders, mut logged) = (Vec::new(), IndexMap::<ComponentId, Vec<_>>::new());
        for id in &spec.exporters {
            if self.document.connectors.contains_key(&id.value) {
                let connector = self.connector(id, pipeline.signal)?;
                senders.extend(connector.senders);
                outputs.push((id.to_string(), connector.consumer));
            } else {
                let exporter = self.exporter(id, pipeline.signal, batching)?;
                if let Some(storage) = exporter.storage().cloned() {
                    logged.entry(storage).or_default().push((id.to_string(), exporter));
                    continue;
                }
                senders.push(exporter.clone());
                outputs.push((id.to_string(), exporter));
            }
        }
        for (storage, exporters) in logged {
            let name = format!("the queue in {storage}");
            outputs.push((name, self.queue(pipeline, storage, exporters)?));
        }
        Some(BuiltPipeline { consumer: Fanout::over(outputs), senders })
    }

    /// Builds processors that no pipeline uses, so that their mistakes are found.
    pub(super) fn check_unused_processors(&mut self) {
        let document = self.document;
        for id in document.processors.keys() {
            let mut pipelines = document.service.pipelines.values();
            if !pipelines.any(|spec| spec.processors.iter().any(|used| used.value == *id)) {
                let factory = catalog::find(components::processors::ALL, |factory| &factory.about, &id.kind);
                let signal = factory.and_then(|factory| factory.about.signals.first());
                let _ = self.processor(id, signal.copied().unwrap_or(Signal::Traces));
            }
        }
    }
}
