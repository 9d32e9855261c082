//! Queues on disk: one for all exporters of a pipeline that share a storage.

use std::sync::Arc;

use codeagent_config::{ComponentId, PipelineId, Section};
use codeagent_pipeline::{BuiltExporter, Consumer, DurableQueue};

use super::{Builder, Queue};

impl Builder<'_> {
    /// The queue of `pipeline` in `storage` for `exporters`, or the one that runs.
    pub(super) fn queue(
        &mut self,
        pipeline: &PipelineId,
        storage: ComponentId,
        exporters: Vec<(String, BuiltExporter)>,
    ) -> Option<Arc<dyn Consumer>> {
        // what is missing was reported where the exporter was built
        let store = self.graph.host.stores.get(&storage)?.clone();
        let key = (pipeline.clone(), storage);
        // the storage may have another name by now
        let mut running = self.running.into_iter().flat_map(|running| &running.queues);
        let kept = running.find(|((of, _), running)| of == pipeline && running.queue.is_in(&store));
        let kept = kept.map(|(_, running)| running.queue.clone());
        let (ledger, name) = (&self.graph.host.ledger, pipeline.to_string());
        let is_kept = kept.is_some();
        let queue = kept
            .unwrap_or_else(|| DurableQueue::new(ledger, &key.1.to_string(), &name, pipeline.signal, store));
        self.graph.queues.insert(key, Queue { is_kept, queue: queue.clone(), exporters });
        Some(queue)
    }

    /// Reports a storage that no extension offers.
    pub(super) fn check_storage(&mut self, exporter: &BuiltExporter, section: &Section) {
        let stores = &self.graph.host.stores;
        let Some(storage) = exporter.storage().filter(|id| !stores.contains_key(id)) else { return };
        let place = section.at("sending_queue::storage").unwrap_or_else(|| section.clone());
        let (message, help) = if self.document.extensions.contains_key(storage) {
            let help = format!("add `{storage}` to `service::extensions`, or name a storage extension");
            (format!("the extension `{storage}` offers no storage, or is not started"), help)
        } else {
            let help =
                "add it: `extensions: {file_storage: {directory: DIR, create_directory: true}}`".to_owned();
            (format!("there is no extension `{storage}`"), help)
        };
        self.diagnostics.push(place.error(message, help));
    }
}
