//! Ids of documents that are the same whenever the same item is sent again: a repeat is then refused by the
//! index as a conflict, which means that it is there already.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use codeagent_pipeline::otlp::ItemKey;
use twox_hash::XxHash3_128;

/// Characters of an id: 128 bits in base64, which the servers store in 17 bytes.
pub const ID_LENGTH: usize = 22;

/// The id of document `part` of an item: 0 is the item itself, further ones are what belongs to it.
pub fn of(key: ItemKey, part: u32) -> [u8; ID_LENGTH] {
    let mut named = [0; ItemKey::LENGTH + 4];
    let (whose, which) = named.split_at_mut(ItemKey::LENGTH);
    whose.copy_from_slice(&key.to_bytes());
    which.copy_from_slice(&part.to_le_bytes());
    let mut id = [b'_'; ID_LENGTH];
    // the length is exact, so that encoding cannot fail
    let _ = URL_SAFE_NO_PAD.encode_slice(XxHash3_128::oneshot(&named).to_be_bytes(), &mut id);
    id
}
