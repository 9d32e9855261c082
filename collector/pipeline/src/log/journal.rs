//! The writer's side of the log: groups of records in, each on disk before it is acknowledged.

use std::io::{self, IoSlice};
use std::sync::Arc;
use std::time::Duration;

use super::reading::Segments;
use super::record::Entry;
use super::recovery::{self, Mark, OpenError, Recovered};
use super::segment::{HEADER_BYTES, Segment};
use super::slots::Slots;
use super::storage::{Storage, StoredFile};
use super::{Place, Position};

/// Damaged files that are kept for people to look at.
const DAMAGED_FILES_MAX: usize = 16;
/// What a damaged file is called when its time is over.
pub(super) const DAMAGED: &str = ".damaged";

/// The bounds of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub segment_bytes: u64,
    /// Bytes of all files.
    pub bytes_max: u64,
    /// How old a record may become; nothing for any age.
    pub age_max: Option<Duration>,
    /// What happens when the bytes are used up.
    pub when_full: WhenFull,
}

/// What happens to new data when a log is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// It is refused at the door: senders try again.
    Refuse,
    /// The oldest data goes, and is counted.
    DropOldest,
}

/// Why a group was not written. Nothing of it is acknowledged, and the log is as it was.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The bytes are used up.
    #[error("{used} of {limit} bytes are used")]
    Full {
        /// Bytes in use.
        used: u64,
        /// The bound.
        limit: u64,
    },
    /// The disk refused.
    #[error("{0}")]
    Disk(#[from] io::Error),
}

/// The writer of one log. There is one at a time.
pub(super) struct Journal {
    storage: Arc<dyn Storage>,
    limits: Limits,
    segments: Arc<Segments>,
    active: Option<Active>,
    mark: Slots,
    end: Place,
    evicted: Place,
    distrusted: u64,
    next_ordinal: u64,
}

struct Active {
    segment: Arc<Segment>,
    file: Box<dyn StoredFile>,
    /// Bytes written and acknowledged.
    bytes: u64,
}

impl Journal {
    /// Opens the log in `storage`, or begins one.
    pub fn open(storage: Arc<dyn Storage>, limits: Limits) -> Result<Self, OpenError> {
        let Recovered { segments, mark, end, evicted, distrusted, next_ordinal } =
            recovery::recover(&*storage)?;
        let segments = Segments::new(storage.clone(), segments);
        Ok(Journal { storage, limits, segments, active: None, mark, end, evicted, distrusted, next_ordinal })
    }

    /// The segments, for readers.
    pub fn segments(&self) -> &Arc<Segments> {
        &self.segments
    }

    /// Before the oldest record.
    pub fn start(&self) -> Place {
        self.segments.start(self.end)
    }

    /// Behind the last acknowledged record.
    pub fn end(&self) -> Place {
        self.end
    }

    /// What is before this place was dropped to make room, or because it was too old.
    pub fn evicted(&self) -> Place {
        self.evicted
    }

    /// Other bounds hold from now on.
    pub fn bound(&mut self, limits: Limits) {
        if limits != self.limits {
            self.limits = limits;
            // for people who look
            self.save_mark();
        }
    }

    /// Writes `entries` and syncs them. When this returns `Ok` they outlive a power failure. Where the first of them begins, the
    /// others following it.
    pub fn append(&mut self, entries: &[Entry], now_ms: u64) -> Result<Position, AppendError> {
        let bytes: u64 = entries.iter().map(|entry| entry.stored_bytes() as u64).sum();
        self.make_room(bytes)?;
        let is_over =
            |active: &Active| active.bytes > HEADER_BYTES && active.bytes + bytes > self.limits.segment_bytes;
        if self.active.as_ref().is_some_and(is_over) {
            self.active = None;
        }
        let first = match self.write(entries, now_ms) {
            Ok(first) => first,
            Err(WriteError::Write(error)) => return Err(error.into()),
            // what the failed sync left of the file is anybody's guess, so all of it goes into a new one
            Err(WriteError::Sync(error)) => {
                tracing::error!(place = self.storage.place(), %error, "a sync failed, going on in a new file");
                self.distrust();
                self.write(entries, now_ms).map_err(
                    |(WriteError::Write(error) | WriteError::Sync(error))| {
                        self.distrust();
                        error
                    },
                )?
            }
        };
        self.end.sequence += entries.len() as u64;
        self.end.item += entries.iter().map(|entry| u64::from(entry.items)).sum::<u64>();
        self.save_mark();
        Ok(first)
    }

    /// The log ends no earlier than a place that somebody has read up to.
    pub fn ends_after(&mut self, place: Place) {
        self.end = self.end.max(place);
    }

    /// Whether a file could be removed that everybody has read up to `below`.
    pub fn can_release(&self, below: u64) -> bool {
        self.first_sealed().is_some_and(|(_, end)| end.sequence <= below)
    }

    /// Removes files that everybody has read up to `below`. Cursors must be synced before.
    pub fn release(&mut self, below: u64) {
        while let Some((first, end)) = self.first_sealed()
            && end.sequence <= below
        {
            self.remove_first(&first);
        }
    }

    /// Drops files in which everything is before `below`, and remembers that this was on purpose.
    pub fn discard(&mut self, below: Place) {
        // else the newest file, which is never removed, would keep what is in it
        if below.sequence >= self.end.sequence {
            self.active = None;
        }
        while let Some((first, end)) = self.first_sealed()
            && end.sequence <= below.sequence
        {
            self.evict(&first, end);
        }
    }

    /// Drops files in which everything is older than the limit.
    pub fn expire(&mut self, now_ms: u64) {
        let Some(age) = self.limits.age_max else { return };
        let oldest = now_ms.saturating_sub(u64::try_from(age.as_millis()).unwrap_or(u64::MAX));
        while let Some((first, end)) = self.first_sealed()
            // all that is in it was written before the next one was begun
            && self.segments.after(first.ordinal).is_some_and(|next| next.created_ms < oldest)
        {
            self.evict(&first, end);
        }
        // the active file grows old too
        if self.active.as_ref().is_some_and(|active| active.segment.created_ms < oldest) {
            self.active = None;
        }
    }

    /// Leaves the active file, whose sync failed.
    fn distrust(&mut self) {
        if let Some(active) = self.active.take() {
            self.distrusted = active.segment.ordinal;
            self.save_mark();
        }
    }

    fn make_room(&mut self, bytes: u64) -> Result<(), AppendError> {
        let limit = self.limits.bytes_max;
        loop {
            let used = self.segments.bytes();
            if used + bytes <= limit || (used == 0 && bytes > limit) {
                return Ok(());
            }
            let droppable = match self.limits.when_full {
                WhenFull::Refuse => None,
                WhenFull::DropOldest => self.first_sealed(),
            };
            match droppable {
                Some((first, end)) => self.evict(&first, end),
                None => return Err(AppendError::Full { used, limit }),
            }
        }
    }

    fn evict(&mut self, first: &Segment, end: Place) {
        self.evicted = end;
        self.save_mark();
        if let Err(error) = self.mark.sync() {
            tracing::warn!(place = self.storage.place(), %error, "the log's mark cannot be synced");
        }
        self.remove_first(first);
    }

    /// The oldest file but the newest, and the place behind it. The newest is never removed: it tells where the
    /// log ends.
    fn first_sealed(&self) -> Option<(Arc<Segment>, Place)> {
        let first = self.segments.first()?;
        let end = self.segments.after(first.ordinal)?.first();
        Some((first, end))
    }

    fn remove_first(&self, first: &Segment) {
        self.segments.pop_first();
        let name = first.name();
        let removed = match first.is_damaged() {
            true => self.set_aside(&name),
            false => self.storage.remove(&name),
        };
        if let Err(error) = removed
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(place = self.storage.place(), file = name, %error, "a file of the log cannot be removed");
        }
    }

    /// Keeps a damaged file for people to look at, and drops the oldest of those.
    fn set_aside(&self, name: &str) -> io::Result<()> {
        let mut kept: Vec<String> = self.storage.list()?;
        kept.retain(|name| name.ends_with(DAMAGED));
        kept.sort();
        let surplus = (kept.len() + 1).saturating_sub(DAMAGED_FILES_MAX);
        kept.iter().take(surplus).try_for_each(|name| self.storage.remove(name))?;
        let aside = format!("{name}{DAMAGED}");
        tracing::warn!(place = self.storage.place(), file = aside, "a damaged file of the log is kept aside");
        self.storage.rename(name, &aside)
    }

    fn write(&mut self, entries: &[Entry], now_ms: u64) -> Result<Position, WriteError> {
        let end = self.end;
        let active = match &mut self.active {
            Some(active) => active,
            none => none.insert(begin(&*self.storage, &self.segments, &mut self.next_ordinal, end, now_ms)?),
        };
        let mut at = end;
        let heads: Vec<_> = entries
            .iter()
            .map(|entry| {
                let head = entry.head(at.sequence, at.item);
                at = Place { sequence: at.sequence + 1, item: at.item + u64::from(entry.items) };
                head
            })
            .collect();
        let mut parts = Vec::with_capacity(entries.len() * 3);
        for (head, entry) in heads.iter().zip(entries) {
            parts.push(IoSlice::new(head));
            parts.extend(std::iter::once(&entry.note).chain(&entry.payload).map(|part| IoSlice::new(part)));
        }
        let bytes: u64 = parts.iter().map(|part| part.len() as u64).sum();
        if let Err(error) = active.file.write_at(&mut parts, active.bytes) {
            // where even that fails, the next group begins a new file
            if active.file.truncate(active.bytes).is_err() {
                self.active = None;
            }
            return Err(WriteError::Write(error));
        }
        active.file.sync().map_err(WriteError::Sync)?;
        let first = Position { file: active.segment.ordinal, offset: active.bytes };
        active.bytes += bytes;
        active.segment.set_readable(active.bytes);
        Ok(first)
    }

    /// The mark only tells a damage from a write that was cut off, so it need not be synced.
    fn save_mark(&mut self) {
        let Journal { end, evicted, distrusted, limits, .. } = *self;
        let mark = Mark { end, evicted, distrusted, bytes_max: limits.bytes_max };
        if let Err(error) = self.mark.save(&mark.encode()) {
            tracing::warn!(place = self.storage.place(), %error, "the log's mark cannot be saved");
        }
    }
}

enum WriteError {
    Write(io::Error),
    Sync(io::Error),
}

/// Begins a new file at `end`.
fn begin(
    storage: &dyn Storage,
    segments: &Segments,
    next_ordinal: &mut u64,
    end: Place,
    now_ms: u64,
) -> Result<Active, WriteError> {
    let segment = Segment::new(*next_ordinal, end.sequence, end.item, now_ms, HEADER_BYTES);
    // also where it fails: a file of that name may be there already
    *next_ordinal += 1;
    let file = segment.create(storage).map_err(|error| {
        let _not_there = storage.remove(&segment.name());
        WriteError::Write(error)
    })?;
    let segment = Arc::new(segment);
    segments.push(segment.clone());
    Ok(Active { segment, file, bytes: HEADER_BYTES })
}
