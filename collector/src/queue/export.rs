//! `queue export`: what is not delivered, or was refused for good, as OTLP JSON.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use codeagent_pipeline::json;
use codeagent_pipeline::log::inspect::{Stored, StoredCursor, StoredLog};
use codeagent_pipeline::log::{Note, Record};

use super::arguments::Export;
use super::measure::count;
use super::place::{self, Places, Queue};
use super::{Failure, dead};
use crate::exit;

/// Writes it.
pub fn run(options: &Export) -> Result<ExitCode, Failure> {
    let places = Places::find(&options.place)?;
    let mut queues = Vec::new();
    for directory in &places.directories {
        queues.extend(place::queues(directory, options.selection.pipeline.as_deref())?);
    }
    check_selection(options, &queues)?;
    let mut written = Written::default();
    let result = match &options.output {
        Some(path) => {
            let file = File::create_new(path).with_context(|| format!("cannot make {}", path.display()))?;
            write_all(options, queues, &mut BufWriter::new(file), &mut written)
        }
        None => write_all(options, queues, &mut BufWriter::new(io::stdout().lock()), &mut written),
    };
    match result {
        // a reader that has closed its end, such as `head`, has enough
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(exit::DONE.into()),
        result => result.context("cannot write the output")?,
    }
    let (requests, items) = (count(written.requests, "request"), count(written.items, "item"));
    eprintln!("wrote {requests} with {items}");
    if written.evicted > 0 {
        eprintln!(
            "{} had been dropped before, to make room or for their age",
            count(written.evicted, "item")
        );
    }
    let code = match () {
        () if written.gone > 0 => {
            eprintln!(
                "{} are damaged and missing here; `queue verify` says where",
                count(written.gone, "item")
            );
            exit::DAMAGED
        }
        () if written.is_unreadable => exit::FAILED,
        () => exit::DONE,
    };
    Ok(code.into())
}

/// A name that is nowhere is a mistake, and not an empty answer.
fn check_selection(options: &Export, queues: &[Queue]) -> Result<(), Failure> {
    if let Some(pipeline) = &options.selection.pipeline
        && queues.is_empty()
    {
        return Err(Failure::usage(anyhow!(
            "no pipeline `{pipeline}` has kept anything; `queue list` shows all"
        )));
    }
    let Some(exporter) = options.selection.exporter.as_deref().filter(|_| !options.dead) else {
        return Ok(());
    };
    let logs = || queues.iter().filter_map(|queue| queue.log.as_ref().ok());
    if logs().any(|log| log.cursor(exporter).is_some()) {
        return Ok(());
    }
    let mut known: Vec<_> = logs().flat_map(StoredLog::cursors).map(|cursor| cursor.name.as_str()).collect();
    known.sort_unstable();
    known.dedup();
    let known =
        if known.is_empty() { "there is none".to_owned() } else { format!("there are {}", known.join(", ")) };
    Err(Failure::usage(anyhow!("nothing is kept for a destination `{exporter}`: {known}")))
}

/// What was written, and what could not be.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Lines.
    pub requests: u64,
    /// Items in them.
    pub items: u64,
    /// Items that are damaged.
    pub gone: u64,
    /// Items that were dropped on purpose.
    pub evicted: u64,
    /// Whether a log cannot be read at all.
    pub is_unreadable: bool,
}

fn write_all(
    options: &Export,
    queues: Vec<Queue>,
    out: &mut dyn Write,
    written: &mut Written,
) -> io::Result<()> {
    for queue in queues {
        let log = if options.dead { queue.dead } else { Some(queue.log) };
        match log {
            Some(Ok(log)) => write(options, &queue.pipeline, &log, out, written)?,
            Some(Err(error)) => {
                eprintln!("error: {error}");
                written.is_unreadable = true;
            }
            None => {}
        }
    }
    out.flush()
}

/// Writes what `options` select of one log.
pub fn write(
    options: &Export,
    pipeline: &str,
    log: &StoredLog,
    out: &mut dyn Write,
    written: &mut Written,
) -> io::Result<()> {
    let exporter = options.selection.exporter.as_deref();
    let is_asked = |cursor: &&StoredCursor| exporter.is_none_or(|exporter| cursor.name == exporter);
    let cursors: Vec<_> = log.cursors().iter().filter(is_asked).collect();
    let start = match options.dead {
        true => log.start(),
        false => cursors.iter().map(|cursor| cursor.next()).min().unwrap_or(log.end()),
    };
    let mut line = Vec::new();
    for stored in log.records(start) {
        let record = match stored {
            Ok(Stored::Record(record)) => record,
            Ok(Stored::Lost { gap, evicted: true }) => {
                written.evicted += gap.items();
                continue;
            }
            Ok(Stored::Lost { gap, .. }) => {
                eprintln!("{pipeline}: {} are gone in {}", count(gap.items(), "item"), gap.file);
                written.gone += gap.items();
                continue;
            }
            Err(error) => {
                eprintln!("{pipeline}: a file cannot be read further: {error}");
                continue;
            }
        };
        let is_wanted = match options.dead {
            true => dead::waiting(log, &record).is_some_and(|note| is_letter_for(options, &note)),
            false => is_unsettled(&cursors, &record),
        };
        if is_wanted {
            line.clear();
            match to_line(&record, &mut line) {
                Ok(()) => {
                    out.write_all(&line)?;
                    written.requests += 1;
                    written.items += u64::from(record.items);
                }
                Err(problem) => {
                    eprintln!("{pipeline}: record {}: {problem}", record.sequence);
                    written.gone += u64::from(record.items);
                }
            }
        }
    }
    Ok(())
}

fn is_unsettled(cursors: &[&StoredCursor], record: &Record) -> bool {
    let note = Note::decode(&record.note).unwrap_or_default();
    cursors.iter().any(|cursor| note.is_for(&cursor.name) && !cursor.is_settled(record))
}

fn is_letter_for(options: &Export, note: &Note) -> bool {
    let is = |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
    is(&options.selection.exporter, &note.exporter) && is(&options.reason, &note.reason)
}

fn to_line(record: &Record, line: &mut Vec<u8>) -> Result<(), String> {
    let payload = record.payload().ok_or("it does not decompress")?;
    json::from_protobuf(record.signal, &payload, line).map_err(|error| error.to_string())?;
    line.push(b'\n');
    Ok(())
}
