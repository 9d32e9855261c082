//! The journal of decisions: what must not be decided twice, nor sent twice.
//!
//! Files of blocks: magic, CRC32C, length, entries. A start begins a new file, so nothing is ever written behind a torn end.
//! Each file begins with what its numbers stand for, so that the oldest can go.

mod entry;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::sync::Arc;

use memchr::memmem;

pub use entry::{Decided, Entry, Outcome};

use super::remembered::OutcomeId;
use crate::log::storage::{Storage, StoredFile};

const MAGIC: [u8; 4] = [0xCA, b'D', b'J', 0x01];
const HEAD_BYTES: usize = 12;
const EXTENSION: &str = ".decisions";
/// A file of so many bytes is followed by the next.
const FILE_BYTES: u64 = 8 << 20;
/// Outcomes that have numbers.
const OUTCOMES_MAX: usize = OutcomeId::MAX as usize;

/// The journal of one holding processor.
pub(super) struct Decisions {
    storage: Arc<dyn Storage>,
    files: VecDeque<File>,
    active: Option<Active>,
    next_ordinal: u64,
    /// Decisions that are kept at least.
    keeps: usize,
    file_bytes: u64,
    outcomes: Vec<Outcome>,
    inlets: Vec<String>,
}

/// What a file is needed for.
#[derive(Default)]
struct File {
    ordinal: u64,
    decided: usize,
    /// By inlet: behind the last record that something in the file is about.
    upto: Vec<u64>,
}

struct Active {
    file: Box<dyn StoredFile>,
    bytes: u64,
}

impl Decisions {
    /// Opens the journal in `storage`, gives all of its decisions and deliveries to `each`, the oldest first, and begins a new file.
    /// Blocks.
    pub fn open(
        storage: Arc<dyn Storage>,
        keeps: usize,
        file_bytes: Option<u64>,
        mut each: impl FnMut(&Decisions, &Entry),
    ) -> io::Result<Self> {
        let mut decisions = Decisions {
            storage: storage.clone(),
            files: VecDeque::new(),
            active: None,
            next_ordinal: 1,
            keeps,
            file_bytes: file_bytes.unwrap_or(FILE_BYTES),
            outcomes: Vec::new(),
            inlets: Vec::new(),
        };
        for ordinal in ordinals(&*storage)? {
            decisions.next_ordinal = ordinal + 1;
            decisions.files.push_back(File { ordinal, ..File::default() });
            let bytes = read_all(&*storage, ordinal)?;
            let mut names = Names::default();
            for entry in entries(&bytes) {
                if let Some(entry) = names.translate(entry, &mut decisions) {
                    decisions.note(&entry);
                    each(&decisions, &entry);
                }
            }
        }
        Ok(decisions)
    }

    /// The number of an outcome. When all are given, the last stands for the rest.
    pub fn outcome(&mut self, outcome: &Outcome, new: &mut Vec<Entry>) -> OutcomeId {
        let known = self.outcomes.iter().position(|known| known == outcome);
        let number = known.unwrap_or_else(|| {
            if self.outcomes.len() >= OUTCOMES_MAX {
                return self.outcomes.iter().position(|known| known.is_kept == outcome.is_kept).unwrap_or(0);
            }
            self.outcomes.push(outcome.clone());
            let number = self.outcomes.len() - 1;
            new.push(Entry::Outcome(number as OutcomeId, outcome.clone()));
            number
        });
        number as OutcomeId
    }

    /// The outcomes by their numbers.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// The pipeline whose log has this number.
    pub fn inlet_of(&self, number: u8) -> Option<&str> {
        self.inlets.get(usize::from(number)).map(String::as_str)
    }

    /// The number of the log of this pipeline.
    pub fn inlet(&mut self, name: &str) -> u8 {
        let known = self.inlets.iter().position(|known| known == name);
        let number = known.unwrap_or_else(|| {
            self.inlets.push(name.to_owned());
            // the names stand at the beginning of each file
            self.active = None;
            self.inlets.len() - 1
        });
        u8::try_from(number).unwrap_or(u8::MAX)
    }

    /// Writes `entries`; with `sync` they outlive a power failure. After an error they must be written again. Blocks.
    pub fn append(&mut self, entries: &[Entry], sync: bool) -> io::Result<()> {
        let appended = self.write(entries, sync);
        match &appended {
            Ok(()) => entries.iter().for_each(|entry| self.note(entry)),
            // nobody knows what of it is there
            Err(_) => self.active = None,
        }
        appended
    }

    /// Removes files that nobody needs: everything before `passed` is settled, by inlet.
    pub fn prune(&mut self, passed: &[u64]) -> io::Result<()> {
        let mut newer: usize = self.files.iter().map(|file| file.decided).sum();
        while self.files.len() > 1
            && let Some(oldest) = self.files.front()
        {
            newer -= oldest.decided;
            let is_settled = |(at, upto): (usize, &u64)| passed.get(at).is_some_and(|passed| passed >= upto);
            if newer < self.keeps || !oldest.upto.iter().enumerate().all(is_settled) {
                break;
            }
            self.storage.remove(&name(oldest.ordinal))?;
            self.files.pop_front();
        }
        Ok(())
    }

    fn write(&mut self, entries: &[Entry], sync: bool) -> io::Result<()> {
        if self.active.as_ref().is_some_and(|active| active.bytes > self.file_bytes) {
            self.active = None;
        }
        if self.active.is_none() {
            self.begin()?;
        }
        let Some(active) = &mut self.active else { return Ok(()) };
        let block = block(entries);
        active.file.write_at(&mut [IoSlice::new(&block)], active.bytes)?;
        active.bytes += block.len() as u64;
        if sync { active.file.sync() } else { Ok(()) }
    }

    fn begin(&mut self) -> io::Result<()> {
        let ordinal = self.next_ordinal;
        self.next_ordinal += 1;
        let file = self.storage.create(&name(ordinal))?;
        self.files.push_back(File { ordinal, ..File::default() });
        let outcomes = (0..).zip(&self.outcomes).map(|(id, outcome)| Entry::Outcome(id, outcome.clone()));
        let inlets = (0..).zip(&self.inlets).map(|(id, name)| Entry::Inlet(id, name.clone()));
        let block = block(&outcomes.chain(inlets).collect::<Vec<_>>());
        file.write_at(&mut [IoSlice::new(&block)], 0)?;
        self.storage.sync_names()?;
        self.active = Some(Active { file, bytes: block.len() as u64 });
        Ok(())
    }

    fn note(&mut self, entry: &Entry) {
        let Some(file) = self.files.back_mut() else { return };
        match entry {
            Entry::Decided(_) => file.decided += 1,
            Entry::Delivered { inlet, upto, .. } => {
                let inlet = usize::from(*inlet);
                if file.upto.len() <= inlet {
                    file.upto.resize(inlet + 1, 0);
                }
                file.upto[inlet] = file.upto[inlet].max(*upto);
            }
            _ => {}
        }
    }
}

/// What the numbers of a file stand for, in the numbers of the journal.
#[derive(Default)]
struct Names {
    outcomes: Vec<(OutcomeId, OutcomeId)>,
    inlets: Vec<(u8, u8)>,
}

impl Names {
    fn translate(&mut self, entry: Entry, decisions: &mut Decisions) -> Option<Entry> {
        match entry {
            Entry::Outcome(number, outcome) => {
                self.outcomes.retain(|(known, _)| *known != number);
                self.outcomes.push((number, decisions.outcome(&outcome, &mut Vec::new())));
                None
            }
            Entry::Inlet(number, name) => {
                self.inlets.retain(|(known, _)| *known != number);
                self.inlets.push((number, decisions.inlet(&name)));
                None
            }
            Entry::Decided(mut decided) => {
                let (_, outcome) = self.outcomes.iter().find(|(known, _)| *known == decided.outcome)?;
                decided.outcome = *outcome;
                Some(Entry::Decided(decided))
            }
            Entry::Delivered { inlet, key, from, upto } => {
                let (_, inlet) = self.inlets.iter().find(|(known, _)| *known == inlet)?;
                Some(Entry::Delivered { inlet: *inlet, key, from, upto })
            }
            late @ Entry::Late { .. } => Some(late),
        }
    }
}

/// All that is written about `key`, the oldest first, with the outcomes of the decisions. Reads all files; blocks.
pub(super) fn about(storage: &dyn Storage, key: &[u8; 16]) -> io::Result<Vec<(Entry, Option<Outcome>)>> {
    let mut found = Vec::new();
    for ordinal in ordinals(storage)? {
        let bytes = match read_all(storage, ordinal) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            bytes => bytes?,
        };
        let mut outcomes: Vec<(OutcomeId, Outcome)> = Vec::new();
        for entry in entries(&bytes) {
            match entry {
                Entry::Outcome(number, outcome) => {
                    outcomes.retain(|(known, _)| *known != number);
                    outcomes.push((number, outcome));
                }
                Entry::Decided(decided) if decided.key == *key => {
                    let outcome = outcomes.iter().find(|(known, _)| *known == decided.outcome);
                    let outcome = outcome.map(|(_, outcome)| outcome.clone());
                    found.push((Entry::Decided(decided), outcome));
                }
                Entry::Late { key: late, .. } if late == *key => found.push((entry, None)),
                Entry::Delivered { key: delivered, .. } if delivered == *key => found.push((entry, None)),
                _ => {}
            }
        }
    }
    Ok(found)
}

fn name(ordinal: u64) -> String {
    format!("{ordinal:010}{EXTENSION}")
}

fn ordinals(storage: &dyn Storage) -> io::Result<Vec<u64>> {
    let names = storage.list()?;
    let mut ordinals: Vec<u64> =
        names.iter().filter_map(|name| name.strip_suffix(EXTENSION)?.parse().ok()).collect();
    ordinals.sort_unstable();
    Ok(ordinals)
}

fn read_all(storage: &dyn Storage, ordinal: u64) -> io::Result<Vec<u8>> {
    let file = storage.open(&name(ordinal))?;
    let mut bytes = vec![0; usize::try_from(file.size()?).unwrap_or(usize::MAX)];
    let read = file.read_at(&mut bytes, 0)?;
    bytes.truncate(read);
    Ok(bytes)
}

fn block(entries: &[Entry]) -> Vec<u8> {
    let mut block = vec![0; HEAD_BYTES];
    entries.iter().for_each(|entry| entry.write(&mut block));
    let length = (block.len() - HEAD_BYTES) as u32;
    block[..4].copy_from_slice(&MAGIC);
    block[8..12].copy_from_slice(&length.to_le_bytes());
    let crc = crc32c::crc32c(&block[8..]);
    block[4..8].copy_from_slice(&crc.to_le_bytes());
    block
}

/// The entries of all whole blocks; what is damaged is passed over.
fn entries(bytes: &[u8]) -> impl Iterator<Item = Entry> {
    let (mut at, mut rest): (usize, &[u8]) = (0, &[]);
    std::iter::from_fn(move || {
        loop {
            if let Some(entry) = Entry::read(&mut rest) {
                return Some(entry);
            }
            at += memmem::find(bytes.get(at..)?, &MAGIC)?;
            match whole(&bytes[at..]) {
                Some(block) => {
                    rest = block;
                    at += HEAD_BYTES + block.len();
                }
                None => at += 1,
            }
        }
    })
}

fn whole(bytes: &[u8]) -> Option<&[u8]> {
    let number = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    let end = HEAD_BYTES.checked_add(number(8)? as usize)?;
    let checked = bytes.get(8..end)?;
    (crc32c::crc32c(checked) == number(4)?).then(|| &bytes[HEAD_BYTES..end])
}
