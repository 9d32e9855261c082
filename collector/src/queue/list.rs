//! `queue list`: how much waits, for whom and since when, and what was refused for good.

use std::path::Path;
use std::process::ExitCode;

use codeagent_pipeline::Trouble;
use codeagent_pipeline::log::inspect::{StoredCursor, StoredLog};
use serde::Serialize;

use super::dead::{Letters, letters};
use super::place::{self, Places, Queue};
use super::{Failure, arguments, list_text, reasons};
use crate::cli::{Format, Whom};
use crate::exit;

/// The queues of one folder.
#[derive(Debug, Serialize)]
pub struct Listed {
    /// The folder.
    pub directory: String,
    /// The collector that is at work on it.
    pub running: Option<String>,
    /// Why that was not asked what keeps its destinations.
    pub not_asked: Option<String>,
    /// Whether the destinations were compared with a configuration.
    pub has_configuration: bool,
    /// The queues.
    pub pipelines: Vec<ListedQueue>,
}

/// One queue.
#[derive(Debug, Serialize)]
pub struct ListedQueue {
    /// Whose.
    pub pipeline: String,
    /// Why it cannot be read.
    pub error: Option<String>,
    /// Bytes of its files.
    pub bytes: u64,
    /// Bytes that they may be, where that is known.
    pub bytes_max: Option<u64>,
    /// How many files.
    pub files: usize,
    /// The number of the next record.
    pub next_sequence: u64,
    /// Files with holes that were kept aside.
    pub damaged_files: Vec<DamagedFile>,
    /// How far each destination is.
    pub destinations: Vec<Destination>,
    /// What was refused for good.
    pub dead_letters: Vec<Letters>,
    /// Bytes of the files of those.
    pub dead_letter_bytes: u64,
    /// Items among those that are damaged.
    pub dead_letter_items_gone: u64,
}

/// A file with holes.
#[derive(Debug, Serialize)]
pub struct DamagedFile {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
}

/// How far a destination is.
#[derive(Debug, Serialize)]
pub struct Destination {
    /// Its exporter.
    pub exporter: String,
    /// Whether the configuration has it; unknown without one.
    pub is_configured: Option<bool>,
    /// Whether its progress cannot be read.
    pub is_damaged: bool,
    /// Items that it has not got.
    pub items: u64,
    /// Bytes on disk since the oldest of those.
    pub bytes: u64,
    /// When that was accepted, Unix milliseconds.
    pub oldest_ms: Option<u64>,
    /// The number of the first record that it has not got.
    pub next_sequence: u64,
    /// Why it takes nothing at present, as the running collector says.
    pub trouble: Option<Trouble>,
}

/// Prints what is there.
pub fn run(place: &arguments::Place, whom: &Whom, format: Format) -> Result<ExitCode, Failure> {
    let places = Places::find(place)?;
    let listed: Result<Vec<_>, _> = places.directories.iter().map(|folder| list(folder, &places)).collect();
    let mut listed = listed?;
    if listed.iter().any(|folder| folder.running.is_some()) {
        reasons::ask(whom, &mut listed);
    }
    match format {
        Format::Text => crate::print(&list_text::render(&listed)),
        Format::Json => crate::print_json(&serde_json::json!({ "queues": listed })),
    };
    let mut queues = listed.iter().flat_map(|folder| &folder.pipelines);
    Ok(if queues.any(|queue| queue.error.is_some()) { exit::FAILED } else { exit::DONE }.into())
}

/// Looks at the queues in `directory`.
pub fn list(directory: &Path, places: &Places) -> Result<Listed, Failure> {
    let running = place::holder(directory)?;
    let queues = place::queues(directory, None)?;
    let size = places.sizes.get(directory).copied();
    let pipelines = queues.into_iter().map(|queue| list_queue(queue, places, size)).collect();
    let has_configuration = places.configured.is_some();
    let directory = directory.display().to_string();
    Ok(Listed { directory, running, not_asked: None, has_configuration, pipelines })
}

fn list_queue(queue: Queue, places: &Places, size: Option<u64>) -> ListedQueue {
    let mut listed = ListedQueue {
        pipeline: queue.pipeline,
        error: None,
        bytes: 0,
        bytes_max: size,
        files: 0,
        next_sequence: 0,
        damaged_files: Vec::new(),
        destinations: Vec::new(),
        dead_letters: Vec::new(),
        dead_letter_bytes: 0,
        dead_letter_items_gone: 0,
    };
    match queue.log {
        Ok(log) => {
            listed.bytes = log.bytes();
            listed.bytes_max = size.or(log.bytes_max());
            listed.files = log.files();
            listed.next_sequence = log.end().sequence;
            listed.add_damaged(&log);
            let pipeline = listed.pipeline.as_str();
            let destinations = log.cursors().iter().map(|cursor| destination(&log, cursor, pipeline, places));
            listed.destinations = destinations.collect();
        }
        Err(error) => listed.error = Some(error.to_string()),
    }
    match queue.dead {
        Some(Ok(dead)) => {
            listed.dead_letter_bytes = dead.bytes();
            listed.add_damaged(&dead);
            (listed.dead_letters, listed.dead_letter_items_gone) = letters(&dead);
        }
        Some(Err(error)) => listed.error = listed.error.or(Some(error.to_string())),
        None => {}
    }
    listed
}

impl ListedQueue {
    fn add_damaged(&mut self, log: &StoredLog) {
        let files = log.damaged().iter();
        self.damaged_files
            .extend(files.map(|file| DamagedFile { name: file.name.clone(), bytes: file.bytes }));
    }
}

fn destination(log: &StoredLog, cursor: &StoredCursor, pipeline: &str, places: &Places) -> Destination {
    let backlog = log.backlog(cursor);
    Destination {
        exporter: cursor.name.clone(),
        is_configured: places.is_configured(pipeline, &cursor.name),
        is_damaged: cursor.is_damaged(),
        items: backlog.items,
        bytes: backlog.bytes,
        oldest_ms: backlog.oldest_ms,
        next_sequence: cursor.next().sequence,
        trouble: None,
    }
}
