//! `queue verify`: reads every record of every file.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use codeagent_pipeline::log::OpenError;
use codeagent_pipeline::log::inspect::{CheckedFile, StoredLog};
use serde::Serialize;

use super::measure::{bytes, count};
use super::place::{self, Places};
use super::{Failure, arguments};
use crate::cli::Format;
use crate::exit;

/// From here on a terminal is shown how far it is.
const PROGRESS_BYTES_MIN: u64 = 256 << 20;

/// What was found in one log.
#[derive(Debug, Default, Serialize)]
pub struct Verified {
    /// Its folder below the directory: the pipeline, or `traces dead letters`.
    pub log: String,
    /// Why it cannot be read.
    pub error: Option<String>,
    /// Files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Whole records.
    pub records: u64,
    /// Items in them.
    pub items: u64,
    /// Items that were acknowledged and are gone.
    pub items_gone: u64,
    /// Bytes at the end of files that were acknowledged to nobody.
    pub tail_bytes: u64,
    /// Where items are gone.
    pub holes: Vec<FoundHole>,
    /// Files whose header is damaged, which costs nothing.
    pub bad_headers: Vec<String>,
    /// Destinations whose progress is damaged.
    pub damaged_cursors: Vec<String>,
    /// Files that were damaged and are kept aside; they are not part of the log.
    pub kept_aside: Vec<String>,
}

/// Where items are gone.
#[derive(Debug, Serialize)]
pub struct FoundHole {
    /// The file; where a file is missing, the one before.
    pub file: String,
    /// The byte of it.
    pub offset: u64,
    /// Records.
    pub records: u64,
    /// Items in them.
    pub items: u64,
}

impl Verified {
    /// Whether something is wrong.
    pub fn is_damaged(&self) -> bool {
        !(self.holes.is_empty() && self.bad_headers.is_empty() && self.damaged_cursors.is_empty())
    }

    fn add(&mut self, file: &CheckedFile) {
        self.files += u64::from(file.bytes > 0);
        self.bytes += file.bytes;
        self.records += file.records;
        self.items += file.items;
        self.items_gone += file.items_gone;
        self.tail_bytes += file.tail_bytes;
        self.holes.extend(file.holes.iter().map(|hole| FoundHole {
            file: hole.file.clone(),
            offset: hole.offset,
            records: hole.records,
            items: hole.items,
        }));
        if file.has_bad_header {
            self.bad_headers.push(file.name.clone());
        }
    }
}

/// Reads everything and prints what is damaged.
pub fn run(place: &arguments::Place, pipeline: Option<&str>, format: Format) -> Result<ExitCode, Failure> {
    let places = Places::find(place)?;
    let mut logs = Vec::new();
    for directory in &places.directories {
        for queue in place::queues(directory, pipeline)? {
            let dead = queue.dead.map(|dead| (format!("{} dead letters", queue.pipeline), dead));
            logs.push((queue.pipeline, queue.log));
            logs.extend(dead);
        }
    }
    let total = logs.iter().filter_map(|(_, log)| log.as_ref().ok()).map(StoredLog::bytes).sum();
    let mut progress = Progress { read: 0, total, is_shown: total >= PROGRESS_BYTES_MIN };
    progress.is_shown &= std::io::stderr().is_terminal();
    let verified: Vec<_> = logs.into_iter().map(|(name, log)| verify(name, log, &mut progress)).collect();
    progress.clear();
    let code = match () {
        () if verified.iter().any(Verified::is_damaged) => exit::DAMAGED,
        () if verified.iter().any(|log| log.error.is_some()) => exit::FAILED,
        () => exit::DONE,
    };
    match format {
        Format::Text => crate::print(&render(&verified)),
        Format::Json => crate::print_json(&serde_json::json!({ "logs": verified })),
    };
    Ok(code.into())
}

/// Reads one log.
pub fn verify(name: String, log: Result<StoredLog, OpenError>, progress: &mut Progress) -> Verified {
    let mut verified = Verified { log: name, ..Verified::default() };
    let log = match log {
        Ok(log) => log,
        Err(error) => {
            verified.error = Some(error.to_string());
            return verified;
        }
    };
    let damaged = log.cursors().iter().filter(|cursor| cursor.is_damaged());
    verified.damaged_cursors = damaged.map(|cursor| cursor.name.clone()).collect();
    verified.kept_aside = log.damaged().iter().map(|file| file.name.clone()).collect();
    let checked = log.check(|file| {
        verified.add(file);
        progress.advance(file.bytes);
    });
    verified.error = checked.err().map(|error| error.to_string());
    verified
}

/// All of it as text.
pub fn render(logs: &[Verified]) -> String {
    if logs.is_empty() {
        return "nothing was ever kept here\n".to_owned();
    }
    logs.iter().map(render_log).collect()
}

fn render_log(log: &Verified) -> String {
    let verdict = match (log.is_damaged(), &log.error) {
        (_, Some(error)) => format!("cannot be read: {error}"),
        (true, None) => "DAMAGED".to_owned(),
        (false, None) => "whole".to_owned(),
    };
    let (files, records) = (count(log.files, "file"), count(log.records, "record"));
    let items = count(log.items, "item");
    let mut text =
        format!("{}: {verdict}; {records} with {items}, {} in {files}\n", log.log, bytes(log.bytes));
    for hole in &log.holes {
        let (records, items) = (count(hole.records, "record"), count(hole.items, "item"));
        text.push_str(&format!("  {}, byte {}: {records} with {items} gone\n", hole.file, hole.offset));
    }
    for file in &log.bad_headers {
        text.push_str(&format!("  {file}: the header is damaged, which costs no record\n"));
    }
    for exporter in &log.damaged_cursors {
        text.push_str(&format!("  the progress of the destination {exporter} cannot be read\n"));
    }
    if log.items_gone > 0 {
        text.push_str(&format!("  {} gone in all\n", count(log.items_gone, "item")));
    }
    if log.tail_bytes > 0 {
        let tail = bytes(log.tail_bytes);
        text.push_str(&format!(
            "  {tail} at the end were cut off or are being written; nobody was told that they are kept\n"
        ));
    }
    for file in &log.kept_aside {
        text.push_str(&format!("  {file} was damaged and is kept aside\n"));
    }
    text
}

/// How far it is, on a terminal.
#[derive(Default)]
pub struct Progress {
    read: u64,
    total: u64,
    is_shown: bool,
}

impl Progress {
    fn advance(&mut self, more: u64) {
        self.read += more;
        if self.is_shown {
            eprint!("\r{} of {} read ", bytes(self.read), bytes(self.total));
            let _ = std::io::stderr().flush();
        }
    }

    fn clear(&self) {
        if self.is_shown {
            eprint!("\r\x1b[2K");
        }
    }
}
