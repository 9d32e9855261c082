//! Holding processors: one for all pipelines that they stand in, with what comes behind them in each.

use std::sync::Arc;

use codeagent_config::{ComponentId, PipelineId, Section, Spanned};
use codeagent_pipeline::holding::{Hold, Holding, Plan};
use codeagent_pipeline::{Consumer, Store};

use super::{Builder, Hold as Entry, Origin};

impl Builder<'_> {
    /// The gate of the holding processor `id` in `pipeline`, with `outlet` behind it.
    pub(super) fn hold(
        &mut self,
        pipeline: &PipelineId,
        id: &Spanned<ComponentId>,
        holding: Holding,
        outlet: Arc<dyn Consumer>,
    ) -> Option<Arc<dyn Consumer>> {
        let section = self.document.processors.get(&id.value)?;
        if !self.graph.holds.contains_key(&id.value) {
            let entry = self.begin_hold(&id.value, section, holding)?;
            self.graph.holds.insert(id.value.clone(), entry);
        }
        let entry = self.graph.holds.get_mut(&id.value)?;
        entry.outlets.push((pipeline.to_string(), outlet));
        Some(entry.hold.gate(&pipeline.to_string(), pipeline.signal))
    }

    fn begin_hold(&mut self, id: &ComponentId, section: &Section, holding: Holding) -> Option<Entry> {
        let Holding { storage, settings, policies } = holding;
        let store = self.store_of(id, section, storage)?;
        let origin = Origin::of(self.document, section, None);
        let running = self.running.and_then(|running| running.holds.get(id));
        let kept = running.filter(|running| running.hold.is_in(store.as_ref()));
        let is_kept = kept.is_some();
        let is_same = kept.is_some_and(|kept| kept.origin.is_same(&origin));
        let hold = kept.map(|kept| kept.hold.clone());
        let hold = hold.unwrap_or_else(|| Hold::new(&self.graph.host, &id.to_string(), store));
        let rules = Some((settings, policies));
        Some(Entry { origin, is_kept, is_same, hold, rules, outlets: Vec::new() })
    }

    /// Where it keeps what it holds: on disk where there is a disk to keep it on. The outer nothing is a mistake.
    fn store_of(
        &mut self,
        id: &ComponentId,
        section: &Section,
        storage: Option<ComponentId>,
    ) -> Option<Option<Arc<Store>>> {
        let stores = self.graph.host.stores.clone();
        let place = section.at("storage").unwrap_or_else(|| section.clone());
        if let Some(storage) = storage {
            let store = stores.get(&storage).cloned();
            if store.is_none() {
                let message =
                    format!("there is no extension `{storage}` that offers storage, or it is not started");
                let help = "define it, and add it to `service::extensions`: `file_storage: {directory: DIR}`";
                self.diagnostics.push(place.error(message, help));
            }
            return store.map(Some);
        }
        let mut all = stores.iter();
        match (all.next(), all.next()) {
            (Some((_, only)), None) => Some(Some(only.clone())),
            (Some(_), Some(_)) => {
                let message = format!("`{id}` holds data, and there are several storages");
                self.diagnostics.push(section.error(message, "name one of them: `storage: ID`"));
                None
            }
            (None, _) => {
                let message =
                    format!("what `{id}` holds is acknowledged and only in memory: a crash loses it");
                let help = "add a `file_storage` extension to `service::extensions`, and it is held on disk";
                self.diagnostics.push(section.warning(message, help));
                Some(None)
            }
        }
    }
}

impl Entry {
    /// Whether nothing changes but what comes behind it.
    pub fn goes_on_as(&self, running: &Entry) -> bool {
        let names = |entry: &Entry| entry.outlets.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        self.is_same && names(self) == names(running)
    }

    /// How it is to work; once.
    pub fn plan(&mut self) -> Option<Plan> {
        let (settings, policies) = self.rules.take()?;
        Some(Plan { settings, policies, outlets: self.outlets.clone() })
    }
}
