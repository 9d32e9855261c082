//! Reading the log from a place on: over the ends of files, and over what is gone.

use std::io;
use std::sync::Arc;

use parking_lot::RwLock;

use super::record::Record;
use super::scan::{Found, Scan};
use super::segment::{HEADER_BYTES, Segment};
use super::storage::Storage;
use super::{Place, Position};

/// The segments of a log, in order, as writer and readers share them.
pub(super) struct Segments {
    pub storage: Arc<dyn Storage>,
    list: RwLock<Vec<Arc<Segment>>>,
}

/// What is read next.
#[derive(Debug)]
pub enum Read {
    /// A record.
    Record(Record),
    /// Records that are gone.
    Gap(Gap),
    /// All was read.
    Nothing,
}

/// Records that were acknowledged and are not there any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Where it begins.
    pub from: Place,
    /// The first record behind it.
    pub to: Place,
    /// The file that ended early, or after which one is missing.
    pub file: String,
}

/// A place in the log from which it is read.
pub(super) struct Reading {
    segments: Arc<Segments>,
    current: Option<Current>,
    next: Place,
    /// Read already, and due after a gap.
    pending: Option<Record>,
}

struct Current {
    segment: Arc<Segment>,
    /// Nothing where the file cannot be read.
    scan: Option<Scan>,
}

impl Gap {
    /// How many items are gone.
    pub fn items(&self) -> u64 {
        self.to.item.saturating_sub(self.from.item)
    }
}

impl Segments {
    /// A list of segments in `storage`.
    pub fn new(storage: Arc<dyn Storage>, list: Vec<Arc<Segment>>) -> Arc<Self> {
        Arc::new(Segments { storage, list: RwLock::new(list) })
    }

    /// The oldest.
    pub fn first(&self) -> Option<Arc<Segment>> {
        self.list.read().first().cloned()
    }

    /// Where the oldest begins; `end` where there is none.
    pub fn start(&self, end: Place) -> Place {
        self.first().map_or(end, |first| first.first())
    }

    /// Adds one at the end.
    pub fn push(&self, segment: Arc<Segment>) {
        self.list.write().push(segment);
    }

    /// Takes the first one out.
    pub fn pop_first(&self) -> Option<Arc<Segment>> {
        let mut list = self.list.write();
        if list.is_empty() { None } else { Some(list.remove(0)) }
    }

    /// Bytes of all of them.
    pub fn bytes(&self) -> u64 {
        self.list.read().iter().map(|segment| segment.readable()).sum()
    }

    /// The one that holds `sequence`, if it is there: of those that begin no later, the last.
    fn holding(&self, sequence: u64) -> Option<Arc<Segment>> {
        self.list.read().iter().rev().find(|segment| segment.first_sequence <= sequence).cloned()
    }

    /// The one of this number.
    pub fn of(&self, ordinal: u64) -> Option<Arc<Segment>> {
        let list = self.list.read();
        let at = list.binary_search_by_key(&ordinal, |segment| segment.ordinal).ok()?;
        list.get(at).cloned()
    }

    /// The one after `ordinal`.
    pub fn after(&self, ordinal: u64) -> Option<Arc<Segment>> {
        let list = self.list.read();
        list.get(list.partition_point(|segment| segment.ordinal <= ordinal)).cloned()
    }
}

impl Reading {
    /// Reads `segments` from `next` on.
    pub fn new(segments: Arc<Segments>, next: Place) -> Self {
        Reading { segments, current: None, next, pending: None }
    }

    /// The place of what is read next.
    pub fn place(&self) -> Place {
        self.next
    }

    /// Goes to a later place, without reading what is before.
    pub fn skip_to(&mut self, place: Place) {
        if place.sequence > self.next.sequence {
            self.next = place;
            self.pending = None;
        }
    }

    /// What is next before `end`, the end of what was acknowledged. After an error it may be asked again, or
    /// told to [`Reading::give_up_file`].
    pub fn next(&mut self, end: Place) -> io::Result<Read> {
        if let Some(record) = self.pending.take() {
            return Ok(self.hand_out(record));
        }
        while self.next.sequence < end.sequence {
            let Some(current) = &mut self.current else {
                if let Some(gap) = self.begin(end) {
                    return Ok(Read::Gap(gap));
                }
                continue;
            };
            let following = self.segments.after(current.segment.ordinal);
            let readable = current.segment.readable();
            let found = match &mut current.scan {
                Some(scan) => scan.next(readable)?,
                None => Found::End,
            };
            match found {
                Found::Record(record) if record.sequence < self.next.sequence => {}
                // written by an append that failed, and then written again elsewhere
                Found::Record(record)
                    if following.as_ref().is_some_and(|next| next.first_sequence <= record.sequence)
                        || record.sequence >= end.sequence =>
                {
                    current.scan = None;
                }
                Found::Record(mut record) => {
                    let end = current.scan.as_ref().map_or(0, Scan::offset);
                    let offset = end.saturating_sub(record.payload_bytes() as u64);
                    record.at = Position { file: current.segment.ordinal, offset };
                    return Ok(self.take(record));
                }
                Found::Hole => drop(current.segment.set_damaged()),
                Found::End => {
                    if let Some(gap) = self.go_on(following, end) {
                        return Ok(Read::Gap(gap));
                    }
                }
            }
        }
        Ok(Read::Nothing)
    }

    /// Leaves the file that cannot be read; what it holds is a gap.
    pub fn give_up_file(&mut self) {
        if let Some(current) = &mut self.current {
            current.segment.set_damaged();
            current.scan = None;
        }
    }

    /// Opens the segment that holds the next record, or says that there is none.
    fn begin(&mut self, end: Place) -> Option<Gap> {
        match self.segments.holding(self.next.sequence) {
            Some(segment) => {
                self.open(segment);
                None
            }
            None => {
                let first = self.segments.first();
                let to = first.map_or(end, |first| first.first());
                Some(self.gap(to, "a file before the first one".to_owned()))
            }
        }
    }

    /// Leaves the current segment for `following`.
    fn go_on(&mut self, following: Option<Arc<Segment>>, end: Place) -> Option<Gap> {
        let left = self.current.take()?.segment;
        let to = following.as_ref().map_or(end, |segment| segment.first());
        if let Some(segment) = following {
            self.open(segment);
        }
        (to.sequence > self.next.sequence).then(|| {
            left.set_damaged();
            self.gap(to, left.name())
        })
    }

    fn open(&mut self, segment: Arc<Segment>) {
        let opened = self.segments.storage.open(&segment.name());
        if let Err(error) = &opened {
            segment.set_damaged();
            tracing::error!(file = segment.name(), %error, "a file of the log cannot be opened");
        }
        let scan = opened.ok().map(|file| Scan::new(file, HEADER_BYTES));
        self.current = Some(Current { segment, scan });
    }

    fn take(&mut self, record: Record) -> Read {
        if record.sequence == self.next.sequence {
            return self.hand_out(record);
        }
        let file = self.current.as_ref().map_or_else(String::new, |current| current.segment.name());
        let to = Place { sequence: record.sequence, item: record.first_item };
        self.pending = Some(record);
        Read::Gap(self.gap(to, file))
    }

    fn hand_out(&mut self, record: Record) -> Read {
        self.next = record.end();
        Read::Record(record)
    }

    fn gap(&mut self, to: Place, file: String) -> Gap {
        let from = std::mem::replace(&mut self.next, to);
        Gap { from, to, file }
    }
}
