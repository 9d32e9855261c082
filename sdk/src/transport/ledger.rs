//! What became of every item: delivered, kept on disk for later, or lost and why.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use codeagent_semconv::value::{SdkDropReason, Signal};

/// Why an item was lost.
pub(crate) type Loss = SdkDropReason;

/// Counts of items, by signal, and of what was lost also by reason.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    delivered: [AtomicU64; Signal::COUNT],
    spooled: [AtomicU64; Signal::COUNT],
    lost: [[AtomicU64; Loss::COUNT]; Signal::COUNT],
}

impl Ledger {
    pub(crate) fn deliver(&self, signal: Signal, items: u64) {
        self.delivered[signal.index()].fetch_add(items, Relaxed);
    }

    pub(crate) fn spool(&self, signal: Signal, items: u64) {
        self.spooled[signal.index()].fetch_add(items, Relaxed);
    }

    pub(crate) fn lose(&self, signal: Signal, reason: Loss, items: u64) {
        self.lost[signal.index()][reason.index()].fetch_add(items, Relaxed);
    }

    pub(crate) fn delivered(&self, signal: Signal) -> u64 {
        self.delivered[signal.index()].load(Relaxed)
    }

    pub(crate) fn spooled(&self, signal: Signal) -> u64 {
        self.spooled[signal.index()].load(Relaxed)
    }

    pub(crate) fn lost(&self, signal: Signal, reason: Loss) -> u64 {
        self.lost[signal.index()][reason.index()].load(Relaxed)
    }

    /// All that was lost, of all signals and for all reasons.
    pub(crate) fn lost_in_all(&self) -> u64 {
        self.lost.iter().flatten().map(|count| count.load(Relaxed)).sum()
    }
}
