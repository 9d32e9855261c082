//! Connectors: built for each signal that they take, with the pipelines that they feed.

use std::sync::Arc;

use codeagent_components as components;
use codeagent_config::{ComponentId, Kind, Spanned};
use codeagent_pipeline::{BuiltExporter, Consumer, Entry, Fanout, Fed, Outputs, Signal};

use super::{Builder, BuiltPipeline, Origin, Service, Tracked};

/// A connector with a service, which a reload can keep.
pub(super) struct Connector {
    origin: Origin,
    consumer: Arc<dyn Consumer>,
}

impl Builder<'_> {
    /// The connector `id` for what comes as `signal`, and the senders that a batch can reach through it.
    pub(super) fn connector(&mut self, id: &Spanned<ComponentId>, signal: Signal) -> Option<BuiltPipeline> {
        let key = (id.value.clone(), signal);
        if let Some(known) = self.connectors.get(&key) {
            return known.clone();
        }
        let built = self.build_connector(&key);
        self.connectors.insert(key, built.clone());
        built
    }

    fn build_connector(&mut self, key: &(ComponentId, Signal)) -> Option<BuiltPipeline> {
        let (id, signal) = key;
        let section = self.document.connectors.get(id)?;
        let factories = components::connectors::ALL;
        let factory = self.factory(factories, |factory| &factory.about, Kind::Connector, id, section)?;
        self.supports(factory.about.signals, *signal, id, section)?;
        let (fed, mut senders) = self.fed_by(id);
        if !factory.passes_on {
            senders.clear();
        }
        let origin = Origin::of(self.document, section, None);
        let outputs = self.tracked(&fed.outputs);
        if let Some(consumer) = self.kept_connector(key, &origin, &outputs) {
            return Some(BuiltPipeline { consumer, senders });
        }
        let fed = Fed { outputs: outputs.clone(), pipelines: fed.pipelines };
        let built = (factory.build)(&mut self.context(id, None), section, *signal, fed)?;
        if let Some(service) = built.service {
            let service = Service::new(origin.clone(), service, outputs);
            self.graph.services.insert((Kind::Connector, id.clone()), service);
            let connector = Connector { origin, consumer: built.consumer.clone() };
            self.graph.connectors.insert(key.clone(), connector);
        }
        Some(BuiltPipeline { consumer: built.consumer, senders })
    }

    /// The connector of the running graph, if it is the same and has gathered something.
    fn kept_connector(
        &mut self,
        key: &(ComponentId, Signal),
        origin: &Origin,
        next: &Outputs,
    ) -> Option<Arc<dyn Consumer>> {
        let running = self.running?;
        let connector = running.connectors.get(key).filter(|connector| connector.origin.is_same(origin))?;
        let service = (Kind::Connector, key.0.clone());
        let kept = running.services.get(&service)?.kept(next.clone());
        self.graph.services.insert(service, kept);
        let consumer = connector.consumer.clone();
        let connector = Connector { origin: origin.clone(), consumer: consumer.clone() };
        self.graph.connectors.insert(key.clone(), connector);
        Some(consumer)
    }

    /// The same outputs, counted as busy as long as somebody holds what is behind them.
    pub(super) fn tracked(&self, outputs: &Outputs) -> Outputs {
        let tracked = |all: Outputs, signal| match outputs.get(signal) {
            Some(consumer) => all.with(signal, Tracked::around(consumer, self.busy.clone())),
            None => all,
        };
        Signal::ALL.into_iter().fold(Outputs::default(), tracked)
    }

    /// The pipelines that list `id` as a receiver, and all senders behind them.
    pub(super) fn fed_by(&mut self, id: &ComponentId) -> (Fed, Vec<BuiltExporter>) {
        let (mut fed, mut all) = (Fed::default(), Vec::new());
        for signal in Signal::ALL {
            let (mut consumers, mut senders) = (Vec::new(), Vec::new());
            for (pipeline, spec) in &self.document.service.pipelines {
                let is_fed = spec.receivers.iter().any(|receiver| receiver.value == *id);
                if pipeline.signal != signal || !is_fed {
                    continue;
                }
                let Some(built) = self.pipeline(pipeline) else { continue };
                let alone = Entry::before(built.consumer.clone(), built.senders.clone());
                fed.pipelines.push((pipeline.clone(), alone));
                senders.extend(built.senders);
                consumers.push((pipeline.to_string(), built.consumer));
            }
            if !consumers.is_empty() {
                let joined = Entry::before(Fanout::over(consumers), senders.clone());
                fed.outputs = fed.outputs.with(signal, joined);
                all.extend(senders);
            }
        }
        (fed, all)
    }
}
