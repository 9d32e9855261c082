//! Receivers: one each, however many pipelines it feeds.

use codeagent_components as components;
use codeagent_config::ComponentId;
use codeagent_pipeline::{BuildContext, Outputs, Receiver, Signal};

use super::{Builder, known, supports};
use crate::catalog;

impl Builder<'_> {
    /// Builds every receiver that a pipeline lists.
    pub(super) fn receivers(&mut self) -> Vec<(ComponentId, Box<dyn Receiver>)> {
        let document = self.document;
        let mut built = Vec::new();
        for id in document.receivers.keys() {
            if !self.feeds_a_pipeline(id) {
                continue;
            }
            let (outputs, _) = self.fed_by(id);
            built.extend(self.receiver(id, outputs).map(|receiver| (id.clone(), receiver)));
        }
        built
    }

    fn feeds_a_pipeline(&self, id: &ComponentId) -> bool {
        let mut pipelines = self.document.service.pipelines.values();
        pipelines.any(|spec| spec.receivers.iter().any(|used| used.value == *id))
    }

    fn receiver(&mut self, id: &ComponentId, outputs: Outputs) -> Option<Box<dyn Receiver>> {
        let section = self.document.receivers.get(id)?;
        let factories = components::receivers::ALL;
        let factory = catalog::find(factories, |factory| &factory.about, &id.kind);
        let factory = known(factory, self.diagnostics, section, "receiver", id, || {
            catalog::advice(factories, |factory| &factory.about, &id.kind)
        })?;
        for signal in Signal::ALL {
            if outputs.get(signal).is_some() {
                supports(factory.about.signals, signal, self.diagnostics, section, id)?;
            }
        }
        let mut context =
            BuildContext { id, diagnostics: self.diagnostics, host: &self.host, batching: None };
        (factory.build)(&mut context, section, outputs)
    }

    /// Builds receivers that no pipeline uses, so that their mistakes are found.
    pub(super) fn check_unused_receivers(&mut self) {
        let document = self.document;
        for id in document.receivers.keys() {
            if !self.feeds_a_pipeline(id) {
                let _ = self.receiver(id, Outputs::default());
            }
        }
    }
}
