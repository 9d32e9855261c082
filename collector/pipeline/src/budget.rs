//! Bounds that are checked before memory is taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// A bound on something countable: bytes of the process, bytes or items of a queue.
#[derive(Debug)]
pub struct Budget {
    limit: AtomicUsize,
    used: AtomicUsize,
    /// Holds a wake-up for the one that waits for room, whether it waits already or not.
    freed: Notify,
    /// Who waits for room waits in line, so that a large amount is not overtaken for ever.
    line: tokio::sync::Mutex<()>,
}

impl Budget {
    /// A budget of `limit` units.
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Budget {
            limit: AtomicUsize::new(limit),
            used: AtomicUsize::new(0),
            freed: Notify::new(),
            line: tokio::sync::Mutex::new(()),
        })
    }

    /// Takes `amount` units, or nothing. An amount over the whole limit is granted to an empty budget only
    /// when `oversize` says so: else one large batch could never pass.
    pub fn try_acquire(self: &Arc<Self>, amount: usize, oversize: Oversize) -> Option<Permit> {
        let limit = self.limit();
        let fits = |used: usize| {
            used.checked_add(amount).is_some_and(|sum| sum <= limit)
                || (used == 0 && matches!(oversize, Oversize::WhenEmpty))
        };
        self.used
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |used| fits(used).then(|| used + amount))
            .ok()
            .map(|_| Permit { budget: self.clone(), amount })
    }

    /// Waits in line until `amount` units are free, and takes them; an amount over the whole limit waits for
    /// an empty budget. Dropping the future gives up the place in the line and nothing else.
    pub async fn acquire(self: &Arc<Self>, amount: usize) -> Permit {
        let _turn = self.line.lock().await;
        loop {
            if let Some(permit) = self.try_acquire(amount, Oversize::WhenEmpty) {
                return permit;
            }
            self.freed.notified().await;
        }
    }

    fn give_back(&self, amount: usize) {
        self.used.fetch_sub(amount, Ordering::AcqRel);
        self.freed.notify_one();
    }

    /// Units granted and not returned.
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Acquire)
    }

    /// The bound.
    pub fn limit(&self) -> usize {
        self.limit.load(Ordering::Acquire)
    }

    /// Changes the bound; what was granted stays granted.
    pub fn set_limit(&self, limit: usize) {
        self.limit.store(limit, Ordering::Release);
        self.freed.notify_one();
    }
}

/// Whether an empty budget grants more than its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oversize {
    /// Never.
    Refuse,
    /// When nothing else is held, so that a single large batch is not stuck for ever.
    WhenEmpty,
}

/// Units of a budget, returned when dropped.
#[derive(Debug)]
pub struct Permit {
    budget: Arc<Budget>,
    amount: usize,
}

impl Permit {
    /// Units held.
    pub fn amount(&self) -> usize {
        self.amount
    }

    /// Returns what is held over `amount`.
    pub fn shrink_to(&mut self, amount: usize) {
        let surplus = self.amount.saturating_sub(amount);
        self.amount -= surplus;
        self.budget.give_back(surplus);
    }

    /// Takes `more` units on top, or none of them.
    pub fn try_grow(&mut self, more: usize) -> bool {
        match self.budget.try_acquire(more, Oversize::Refuse) {
            Some(mut extra) => {
                self.amount += std::mem::take(&mut extra.amount);
                true
            }
            None => false,
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.budget.give_back(self.amount);
    }
}

/// Places reserved for one batch in the queues that it will reach: reserved in all before it is put in any.
#[derive(Clone, Debug, Default)]
pub struct Slots(Arc<parking_lot::Mutex<Vec<(QueueId, Permit)>>>);

/// Names a queue within the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QueueId(pub usize);

impl QueueId {
    /// An id that no other queue of the process has.
    pub fn unique() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        QueueId(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl Slots {
    /// Keeps a reservation for `queue`.
    pub fn put(&self, queue: QueueId, permit: Permit) {
        self.0.lock().push((queue, permit));
    }

    /// Takes one reservation for `queue` out.
    pub fn take(&self, queue: QueueId) -> Option<Permit> {
        let mut slots = self.0.lock();
        let at = slots.iter().position(|(id, _)| *id == queue)?;
        Some(slots.swap_remove(at).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_budget_refuses_and_a_dropped_permit_frees_it() {
        let budget = Budget::new(10);
        let seven = budget.try_acquire(7, Oversize::Refuse).unwrap();
        assert!(budget.try_acquire(4, Oversize::Refuse).is_none());
        assert_eq!(budget.used(), 7);
        drop(seven);
        assert_eq!(budget.used(), 0);
        assert!(budget.try_acquire(10, Oversize::Refuse).is_some());
    }

    #[test]
    fn one_oversize_batch_passes_an_empty_budget_only() {
        let budget = Budget::new(10);
        assert!(budget.try_acquire(11, Oversize::Refuse).is_none());
        let large = budget.try_acquire(11, Oversize::WhenEmpty).unwrap();
        assert!(budget.try_acquire(1, Oversize::WhenEmpty).is_none());
        drop(large);
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn a_permit_grows_and_shrinks_within_the_limit() {
        let budget = Budget::new(10);
        let mut permit = budget.try_acquire(4, Oversize::Refuse).unwrap();
        assert!(permit.try_grow(6));
        assert!(!permit.try_grow(1));
        permit.shrink_to(3);
        assert_eq!((budget.used(), permit.amount()), (3, 3));
    }

    #[tokio::test]
    async fn who_waits_for_room_is_served_in_line_and_may_leave_it() {
        let budget = Budget::new(10);
        let all = budget.try_acquire(10, Oversize::Refuse).unwrap();
        let take = |amount| {
            let budget = budget.clone();
            tokio::spawn(async move { budget.acquire(amount).await.amount() })
        };
        let (leaves, large, small) = (take(1), take(25), take(1));
        tokio::task::yield_now().await;
        leaves.abort();
        assert!(leaves.await.unwrap_err().is_cancelled());
        assert!(!small.is_finished());
        drop(all);
        assert_eq!((large.await.unwrap(), small.await.unwrap()), (25, 1));
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn a_slot_is_taken_once_per_reservation() {
        let (budget, slots) = (Budget::new(10), Slots::default());
        for _ in 0..2 {
            slots.put(QueueId(1), budget.try_acquire(2, Oversize::Refuse).unwrap());
        }
        assert!(slots.take(QueueId(2)).is_none());
        drop((slots.take(QueueId(1)), slots.take(QueueId(1))));
        assert!(slots.take(QueueId(1)).is_none());
        assert_eq!(budget.used(), 0);
    }
}
