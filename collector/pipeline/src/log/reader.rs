//! One destination's way through the log: from memory while it keeps up, else from the disk.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::watch;

use super::cursor::Turn;
use super::reading::{Gap, Read, Reading};
use super::{Cursor, Note, Place, Position, Record, Shared, Written};
use crate::Batch;

/// Bytes that are read from the disk at a time.
const READ_BYTES: usize = 1 << 20;
/// Batches that are taken from memory at a time.
const TAKE_BATCHES: usize = 64;
/// How often a file that cannot be read is tried before what it holds is given up.
const READ_TRIES: usize = 3;
/// The wait between them.
const READ_PAUSE: Duration = Duration::from_millis(200);

/// What one destination reads. It gives each record once; after a restart those again that were not settled.
pub struct Reader {
    shared: Arc<Shared>,
    cursor: Arc<Cursor>,
    end: watch::Receiver<Place>,
    next: Place,
    reading: Option<Reading>,
    ready: VecDeque<Found>,
    number: u64,
    turn: Option<Arc<Turn>>,
}

/// What was read ahead.
pub(super) enum Found {
    Batch(Written),
    Record(Record),
    Gap(Gap),
}

/// What comes next for a destination.
#[derive(Debug)]
pub enum Next {
    /// A batch to deliver.
    Batch(Logged),
    /// Items that were acknowledged and are gone.
    Lost {
        /// How many.
        items: u64,
        /// Whether they were dropped to make room or for their age, rather than damaged.
        evicted: bool,
        /// Where they were, for people.
        file: String,
    },
}

/// A batch from the log.
#[derive(Debug)]
pub struct Logged {
    /// What is to be delivered.
    pub batch: Batch,
    /// To be settled when it is.
    pub receipt: Receipt,
    /// Where the record begins and ends.
    pub places: (Place, Place),
    /// Where its payload is.
    pub at: Position,
    /// When it was accepted, Unix milliseconds, where it was read from the disk.
    pub time_ms: Option<u64>,
}

/// The duty to deliver one record. Dropped without [`Receipt::settle`] it stays: the record is delivered after
/// the next start.
#[derive(Clone)]
pub struct Receipt(Arc<Duty>);

struct Duty {
    cursor: Arc<Cursor>,
    from: Place,
    to: Place,
    parts: AtomicUsize,
    _turn: Option<Arc<Turn>>,
}

impl std::fmt::Debug for Receipt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Receipt({} {})", self.0.cursor.name(), self.0.from.sequence)
    }
}

impl Receipt {
    /// The record will be settled in `parts` parts.
    pub fn split(&self, parts: usize) {
        self.0.parts.store(parts, Ordering::Release);
    }

    /// A part is delivered, or kept elsewhere. After the last one the record counts as settled; [`Receipt::save`]
    /// makes that last.
    pub fn settle(&self) {
        if self.0.parts.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.cursor.settle(self.0.from, self.0.to);
        }
    }

    /// Saves what was settled for the destination.
    pub fn save(&self) {
        self.0.cursor.save();
    }
}

impl Reader {
    pub(super) fn new(shared: Arc<Shared>, cursor: Arc<Cursor>) -> Self {
        let (end, next, number) = (shared.end.subscribe(), cursor.next(), cursor.supersede());
        Reader { shared, cursor, end, next, reading: None, ready: VecDeque::new(), number, turn: None }
    }

    /// How far the destination is.
    pub fn cursor(&self) -> &Arc<Cursor> {
        &self.cursor
    }

    /// Which of the destination's readers this is.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Everything before this place was given; nothing where some was read ahead.
    pub fn given(&self) -> Option<Place> {
        self.ready.is_empty().then_some(self.next)
    }

    /// Items that wait, or are on their way.
    pub fn backlog(&self) -> u64 {
        self.cursor.backlog(*self.end.borrow())
    }

    /// The next thing to deliver. Waits for one; dropping the future loses nothing.
    pub async fn next(&mut self) -> Next {
        if self.turn.is_none() {
            self.turn = Some(Arc::new(self.cursor.turn().await));
            self.next = self.cursor.next();
        }
        loop {
            if !self.cursor.is_read_by(self.number) {
                // another one reads on
                std::future::pending::<()>().await;
            }
            while let Some(found) = self.ready.pop_front() {
                if let Some(next) = self.hand_out(found) {
                    return next;
                }
            }
            let end = *self.end.borrow_and_update();
            if self.next.sequence >= end.sequence {
                self.reading = None;
                if self.end.changed().await.is_err() {
                    // the log is closed: nothing comes any more
                    std::future::pending::<()>().await;
                }
                continue;
            }
            if !self.take_from_memory() {
                self.read_from_disk(end).await;
            }
        }
    }

    fn hand_out(&mut self, found: Found) -> Option<Next> {
        let (from, to, note) = match &found {
            Found::Batch(written) => (written.from, written.to, &written.note),
            Found::Record(record) => (record.place(), record.end(), &record.note),
            Found::Gap(gap) => return self.lose(gap),
        };
        if self.cursor.is_settled(from.sequence) {
            return None;
        }
        let is_mine =
            note.is_empty() || Note::decode(note).is_none_or(|note| note.is_for(self.cursor.name()));
        if !is_mine {
            self.cursor.settle(from, to);
            return None;
        }
        let (batch, at, time_ms) = match found {
            Found::Batch(written) => (written.batch, written.at, None),
            Found::Record(record) => match record.batch() {
                Some(batch) => (batch, record.at, Some(record.time_ms)),
                None => {
                    return self.lose(&Gap {
                        from,
                        to,
                        file: "a record that does not decompress".to_owned(),
                    });
                }
            },
            Found::Gap(_) => return None,
        };
        let turn = self.turn.clone();
        let duty = Duty { cursor: self.cursor.clone(), from, to, parts: AtomicUsize::new(1), _turn: turn };
        Some(Next::Batch(Logged { batch, receipt: Receipt(Arc::new(duty)), places: (from, to), at, time_ms }))
    }

    fn lose(&self, gap: &Gap) -> Option<Next> {
        // a file may be gone because all in it was settled, though it was not all read
        let items = self.cursor.settle(gap.from, gap.to);
        self.cursor.save();
        let evicted = gap.to.sequence <= self.shared.evicted.lock().sequence;
        (items > 0).then(|| Next::Lost { items, evicted, file: gap.file.clone() })
    }

    fn take_from_memory(&mut self) -> bool {
        let newest = self.shared.newest.lock();
        let Some(first) = newest.batches.front() else { return false };
        let Some(at) = self.next.sequence.checked_sub(first.from.sequence) else { return false };
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        self.ready.extend(newest.batches.iter().skip(at).take(TAKE_BATCHES).cloned().map(Found::Batch));
        match self.ready.back() {
            Some(Found::Batch(last)) => {
                self.next = last.to;
                true
            }
            _ => false,
        }
    }

    async fn read_from_disk(&mut self, end: Place) {
        let mut reading = match self.reading.take() {
            Some(reading) => reading,
            None => Reading::new(self.shared.segments.clone(), self.next),
        };
        reading.skip_to(self.next.max(self.cursor.next()));
        let read = tokio::task::spawn_blocking(move || {
            let found = read_some(&mut reading, end);
            (reading, found)
        });
        // a reading that was lost with its thread begins anew
        let Ok((reading, found)) = read.await else { return };
        self.next = reading.place();
        self.reading = Some(reading);
        self.ready.extend(found);
    }
}

/// Reads records until there are enough.
pub(super) fn read_some(reading: &mut Reading, end: Place) -> Vec<Found> {
    let (mut found, mut bytes, mut tries) = (Vec::new(), 0, 0);
    while bytes < READ_BYTES {
        match reading.next(end) {
            Ok(Read::Nothing) => break,
            Ok(Read::Gap(gap)) => found.push(Found::Gap(gap)),
            Ok(Read::Record(record)) => {
                bytes += record.raw_bytes().max(1);
                found.push(Found::Record(record));
            }
            Err(error) => tries = retry(reading, &error, tries),
        }
    }
    found
}

fn retry(reading: &mut Reading, error: &io::Error, tries: usize) -> usize {
    if tries + 1 < READ_TRIES {
        std::thread::park_timeout(READ_PAUSE);
        return tries + 1;
    }
    tracing::error!(%error, "a file of the log cannot be read, going on behind it");
    reading.give_up_file();
    0
}
