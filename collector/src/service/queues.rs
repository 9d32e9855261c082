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
