//! One file of the spool.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use codeagent_semconv::value::Signal;

use super::record::{self, HEAD};
use crate::transport::Request;

const MAGIC: &[u8; 8] = b"CASPOOL1";

pub(super) struct Segment {
    path: PathBuf,
    /// Locked as long as it is open.
    file: File,
    end: u64,
    /// Where the next record to send begins.
    at: u64,
    /// The length of the record that `next` gave.
    given: Option<u64>,
}

/// What stands at the place where reading goes on.
pub(super) enum Found {
    Request {
        request: Request,
        age: Duration,
    },
    /// A whole record whose content is not what was written.
    Damaged {
        signal: Signal,
        items: u64,
    },
    /// Nothing, or what a crash left of a record.
    End,
}

impl Segment {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // Locked before it has its name: else a process that starts just now would adopt it.
        let unnamed = path.with_extension("new");
        let mut file = options.open(&unnamed)?;
        file.lock()?;
        file.write_all(MAGIC)?;
        fs::rename(&unnamed, path)?;
        let begin = MAGIC.len() as u64;
        Ok(Self { path: path.to_owned(), file, end: begin, at: begin, given: None })
    }

    /// `None` where the process that wrote it is alive.
    pub(super) fn adopt(path: &Path) -> io::Result<Option<Self>> {
        let mut file = OpenOptions::new().read(true).write(true).open(path)?;
        if file.try_lock().is_err() {
            return Ok(None);
        }
        let end = file.metadata()?.len();
        let mut magic = [0; MAGIC.len()];
        let is_ours = file.read_exact(&mut magic).is_ok() && magic == *MAGIC;
        let at = if is_ours { MAGIC.len() as u64 } else { end };
        Ok(Some(Self { path: path.to_owned(), file, end, at, given: None }))
    }

    pub(super) fn size(&self) -> u64 {
        self.end
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.end
    }

    pub(super) fn append(&mut self, request: &Request, now: SystemTime) -> io::Result<()> {
        let mut whole = Vec::with_capacity(HEAD + request.body.len());
        whole.extend(record::head(request, now));
        whole.extend(&request.body);
        self.file.seek(SeekFrom::Start(self.end))?;
        if let Err(error) = self.file.write_all(&whole) {
            // What was written of it must not stand before the next one.
            let _ = self.file.set_len(self.end);
            return Err(error);
        }
        self.end += whole.len() as u64;
        Ok(())
    }

    pub(super) fn sync(&mut self) {
        let _ = self.file.sync_data();
    }

    pub(super) fn next(&mut self) -> Found {
        loop {
            match self.read() {
                Ok(Some((true, _))) => self.skip(),
                Ok(Some((false, found))) => return found,
                Ok(None) | Err(_) => {
                    self.at = self.end;
                    return Found::End;
                }
            }
        }
    }

    /// The record at `at`: whether it is done with, and what it is.
    fn read(&mut self) -> io::Result<Option<(bool, Found)>> {
        let mut bytes = [0; HEAD];
        if self.at + HEAD as u64 > self.end {
            return Ok(None);
        }
        self.file.seek(SeekFrom::Start(self.at))?;
        self.file.read_exact(&mut bytes)?;
        let Some(head) = record::read(&bytes) else { return Ok(None) };
        let size = HEAD as u64 + u64::from(head.length);
        if self.at + size > self.end {
            return Ok(None);
        }
        self.given = Some(size);
        let mut body = vec![0; head.length as usize];
        self.file.read_exact(&mut body)?;
        let (signal, items) = (head.signal, u64::from(head.items));
        if !head.fits(&bytes, &body) {
            return Ok(Some((head.is_done, Found::Damaged { signal, items })));
        }
        let request = Request { signal, items, body: Bytes::from(body), is_gzip: head.is_gzip };
        Ok(Some((head.is_done, Found::Request { request, age: head.age(SystemTime::now()) })))
    }

    /// Marks what `next` gave, and goes on behind it.
    pub(super) fn done(&mut self) {
        let marked = self.file.seek(SeekFrom::Start(self.at + record::STATE_AT));
        let _ = marked.and_then(|_| self.file.write_all(&[record::DONE]));
        self.skip();
    }

    fn skip(&mut self) {
        self.at += self.given.take().unwrap_or(self.end - self.at);
    }

    /// All is sent: the file is used again from its beginning.
    pub(super) fn restart(&mut self) {
        let begin = MAGIC.len() as u64;
        if self.end > begin && self.file.set_len(begin).is_ok() {
            (self.at, self.end) = (begin, begin);
        }
    }

    /// What was not sent, by signal.
    pub(super) fn rest(&mut self) -> Vec<(Signal, u64)> {
        let mut rest = Vec::new();
        loop {
            match self.next() {
                Found::Request { request, .. } => rest.push((request.signal, request.items)),
                Found::Damaged { signal, items } => rest.push((signal, items)),
                Found::End => return rest,
            }
            self.skip();
        }
    }

    pub(super) fn remove(self) {
        let _ = fs::remove_file(&self.path);
    }
}
