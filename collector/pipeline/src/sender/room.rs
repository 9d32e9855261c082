//! The bounds of one sender: always in bytes, and in requests or items where users said so.

use std::sync::Arc;

use smallvec::SmallVec;

use super::config::Sizer;
use super::settings::QueueLimits;
use crate::{Batch, Budget, Oversize, Permit, QueueId, Slots};

/// What a batch holds of a sender's room until it is settled.
pub(super) type Places = SmallVec<[Permit; 2]>;

/// The room of one sender.
#[derive(Debug)]
pub(super) struct Room {
    bytes: (QueueId, Arc<Budget>),
    count: Option<(QueueId, Arc<Budget>, Sizer)>,
}

impl Room {
    /// An empty room.
    pub fn new(limits: QueueLimits) -> Self {
        let count = limits.count.map(|(sizer, limit)| (QueueId::unique(), Budget::new(limit), sizer));
        Room { bytes: (QueueId::unique(), Budget::new(limits.bytes)), count }
    }

    /// Places for `batch`, if there is room now.
    pub fn try_take(&self, batch: &Batch) -> Option<Places> {
        let mut places = Places::new();
        if let Some((_, budget, sizer)) = &self.count {
            places.push(budget.try_acquire(size(batch, *sizer), Oversize::WhenEmpty)?);
        }
        places.push(self.bytes.1.try_acquire(batch.bytes(), Oversize::WhenEmpty)?);
        Some(places)
    }

    /// Places for `batch`, as soon as there is room. All who wait take the bounds in this order, so that
    /// none waits for another.
    pub async fn take(&self, batch: &Batch) -> Places {
        let mut places = Places::new();
        if let Some((_, budget, sizer)) = &self.count {
            places.push(budget.acquire(size(batch, *sizer)).await);
        }
        places.push(self.bytes.1.acquire(batch.bytes()).await);
        places
    }

    /// Keeps `places` in `slots`.
    pub fn put(&self, places: Places, slots: &Slots) {
        let ids = self.count.iter().map(|(id, ..)| *id).chain([self.bytes.0]);
        for (id, permit) in ids.zip(places) {
            slots.put(id, permit);
        }
    }

    /// Takes the places of one batch out of `slots`. A processor may have made the batch smaller since.
    pub fn take_from(&self, slots: &Slots, batch: &Batch) -> Option<Places> {
        let mut places = Places::new();
        if let Some((id, _, sizer)) = &self.count {
            let mut permit = slots.take(*id)?;
            permit.shrink_to(size(batch, *sizer));
            places.push(permit);
        }
        let mut permit = slots.take(self.bytes.0)?;
        permit.shrink_to(batch.bytes());
        places.push(permit);
        Some(places)
    }

    /// Used and limit, in the unit that users chose, else in bytes.
    pub fn fill(&self) -> (usize, usize) {
        let budget = self.count.as_ref().map_or(&self.bytes.1, |(_, budget, _)| budget);
        (budget.used(), budget.limit())
    }

    /// Bytes used and their limit.
    pub fn fill_bytes(&self) -> (usize, usize) {
        (self.bytes.1.used(), self.bytes.1.limit())
    }
}

fn size(batch: &Batch, sizer: Sizer) -> usize {
    match sizer {
        Sizer::Requests => 1,
        Sizer::Items => batch.items(),
        Sizer::Bytes => batch.bytes(),
    }
}
