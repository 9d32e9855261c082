//! Opening a log: where it ends, whatever the last run was doing when it ended.
//!
//! A file is never written again after a start, so nothing is cut off: what a file holds beyond the first
//! sequence number of the next one does not count.

use std::io;
use std::sync::Arc;

use super::Place;
use super::scan::{Found, Scan};
use super::segment::{FORMAT_VERSION, HEADER_BYTES, Header, Segment};
use super::slots::Slots;
use super::storage::Storage;

/// The file of the mark.
pub(super) const MARK: &str = "end.mark";

/// Why a log cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A later version wrote it.
    #[error(
        "{file} has format version {version}, and this collector knows version {FORMAT_VERSION}: run the version \
         that wrote it until the queue is empty, or choose another `directory`"
    )]
    NewerFormat {
        /// The file.
        file: String,
        /// Its version.
        version: u16,
    },
    /// The disk refused.
    #[error("{place}: {error}")]
    Disk {
        /// The folder.
        place: String,
        /// What the disk said.
        error: io::Error,
    },
}

/// A log as it was left.
pub(super) struct Recovered {
    pub segments: Vec<Arc<Segment>>,
    pub mark: Slots,
    pub end: Place,
    pub evicted: Place,
    pub distrusted: u64,
    pub next_ordinal: u64,
}

/// Finds the segments of `storage` and the end of the log.
pub(super) fn recover(storage: &dyn Storage) -> Result<Recovered, OpenError> {
    let disk = |error| OpenError::Disk { place: storage.place(), error };
    let segments = find_segments(storage)?;
    let (mark, state) = Slots::open(storage, MARK).map_err(disk)?;
    let marked = state.as_deref().and_then(Mark::decode).unwrap_or_default();
    let end = find_end(storage, &segments, marked).map_err(disk)?;
    let Mark { evicted, distrusted, .. } = marked;
    let next_ordinal = segments.last().map_or(1, |last| last.ordinal + 1);
    Ok(Recovered { segments, mark, end, evicted, distrusted, next_ordinal })
}

/// Where the log of these segments ends, of which the mark was left behind.
pub(super) fn find_end(storage: &dyn Storage, segments: &[Arc<Segment>], mark: Mark) -> io::Result<Place> {
    let Some(last) = segments.last().filter(|last| last.ordinal > mark.distrusted) else {
        return Ok(mark.end);
    };
    let found = end_of(storage, last, mark.end)?;
    if found.sequence >= mark.end.sequence {
        return Ok(found);
    }
    last.set_damaged();
    let (place, file, items) = (storage.place(), last.name(), mark.end.item - found.item);
    tracing::error!(place, file, items, "acknowledged data is missing at the end of the log");
    Ok(mark.end)
}

/// All segments in their order. Files that are none are left alone.
pub(super) fn find_segments(storage: &dyn Storage) -> Result<Vec<Arc<Segment>>, OpenError> {
    let disk = |error| OpenError::Disk { place: storage.place(), error };
    let mut segments = Vec::new();
    for name in storage.list().map_err(disk)? {
        let Some((ordinal, first_sequence, first_item)) = Segment::parse_name(&name) else { continue };
        let file = storage.open(&name).map_err(disk)?;
        let size = file.size().map_err(disk)?;
        let created_ms = match Segment::read_header(&*file).map_err(disk)? {
            Header::Good { created_ms } => created_ms,
            Header::Foreign(version) => return Err(OpenError::NewerFormat { file: name, version }),
            // cut off when it was begun, or damaged: its records are checked one by one anyway
            Header::Bad => 0,
        };
        segments.push(Arc::new(Segment::new(ordinal, first_sequence, first_item, created_ms, size)));
    }
    segments.sort_by_key(|segment| segment.ordinal);
    Ok(segments)
}

/// Where the last segment ends. A hole before `marked` is damage, and what is behind it counts; a hole after it
/// is a write that was cut off, which nobody was told about.
fn end_of(storage: &dyn Storage, last: &Segment, marked: Place) -> io::Result<Place> {
    let file = storage.open(&last.name())?;
    // what the last run wrote without a sync counts from now on
    file.sync()?;
    let mut scan = Scan::new(file, HEADER_BYTES);
    let mut end = last.first();
    loop {
        match scan.next(last.readable())? {
            Found::Record(record) if record.sequence == end.sequence => end = record.end(),
            Found::Record(record) if record.sequence > end.sequence && end.sequence < marked.sequence => {
                last.set_damaged();
                end = record.end();
            }
            Found::Hole => {}
            Found::Record(_) | Found::End => return Ok(end),
        }
    }
}

/// What is remembered of a log beside its files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// The end of what was acknowledged when this was saved.
    pub end: Place,
    /// The end of what was dropped on purpose.
    pub evicted: Place,
    /// The last file whose sync failed: what it holds behind `end` may be in memory only.
    pub distrusted: u64,
    /// The bytes that the log may take, for people; 0 where nobody knows.
    pub bytes_max: u64,
}

impl Mark {
    /// As it is saved.
    pub fn encode(&self) -> Vec<u8> {
        let Mark { end, evicted, distrusted, bytes_max } = self;
        let numbers = [end.sequence, end.item, evicted.sequence, evicted.item, *distrusted, *bytes_max];
        numbers.into_iter().flat_map(u64::to_le_bytes).collect()
    }

    /// What [`Mark::encode`] made.
    pub fn decode(mark: &[u8]) -> Option<Self> {
        let mut numbers = mark
            .chunks_exact(8)
            .filter_map(|bytes| bytes.first_chunk().map(|bytes| u64::from_le_bytes(*bytes)));
        let mut place = || Some(Place { sequence: numbers.next()?, item: numbers.next()? });
        let (end, evicted) = (place()?, place()?);
        let (distrusted, bytes_max) = (numbers.next()?, numbers.next().unwrap_or_default());
        Some(Mark { end, evicted, distrusted, bytes_max })
    }
}
