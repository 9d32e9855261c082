//! Reads every record of a log.

use std::io;
use std::sync::Arc;

use super::super::scan::{Found, Scan};
use super::super::segment::{HEADER_BYTES, Header, Segment};
use super::super::storage::StoredFile;
use super::super::{Place, Record};
use super::{StoredCursor, StoredLog};

/// Holes of one file that are told one by one.
const HOLES_MAX: usize = 1_000;

/// What one file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckedFile {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Whole records.
    pub records: u64,
    /// Items in them.
    pub items: u64,
    /// The first holes, at most a thousand.
    pub holes: Vec<Hole>,
    /// Items in all holes.
    pub items_gone: u64,
    /// Bytes at the end that were written and acknowledged to nobody: the mark of a crash, and no damage.
    pub tail_bytes: u64,
    /// Whether what stands before the records is damaged, which costs nothing.
    pub has_bad_header: bool,
}

/// Acknowledged records that are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    /// The file; where a file is missing, the one before.
    pub file: String,
    /// Where in it.
    pub offset: u64,
    /// How many records.
    pub records: u64,
    /// How many items were in them.
    pub items: u64,
}

impl CheckedFile {
    /// Whether something is wrong with it.
    pub fn is_damaged(&self) -> bool {
        self.items_gone > 0 || !self.holes.is_empty() || self.has_bad_header
    }

    fn add(&mut self, offset: u64, from: Place, to: Place) {
        let (records, items) = (to.sequence - from.sequence, to.item.saturating_sub(from.item));
        self.items_gone += items;
        if self.holes.len() < HOLES_MAX {
            self.holes.push(Hole { file: self.name.clone(), offset, records, items });
        }
    }

    fn count(&mut self, offset: u64, record: &Record) {
        if record.payload().is_none() {
            self.add(offset, record.place(), record.end());
            return;
        }
        self.records += 1;
        self.items += u64::from(record.items);
    }
}

impl StoredLog {
    /// Reads every file, and tells `done` of each when it is read. A file that the running collector removes meanwhile is
    /// left out.
    ///
    /// # Errors
    /// The disk cannot be read.
    pub fn check(&self, mut done: impl FnMut(&CheckedFile)) -> io::Result<()> {
        if let Some(missing) = self.missing_before() {
            done(&missing);
        }
        for (at, segment) in self.segments.iter().enumerate() {
            let file = match self.storage.open(&segment.name()) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                opened => opened?,
            };
            let following = self.segments.get(at + 1);
            done(&self.check_file(segment, file, following)?);
        }
        Ok(())
    }

    /// What somebody still waits for, and is before the first file.
    fn missing_before(&self) -> Option<CheckedFile> {
        let whole = self.cursors.iter().filter(|cursor| !cursor.is_damaged());
        let from = whole.map(StoredCursor::next).min()?.max(self.evicted);
        let to = self.start();
        let mut missing = CheckedFile { name: "before the first file".to_owned(), ..CheckedFile::default() };
        (from.sequence < to.sequence).then(|| missing.add(0, from, to))?;
        Some(missing)
    }

    fn check_file(
        &self,
        segment: &Segment,
        file: Box<dyn StoredFile>,
        following: Option<&Arc<Segment>>,
    ) -> io::Result<CheckedFile> {
        // what stands here beyond that was written again elsewhere, or acknowledged to nobody
        let until = following.map_or(self.end, |segment| segment.first());
        let bytes = segment.readable();
        let mut checked = CheckedFile { name: segment.name(), bytes, ..CheckedFile::default() };
        checked.has_bad_header = bytes > HEADER_BYTES && Segment::read_header(&*file)? == Header::Bad;
        let mut scan = Scan::new(file, HEADER_BYTES);
        let mut next = segment.first();
        let mut hole = None;
        let mut offset = HEADER_BYTES.min(bytes);
        loop {
            match scan.next(bytes)? {
                Found::Hole => drop(hole.get_or_insert(offset)),
                Found::Record(record) if record.sequence >= until.sequence => break,
                Found::Record(record) if record.sequence < next.sequence => {}
                Found::Record(record) => {
                    if record.sequence > next.sequence {
                        checked.add(hole.unwrap_or(offset), next, record.place());
                    }
                    checked.count(scan.offset() - record.stored_bytes() as u64, &record);
                    (next, hole) = (record.end(), None);
                }
                Found::End => break,
            }
            if hole.is_none() {
                offset = scan.offset();
            }
        }
        if next.sequence < until.sequence {
            checked.add(hole.unwrap_or(offset), next, until);
        } else {
            checked.tail_bytes = bytes - offset;
        }
        Ok(checked)
    }
}
