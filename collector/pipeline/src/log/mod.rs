#![doc = include_str!("README.md")]

mod cursor;
mod disk;
pub mod inspect;
mod journal;
mod letters;
mod lock;
mod memory;
mod note;
mod reader;
mod reading;
mod record;
mod recovery;
mod roster;
mod scan;
mod segment;
mod slots;
pub mod storage;
#[cfg(test)]
pub(crate) mod tests;
mod writer;

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::{Condvar, Mutex, RwLock};
use smallvec::SmallVec;
use tokio::sync::{oneshot, watch};

pub use cursor::Cursor;
pub use disk::Disk;
pub use journal::{Limits, WhenFull};
pub use letters::{Replay, Selection, TakenOut};
pub use lock::{FolderLock, LockError};
pub use memory::Memory;
pub use note::Note;
pub use reader::{Logged, Next, Reader, Receipt};
pub use reading::Gap;
pub use record::{Entry, Form, Record};
pub use recovery::OpenError;
pub use segment::FORMAT_VERSION;

use crate::{Batch, Refused};
use journal::{AppendError, Journal};
use reading::Segments;
use roster::Roster;
use storage::Storage;

/// A place in a log: between two records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Records before it.
    pub sequence: u64,
    /// Items in them.
    pub item: u64,
}

/// Where the payload of a record is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The number of the file.
    pub file: u64,
    /// The payload's first byte in it.
    pub offset: u64,
}

/// How a log is kept.
#[derive(Clone, Copy, Debug)]
pub struct LogSettings {
    /// The bounds on disk.
    pub limits: Limits,
    /// How payloads are stored.
    pub form: Form,
    /// Bytes of the newest batches that are kept in memory too, so that destinations which keep up never read
    /// the disk.
    pub memory_bytes: usize,
    /// Whether records stay although no destination waits for them: dead letters.
    pub keeps_all: bool,
}

/// A log that is open: batches in, each on disk before it is acknowledged, and out to every destination at its
/// own pace.
pub struct Log {
    shared: Arc<Shared>,
    thread: Mutex<Option<std::thread::JoinHandle<()>>>,
}

/// What callers, the writer and the readers share.
struct Shared {
    storage: Arc<dyn Storage>,
    settings: RwLock<LogSettings>,
    segments: Arc<Segments>,
    cursors: Mutex<Vec<Arc<Cursor>>>,
    /// The names of the cursors, on disk. Locked after the cursors.
    roster: Mutex<Roster>,
    waiting: Mutex<Waiting>,
    /// The writer waits here for batches.
    arrived: Condvar,
    newest: Mutex<Newest>,
    /// Behind the last acknowledged record; readers wait here.
    end: watch::Sender<Place>,
    /// Everything before it was dropped on purpose.
    evicted: Mutex<Place>,
    /// Of a log that keeps all: what is before it may go all the same.
    discarded: Mutex<Place>,
}

#[derive(Default)]
struct Waiting {
    appends: Vec<Append>,
    is_closed: bool,
}

/// A batch that waits to be written, and who waits for it.
struct Append {
    /// A record for each of its chunks: which items came in one request must not be forgotten.
    entries: SmallVec<[(Entry, Batch); 1]>,
    caller: oneshot::Sender<Result<(), Refused>>,
}

/// The newest batches, as they were taken in.
#[derive(Default)]
struct Newest {
    batches: VecDeque<Written>,
    bytes: usize,
}

#[derive(Clone)]
struct Written {
    from: Place,
    to: Place,
    batch: Batch,
    note: bytes::Bytes,
    at: Position,
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Log({})", self.shared.storage.place())
    }
}

impl Log {
    /// Opens the log in `storage`, or begins one, and starts its writer. Blocks.
    pub fn open(storage: Arc<dyn Storage>, settings: LogSettings) -> Result<Self, OpenError> {
        let disk = |error| OpenError::Disk { place: storage.place(), error };
        let mut journal = Journal::open(storage.clone(), settings.limits)?;
        let (roster, cursors) = Roster::open(&*storage, &mut journal, settings.keeps_all).map_err(disk)?;
        let shared = Arc::new(Shared {
            settings: RwLock::new(settings),
            segments: journal.segments().clone(),
            cursors: Mutex::new(cursors),
            roster: Mutex::new(roster),
            waiting: Mutex::default(),
            arrived: Condvar::new(),
            newest: Mutex::default(),
            end: watch::Sender::new(journal.end()),
            evicted: Mutex::new(journal.evicted()),
            discarded: Mutex::default(),
            storage,
        });
        let writer = shared.clone();
        let thread = std::thread::Builder::new().name("log".to_owned());
        let thread = thread
            .spawn(move || writer.write(journal))
            .map_err(|error| OpenError::Disk { place: shared.storage.place(), error })?;
        Ok(Log { shared, thread: Mutex::new(Some(thread)) })
    }

    /// Takes `batch` in. `Ok` means that it is on disk and will be delivered. Dropping the future does not take
    /// it back.
    pub async fn append(&self, batch: Batch, note: Note) -> Result<(), Refused> {
        let encoded = note.clone().encode();
        let chunks = batch.chunks().iter().filter(|chunk| chunk.items > 0).cloned();
        let entries: Result<SmallVec<_>, _> = chunks
            .map(|chunk| {
                let note = match &chunk.ordinals {
                    None => encoded.clone(),
                    Some(_) => note.beside(batch.signal(), &chunk).encode(),
                };
                let batch = batch.with_chunks([chunk]);
                Ok((self.shared.entry(&batch, note)?, batch))
            })
            .collect();
        let entries = entries?;
        if entries.is_empty() {
            return Ok(());
        }
        let (caller, answer) = oneshot::channel();
        {
            let mut waiting = self.shared.waiting.lock();
            if waiting.is_closed {
                return Err(Refused::retry("the collector is stopping"));
            }
            waiting.appends.push(Append { entries, caller });
        }
        self.shared.arrived.notify_one();
        answer.await.unwrap_or_else(|_| Err(Refused::retry("the log broke down")))
    }

    /// Reads for the destination `name`, from where it was or, where it is new, from what comes from now on; in a log that
    /// keeps all, from the beginning.
    pub fn reader(&self, name: &str) -> io::Result<Reader> {
        Ok(Reader::new(self.shared.clone(), self.cursor(name)?))
    }

    /// Keeps it by other bounds and in another form from now on. What `keeps_all` says stays.
    pub fn change(&self, settings: LogSettings) {
        {
            let mut known = self.shared.settings.write();
            *known = LogSettings { keeps_all: known.keeps_all, ..settings };
        }
        self.shared.arrived.notify_one();
    }

    /// The destinations, and how far they are.
    pub fn cursors(&self) -> Vec<Arc<Cursor>> {
        self.shared.cursors.lock().clone()
    }

    /// Behind the last acknowledged record.
    pub fn end(&self) -> Place {
        *self.shared.end.borrow()
    }

    /// The file of a [`Position`], for who keeps places of what it has read. It can be read as long as it is held.
    pub fn file(&self, number: u64) -> io::Result<Box<dyn storage::StoredFile>> {
        let segment = self.shared.segments.of(number).ok_or(io::ErrorKind::NotFound)?;
        self.shared.storage.open(&segment.name())
    }

    /// The number of the oldest file that is there.
    pub fn first_file(&self) -> u64 {
        self.shared.segments.first().map_or(0, |segment| segment.ordinal)
    }

    /// Bytes on disk.
    pub fn bytes(&self) -> u64 {
        self.shared.segments.bytes()
    }

    /// Writes what waits, takes nothing more, and saves all progress for a power failure. Blocks.
    pub fn close(&self) {
        self.shared.waiting.lock().is_closed = true;
        self.shared.arrived.notify_one();
        if let Some(thread) = self.thread.lock().take()
            && thread.join().is_err()
        {
            tracing::error!(place = self.shared.storage.place(), "the writer of a log broke down");
        }
    }

    fn cursor(&self, name: &str) -> io::Result<Arc<Cursor>> {
        let mut cursors = self.shared.cursors.lock();
        if let Some(known) = cursors.iter().find(|cursor| cursor.name() == name) {
            return Ok(known.clone());
        }
        let start = if self.shared.settings().keeps_all { Place::default() } else { self.end() };
        let oldest = self.shared.segments.start(start);
        let cursor = Arc::new(Cursor::open(&*self.shared.storage, name, oldest, start, start)?);
        // behind the cursor: a destination that is known is one that must not miss anything
        self.shared.roster.lock().add(name)?;
        cursors.push(cursor.clone());
        Ok(cursor)
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn settings(&self) -> LogSettings {
        *self.settings.read()
    }

    fn entry(&self, batch: &Batch, note: bytes::Bytes) -> Result<Entry, Refused> {
        let too_large = || Refused::permanent("the batch is larger than the log takes");
        let raw_bytes = u32::try_from(batch.bytes()).ok().filter(|bytes| *bytes as usize <= ENTRY_BYTES_MAX);
        let raw_bytes = raw_bytes.ok_or_else(too_large)?;
        let items = u32::try_from(batch.items()).map_err(|_| too_large())?;
        let (payload, form) = match self.settings().form {
            Form::Zstd => (compress(batch), Form::Zstd),
            Form::Plain => (None, Form::Plain),
        };
        let plain = || batch.chunks().iter().map(|chunk| chunk.bytes.clone()).collect();
        let (payload, form) = match payload {
            Some(compressed) => (SmallVec::from_iter([compressed]), form),
            None => (plain(), Form::Plain),
        };
        Ok(Entry { signal: batch.signal(), items, time_ms: now_ms(), note, payload, form, raw_bytes })
    }
}

/// No batch is larger.
const ENTRY_BYTES_MAX: usize = 256 << 20;

/// The payload as one zstd frame of the fastest kind, unless that is no smaller.
fn compress(batch: &Batch) -> Option<bytes::Bytes> {
    const LEVEL: i32 = 1;
    let compressed = zstd::bulk::compress(&batch.to_contiguous(), LEVEL).ok()?;
    (compressed.len() < batch.bytes()).then(|| compressed.into())
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// The folder or file of a component's or pipeline's id: letters, digits, `_`, `-` and `.` as they are, `/` as
/// `+`, all else as `%` and two digits.
#[must_use]
pub fn folder_name(id: &str) -> String {
    let mut name = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => name.push(byte as char),
            b'.' if !name.is_empty() => name.push('.'),
            b'/' => name.push('+'),
            other => name.push_str(&format!("%{other:02X}")),
        }
    }
    name
}

/// The id that has this [`folder_name`].
#[must_use]
pub fn id_of(folder: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(folder.len());
    let mut rest = folder.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'+' => bytes.push(b'/'),
            b'%' => {
                let (digits, after) = rest.split_at_checked(2)?;
                bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
                rest = after;
            }
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).ok()
}
