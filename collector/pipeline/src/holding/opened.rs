//! What a hold knows again before it reads on: its place on the disk, its journal, and how far each log was read.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;

use super::decisions::{Decisions, Entry, Outcome};
use super::gate::Gate;
use super::held::{Held, Inlet, Parts, Past};
use super::remembered::Remembered;
use super::work::Work;
use super::{HoldSettings, Policies};
use crate::log::storage::Storage;
use crate::log::{FolderLock, Form, Limits, Log, LogSettings, Reader, WhenFull};

/// Files of a log in memory.
const MEMORY_FILES: u64 = 16;
/// Decisions in a journal in memory: only `why` reads it.
const MEMORY_DECISIONS: usize = 50_000;
/// Files of a log that are not for what waits: the newest is never removed, and the oldest goes as a whole.
const FILES_SPARE: u64 = 2;

/// Where things are kept.
pub(super) struct Place {
    pub folder: Option<PathBuf>,
    pub settings: LogSettings,
    pub journal: Arc<dyn Storage>,
    pub _lock: Option<Arc<FolderLock>>,
}

/// The log of one pipeline, open.
pub(super) struct Opened {
    pub gate: Arc<Gate>,
    pub log: Arc<Log>,
    pub reader: Reader,
}

/// Reads the journal, and is ready to read the logs. Blocks.
pub(super) fn begin(
    place: &Place,
    settings: HoldSettings,
    policies: Box<dyn Policies>,
    opened: Vec<Opened>,
    index_bytes_max: usize,
    is_durable: bool,
) -> io::Result<(Work, Vec<Reader>)> {
    let mut remembered = Remembered::new(settings.decisions_max);
    let mut deliveries: Vec<(String, [u8; 16], u64, u64)> = Vec::new();
    let (keeps, file_bytes) = match is_durable {
        true => (settings.decisions_max, None),
        false => (settings.decisions_max.min(MEMORY_DECISIONS), Some(1 << 20)),
    };
    let nexts: HashMap<&str, u64> = opened
        .iter()
        .map(|opened| (opened.gate.pipeline.as_str(), opened.reader.cursor().next().sequence))
        .collect();
    let mut decisions =
        Decisions::open(place.journal.clone(), keeps, file_bytes, |decisions, entry| match entry {
            Entry::Decided(decided) => remembered.put(&decided.key, decided.outcome),
            Entry::Delivered { inlet, key, from, upto } => {
                let name = decisions.inlet_of(*inlet).unwrap_or_default();
                // what is before is not read again
                if nexts.get(name).is_some_and(|next| *upto > *next) {
                    deliveries.push((name.to_owned(), *key, *from, *upto));
                }
            }
            _ => {}
        })?;
    let mut past = Past::new();
    for (name, key, from, upto) in deliveries {
        past.entry((decisions.inlet(&name), key)).or_default().push((from, upto));
    }
    let limits = place.settings.limits;
    let spare = FILES_SPARE * limits.segment_bytes;
    let most = limits.bytes_max.saturating_sub(spare).max(limits.bytes_max / 2);
    let bytes_max = settings.bytes_max.map_or(most, |bytes| bytes.min(most));
    let inlets = opened
        .iter()
        .map(|Opened { gate, log, reader }| {
            let found = (reader.cursor().next(), log.end());
            let (journal, token) = (decisions.inlet(&gate.pipeline), gate.token.clone());
            Inlet::new(gate.signal, journal, token, bytes_max, found)
        })
        .collect();
    let outcomes: Vec<Outcome> = decisions.outcomes().to_vec();
    let decisions = Arc::new(Mutex::new(decisions));
    let (wait, is_dry_run) = (settings.wait, settings.is_dry_run);
    let held = Held::new(Parts {
        settings,
        policies,
        inlets,
        remembered,
        decisions: decisions.clone(),
        outcomes,
        past,
        index_bytes_max,
    });
    let (mut ways, mut readers) = (Vec::new(), Vec::new());
    for Opened { gate, log, reader } in opened {
        ways.push((gate, log, reader.cursor().clone()));
        readers.push(reader);
    }
    let journal = place.journal.clone();
    Ok((Work::new(held, decisions, journal, ways, wait, is_dry_run), readers))
}

pub(super) fn memory_settings(bytes: usize) -> LogSettings {
    let bytes_max = (bytes as u64).max(1 << 20);
    let limits = Limits {
        segment_bytes: (bytes_max / MEMORY_FILES).min(4 << 20),
        bytes_max,
        age_max: None,
        when_full: WhenFull::Refuse,
    };
    LogSettings { limits, form: Form::Plain, memory_bytes: 0, keeps_all: false }
}
