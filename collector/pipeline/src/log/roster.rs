//! Who reads a log, remembered beside the files of their progress: a destination whose file is gone is not a new one.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use super::cursor::{Cursor, file_name};
use super::journal::Journal;
use super::slots::{STATE_BYTES_MAX, Slots};
use super::storage::Storage;
use super::{folder_name, id_of};

/// The file of the roster.
pub(super) const ROSTER: &str = "destinations.list";

/// The destinations of one log.
pub(super) struct Roster {
    file: Slots,
    names: BTreeSet<String>,
}

impl Roster {
    /// The destinations of the log in `storage`, and how far each is. Of one that has no progress any more that is the
    /// beginning of what is there: to deliver twice is better than not at all.
    pub fn open(
        storage: &dyn Storage,
        journal: &mut Journal,
        keeps_all: bool,
    ) -> io::Result<(Self, Vec<Arc<Cursor>>)> {
        let (mut file, state) = Slots::open(storage, ROSTER)?;
        let known = decode(state.as_deref().unwrap_or_default());
        let mut names: BTreeSet<String> = Cursor::names(storage)?.into_iter().collect();
        let (start, end) = (journal.start(), journal.end());
        names.extend(known.iter().cloned());
        let mut cursors = Vec::with_capacity(names.len());
        for name in &names {
            // one that is not on the list was being made when the last run ended, or is older than the list
            let fresh = if keeps_all || known.contains(name) { start } else { end };
            let cursor = Cursor::open(storage, name, start, fresh, end)?;
            journal.ends_after(cursor.next());
            cursors.push(Arc::new(cursor));
        }
        if names != known {
            save(&mut file, &names)?;
        }
        Ok((Roster { file, names }, cursors))
    }

    /// The names on the list in `storage`, without changing it.
    pub fn read(storage: &dyn Storage) -> io::Result<BTreeSet<String>> {
        if !storage.list()?.iter().any(|name| name == ROSTER) {
            return Ok(BTreeSet::new());
        }
        Ok(decode(Slots::read(storage, ROSTER)?.as_deref().unwrap_or_default()))
    }

    /// Remembers a destination, whose cursor is on disk already.
    pub fn add(&mut self, name: &str) -> io::Result<()> {
        if self.names.insert(name.to_owned()) { save(&mut self.file, &self.names) } else { Ok(()) }
    }

    /// Forgets a destination, and then removes its progress: the other way round it would begin again.
    pub fn remove(&mut self, storage: &dyn Storage, name: &str) -> io::Result<()> {
        if self.names.remove(name) {
            save(&mut self.file, &self.names)?;
        }
        storage.remove(&file_name(name))?;
        storage.sync_names()
    }
}

fn save(file: &mut Slots, names: &BTreeSet<String>) -> io::Result<()> {
    file.save(&encode(names))?;
    file.sync()
}

/// As many names as there is room for, which are hundreds.
fn encode(names: &BTreeSet<String>) -> Vec<u8> {
    let mut list = Vec::new();
    for name in names.iter().map(|name| folder_name(name)) {
        if list.len() + name.len() < STATE_BYTES_MAX {
            list.extend_from_slice(name.as_bytes());
            list.push(b'\n');
        }
    }
    list
}

fn decode(list: &[u8]) -> BTreeSet<String> {
    let lines = list.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.filter_map(|line| id_of(std::str::from_utf8(line).ok()?)).collect()
}
