//! What could not be delivered, on disk: resent by this process when the collector is back, else by the next run.
//!
//! Each process writes files of its own and holds a lock on them; a file whose lock is free belongs to a process that is gone,
//! and the next one that starts adopts it. A record is appended whole, with its length and a CRC: what a crash cut off is
//! recognised and ignored. A record that was delivered is marked in place; a crash between delivery and mark
//! sends it twice, never not at all.

mod record;
mod segment;

use std::collections::VecDeque;
use std::fs::{self, DirBuilder};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::diagnose;
use crate::transport::{Ledger, Loss, Request};

use segment::{Found, Segment};

/// The ending of the files' names.
const ENDING: &str = "spool";
/// A file that is larger is closed, and the next one begun: the oldest file is what a full spool gives up.
const SEGMENT_MAX: u64 = 4 * 1024 * 1024;

/// Where, how much and how long.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) directory: PathBuf,
    /// Of all files in the directory.
    pub(crate) bytes_max: u64,
    pub(crate) age_max: Duration,
}

pub(crate) struct Spool {
    limits: Limits,
    ledger: Arc<Ledger>,
    /// Oldest first; the last one may be `is_writing`.
    segments: VecDeque<Segment>,
    is_writing: bool,
    /// Files that this process made, for their names.
    made: u32,
}

impl Spool {
    /// Opens nothing yet.
    pub(crate) fn new(limits: Limits, ledger: Arc<Ledger>) -> Self {
        Self { limits, ledger, segments: VecDeque::new(), is_writing: false, made: 0 }
    }

    /// Takes over what processes that are gone left behind. Whether there is anything to send.
    pub(crate) fn adopt(&mut self) -> bool {
        let Ok(entries) = fs::read_dir(&self.limits.directory) else { return false };
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.retain(|path| path.extension().is_some_and(|ending| ending == ENDING));
        paths.sort();
        for path in paths {
            match Segment::adopt(&path) {
                Ok(Some(segment)) => self.segments.push_back(segment),
                Ok(None) => {}
                Err(error) => diagnose::say(|| format!("a spool file cannot be read: {error}")),
            }
        }
        !self.segments.is_empty()
    }

    /// Puts a request on disk; [`sync`](Self::sync) makes it survive also the machine.
    ///
    /// # Errors
    /// The disk refused: the request is the caller's still.
    pub(crate) fn append(&mut self, request: &Request) -> io::Result<()> {
        let size = record::HEAD as u64 + request.body.len() as u64;
        if size > self.limits.bytes_max {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than the whole spool"));
        }
        if self.is_writing && self.segments.back().is_some_and(|segment| segment.size() + size > SEGMENT_MAX)
        {
            self.is_writing = false;
        }
        while self.size() + size > self.limits.bytes_max && self.drop_oldest() {}
        if !self.is_writing {
            self.begin()?;
        }
        match self.segments.back_mut() {
            Some(segment) => segment.append(request, SystemTime::now())?,
            None => return Err(io::Error::other("no file")),
        }
        self.ledger.spool(request.signal, request.items);
        Ok(())
    }

    pub(crate) fn sync(&mut self) {
        if self.is_writing
            && let Some(segment) = self.segments.back_mut()
        {
            segment.sync();
        }
    }

    /// The oldest request that was not delivered. It stays until [`done`](Self::done).
    pub(crate) fn next(&mut self) -> Option<Request> {
        loop {
            let is_last = self.is_writing && self.segments.len() == 1;
            let segment = self.segments.front_mut()?;
            match segment.next() {
                Found::Request { request, age } if age <= self.limits.age_max => return Some(request),
                Found::Request { request, .. } => {
                    self.ledger.lose(request.signal, Loss::Expired, request.items);
                    segment.done();
                }
                Found::Damaged { signal, items } => {
                    self.ledger.lose(signal, Loss::SpoolFailed, items);
                    segment.done();
                }
                Found::End if is_last => {
                    segment.restart();
                    return None;
                }
                Found::End => self.remove_oldest(),
            }
        }
    }

    /// What [`next`](Self::next) gave is delivered or refused for good.
    pub(crate) fn done(&mut self) {
        if let Some(segment) = self.segments.front_mut() {
            segment.done();
        }
    }

    /// The process ends: files with nothing left in them are removed.
    pub(crate) fn close(&mut self) {
        self.sync();
        for segment in std::mem::take(&mut self.segments) {
            if segment.is_done() {
                segment.remove();
            }
        }
        self.is_writing = false;
    }

    fn size(&self) -> u64 {
        self.segments.iter().map(Segment::size).sum()
    }

    fn begin(&mut self) -> io::Result<()> {
        make_private(&self.limits.directory)?;
        let millis = record::millis(SystemTime::now());
        let name = format!("{millis:013}-{}-{}.{ENDING}", std::process::id(), self.made);
        self.made += 1;
        self.segments.push_back(Segment::create(&self.limits.directory.join(name))?);
        self.is_writing = true;
        Ok(())
    }

    /// Gives up the oldest file. `false` where there is none.
    fn drop_oldest(&mut self) -> bool {
        let Some(segment) = self.segments.front_mut() else { return false };
        for (signal, items) in segment.rest() {
            self.ledger.lose(signal, Loss::SpoolFull, items);
        }
        self.remove_oldest();
        true
    }

    fn remove_oldest(&mut self) {
        if let Some(segment) = self.segments.pop_front() {
            segment.remove();
        }
        self.is_writing &= !self.segments.is_empty();
    }
}

/// Telemetry may tell of the user's work: nobody else reads it.
fn make_private(directory: &PathBuf) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

#[cfg(test)]
mod tests;
