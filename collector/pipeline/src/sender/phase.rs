//! Where a sender is in its life. It only goes forward.

use tokio::sync::watch;

/// What callers are told while the collector stops.
pub(super) const STOPPING: &str = "the collector is stopping";

/// Running, then draining, then given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    Running,
    /// Nothing new is taken; what waits is delivered.
    Draining,
    /// What is not delivered by now is not delivered.
    GivenUp,
}

/// The phase, and who is to hear of it.
#[derive(Debug)]
pub(super) struct PhaseOrder(watch::Sender<Phase>);

/// Hears of the phase.
pub(super) struct PhaseWatch(watch::Receiver<Phase>);

impl PhaseOrder {
    /// A sender that runs.
    pub fn new() -> Self {
        PhaseOrder(watch::Sender::new(Phase::Running))
    }

    /// Goes on to `phase`, unless it is further already.
    pub fn advance(&self, phase: Phase) {
        self.0.send_if_modified(|current| {
            let further = phase > *current;
            *current = phase.max(*current);
            further
        });
    }

    /// Whether new batches are taken.
    pub fn is_running(&self) -> bool {
        *self.0.borrow() == Phase::Running
    }

    /// To hear of changes.
    pub fn watch(&self) -> PhaseWatch {
        PhaseWatch(self.0.subscribe())
    }
}

impl PhaseWatch {
    /// Waits until nothing new is taken.
    pub async fn stopping(&mut self) {
        self.reached(Phase::Draining).await;
    }

    /// Waits until the sender gives up.
    pub async fn given_up(&mut self) {
        self.reached(Phase::GivenUp).await;
    }

    async fn reached(&mut self, phase: Phase) {
        // an error means that the sender is gone, which is further than any phase
        let _ = self.0.wait_for(|current| *current >= phase).await;
    }
}
