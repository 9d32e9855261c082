//! The records of a log from a place on.

use std::io;
use std::sync::Arc;

use super::super::reading::{Gap, Read, Reading, Segments};
use super::super::segment::Segment;
use super::super::storage::Storage;
use super::super::{Place, Record};

/// What is read next.
#[derive(Debug)]
pub enum Stored {
    /// A record.
    Record(Record),
    /// Records that were acknowledged and are gone.
    Lost {
        /// Which.
        gap: Gap,
        /// Whether they were dropped on purpose: to make room, or for their age.
        evicted: bool,
    },
}

/// Records in their order. An error means that a file cannot be read further; what it holds comes as lost.
pub struct Records {
    reading: Reading,
    storage: Arc<dyn Storage>,
    end: Place,
    evicted: Place,
}

impl Records {
    pub(super) fn new(
        segments: Arc<Segments>,
        storage: Arc<dyn Storage>,
        place: Place,
        end: Place,
        evicted: Place,
    ) -> Self {
        Records { reading: Reading::new(segments, place), storage, end, evicted }
    }

    /// Whether the running collector has removed what is missing since the log was opened: everybody has it.
    fn was_released(&self, gap: &Gap) -> bool {
        let Ok(names) = self.storage.list() else { return false };
        let first = names.iter().filter_map(|name| Segment::parse_name(name)).min();
        let was_there = Segment::parse_name(&gap.file).is_some();
        was_there && first.is_some_and(|(_, sequence, _)| sequence >= gap.to.sequence)
    }
}

impl Iterator for Records {
    type Item = io::Result<Stored>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.reading.next(self.end) {
                Ok(Read::Nothing) => return None,
                Ok(Read::Record(record)) => return Some(Ok(Stored::Record(record))),
                Ok(Read::Gap(gap)) if self.was_released(&gap) => {}
                Ok(Read::Gap(gap)) => {
                    let evicted = gap.to.sequence <= self.evicted.sequence;
                    return Some(Ok(Stored::Lost { gap, evicted }));
                }
                Err(error) => {
                    self.reading.give_up_file();
                    return Some(Err(error));
                }
            }
        }
    }
}
