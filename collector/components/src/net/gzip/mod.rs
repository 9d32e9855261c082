//! Gzip (RFC 1951, 1952) for telemetry, where speed counts more than size.
//!
//! Items of a request repeat each other: the keys, the resource, the action lines of documents, and most of what changes
//! keeps its length. So a match is first looked for as far back as the last one was, then at one other place, and only
//! at every eighth position; it is then drawn out to both sides. Where nothing matches the steps grow. A Huffman code is
//! made from the beginning of each block. Of general compressors the fastest levels search every position and cost about
//! three times as much.

mod huffman;
mod matches;
mod writer;

use matches::Matches;
use writer::Writer;

/// Below this a general compressor does better: a Huffman code has to be earned.
pub const INPUT_BYTES_MIN: usize = 16 * 1024;

/// Bytes of a block, and those at its beginning that its Huffman code is made for.
const BLOCK_BYTES: usize = 512 * 1024;
const SAMPLE_BYTES: usize = 32 * 1024;

/// Literals, then bytes that stand `distance` before, if any.
#[derive(Clone, Copy, Debug)]
struct Step {
    literals: usize,
    length: usize,
    distance: usize,
}

/// Appends `input` to `out`, compressed, as one gzip member.
pub fn compress(input: &[u8], out: &mut Vec<u8>) {
    let mut matches = Matches::new(input);
    let mut writer = Writer::new(input, out);
    let mut sample = Vec::with_capacity(SAMPLE_BYTES / 16);
    loop {
        let start = matches.at();
        let is_last = input.len() - start <= BLOCK_BYTES;
        sample.clear();
        matches.until(start + SAMPLE_BYTES, |step| sample.push(step));
        writer.begin_block(&sample, is_last);
        sample.iter().for_each(|step| writer.step(*step));
        matches.until(start + BLOCK_BYTES, |step| writer.step(step));
        writer.end_block();
        if is_last {
            return writer.finish();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::*;

    fn compressed(input: &[u8]) -> Vec<u8> {
        let mut out = b"before".to_vec();
        compress(input, &mut out);
        assert_eq!(&out[..6], b"before");
        out.split_off(6)
    }

    /// Read by two decoders, which check the length and the checksum.
    fn decompressed(member: &[u8], length: usize) -> Vec<u8> {
        let mut out = Vec::new();
        flate2::bufread::GzDecoder::new(member).read_to_end(&mut out).unwrap();
        let mut again = vec![0; length];
        libdeflater::Decompressor::new().gzip_decompress(member, &mut again).unwrap();
        assert!(out == again);
        out
    }

    fn noise(length: u32) -> Vec<u8> {
        (0..length).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
    }

    #[test]
    fn extremes_come_back_whole() {
        let zeros = vec![0; 2 * BLOCK_BYTES + 1];
        let far = [vec![b'a'; 70_000], noise(200_000), vec![b'b'; 40_000], noise(40_000)].concat();
        let edge = [noise(32_768), noise(32_768), noise(32_769), noise(32_769)].concat();
        for input in [vec![], vec![7], vec![7; 3], zeros, noise(2_000_000), far, edge] {
            assert!(decompressed(&compressed(&input), input.len()) == input, "{} bytes", input.len());
        }
    }

    #[test]
    fn a_match_over_the_end_of_a_block_comes_back_whole() {
        for length in BLOCK_BYTES - 20..BLOCK_BYTES + 20 {
            let input = [noise(BLOCK_BYTES as u32 - 5000), vec![b'x'; length + 5000 - BLOCK_BYTES]].concat();
            assert!(decompressed(&compressed(&input), input.len()) == input, "{length} bytes");
        }
    }

    #[test]
    fn noise_grows_by_little_even_where_the_beginning_promised_better() {
        let input = noise(300_000);
        assert!(compressed(&input).len() < input.len() * 11 / 10);
        let text = b"{\"body\":{\"text\":\"a long story\"}}\n".repeat(2000);
        let misled = [text, input].concat();
        assert!(compressed(&misled).len() < 300_000 * 13 / 10);
    }

    #[test]
    fn documents_that_repeat_each_other_become_small() {
        let document = |n: u32| {
            format!("{{\"create\":{{}}}}\n{{\"number\":{n},\"resource\":{{\"service.name\":\"agent\"}}}}\n")
        };
        let input: String = (0..5000).map(document).collect();
        assert!(compressed(input.as_bytes()).len() < input.len() / 6);
    }

    proptest! {
        #[test]
        fn what_is_compressed_comes_back_whole(
            pieces in proptest::collection::vec((proptest::collection::vec(any::<u8>(), 0..40), 1_usize..2000), 0..60),
        ) {
            let input: Vec<u8> = pieces.iter().flat_map(|(piece, times)| piece.repeat(*times)).collect();
            prop_assert!(decompressed(&compressed(&input), input.len()) == input);
        }

        #[test]
        fn whatever_is_repeated_at_whatever_distance_comes_back_whole(
            noise in proptest::collection::vec(any::<u8>(), 1..600),
            places in proptest::collection::vec((any::<u16>(), 1_usize..400), 0..400),
        ) {
            let mut input = noise;
            for (back, length) in places {
                let start = input.len() - 1 - usize::from(back) % input.len();
                let end = (start + length).min(input.len());
                input.extend_from_within(start..end);
                input.push(back as u8);
            }
            prop_assert!(decompressed(&compressed(&input), input.len()) == input);
        }
    }
}
