//! The end of components: what they hold is delivered first.

use std::sync::Arc;
use std::time::{Duration, Instant};

use codeagent_pipeline::holding::Hold;
use codeagent_pipeline::{BuiltExporter, DurableQueue};
use tokio::task::JoinSet;
use tokio::time::timeout_at;

use super::collector::Live;
use super::queues;
use crate::graph::{Graph, ServiceId};

/// A graph that was replaced, with what does not go on in the next one.
pub(super) struct Retired {
    /// Its pipelines.
    pub graph: Graph,
    /// Services that end.
    pub services: Vec<(ServiceId, Live)>,
    /// Senders that end.
    pub senders: Vec<BuiltExporter>,
    /// Queues on disk that end.
    pub queues: Vec<Arc<DurableQueue>>,
    /// Holding processors that end.
    pub holds: Vec<Arc<Hold>>,
}

/// Lets what is on its way through `retired` arrive, then stops its senders: until `deadline`.
pub(super) async fn retire(retired: Retired, deadline: Instant) {
    let Retired { mut graph, services, senders, queues, holds } = retired;
    order(&services, deadline);
    let idle = graph.idle.take();
    drop(graph);
    if let Some(mut idle) = idle {
        // A sender that drains takes nothing new. So the requests that go to it must have gone through.
        if timeout_at(deadline.into(), idle.recv()).await.is_err() {
            tracing::warn!("requests that came before the reload are still unanswered, giving up on them");
        }
    }
    super::holds::retire(holds, deadline).await;
    for queue in &queues {
        queue.drain(deadline).await;
    }
    drain(senders, deadline).await;
    queues::close_replaced(queues).await;
    stop(services, deadline).await;
}

/// Tells services to take nothing new.
pub(super) fn order(services: &[(ServiceId, Live)], deadline: Instant) {
    for (_, live) in services {
        // nobody listens any more: then it has ended already
        let _ = live.order.send(Some(deadline));
    }
}

/// Stops services, and waits until they have answered what they took, at most a second longer than to `deadline`.
pub(super) async fn stop(services: Vec<(ServiceId, Live)>, deadline: Instant) {
    order(&services, deadline);
    let patience = deadline + Duration::from_secs(1);
    for ((_, id), live) in services {
        if timeout_at(patience.into(), live.running.task).await.is_err() {
            tracing::warn!(component = %id, "did not stop in time");
        }
    }
}

/// Lets senders deliver what they hold.
pub(super) async fn drain(senders: Vec<BuiltExporter>, deadline: Instant) {
    let mut drains = JoinSet::new();
    for sender in senders {
        drains.spawn(async move { sender.drain(deadline).await });
    }
    while drains.join_next().await.is_some() {}
}
