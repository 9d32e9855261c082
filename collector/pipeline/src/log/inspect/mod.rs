//! A log as it lies on disk, for people: nothing is written, so a collector may be at work on it.

mod check;
mod records;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;

pub use check::{CheckedFile, Hole};
pub use records::{Records, Stored};

use super::cursor::{Cursor, Progress};
use super::journal::DAMAGED;
use super::reading::Segments;
use super::recovery::{MARK, Mark, OpenError, find_end, find_segments};
use super::roster::Roster;
use super::segment::Segment;
use super::slots::Slots;
use super::storage::Storage;
use super::{Place, Record};

/// How often a folder is looked through, out of which the running collector removes files meanwhile.
const TRIES: usize = 5;

/// A log as it was found.
pub struct StoredLog {
    storage: Arc<dyn Storage>,
    segments: Vec<Arc<Segment>>,
    cursors: Vec<StoredCursor>,
    damaged: Vec<KeptFile>,
    end: Place,
    evicted: Place,
    bytes_max: u64,
}

/// How far a destination was.
pub struct StoredCursor {
    /// The destination.
    pub name: String,
    /// Nothing where the file is damaged or gone.
    progress: Option<Progress>,
}

/// A file that had holes and is kept aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptFile {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
}

/// What one destination has not settled yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Spans, data points or log records.
    pub items: u64,
    /// Bytes on disk from the oldest of them to the end of the log.
    pub bytes: u64,
    /// When the oldest record was accepted, Unix milliseconds.
    pub oldest_ms: Option<u64>,
}

impl StoredLog {
    /// Looks at the log in `storage`.
    ///
    /// # Errors
    /// The folder cannot be read, or a later version wrote it.
    pub fn open(storage: Arc<dyn Storage>) -> Result<Self, OpenError> {
        let mut tries = 1;
        loop {
            match Self::look(&storage) {
                Err(OpenError::Disk { error, .. })
                    if error.kind() == io::ErrorKind::NotFound && tries < TRIES =>
                {
                    tries += 1;
                }
                looked => return looked,
            }
        }
    }

    /// The mark first and the cursors last: what the running collector does in between, only adds to the files
    /// behind the mark, and removes them before the cursors.
    fn look(storage: &Arc<dyn Storage>) -> Result<Self, OpenError> {
        let disk = |error| OpenError::Disk { place: storage.place(), error };
        let files = storage.list().map_err(disk)?;
        let mark = match files.iter().any(|name| name == MARK) {
            true => Slots::read(&**storage, MARK).map_err(disk)?,
            false => None,
        };
        let mark = mark.as_deref().and_then(Mark::decode).unwrap_or_default();
        let segments = find_segments(&**storage)?;
        let mut end = find_end(&**storage, &segments, mark).map_err(disk)?;
        let mut cursors = Vec::new();
        for name in Cursor::names(&**storage).map_err(disk)? {
            let progress = Progress::read(&**storage, &name).map_err(disk)?;
            end = progress.as_ref().map_or(end, |progress| progress.next().max(end));
            cursors.push(StoredCursor { name, progress });
        }
        for name in Roster::read(&**storage).map_err(disk)? {
            if !cursors.iter().any(|cursor| cursor.name == name) {
                cursors.push(StoredCursor { name, progress: None });
            }
        }
        let mut damaged = Vec::new();
        for name in files.into_iter().filter(|name| name.ends_with(DAMAGED)) {
            let bytes = storage.open(&name).and_then(|file| file.size()).map_err(disk)?;
            damaged.push(KeptFile { name, bytes });
        }
        damaged.sort_by(|one, other| one.name.cmp(&other.name));
        let Mark { evicted, bytes_max, .. } = mark;
        Ok(StoredLog { storage: storage.clone(), segments, cursors, damaged, end, evicted, bytes_max })
    }

    /// Behind the last acknowledged record.
    pub fn end(&self) -> Place {
        self.end
    }

    /// The oldest record that is still there.
    pub fn start(&self) -> Place {
        self.segments.first().map_or(self.end, |first| first.first())
    }

    /// Bytes of all files that are part of the log.
    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.readable()).sum()
    }

    /// The bytes that it might take when something was last written to it, where it was bounded.
    pub fn bytes_max(&self) -> Option<u64> {
        Some(self.bytes_max).filter(|bytes| ![0, u64::MAX].contains(bytes))
    }

    /// How many those are.
    pub fn files(&self) -> usize {
        self.segments.len()
    }

    /// Files with holes that are kept aside.
    pub fn damaged(&self) -> &[KeptFile] {
        &self.damaged
    }

    /// The destinations, and how far they are.
    pub fn cursors(&self) -> &[StoredCursor] {
        &self.cursors
    }

    /// The destination of this name.
    pub fn cursor(&self, name: &str) -> Option<&StoredCursor> {
        self.cursors.iter().find(|cursor| cursor.name == name)
    }

    /// All records from `place` on, and what is gone.
    pub fn records(&self, place: Place) -> Records {
        let segments = Segments::new(self.storage.clone(), self.segments.clone());
        Records::new(segments, self.storage.clone(), place, self.end, self.evicted)
    }

    /// What `cursor` has not settled. Reads no more than the file in which that begins.
    pub fn backlog(&self, cursor: &StoredCursor) -> Backlog {
        let next = if cursor.is_damaged() { self.start() } else { cursor.next() };
        let items = cursor.unsettled_items(next, self.end);
        let Some(at) = self.segments.iter().rposition(|segment| segment.first_sequence <= next.sequence)
        else {
            return Backlog { items, bytes: if items > 0 { self.bytes() } else { 0 }, oldest_ms: None };
        };
        if items == 0 {
            return Backlog::default();
        }
        let behind = self.segments[at + 1..].iter().map(|segment| segment.readable()).sum::<u64>();
        let (mut bytes, mut oldest_ms) = (0, None);
        let until = self.segments.get(at + 1).map_or(self.end, |segment| segment.first());
        for stored in self.records(next) {
            match stored {
                Ok(Stored::Record(record)) if record.sequence < until.sequence => {
                    bytes += record.stored_bytes() as u64;
                    if !cursor.is_settled(&record) {
                        oldest_ms = oldest_ms.or(Some(record.time_ms));
                    }
                }
                Ok(Stored::Record(record)) => {
                    oldest_ms = oldest_ms.or(Some(record.time_ms));
                    break;
                }
                Ok(Stored::Lost { .. }) | Err(_) => {}
            }
        }
        Backlog { items, bytes: bytes + behind, oldest_ms }
    }
}

impl StoredCursor {
    /// Whether the file is damaged or gone; then nothing is known to be settled.
    pub fn is_damaged(&self) -> bool {
        self.progress.is_none()
    }

    /// Everything before this place is settled.
    pub fn next(&self) -> Place {
        self.progress.as_ref().map_or_else(Place::default, Progress::next)
    }

    /// Whether `record` is settled.
    pub fn is_settled(&self, record: &Record) -> bool {
        self.progress.as_ref().is_some_and(|progress| progress.is_settled(record.sequence))
    }

    fn unsettled_items(&self, start: Place, end: Place) -> u64 {
        end.item.saturating_sub(self.progress.as_ref().map_or(start.item, Progress::settled_items))
    }
}
