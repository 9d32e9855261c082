//! Fields of protobuf, read where they stand.

use crate::otlp::schema::message::{I32, I64, LEN, VARINT};
use crate::otlp::wire::varint;

/// Protobuf that does not follow its grammar or OTLP's schema. What passed the door never yields it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed protobuf at byte {offset}: {problem}")]
pub struct WireError {
    /// Byte offset into the message that was given.
    pub offset: usize,
    /// What is wrong there.
    pub problem: &'static str,
}

/// A range of a buffer that holds fields or packed numbers. Offsets are those of the buffer.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    pub at: usize,
}

#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    /// A number, as its bits.
    Bits(u64),
    Range(Cursor<'a>),
}

pub(super) struct Entry<'a> {
    pub number: u32,
    pub wire_type: u32,
    pub value: Value<'a>,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.at == self.bytes.len()
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    #[cold]
    pub(super) fn malformed<T>(&self, problem: &'static str) -> Result<T, WireError> {
        Err(WireError { offset: self.at, problem })
    }

    #[inline(always)] // returned through memory, the cursor costs a fifth of the writer's time
    pub(super) fn varint(&mut self) -> Result<u64, WireError> {
        match self.bytes.get(self.at) {
            Some(byte) if *byte < 0x80 => {
                self.at += 1;
                Ok(u64::from(*byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, WireError> {
        match varint(self.rest()) {
            Some((value, length)) => {
                self.at += length;
                Ok(value)
            }
            None => self.malformed("a truncated or overlong varint"),
        }
    }

    #[inline(always)]
    fn take<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        match self.rest().first_chunk::<N>() {
            Some(bytes) => {
                self.at += N;
                Ok(*bytes)
            }
            None => self.malformed("a truncated number"),
        }
    }

    #[inline(always)]
    fn range(&mut self) -> Result<Cursor<'a>, WireError> {
        let length = self.varint()?;
        let start = self.at;
        match usize::try_from(length).ok().and_then(|length| start.checked_add(length)) {
            Some(end) if end <= self.bytes.len() => {
                self.at = end;
                Ok(Cursor { bytes: &self.bytes[..end], at: start })
            }
            _ => self.malformed("a length past the end"),
        }
    }

    #[inline(always)]
    pub(super) fn number(&mut self, wire_type: u32) -> Result<u64, WireError> {
        match wire_type {
            VARINT => self.varint(),
            I64 => self.take().map(u64::from_le_bytes),
            I32 => self.take().map(|bytes| u64::from(u32::from_le_bytes(bytes))),
            _ => self.malformed("a group or an unknown wire type"),
        }
    }

    /// The next field; `None` at the end.
    #[inline(always)]
    pub(super) fn entry(&mut self) -> Result<Option<Entry<'a>>, WireError> {
        if self.is_empty() {
            return Ok(None);
        }
        let tag = self.varint()?;
        let wire_type = (tag & 7) as u32;
        let Some(number) = u32::try_from(tag >> 3).ok().filter(|number| *number > 0) else {
            return self.malformed("a field number out of range");
        };
        let value = match wire_type {
            LEN => Value::Range(self.range()?),
            _ => Value::Bits(self.number(wire_type)?),
        };
        Ok(Some(Entry { number, wire_type, value }))
    }
}
