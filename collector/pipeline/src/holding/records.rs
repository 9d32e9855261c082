//! The records of one log that are not settled yet: where they are, and how much of them is undecided or not delivered.

use std::collections::VecDeque;

use crate::log::{Place, Position};

/// A record by a number that wraps around: what is in use is never a whole round apart.
pub(super) type RecordId = u32;

/// The records that were read and are not settled, oldest first.
#[derive(Default)]
pub(super) struct Records {
    list: VecDeque<Record>,
    /// The number of the oldest.
    first: RecordId,
    /// The first of them, counted from the oldest, that may have undecided items.
    undecided_from: usize,
    /// Payload bytes of all records that were ever read.
    total: u64,
}

struct Record {
    end: Place,
    at: Position,
    /// Payload bytes of all records before it.
    before: u64,
    /// Items that are neither delivered nor dropped.
    open: u32,
    /// Those of them that wait for a decision.
    undecided: u32,
}

impl Records {
    /// Notes a record of `items`, all of which are open.
    pub fn push(&mut self, end: Place, at: Position, bytes: usize, items: usize) -> RecordId {
        let before = self.total;
        self.total += bytes as u64;
        let open = u32::try_from(items).unwrap_or(u32::MAX);
        self.list.push_back(Record { end, at, before, open, undecided: 0 });
        self.first.wrapping_add(self.list.len() as u32 - 1)
    }

    /// `items` of the record wait for a decision.
    pub fn wait(&mut self, record: RecordId, items: u32) {
        if let Some(record) = self.get_mut(record) {
            record.undecided += items;
        }
    }

    /// `items` of the record wait no more.
    pub fn decide(&mut self, record: RecordId, items: u32) {
        if let Some(record) = self.get_mut(record) {
            record.undecided = record.undecided.saturating_sub(items);
        }
    }

    /// `items` of the record are delivered or dropped.
    pub fn settle(&mut self, record: RecordId, items: u32) {
        if let Some(record) = self.get_mut(record) {
            record.open = record.open.saturating_sub(items);
        }
    }

    /// Forgets the oldest records in which all is settled; the place behind them.
    pub fn pass(&mut self) -> Option<Place> {
        let mut passed = None;
        while let Some(oldest) = self.list.front()
            && oldest.open == 0
        {
            passed = Some(oldest.end);
            self.first = self.first.wrapping_add(1);
            self.undecided_from = self.undecided_from.saturating_sub(1);
            self.list.pop_front();
        }
        passed
    }

    /// Where the record's payload is.
    pub fn position(&self, record: RecordId) -> Option<Position> {
        self.list.get(record.wrapping_sub(self.first) as usize).map(|record| record.at)
    }

    /// The number of the record in the log.
    pub fn sequence(&self, record: RecordId) -> u64 {
        let record = self.list.get(record.wrapping_sub(self.first) as usize);
        record.map_or(0, |record| record.end.sequence.saturating_sub(1))
    }

    /// Bytes from the oldest record with an undecided item to the newest. What is in between cannot go.
    pub fn undecided_bytes(&mut self) -> u64 {
        // once decided, a record gets no undecided items again: those come with it
        while let Some(record) = self.list.get(self.undecided_from)
            && record.undecided == 0
        {
            self.undecided_from += 1;
        }
        self.list.get(self.undecided_from).map_or(0, |record| self.total - record.before)
    }

    /// Bytes of memory.
    pub fn memory(&self) -> usize {
        self.list.capacity() * size_of::<Record>()
    }

    fn get_mut(&mut self, record: RecordId) -> Option<&mut Record> {
        self.list.get_mut(record.wrapping_sub(self.first) as usize)
    }
}
