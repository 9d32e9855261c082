//! The queues on disk of a graph: opened before anything arrives, closed after everything is delivered.

use std::sync::Arc;

use codeagent_pipeline::durable::Backlog;
use codeagent_pipeline::{DurableQueue, StartError};

use crate::graph::Graph;

/// Opens what is new in `graph`, or nothing.
pub(super) async fn open(graph: &Graph) -> Result<(), StartError> {
    let mut opened = Vec::new();
    for queue in new(graph) {
        if let Err(error) = queue.open(&graph.host.metrics).await {
            close(opened).await;
            let message =
                format!("the queue of the pipeline `{}` cannot be opened: {error}", queue.pipeline());
            return Err(StartError { message, ..error });
        }
        opened.push(queue);
    }
    Ok(())
}

/// Lets the exporters of `graph` read its queues, and nobody else.
pub(super) fn attach(graph: &Graph) -> Result<(), StartError> {
    graph.queues.values().try_for_each(|queue| queue.queue.attach(&queue.exporters, &graph.host.metrics))
}

/// Lets the stores that go on keep their logs as `graph` says.
pub(super) fn change_stores(graph: &Graph) {
    for (storage, store, settings) in &graph.changed_stores {
        let (max_size, directory) = (settings.log.limits.bytes_max, settings.directory.display());
        store.change(settings.clone());
        let queues = graph.queues.values().filter(|queue| queue.queue.is_in(store));
        queues.for_each(|queue| queue.queue.take_settings());
        tracing::info!(%storage, %directory, max_size, "the queues on disk have new settings");
    }
}

/// The queues of `graph` that do not run already.
pub(super) fn new(graph: &Graph) -> Vec<Arc<DurableQueue>> {
    graph.queues.values().filter(|queue| !queue.is_kept).map(|queue| queue.queue.clone()).collect()
}

/// The queues of `before` that `next` does not have.
pub(super) fn replaced(before: &Graph, next: &Graph) -> Vec<Arc<DurableQueue>> {
    let goes_on =
        |queue: &Arc<DurableQueue>| next.queues.values().any(|kept| Arc::ptr_eq(&kept.queue, queue));
    before.queues.values().map(|queue| queue.queue.clone()).filter(|queue| !goes_on(queue)).collect()
}

/// Closes `queues` that the new configuration does not have, and says what stays of them.
pub(super) async fn close_replaced(queues: Vec<Arc<DurableQueue>>) {
    for queue in &queues {
        for Backlog { exporter, items } in queue.backlog().into_iter().filter(|backlog| backlog.items > 0) {
            tracing::warn!(
                pipeline = queue.pipeline(),
                exporter,
                items,
                directory = %queue.directory().display(),
                "not delivered before the drain timeout, and no configuration reads this queue now: it is kept until one \
                 with this pipeline and directory runs again, or until `codeagent-collector queue drop`"
            );
        }
        queue.close().await;
    }
}

/// Closes `queues` and says what stays on disk.
pub(super) async fn close(queues: Vec<Arc<DurableQueue>>) {
    for queue in queues {
        for Backlog { exporter, items } in queue.backlog() {
            if items > 0 {
                tracing::info!(
                    pipeline = queue.pipeline(),
                    exporter,
                    items,
                    "kept on disk for the next start"
                );
            }
        }
        queue.close().await;
    }
}
