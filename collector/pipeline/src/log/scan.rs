//! Records of one file, one after the other, over what is no record.

use std::io;

use bytes::{Bytes, BytesMut};
use memchr::memmem;

use super::record::{self, MAGIC, Parsed, Record};
use super::storage::StoredFile;

/// Read at a time.
const BLOCK_BYTES: usize = 256 << 10;

/// A place in a file of records.
pub(super) struct Scan {
    file: Box<dyn StoredFile>,
    offset: u64,
    /// What was read ahead: the bytes from `offset` on.
    block: Bytes,
}

/// What comes next in a file.
#[derive(Debug)]
pub(super) enum Found {
    /// A record.
    Record(Record),
    /// Bytes that are no record, with a record behind them.
    Hole,
    /// Bytes that are no record, and no record behind them; perhaps none at all.
    End,
}

impl Scan {
    /// Reads `file` from `offset` on.
    pub fn new(file: Box<dyn StoredFile>, offset: u64) -> Self {
        Scan { file, offset, block: Bytes::new() }
    }

    /// The place of what comes next.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// What comes next before `end`.
    pub fn next(&mut self, end: u64) -> io::Result<Found> {
        if self.offset >= end {
            return Ok(Found::End);
        }
        if let Some(record) = self.record(end)? {
            return Ok(Found::Record(record));
        }
        let from = self.offset;
        while self.seek_magic(end)? {
            if self.peek(end)?.is_some() {
                return Ok(Found::Hole);
            }
        }
        self.offset = from;
        self.block = Bytes::new();
        Ok(Found::End)
    }

    /// The record at the place, and the place behind it.
    fn record(&mut self, end: u64) -> io::Result<Option<Record>> {
        let Some((record, length)) = self.peek(end)? else { return Ok(None) };
        self.advance(length);
        Ok(Some(record))
    }

    /// The record at the place, and its length.
    fn peek(&mut self, end: u64) -> io::Result<Option<(Record, usize)>> {
        loop {
            match record::parse(&self.block) {
                Parsed::Record(record, length) => return Ok(Some((record, length))),
                Parsed::Bad => return Ok(None),
                Parsed::Short(length) => {
                    let left = usize::try_from(end - self.offset).unwrap_or(usize::MAX);
                    if length > left || !self.fill(length.max(BLOCK_BYTES).min(left))? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// Goes on to the next place, behind this one, that could begin a record; whether there is one.
    fn seek_magic(&mut self, end: u64) -> io::Result<bool> {
        self.advance(1);
        loop {
            if let Some(at) = memmem::find(&self.block, &MAGIC) {
                self.advance(at);
                return Ok(true);
            }
            self.advance(self.block.len().saturating_sub(MAGIC.len() - 1));
            let left = usize::try_from(end.saturating_sub(self.offset)).unwrap_or(usize::MAX);
            if left < MAGIC.len() || !self.fill(BLOCK_BYTES.min(left))? {
                return Ok(false);
            }
        }
    }

    fn advance(&mut self, bytes: usize) {
        let skipped = bytes.min(self.block.len());
        self.block = self.block.slice(skipped..);
        self.offset += bytes as u64;
    }

    /// Reads until `bytes` from the place on are known; whether there are more than before.
    fn fill(&mut self, bytes: usize) -> io::Result<bool> {
        let known = self.block.len();
        if bytes <= known {
            return Ok(false);
        }
        let mut block = BytesMut::zeroed(bytes);
        block[..known].copy_from_slice(&self.block);
        let read = self.file.read_at(&mut block[known..], self.offset + known as u64)?;
        block.truncate(known + read);
        self.block = block.freeze();
        Ok(read > 0)
    }
}
