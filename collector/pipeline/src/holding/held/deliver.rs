//! What goes on is put together for delivery, and settled when that has ended.

use std::sync::Arc;

use super::{Held, Kept, Key};
use crate::Reason;
use crate::holding::decisions::{Entry, Outcome};
use crate::holding::headers::Header;
use crate::holding::pieces::Piece;
use crate::log::Position;
use crate::sampling::{Randomness, Threshold};

/// Bytes of one delivery, where one record's part of a group is not larger.
const PARCEL_BYTES: usize = 2 << 20;

/// Items of one log that are delivered together.
pub(in crate::holding) struct Parcel {
    /// Which log.
    pub inlet: usize,
    /// The groups' parts.
    pub shares: Vec<Share>,
    /// Bytes of the items.
    pub bytes: usize,
    /// How many items.
    pub items: usize,
    /// How often it was refused.
    pub attempts: u32,
}

/// What goes on of one group, all of it that stands in some records.
pub(in crate::holding) struct Share {
    key: Key,
    /// Why it goes on.
    pub outcome: Option<Arc<Outcome>>,
    /// The randomness to be written, where chance had a part in it.
    pub randomness: Option<Randomness>,
    /// Where it is.
    pub pieces: Vec<Located>,
}

/// A piece, and all that is needed to read it.
pub(in crate::holding) struct Located {
    /// Where its bytes are.
    pub at: Position,
    /// What stands around it.
    pub around: Arc<Header>,
    piece: Piece,
}

/// How a delivery ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::holding) struct Fate {
    /// Items that were refused for good, and will never be there.
    pub rejected: usize,
    /// Items that could not be read again.
    pub corrupted: usize,
    /// Items that the stop left no time for.
    pub stopped: usize,
}

impl Located {
    /// How many bytes.
    pub fn bytes(&self) -> usize {
        self.piece.bytes as usize
    }

    /// How many items.
    pub fn items(&self) -> usize {
        usize::from(self.piece.items)
    }

    /// Their CRC32C.
    pub fn crc(&self) -> u32 {
        self.piece.crc
    }
}

impl Held {
    /// The next deliveries: one for each log that has something, of about as many bytes as one should have.
    pub fn parcels(&mut self) -> Vec<Parcel> {
        let mut parcels: Vec<Parcel> = Vec::new();
        while self.released > 0
            && let Some(kept) = self.outgoing.pop_front()
        {
            self.released -= 1;
            self.pack(kept, &mut parcels);
            if parcels.iter().any(|parcel| parcel.bytes >= PARCEL_BYTES) {
                break;
            }
        }
        parcels
    }

    /// Groups that wait to be delivered.
    pub fn outgoing(&self) -> usize {
        self.outgoing.len()
    }

    /// The first `groups` of them may go: the journal knows why.
    pub fn release(&mut self, groups: usize) {
        self.released = self.released.max(groups.min(self.outgoing.len()));
    }

    /// Puts the pieces of a group into the last parcels of their logs; a parcel that is full is followed by another. A group is
    /// only cut between records, so that what was delivered of it can be said.
    fn pack(&mut self, kept: Kept, parcels: &mut Vec<Parcel>) {
        let outcome = self.outcomes.get(usize::from(kept.outcome)).cloned();
        let by_chance = outcome.as_ref().filter(|o| o.threshold.is_some_and(|at| at > Threshold::ALWAYS));
        let randomness =
            by_chance.and_then(|outcome| self.policies.randomness(&kept.key, outcome.rule.as_deref()));
        let mut before = None;
        for piece in self.pieces.take(kept.chain) {
            let inlet = usize::from(piece.inlet);
            let is_new_record = before.replace((inlet, piece.record)) != Some((inlet, piece.record));
            let last = parcels.iter().rposition(|parcel| parcel.inlet == inlet);
            let last = last.filter(|at| !(is_new_record && parcels[*at].bytes >= PARCEL_BYTES));
            let at = last.unwrap_or_else(|| {
                parcels.push(Parcel { inlet, shares: Vec::new(), bytes: 0, items: 0, attempts: 0 });
                parcels.len() - 1
            });
            let parcel = &mut parcels[at];
            parcel.bytes += piece.bytes as usize;
            parcel.items += usize::from(piece.items);
            let mut at = self.inlets[inlet].records.position(piece.record).unwrap_or_default();
            at.offset += u64::from(piece.start);
            let around = self.headers.get(piece.header).cloned().unwrap_or_default();
            let located = Located { at, around, piece };
            match parcel.shares.last_mut().filter(|share| share.key == kept.key) {
                Some(share) => share.pieces.push(located),
                None => {
                    let outcome = outcome.clone();
                    parcel.shares.push(Share { key: kept.key, outcome, randomness, pieces: vec![located] });
                }
            }
        }
    }

    /// A delivery has ended: what was not lost for one of the reasons was delivered.
    pub fn settle(&mut self, parcel: &Parcel, fate: Fate) {
        let inlet = &mut self.inlets[parcel.inlet];
        for share in &parcel.shares {
            let sequence = |at: Option<&Located>| at.map_or(0, |at| inlet.records.sequence(at.piece.record));
            let (from, last) = (sequence(share.pieces.first()), sequence(share.pieces.last()));
            let delivered = Entry::Delivered { inlet: inlet.journal, key: share.key, from, upto: last + 1 };
            self.entries.push(delivered);
        }
        for located in parcel.shares.iter().flat_map(|share| &share.pieces) {
            inlet.records.settle(located.piece.record, u32::from(located.piece.items));
            self.headers.give_back(located.piece.header);
        }
        let mut token = inlet.token.lock();
        let Fate { rejected, corrupted, stopped } = fate;
        for (reason, items) in
            [(Reason::Rejected, rejected), (Reason::Corrupted, corrupted), (Reason::Shutdown, stopped)]
        {
            token.drop_items(reason, items);
        }
        token.deliver(parcel.items.saturating_sub(rejected + corrupted + stopped));
    }
}
