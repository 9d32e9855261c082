//! What is held: which items of which records belong to which group, and what was found in them. The payloads stay in the logs.
//!
//! No I/O and no clock here: whoever reads the logs hands over records and tells the time.

mod decide;
mod deliver;
mod meter;
mod take;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::decisions::{Decisions, Entry, Outcome};
use super::headers::Headers;
use super::pieces::{Chain, Pieces};
use super::records::Records;
use super::remembered::{OutcomeId, Remembered};
use super::slab::Slab;
use super::{Evidence, HoldSettings, Policies, Verdict};
use crate::log::Place;
use crate::{InFlight, Reason, Signal};

pub(super) use deliver::{Fate, Parcel, Share};
pub(super) use meter::Meter;
pub(super) use take::key_of_text;

/// A trace id, or the hash of a session's id.
pub(super) type Key = [u8; 16];

/// The key of items that belong to no group.
const NO_KEY: Key = [0; 16];

/// A moment: since the start, and for people.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Now {
    /// By a clock that never jumps.
    pub uptime: Duration,
    /// Unix milliseconds.
    pub unix_ms: u64,
}

/// Everything that is held by one processor.
pub(super) struct Held {
    settings: HoldSettings,
    policies: Box<dyn Policies>,
    rules: Vec<String>,
    inlets: Vec<Inlet>,
    groups: Slab<Group>,
    open: HashMap<Key, u32>,
    waiting: VecDeque<Due>,
    after_root: VecDeque<Due>,
    next_serial: u32,
    pieces: Pieces,
    headers: Headers,
    remembered: Remembered,
    decisions: Arc<Mutex<Decisions>>,
    /// Those of the journal, so that it need not be asked.
    outcomes: Vec<Arc<Outcome>>,
    verdicts: HashMap<Verdict, OutcomeId>,
    /// To be written into the journal.
    entries: Vec<Entry>,
    outgoing: VecDeque<Kept>,
    /// How many of them may go.
    released: usize,
    /// What was delivered before the start, and may be read again.
    past: Past,
    /// Bytes that the index may take.
    index_bytes_max: usize,
    meter: Meter,
}

/// Deliveries by log and group: the numbers of the first record and behind the last.
pub(super) type Past = HashMap<(u8, Key), Vec<(u64, u64)>>;

/// What counts the items of one log.
pub(super) type Token = Arc<Mutex<InFlight>>;

/// A log that is held from.
pub(super) struct Inlet {
    /// What it carries.
    pub signal: Signal,
    /// Its number in the journal.
    pub journal: u8,
    /// Its items that are neither delivered nor dropped.
    pub token: Token,
    /// Bytes that may lie undecided in its log.
    pub bytes_max: u64,
    /// Everything before it was read.
    pub read_upto: Place,
    /// Everything before it was there at the start.
    pub found_upto: Place,
    /// Everything before it is settled.
    pub passed: Place,
    records: Records,
}

/// A group that waits.
struct Group {
    evidence: Evidence,
    chain: Chain,
    serial: u32,
    /// Log records.
    logs: u32,
}

/// When a group's wait is over.
#[derive(Clone, Copy)]
struct Due {
    at: Duration,
    group: u32,
    serial: u32,
}

/// Items that go on.
struct Kept {
    key: Key,
    outcome: OutcomeId,
    chain: Chain,
}

/// What a [`Held`] is made of.
pub(super) struct Parts {
    pub settings: HoldSettings,
    pub policies: Box<dyn Policies>,
    pub inlets: Vec<Inlet>,
    pub remembered: Remembered,
    pub decisions: Arc<Mutex<Decisions>>,
    pub outcomes: Vec<Outcome>,
    pub past: Past,
    pub index_bytes_max: usize,
}

impl Inlet {
    /// A log that is read from `found.0` on, and held something up to `found.1`.
    pub fn new(signal: Signal, journal: u8, token: Token, bytes_max: u64, found: (Place, Place)) -> Self {
        let (passed, found_upto) = found;
        let (records, read_upto) = (Records::default(), passed);
        Inlet { signal, journal, token, bytes_max, read_upto, found_upto, passed, records }
    }

    /// Whether more lies undecided than may.
    fn is_over(&mut self) -> bool {
        self.records.undecided_bytes() > self.bytes_max
    }
}

impl Held {
    /// Nothing is held yet.
    pub fn new(parts: Parts) -> Self {
        let Parts { settings, policies, inlets, remembered, decisions, outcomes, past, index_bytes_max } =
            parts;
        let rules = policies.rules();
        Held {
            settings,
            policies,
            rules,
            inlets,
            groups: Slab::default(),
            open: HashMap::new(),
            waiting: VecDeque::new(),
            after_root: VecDeque::new(),
            next_serial: 0,
            pieces: Pieces::default(),
            headers: Headers::default(),
            remembered,
            decisions,
            outcomes: outcomes.into_iter().map(Arc::new).collect(),
            verdicts: HashMap::new(),
            entries: Vec::new(),
            outgoing: VecDeque::new(),
            released: 0,
            past,
            index_bytes_max,
            meter: Meter::default(),
        }
    }

    /// The logs.
    pub fn inlets(&self) -> &[Inlet] {
        &self.inlets
    }

    /// Groups that wait.
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// Counts from here on.
    pub fn count_with(&mut self, meter: Meter) {
        self.meter = meter;
    }

    /// A waiting group: its evidence, its log records, and when it is due.
    pub fn waiting(&self, key: &Key) -> Option<(Evidence, u32, Option<Duration>)> {
        let number = *self.open.get(key)?;
        let group = self.groups.get(number)?;
        let mine = |due: &&Due| due.group == number && due.serial == group.serial;
        let dues = self.waiting.iter().find(mine).into_iter().chain(self.after_root.iter().find(mine));
        Some((group.evidence.clone(), group.logs, dues.map(|due| due.at).min()))
    }

    /// Items of `inlet` were acknowledged and are gone; everything before `read_upto` was read or is.
    pub fn lose(&mut self, inlet: usize, items: u64, reason: Reason, read_upto: Option<Place>) {
        let inlet = &mut self.inlets[inlet];
        let items = usize::try_from(items).unwrap_or(usize::MAX);
        inlet.token.lock().drop_items(reason, items);
        inlet.read_upto = read_upto.unwrap_or(inlet.read_upto).max(inlet.read_upto);
    }

    /// Whether what may have been delivered before the start is all read again.
    pub fn is_past_read(&self) -> bool {
        self.inlets.iter().all(|inlet| inlet.read_upto >= inlet.found_upto)
    }

    /// What was delivered before the start is not read any more.
    pub fn forget_past(&mut self) {
        self.past = Past::new();
    }

    /// Bytes of memory that the index takes: what is in use of it.
    pub fn index_bytes(&self) -> usize {
        const TABLE: usize = size_of::<(Key, u32)>() + 1;
        let groups = self.groups.len() * (size_of::<Option<Group>>() + TABLE + size_of::<Due>());
        groups + self.pieces.bytes_in_use() + self.headers.memory()
    }

    /// Bytes of memory that the index has, and the memory of decisions.
    pub fn memory(&self) -> usize {
        const TABLE: usize = size_of::<(Key, u32)>() + 1;
        let queues = (self.waiting.capacity() + self.after_root.capacity()) * size_of::<Due>();
        let records: usize = self.inlets.iter().map(|inlet| inlet.records.memory()).sum();
        let tables = self.open.capacity() * TABLE + queues + records + self.remembered.bytes();
        tables + self.groups.bytes() + self.pieces.memory() + self.headers.memory()
    }

    /// What must be written into the journal before anything else happens, and whether decisions are among it.
    pub fn take_entries(&mut self) -> (Vec<Entry>, bool) {
        let entries = std::mem::take(&mut self.entries);
        let decides = entries.iter().any(|entry| matches!(entry, Entry::Decided(_)));
        (entries, decides)
    }

    /// They could not be written.
    pub fn put_back(&mut self, mut entries: Vec<Entry>) {
        entries.append(&mut self.entries);
        self.entries = entries;
    }

    /// Forgets records that are settled; how far each log is. What the journal got before this makes it last.
    pub fn pass(&mut self) -> Vec<Place> {
        for inlet in &mut self.inlets {
            inlet.passed = inlet.records.pass().unwrap_or(inlet.passed);
        }
        self.inlets.iter().map(|inlet| inlet.passed).collect()
    }
}
