//! One file of the log.

use std::io::{self, IoSlice};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::Place;
use super::storage::{Storage, StoredFile};

/// The version of the format that is written.
pub const FORMAT_VERSION: u16 = 1;
/// Bytes before the first record.
pub(super) const HEADER_BYTES: u64 = 32;
const MAGIC: [u8; 8] = *b"CATLOG\r\n";
const EXTENSION: &str = ".segment";

/// A file of the log. Its name holds its place among the others and what it begins with, so that a missing
/// neighbour is noticed and counted.
#[derive(Debug)]
pub(super) struct Segment {
    /// Its place among all segments that ever were.
    pub ordinal: u64,
    /// The number of its first record, had it one.
    pub first_sequence: u64,
    /// Items in all records before it.
    pub first_item: u64,
    /// When it was begun, Unix milliseconds.
    pub created_ms: u64,
    /// Bytes that may be read: all that was acknowledged, and after a start all that is there.
    readable: AtomicU64,
    /// Whether somebody found a hole in it: then it is kept aside when its time is over.
    damaged: AtomicBool,
}

/// What the header of a file says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// Begun at that time.
    Good { created_ms: u64 },
    /// Written by a version that we do not know.
    Foreign(u16),
    /// Not whole.
    Bad,
}

impl Segment {
    /// A segment of `readable` bytes.
    pub fn new(ordinal: u64, first_sequence: u64, first_item: u64, created_ms: u64, readable: u64) -> Self {
        Segment {
            ordinal,
            first_sequence,
            first_item,
            created_ms,
            readable: AtomicU64::new(readable),
            damaged: AtomicBool::new(false),
        }
    }

    /// Ordinal, first sequence number and first item in the name of a segment; nothing where it names none.
    pub fn parse_name(name: &str) -> Option<(u64, u64, u64)> {
        let mut numbers = name.strip_suffix(EXTENSION)?.split('-').map(|number| number.parse().ok());
        let parsed = (numbers.next()??, numbers.next()??, numbers.next()??);
        numbers.next().is_none().then_some(parsed)
    }

    /// The name of its file.
    pub fn name(&self) -> String {
        format!("{:010}-{:020}-{:020}{EXTENSION}", self.ordinal, self.first_sequence, self.first_item)
    }

    /// Makes its file, with nothing but the header.
    pub fn create(&self, storage: &dyn Storage) -> io::Result<Box<dyn StoredFile>> {
        let file = storage.create(&self.name())?;
        let mut header = [0; HEADER_BYTES as usize];
        header[..8].copy_from_slice(&MAGIC);
        header[8..10].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
        header[16..24].copy_from_slice(&self.created_ms.to_le_bytes());
        let crc = crc32c::crc32c(&header[..24]);
        header[24..28].copy_from_slice(&crc.to_le_bytes());
        file.write_at(&mut [IoSlice::new(&header)], 0)?;
        file.sync()?;
        storage.sync_names()?;
        Ok(file)
    }

    /// Reads the header of `file`.
    pub fn read_header(file: &dyn StoredFile) -> io::Result<Header> {
        let mut header = [0; HEADER_BYTES as usize];
        let read = file.read_at(&mut header, 0)?;
        let crc = u32::from_le_bytes([header[24], header[25], header[26], header[27]]);
        if read < header.len() || header[..8] != MAGIC || crc32c::crc32c(&header[..24]) != crc {
            return Ok(Header::Bad);
        }
        let version = u16::from_le_bytes([header[8], header[9]]);
        if version != FORMAT_VERSION {
            return Ok(Header::Foreign(version));
        }
        let created_ms = header[16..24].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        Ok(Header::Good { created_ms })
    }

    /// Where its records begin.
    pub fn first(&self) -> Place {
        Place { sequence: self.first_sequence, item: self.first_item }
    }

    /// Bytes that may be read.
    pub fn readable(&self) -> u64 {
        self.readable.load(Ordering::Acquire)
    }

    /// More may be read.
    pub fn set_readable(&self, bytes: u64) {
        self.readable.store(bytes, Ordering::Release);
    }

    /// Whether somebody found a hole in it.
    pub fn is_damaged(&self) -> bool {
        self.damaged.load(Ordering::Relaxed)
    }

    /// Somebody found a hole in it; whether it is the first.
    pub fn set_damaged(&self) -> bool {
        !self.damaged.swap(true, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_its_place() {
        let segment = Segment::new(3, 1_000, 77_000, 0, 0);
        assert_eq!(Segment::parse_name(&segment.name()), Some((3, 1_000, 77_000)));
        for foreign in ["3-1.segment", "3-1-2-3.segment", "3-1-x.segment", "3-1-2", ".segment", "notes.txt"] {
            assert_eq!(Segment::parse_name(foreign), None, "{foreign}");
        }
    }
}
