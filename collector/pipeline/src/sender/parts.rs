//! Batches that are larger than one export may be.

use smallvec::SmallVec;

use super::settings::MergeLimits;
use crate::{Batch, Chunk, Signal, otlp};

/// A batch in the pieces that are exported.
pub(super) type Parts = SmallVec<[Batch; 1]>;

/// `batch` in parts within `limits`. A single item is never split, so it may be over the limit of bytes. If `numbered`,
/// the pieces of a chunk know which of its equals each item is.
pub(super) fn parts(batch: Batch, limits: &MergeLimits, numbered: bool) -> Parts {
    if batch.items() <= limits.items_max && batch.bytes() <= limits.bytes_max {
        return Parts::from_iter([batch]);
    }
    let signal = batch.signal();
    let small = batch.chunks().iter().flat_map(|chunk| within(signal, chunk, limits, numbered));
    let (mut parts, mut part) = (Parts::new(), batch.with_chunks([]));
    for chunk in small {
        let fits = part.items() + chunk.items <= limits.items_max
            && part.bytes() + chunk.bytes.len() <= limits.bytes_max;
        if !fits && !part.is_empty() {
            parts.push(std::mem::replace(&mut part, batch.with_chunks([])));
        }
        part.push(chunk);
    }
    parts.push(part);
    parts
}

/// `chunk` in chunks within `limits`: first as if its bytes were spread evenly, and what is still too large again.
fn within(signal: Signal, chunk: &Chunk, limits: &MergeLimits, numbered: bool) -> Vec<Chunk> {
    let size = chunk.bytes.len();
    if chunk.items <= 1 || (chunk.items <= limits.items_max && size <= limits.bytes_max) {
        return vec![chunk.clone()];
    }
    let pieces = size.div_ceil(limits.bytes_max).max(chunk.items.div_ceil(limits.items_max));
    let chunk = if numbered { &chunk.clone().numbered(signal) } else { chunk };
    let split = otlp::split(signal, chunk, chunk.items.div_ceil(pieces).max(1));
    // a chunk that counts other items than it holds goes out whole rather than in part
    if split.iter().map(|piece| piece.items).sum::<usize>() != chunk.items || split.len() < 2 {
        return vec![chunk.clone()];
    }
    split.iter().flat_map(|piece| within(signal, piece, limits, numbered)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sender::tests::script::{batch, items};

    fn limits(items_max: usize, bytes_max: usize) -> MergeLimits {
        let settings = crate::SenderSettings::new(
            &crate::QueueConfig::default(),
            &crate::RetryConfig::default(),
            std::time::Duration::ZERO,
            None,
        );
        MergeLimits { items_max, bytes_max, ..settings.merge }
    }

    #[test]
    fn every_part_is_within_the_limits_and_nothing_is_lost() {
        let mut large = batch(b"abcdefg");
        large.append(batch(b"hi"));
        large.append(batch(b"jklmnopqrstuvwxyz"));
        let item = batch(b"a").bytes();
        for (items_max, bytes_max) in [(100, 1 << 20), (4, 1 << 20), (1, 1 << 20), (100, item * 3), (5, item)]
        {
            let parts = parts(large.clone(), &limits(items_max, bytes_max), false);
            let sizes: Vec<_> = parts.iter().map(|part| (part.items(), part.bytes())).collect();
            let within = |(items, bytes): &(usize, usize)| *items <= items_max && *bytes <= bytes_max;
            assert!(sizes.iter().all(within), "{items_max} {bytes_max}: {sizes:?}");
            let all: Vec<u8> = parts.iter().flat_map(items).collect();
            assert_eq!(all, b"abcdefghijklmnopqrstuvwxyz");
        }
    }

    /// The ordinal of each item.
    fn ordinals(batches: &[Batch]) -> Vec<u32> {
        let (mut keys, mut ordinals) = (otlp::ItemKeys::default(), Vec::new());
        for chunk in batches.iter().flat_map(Batch::chunks) {
            keys.begin(chunk);
            for resource in otlp::views::ResourceGroup::of(&chunk.bytes) {
                for scope in resource.scopes() {
                    let group = otlp::GroupHash::of(&resource, &scope);
                    ordinals.extend(scope.items::<&[u8]>().map(|item| keys.next(group, item).ordinal));
                }
            }
        }
        ordinals
    }

    #[test]
    fn equal_items_are_numbered_through_the_request_whatever_it_is_cut_into() {
        let mut twins = batch(b"abaabbbaac");
        twins.append(batch(b"aab"));
        let whole = [0, 0, 1, 2, 1, 2, 3, 3, 4, 0, 0, 1, 0];
        assert_eq!(ordinals(&[twins.clone()]), whole);
        let item = batch(b"a").bytes();
        for limits in
            (1..14).map(|items| limits(items, 1 << 20)).chain((1..14).map(|n| limits(100, n * item)))
        {
            assert_eq!(ordinals(&parts(twins.clone(), &limits, true)), whole, "{limits:?}");
        }
        // who does not ask does not pay
        let parts = parts(twins, &limits(2, 1 << 20), false);
        assert!(parts.iter().flat_map(Batch::chunks).all(|chunk| chunk.ordinals.is_none()));
    }

    #[test]
    fn an_item_over_the_limit_goes_out_alone_and_takes_none_with_it() {
        let mut mixed = batch(b"ab");
        mixed.append(batch(b"c"));
        let parts = parts(mixed, &limits(100, 1), false);
        assert_eq!(parts.iter().map(items).collect::<Vec<_>>(), [b"a", b"b", b"c"]);
    }

    #[test]
    fn a_chunk_that_miscounts_goes_out_whole() {
        let lying = Chunk { items: 9, ..batch(b"abc").chunks()[0].clone() };
        let parts = parts(Batch::empty(Signal::Logs).with_chunks([lying]), &limits(2, 1 << 20), false);
        assert_eq!(parts.iter().map(|part| part.items()).collect::<Vec<_>>(), [9]);
    }
}
