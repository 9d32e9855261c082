//! Receivers: one each, however many pipelines it feeds.

use codeagent_components as components;
use codeagent_config::{ComponentId, Kind};
use codeagent_pipeline::{Outputs, Receiver, Signal};

use super::{Builder, Origin, Service};

impl Service {
    /// The same service going on, with the outputs of the new graph.
    pub(super) fn kept(&self, next: Outputs) -> Self {
        let (origin, outputs) = (self.origin.clone(), self.outputs.clone());
        Service { origin, is_kept: true, built: None, outputs, next }
    }

    /// A service that is to be started.
    pub(super) fn new(origin: Origin, built: Box<dyn Receiver>, outputs: Outputs) -> Self {
        Service { origin, is_kept: false, built: Some(built), outputs: outputs.clone(), next: outputs }
    }
}

impl Builder<'_> {
    /// Builds every receiver that a pipeline lists. One that runs and did not change goes on: only what it
    /// feeds is new.
    pub(super) fn receivers(&mut self) {
        for (id, section) in &self.document.receivers {
            if !self.feeds_a_pipeline(id) {
                continue;
            }
            let next = self.receiver_outputs(id);
            let origin = Origin::of(self.document, section, None);
            let key = (Kind::Receiver, id.clone());
            let running = self.running.and_then(|running| running.services.get(&key));
            let service = match running.filter(|running| running.origin.is_same(&origin)) {
                Some(running) => Some(running.kept(next)),
                None => self.receiver(id, next.clone()).map(|built| Service::new(origin, built, next)),
            };
            self.graph.services.extend(service.map(|service| (key, service)));
        }
    }

    fn receiver_outputs(&mut self, id: &ComponentId) -> Outputs {
        let (fed, _) = self.fed_by(id);
        self.tracked(&fed.outputs)
    }

    fn feeds_a_pipeline(&self, id: &ComponentId) -> bool {
        let mut pipelines = self.document.service.pipelines.values();
        pipelines.any(|spec| spec.receivers.iter().any(|used| used.value == *id))
    }

    fn receiver(&mut self, id: &ComponentId, outputs: Outputs) -> Option<Box<dyn Receiver>> {
        let section = self.document.receivers.get(id)?;
        let factories = components::receivers::ALL;
        let factory = self.factory(factories, |factory| &factory.about, Kind::Receiver, id, section)?;
        for signal in Signal::ALL {
            if outputs.get(signal).is_some() {
                self.supports(factory.about.signals, signal, id, section)?;
            }
        }
        (factory.build)(&mut self.context(id, None), section, outputs)
    }

    /// Builds receivers that no pipeline uses, so that their mistakes are found.
    pub(super) fn check_unused_receivers(&mut self) {
        for id in self.document.receivers.keys() {
            if !self.feeds_a_pipeline(id) {
                let _ = self.receiver(id, Outputs::default());
            }
        }
    }
}
