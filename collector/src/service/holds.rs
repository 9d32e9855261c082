//! The holding processors of a graph: they begin before anything arrives, and end between receivers and senders.

use std::sync::Arc;
use std::time::Instant;

use codeagent_pipeline::StartError;
use codeagent_pipeline::holding::Hold;

use crate::graph::Graph;

/// Starts what is new in `graph`, or nothing.
pub(super) async fn start(graph: &mut Graph) -> Result<(), StartError> {
    let mut started: Vec<Arc<Hold>> = Vec::new();
    for (id, entry) in graph.holds.iter_mut().filter(|(_, entry)| !entry.is_kept) {
        let Some(plan) = entry.plan() else { continue };
        if let Err(error) = entry.hold.start(plan).await {
            stop(started, Instant::now()).await;
            let message = format!("the processor `{id}` cannot start: {error}");
            return Err(StartError { message, ..error });
        }
        started.push(entry.hold.clone());
    }
    Ok(())
}

/// Lets the processors that go on from `before` work as `next` says.
pub(super) fn take_over(before: &Graph, next: &mut Graph) {
    for (id, entry) in next.holds.iter_mut().filter(|(_, entry)| entry.is_kept) {
        entry.hold.direct(&entry.outlets);
        if before.holds.get(id).is_some_and(|running| entry.goes_on_as(running)) {
            continue;
        }
        let (Some(plan), hold) = (entry.plan(), entry.hold.clone()) else { continue };
        tokio::spawn(async move {
            if let Err(error) = hold.start(plan).await {
                tracing::error!(processor = hold.id(), %error, "cannot go on; what it holds is kept, nothing is taken");
            }
        });
    }
}

/// The processors that do not run already.
pub(super) fn new(graph: &Graph) -> Vec<Arc<Hold>> {
    graph.holds.values().filter(|entry| !entry.is_kept).map(|entry| entry.hold.clone()).collect()
}

/// All of them.
pub(super) fn all(graph: &Graph) -> Vec<Arc<Hold>> {
    graph.holds.values().map(|entry| entry.hold.clone()).collect()
}

/// The processors of `before` that `next` does not have.
pub(super) fn replaced(before: &Graph, next: &Graph) -> Vec<Arc<Hold>> {
    let kept = all(next);
    all(before).into_iter().filter(|hold| !kept.iter().any(|kept| Arc::ptr_eq(kept, hold))).collect()
}

/// Stops `holds`: what they decided is handed over until `deadline`.
pub(super) async fn stop(holds: Vec<Arc<Hold>>, deadline: Instant) {
    for hold in holds {
        hold.stop(deadline).await;
    }
}

/// Ends `holds` of which no later start will read anything: all is decided and handed over until `deadline`.
pub(super) async fn retire(holds: Vec<Arc<Hold>>, deadline: Instant) {
    for hold in holds {
        hold.retire(deadline).await;
    }
}
