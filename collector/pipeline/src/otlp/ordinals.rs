//! Equal items of one request, told apart by their order.
//!
//! A destination that makes ids out of content must not take the second of two equal items for a repeat of the
//! first, and must take a repeated request for what it is. So an item is known by its bytes, by where it comes from
//! and by its ordinal: how many equal ones stood before it in the request that its sender sent, whatever that request
//! was merged with or cut into since.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_128;

use super::views::{ResourceGroup, ScopeGroup};
use crate::{Chunk, Signal};

/// The resource and scope of a group of items, as 128 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupHash(u128);

impl GroupHash {
    /// Each part is hashed by itself, so that no byte can wander from one to the next.
    pub fn of(resource: &ResourceGroup<'_>, scope: &ScopeGroup<'_>) -> Self {
        let parts = [
            resource.resource.raw,
            resource.schema_url.as_bytes(),
            scope.scope.raw,
            scope.schema_url.as_bytes(),
        ];
        let mut hashes = [0u8; 64];
        let (slots, _) = hashes.as_chunks_mut::<16>();
        for (slot, part) in slots.iter_mut().zip(parts) {
            *slot = XxHash3_128::oneshot(part).to_le_bytes();
        }
        GroupHash(XxHash3_128::oneshot(&hashes))
    }
}

/// What is equal about equal items, and which of them this one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemKey {
    /// Where it comes from.
    pub group: GroupHash,
    /// Its bytes, as 128 bits.
    pub item: u128,
    /// How many equal items stand before it in the request.
    pub ordinal: u32,
}

impl ItemKey {
    /// Bytes of a key.
    pub const LENGTH: usize = 36;

    /// The key as bytes.
    pub fn to_bytes(self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        bytes[..16].copy_from_slice(&self.group.0.to_le_bytes());
        bytes[16..32].copy_from_slice(&self.item.to_le_bytes());
        bytes[32..].copy_from_slice(&self.ordinal.to_le_bytes());
        bytes
    }
}

/// Items of a piece of a request that stand behind more of their equals than the piece shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "[u32; 3]", into = "[u32; 3]")]
pub struct Raise {
    /// The first of them.
    pub from: u32,
    /// How many.
    pub items: u32,
    /// How many more of its equals stand before each.
    pub by: u32,
}

impl From<[u32; 3]> for Raise {
    fn from([from, items, by]: [u32; 3]) -> Self {
        Raise { from, items, by }
    }
}

impl From<Raise> for [u32; 3] {
    fn from(Raise { from, items, by }: Raise) -> Self {
        [from, items, by]
    }
}

/// The ordinals of the items of a piece of a request.
#[derive(Clone, Debug)]
pub struct Ordinals {
    request: Arc<[u32]>,
    first: usize,
}

impl Ordinals {
    /// Those of all items of `request`: the beginning of cutting it. Data points have none: nothing tells them
    /// apart by content.
    pub(crate) fn of(signal: Signal, request: &Chunk) -> Option<Self> {
        if signal == Signal::Metrics {
            return None;
        }
        let (mut keys, mut ordinals) = (ItemKeys::default(), Vec::with_capacity(request.items));
        keys.begin(request);
        for resource in ResourceGroup::of(&request.bytes) {
            for scope in resource.scopes() {
                let group = GroupHash::of(&resource, &scope);
                ordinals.extend(scope.items::<&[u8]>().map(|item| keys.next(group, item).ordinal));
            }
        }
        Some(Ordinals { request: ordinals.into(), first: 0 })
    }

    /// Where they are higher than `piece` by itself would have them: empty for a whole request. So they can be written
    /// down beside its bytes.
    pub(crate) fn raises(&self, signal: Signal, piece: &Chunk) -> Vec<Raise> {
        let alone = Ordinals::of(signal, &Chunk::new(piece.bytes.clone(), piece.items));
        let known = self.request.iter().skip(self.first);
        let pairs = known.zip(alone.iter().flat_map(|alone| alone.request.iter()));
        let mut raises: Vec<Raise> = Vec::new();
        for (at, (known, alone)) in (0u32..).zip(pairs) {
            let by = known.saturating_sub(*alone);
            match raises.last_mut() {
                Some(last) if last.by == by && last.from + last.items == at => last.items += 1,
                _ if by > 0 => raises.push(Raise { from: at, items: 1, by }),
                _ => {}
            }
        }
        raises
    }

    /// Those of `piece` by itself, with what [`Ordinals::raises`] found.
    pub(crate) fn raised(signal: Signal, piece: &Chunk, raises: &[Raise]) -> Option<Self> {
        let mut ordinals = Ordinals::of(signal, piece)?.request.to_vec();
        for Raise { from, items, by } in raises {
            let raised = ordinals.iter_mut().skip(*from as usize).take(*items as usize);
            raised.for_each(|ordinal| *ordinal = ordinal.saturating_add(*by));
        }
        Some(Ordinals { request: ordinals.into(), first: 0 })
    }

    /// Those from the item at `start` on.
    pub(crate) fn from(&self, start: usize) -> Self {
        Ordinals { request: self.request.clone(), first: self.first + start }
    }
}

/// Gives the items of one chunk after the other their keys. Asked for each item, in order.
#[derive(Debug, Default)]
pub struct ItemKeys {
    /// How many there were of each kind, where the chunk is a whole request.
    seen: HashMap<u128, u32, BuildHasherDefault<Truncated>>,
    /// What was found out when the request was cut, and how many items of the piece had their turn.
    known: Option<Ordinals>,
}

impl ItemKeys {
    /// The items of `chunk` follow.
    pub fn begin(&mut self, chunk: &Chunk) {
        self.seen.clear();
        self.known.clone_from(&chunk.ordinals);
    }

    /// The key of the next item.
    pub fn next(&mut self, group: GroupHash, item: &[u8]) -> ItemKey {
        let item = XxHash3_128::oneshot(item);
        let known = self.known.as_mut().and_then(|known| {
            let ordinal = known.request.get(known.first).copied();
            known.first += 1;
            ordinal
        });
        let ordinal = known.unwrap_or_else(|| {
            // multiplied, so that equal items of different groups do not share a count by cancelling out
            let kind = group.0.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835) ^ item;
            let count = self.seen.entry(kind).or_default();
            *count += 1;
            *count - 1
        });
        ItemKey { group, item, ordinal }
    }
}

/// Keys are hashes already: their lower half is as good as any.
#[derive(Clone, Copy, Debug, Default)]
struct Truncated(u64);

impl Hasher for Truncated {
    fn write(&mut self, bytes: &[u8]) {
        let lower = bytes.first_chunk().map_or(0, |lower| u64::from_le_bytes(*lower));
        self.0 ^= lower;
    }

    fn write_u128(&mut self, value: u128) {
        self.0 = value as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
