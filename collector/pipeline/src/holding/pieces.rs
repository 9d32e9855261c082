//! Runs of items in records, and the chains that the items of one group make.

use super::headers::Headers;
use super::records::RecordId;
use super::slab::{NONE, Slab};

/// Items of one group that stand one after the other in a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub record: RecordId,
    /// Where they begin in the record's payload, their tags included.
    pub start: u32,
    pub bytes: u32,
    /// CRC32C of these bytes: they are read again long after the record was checked.
    pub crc: u32,
    pub header: u32,
    next: u32,
    pub items: u16,
    /// Which inlet's log the record is in.
    pub inlet: u8,
}

/// The first and the last of pieces that belong together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain {
    first: u32,
    last: u32,
}

impl Default for Chain {
    fn default() -> Self {
        Chain { first: NONE, last: NONE }
    }
}

/// All pieces that are kept track of.
#[derive(Default)]
pub(super) struct Pieces {
    slab: Slab<Piece>,
}

impl Piece {
    pub fn new(inlet: u8, record: RecordId, start: usize, bytes: &[u8], header: u32, items: u16) -> Self {
        let (start, length) = (start as u32, bytes.len() as u32);
        Piece { record, start, bytes: length, crc: crc32c::crc32c(bytes), header, next: NONE, items, inlet }
    }
}

impl Pieces {
    /// Puts `piece` at the end of `chain`.
    pub fn push(&mut self, chain: &mut Chain, piece: Piece) {
        let number = self.slab.insert(piece);
        match self.slab.get_mut(chain.last) {
            Some(last) => last.next = number,
            None => chain.first = number,
        }
        chain.last = number;
    }

    /// The pieces of a chain.
    pub fn of(&self, chain: Chain) -> impl Iterator<Item = Piece> {
        let mut at = chain.first;
        std::iter::from_fn(move || {
            let piece = self.slab.get(at)?;
            at = piece.next;
            Some(*piece)
        })
    }

    /// Forgets a chain, and gives each of its pieces to `each`.
    pub fn forget(&mut self, chain: Chain, headers: &mut Headers, mut each: impl FnMut(Piece)) {
        let mut at = chain.first;
        while let Some(piece) = self.slab.remove(at) {
            at = piece.next;
            headers.give_back(piece.header);
            each(piece);
        }
    }

    /// Takes a chain out. The headers stay in use.
    pub fn take(&mut self, chain: Chain) -> Vec<Piece> {
        let (mut at, mut taken) = (chain.first, Vec::new());
        while let Some(piece) = self.slab.remove(at) {
            at = piece.next;
            taken.push(piece);
        }
        taken
    }

    /// Bytes of the pieces that there are.
    pub fn bytes_in_use(&self) -> usize {
        self.slab.len() * size_of::<Option<Piece>>()
    }

    /// Bytes of memory.
    pub fn memory(&self) -> usize {
        self.slab.bytes()
    }
}
