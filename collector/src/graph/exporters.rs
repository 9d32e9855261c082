//! Exporters: one sender each and signal, however many pipelines it serves.

use codeagent_components as components;
use codeagent_config::{ComponentId, Kind};
use codeagent_pipeline::{Batching, BuiltExporter, Signal};

use super::{Builder, Exporter, Origin};
use crate::catalog;

impl Builder<'_> {
    /// Builds the exporter `id` for `signal`, or gives the one that is built, or the one that runs.
    pub(super) fn exporter(
        &mut self,
        id: &ComponentId,
        signal: Signal,
        batching: Option<Batching>,
    ) -> Option<BuiltExporter> {
        let key = (id.clone(), signal);
        if let Some(built) = self.graph.exporters.get(&key) {
            return Some(built.sender.clone());
        }
        if self.broken.contains(&key) {
            return None;
        }
        let origin = Origin::of(self.document, self.document.exporters.get(id)?, batching);
        let running = self.running.and_then(|running| running.exporters.get(&key));
        let kept = running.filter(|running| running.origin.is_same(&origin));
        let (is_kept, sender) = match kept {
            Some(running) => (true, Some(running.sender.clone())),
            None => (false, self.build_exporter(id, signal, batching)),
        };
        let Some(sender) = sender else {
            self.broken.push(key);
            return None;
        };
        self.graph.exporters.insert(key, Exporter { origin, is_kept, sender: sender.clone() });
        Some(sender)
    }

    fn build_exporter(
        &mut self,
        id: &ComponentId,
        signal: Signal,
        batching: Option<Batching>,
    ) -> Option<BuiltExporter> {
        let section = self.document.exporters.get(id)?;
        let factories = components::exporters::ALL;
        let factory = self.factory(factories, |factory| &factory.about, Kind::Exporter, id, section)?;
        self.supports(factory.about.signals, signal, id, section)?;
        let built = (factory.build)(&mut self.context(id, batching), section, signal)?;
        self.check_storage(&built, section);
        Some(built)
    }

    /// Builds exporters that no pipeline uses, so that their mistakes are found.
    pub(super) fn check_unused_exporters(&mut self) {
        for id in self.document.exporters.keys() {
            let mut tried = self.graph.exporters.keys().chain(&self.broken);
            if !tried.any(|(tried, _)| tried == id) {
                let factory = catalog::find(components::exporters::ALL, |factory| &factory.about, &id.kind);
                let signal = factory.and_then(|factory| factory.about.signals.first());
                let _ = self.build_exporter(id, signal.copied().unwrap_or(Signal::Traces), None);
            }
        }
    }
}
