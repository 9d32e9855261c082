//! How far the process is in its life, for health checks.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

/// Where in its life the process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Not all components have started.
    Starting,
    /// Data is taken.
    Ready,
    /// No new data is taken; what was taken is being delivered.
    Stopping,
}

/// The phase, shared.
#[derive(Debug)]
pub struct Health {
    phase: AtomicU8,
    since: Instant,
}

impl Default for Health {
    fn default() -> Self {
        Health { phase: AtomicU8::new(Phase::Starting as u8), since: Instant::now() }
    }
}

impl Health {
    /// Enters a phase.
    pub fn set(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Release);
    }

    /// The phase now.
    pub fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Acquire) {
            0 => Phase::Starting,
            1 => Phase::Ready,
            _ => Phase::Stopping,
        }
    }

    /// When the process was built.
    pub fn since(&self) -> Instant {
        self.since
    }
}
