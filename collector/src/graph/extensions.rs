//! Extensions: what they offer goes to the host, what they serve is a service.

use std::collections::HashMap;
use std::sync::Arc;

use codeagent_components as components;
use codeagent_config::{ComponentId, Kind, Section};
use codeagent_pipeline::{BuiltExtension, Outputs, Store};

use super::{Builder, Extension, Origin, Service};

impl Builder<'_> {
    /// Builds all extensions; only listed ones are started.
    pub(super) fn extensions(&mut self) {
        for (id, section) in &self.document.extensions {
            let origin = Origin::of(self.document, section, None);
            let is_listed = self.document.service.extensions.iter().any(|listed| listed.value == *id);
            if self.keep_extension(id, &origin, is_listed) {
                continue;
            }
            let Some(BuiltExtension { authenticator, store, service }) = self.extension(id, section) else {
                continue;
            };
            let store = store.map(|store| self.keep_store(id, store, is_listed));
            if let Some(service) = service.filter(|_| is_listed) {
                let service = Service::new(origin.clone(), service, Outputs::default());
                self.graph.services.insert((Kind::Extension, id.clone()), service);
            }
            self.graph.extensions.insert(id.clone(), Extension { origin, is_listed, authenticator, store });
        }
        let offered = self.graph.extensions.iter();
        let offered =
            offered.filter_map(|(id, extension)| Some((id.clone(), extension.authenticator.clone()?)));
        self.graph.host.authenticators = Arc::new(offered.collect::<HashMap<_, _>>());
        let offered = self.graph.extensions.iter().filter(|(_, extension)| extension.is_listed);
        let offered = offered.filter_map(|(id, extension)| Some((id.clone(), extension.store.clone()?)));
        self.graph.host.stores = Arc::new(offered.collect::<HashMap<_, _>>());
    }

    /// Takes the extension of the running graph over, if it is the same.
    fn keep_extension(&mut self, id: &ComponentId, origin: &Origin, is_listed: bool) -> bool {
        let Some(running) = self.running else { return false };
        let known = running.extensions.get(id);
        let Some(known) = known.filter(|known| known.is_listed == is_listed && known.origin.is_same(origin))
        else {
            return false;
        };
        let key = (Kind::Extension, id.clone());
        if let Some(service) = running.services.get(&key) {
            self.graph.services.insert(key, service.kept(Outputs::default()));
        }
        let (origin, authenticator, store) =
            (origin.clone(), known.authenticator.clone(), known.store.clone());
        self.graph.extensions.insert(id.clone(), Extension { origin, is_listed, authenticator, store });
        true
    }

    /// The running store of the same folder, which is to go on with the settings of `store`; else that. Two of one folder
    /// would shut each other out.
    fn keep_store(&mut self, id: &ComponentId, store: Arc<Store>, is_listed: bool) -> Arc<Store> {
        let Some(running) = self.running.filter(|_| is_listed) else { return store };
        let settings = store.settings();
        let mut known = running.extensions.values().filter(|known| known.is_listed);
        let known = known.find_map(|known| {
            known.store.clone().filter(|store| store.settings().directory == settings.directory)
        });
        let Some(known) = known else { return store };
        self.graph.changed_stores.push((id.clone(), known.clone(), settings));
        known
    }

    fn extension(&mut self, id: &ComponentId, section: &Section) -> Option<BuiltExtension> {
        let factories = components::extensions::ALL;
        let factory = self.factory(factories, |factory| &factory.about, Kind::Extension, id, section)?;
        (factory.build)(&mut self.context(id, None), section)
    }
}
