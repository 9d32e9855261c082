//! Dead letters: what a destination refused for good.

use std::collections::BTreeMap;

use codeagent_pipeline::log::inspect::{Stored, StoredLog};
use codeagent_pipeline::log::{Note, Record};
use serde::Serialize;

/// What is shown of a destination whose name is damaged.
const UNKNOWN: &str = "?";

/// The dead letters of one destination with one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Letters {
    /// The destination.
    pub exporter: String,
    /// Why.
    pub reason: String,
    /// Records.
    pub letters: u64,
    /// Items that were refused.
    pub items: u64,
    /// Items of letters of which only some were refused, and nobody knows which; the others of them were delivered.
    pub of_uncertain: u64,
    /// When the oldest was refused, Unix milliseconds.
    pub oldest_ms: u64,
    /// What the destination said of the newest.
    pub message: String,
}

/// The dead letters that nobody has taken out again, by destination and reason, and how many items of others are
/// gone.
pub fn letters(dead: &StoredLog) -> (Vec<Letters>, u64) {
    let mut found: BTreeMap<(String, String), Letters> = BTreeMap::new();
    let mut gone = 0;
    for stored in dead.records(dead.start()) {
        match stored {
            Ok(Stored::Record(record)) => {
                if let Some(note) = waiting(dead, &record) {
                    add(&mut found, &record, note);
                }
            }
            Ok(Stored::Lost { gap, evicted: false }) => gone += gap.items(),
            Ok(Stored::Lost { .. }) | Err(_) => {}
        }
    }
    (found.into_values().collect(), gone)
}

/// The note of a letter that nobody has taken out.
pub fn waiting(dead: &StoredLog, record: &Record) -> Option<Note> {
    let note = Note::decode(&record.note).unwrap_or_default();
    let cursor = note.exporter.as_deref().and_then(|exporter| dead.cursor(exporter));
    let is_out = cursor.is_some_and(|cursor| cursor.is_settled(record));
    (!is_out).then_some(note)
}

fn add(found: &mut BTreeMap<(String, String), Letters>, record: &Record, note: Note) {
    let exporter = note.exporter.unwrap_or_else(|| UNKNOWN.to_owned());
    let reason = note.reason.unwrap_or_else(|| UNKNOWN.to_owned());
    let letters = found.entry((exporter.clone(), reason.clone())).or_insert_with(|| Letters {
        exporter,
        reason,
        oldest_ms: record.time_ms,
        ..Letters::default()
    });
    letters.letters += 1;
    letters.items += note.refused.unwrap_or(u64::from(record.items));
    if note.refused.is_some() {
        letters.of_uncertain += u64::from(record.items);
    }
    letters.oldest_ms = letters.oldest_ms.min(record.time_ms);
    letters.message = note.message.unwrap_or_default();
}
