//! Ids of documents that are the same whenever the same item is sent again: a repeat is then refused by the
//! index as a conflict, which means that it is there already.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use codeagent_pipeline::otlp::views::{ResourceGroup, ScopeGroup};
use twox_hash::XxHash3_128;

/// Characters of an id: 128 bits in base64, which the servers store in 17 bytes.
pub const ID_LENGTH: usize = 22;

/// The resource and scope of a group of items, as 128 bits.
#[derive(Clone, Copy, Debug)]
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

/// An item of a request: all that is equal about equal items, and which of them it is.
#[derive(Clone, Copy, Debug)]
pub struct ItemHash([u8; 40]);

impl ItemHash {
    /// The id of document `part` of the item: 0 is the item itself, further ones are what belongs to it.
    pub fn document(mut self, part: u32) -> [u8; ID_LENGTH] {
        self.0[36..].copy_from_slice(&part.to_le_bytes());
        let mut id = [b'_'; ID_LENGTH];
        // the length is exact, so that encoding cannot fail
        let _ = URL_SAFE_NO_PAD.encode_slice(XxHash3_128::oneshot(&self.0).to_be_bytes(), &mut id);
        id
    }
}

/// Counts equal items within one request: each gets a number, so that none is taken for a repeat of another.
#[derive(Debug, Default)]
pub struct Ordinals(HashMap<u128, u32, BuildHasherDefault<Truncated>>);

impl Ordinals {
    /// Forgets all, for the next request.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The hash of `item`, the next of its kind.
    pub fn next(&mut self, group: GroupHash, item: &[u8]) -> ItemHash {
        let item = XxHash3_128::oneshot(item);
        // multiplied, so that equal items of different groups do not share a count by cancelling out
        let kind = group.0.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835) ^ item;
        let ordinal = self.0.entry(kind).or_default();
        let mut hash = [0; 40];
        hash[..16].copy_from_slice(&group.0.to_le_bytes());
        hash[16..32].copy_from_slice(&item.to_le_bytes());
        hash[32..36].copy_from_slice(&ordinal.to_le_bytes());
        *ordinal += 1;
        ItemHash(hash)
    }
}

/// Keys are hashes already: their lower half is as good as any.
#[derive(Clone, Copy, Debug, Default)]
pub struct Truncated(u64);

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
