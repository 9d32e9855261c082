//! One batch on disk.
//!
//! All numbers are little-endian.
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 4 | [`MAGIC`] |
//! | 4 | 4 | CRC32C of all that follows |
//! | 8 | 4 | length of the whole record |
//! | 12 | 8 | sequence number: one more than the record before |
//! | 20 | 8 | items in all records before: a hole tells how many items it swallowed |
//! | 28 | 8 | when it was accepted, Unix milliseconds |
//! | 36 | 4 | items |
//! | 40 | 4 | bytes of the payload before compression |
//! | 44 | 1 | signal: 0 traces, 1 metrics, 2 logs |
//! | 45 | 1 | form of the payload: 0 as it is, 1 zstd |
//! | 46 | 2 | length of the note |
//! | 48 | | the note ([`super::Note`] as JSON, often empty), then the payload: an OTLP `Export…ServiceRequest` |

use bytes::Bytes;
use codeagent_config::Signal;
use smallvec::SmallVec;

use super::{Note, Place, Position};
use crate::{Batch, Chunk};

/// Where a record begins; what is searched for after a hole.
pub(super) const MAGIC: [u8; 4] = [0xCA, b'L', b'R', 0x01];
/// Bytes before the note.
pub(super) const HEAD_BYTES: usize = 48;
/// No record is longer. It keeps a damaged length from being believed.
pub(super) const RECORD_BYTES_MAX: usize = 512 << 20;
/// No payload is longer after decompression.
const PAYLOAD_BYTES_MAX: usize = 1 << 30;

/// A batch on its way to the disk.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Which signal.
    pub signal: Signal,
    /// Spans, data points or log records.
    pub items: u32,
    /// When it was accepted, Unix milliseconds.
    pub time_ms: u64,
    /// For whom it is and why it is here, where that is not "for everybody".
    pub note: Bytes,
    /// The payload in pieces, as it is to be stored.
    pub payload: SmallVec<[Bytes; 1]>,
    /// Whether the payload is compressed.
    pub form: Form,
    /// Bytes of the payload before compression.
    pub raw_bytes: u32,
}

/// How a payload is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it is.
    Plain,
    /// One zstd frame.
    Zstd,
}

/// A batch read from the disk.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its number.
    pub sequence: u64,
    /// Items in all records before.
    pub first_item: u64,
    /// When it was accepted, Unix milliseconds.
    pub time_ms: u64,
    /// Spans, data points or log records.
    pub items: u32,
    /// Which signal.
    pub signal: Signal,
    /// For whom it is and why it is here.
    pub note: Bytes,
    /// Where its payload is; known where it was read from the files of a log.
    pub at: Position,
    form: Form,
    raw_bytes: u32,
    stored: Bytes,
}

impl Entry {
    /// Bytes on disk.
    pub fn stored_bytes(&self) -> usize {
        HEAD_BYTES + self.note.len() + self.payload.iter().map(Bytes::len).sum::<usize>()
    }

    /// Bytes before the payload.
    pub(super) fn payload_offset(&self) -> usize {
        HEAD_BYTES + self.note.len()
    }

    /// What stands before the note.
    pub(super) fn head(&self, sequence: u64, first_item: u64) -> [u8; HEAD_BYTES] {
        let mut head = [0; HEAD_BYTES];
        head[..4].copy_from_slice(&MAGIC);
        head[8..12].copy_from_slice(&(self.stored_bytes() as u32).to_le_bytes());
        head[12..20].copy_from_slice(&sequence.to_le_bytes());
        head[20..28].copy_from_slice(&first_item.to_le_bytes());
        head[28..36].copy_from_slice(&self.time_ms.to_le_bytes());
        head[36..40].copy_from_slice(&self.items.to_le_bytes());
        head[40..44].copy_from_slice(&self.raw_bytes.to_le_bytes());
        head[44] = self.signal.index() as u8;
        head[45] = u8::from(self.form == Form::Zstd);
        head[46..48].copy_from_slice(&(self.note.len() as u16).to_le_bytes());
        let mut crc = crc32c::crc32c(&head[8..]);
        for part in std::iter::once(&self.note).chain(&self.payload) {
            crc = crc32c::crc32c_append(crc, part);
        }
        head[4..8].copy_from_slice(&crc.to_le_bytes());
        head
    }
}

/// What stands at a place of a segment.
#[derive(Debug)]
pub(super) enum Parsed {
    /// A whole record, and its length.
    Record(Record, usize),
    /// The bytes end within the record, which has this length.
    Short(usize),
    /// No record.
    Bad,
}

/// Reads the record at the beginning of `bytes`.
pub(super) fn parse(bytes: &Bytes) -> Parsed {
    let Some(head) = bytes.first_chunk::<HEAD_BYTES>() else {
        let begun = &bytes[..bytes.len().min(4)];
        return if MAGIC.starts_with(begun) { Parsed::Short(HEAD_BYTES) } else { Parsed::Bad };
    };
    let length = u32_at(head, 8) as usize;
    let note_bytes = u16::from_le_bytes([head[46], head[47]]) as usize;
    let plausible = head[..4] == MAGIC && (HEAD_BYTES + note_bytes..=RECORD_BYTES_MAX).contains(&length);
    if !plausible {
        return Parsed::Bad;
    }
    if bytes.len() < length {
        return Parsed::Short(length);
    }
    if crc32c::crc32c(&bytes[8..length]) != u32_at(head, 4) {
        return Parsed::Bad;
    }
    let Some(signal) = Signal::ALL.get(head[44] as usize) else { return Parsed::Bad };
    let form = match head[45] {
        0 => Form::Plain,
        1 => Form::Zstd,
        _ => return Parsed::Bad,
    };
    let record = Record {
        sequence: u64_at(head, 12),
        first_item: u64_at(head, 20),
        time_ms: u64_at(head, 28),
        items: u32_at(head, 36),
        signal: *signal,
        note: bytes.slice(HEAD_BYTES..HEAD_BYTES + note_bytes),
        at: Position::default(),
        form,
        raw_bytes: u32_at(head, 40),
        stored: bytes.slice(HEAD_BYTES + note_bytes..length),
    };
    Parsed::Record(record, length)
}

impl Record {
    /// The payload, decompressed. Nothing where the decompressed bytes are not what was written, which a
    /// matching checksum all but rules out.
    pub fn payload(&self) -> Option<Bytes> {
        if self.form == Form::Plain {
            return Some(self.stored.clone());
        }
        let size = (self.raw_bytes as usize).min(PAYLOAD_BYTES_MAX);
        let payload = zstd::bulk::decompress(&self.stored, size).ok()?;
        (payload.len() == self.raw_bytes as usize).then(|| payload.into())
    }

    /// The payload as a batch. Nothing where it cannot be had.
    pub fn batch(&self) -> Option<Batch> {
        let chunk = Chunk::new(self.payload()?, self.items as usize);
        let note = if self.note.is_empty() { None } else { Note::decode(&self.note) };
        let chunk = match note {
            Some(note) => note.chunk(self.signal, chunk),
            None => chunk,
        };
        Some(Batch::empty(self.signal).with_chunks([chunk]))
    }

    /// Its place in the log.
    pub fn place(&self) -> Place {
        Place { sequence: self.sequence, item: self.first_item }
    }

    /// The place behind it.
    pub fn end(&self) -> Place {
        Place { sequence: self.sequence + 1, item: self.first_item + u64::from(self.items) }
    }

    /// Bytes of the payload before compression.
    pub fn raw_bytes(&self) -> usize {
        self.raw_bytes as usize
    }

    /// Bytes of the payload as it is stored.
    pub(super) fn payload_bytes(&self) -> usize {
        self.stored.len()
    }

    /// Bytes on disk.
    pub fn stored_bytes(&self) -> usize {
        HEAD_BYTES + self.note.len() + self.stored.len()
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes[at..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes[at..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> Vec<u8> {
        let payload = SmallVec::from_iter([Bytes::from_static(b"pay"), Bytes::from_static(b"load")]);
        let entry = Entry {
            signal: Signal::Logs,
            items: 3,
            time_ms: 1_700_000_000_000,
            note: Bytes::from_static(b"{}"),
            payload,
            form: Form::Plain,
            raw_bytes: 7,
        };
        [&entry.head(9, 77)[..], b"{}payload"].concat()
    }

    #[test]
    fn what_is_written_is_read() {
        let Parsed::Record(record, length) = parse(&written().into()) else { panic!("no record") };
        assert_eq!(length, HEAD_BYTES + 9);
        assert_eq!((record.sequence, record.first_item, record.items), (9, 77, 3));
        assert_eq!((record.time_ms, record.signal), (1_700_000_000_000, Signal::Logs));
        assert_eq!((&record.note[..], &record.payload().unwrap()[..]), (&b"{}"[..], &b"payload"[..]));
    }

    #[test]
    fn a_flipped_bit_is_found_wherever_it_is() {
        let written = written();
        for bit in 0..written.len() * 8 {
            let mut flipped = written.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(!matches!(parse(&flipped.into()), Parsed::Record(..)), "bit {bit}");
        }
    }

    #[test]
    fn a_record_that_is_cut_is_short() {
        let written = written();
        for end in 0..written.len() {
            let cut = Bytes::copy_from_slice(&written[..end]);
            assert!(matches!(parse(&cut), Parsed::Short(length) if length > end), "{end}");
        }
    }
}
