//! Steps as the bits of a gzip member.

use super::Step;
use super::huffman::{Bits, canonical, code_lengths};

/// The longest length that has a symbol.
const LENGTH_MAX: usize = 258;
/// Symbols of literals and lengths, and of distances.
const LITERALS: usize = 286;
const DISTANCES: usize = 30;
/// The symbol that ends a block.
const END: usize = 256;

/// Writes one member.
pub struct Writer<'i, 'o> {
    input: &'i [u8],
    at: usize,
    literals: [Bits; LITERALS],
    /// What a length is written as, extra bits included.
    lengths: [Bits; LENGTH_MAX + 1],
    distances: [Bits; DISTANCES],
    /// The last distance, and what it is written as.
    distance: (usize, Bits),
    /// What is beyond `written` is room.
    out: &'o mut Vec<u8>,
    written: usize,
    bits: u64,
    count: u32,
}

impl<'i, 'o> Writer<'i, 'o> {
    /// Begins a member of `input` at the end of `out`.
    pub fn new(input: &'i [u8], out: &'o mut Vec<u8>) -> Self {
        // magic, deflate, no flags, no time, fastest, unknown system
        out.extend_from_slice(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255]);
        Writer {
            input,
            at: 0,
            literals: [Bits::default(); LITERALS],
            lengths: [Bits::default(); LENGTH_MAX + 1],
            distances: [Bits::default(); DISTANCES],
            distance: (0, Bits::default()),
            written: out.len(),
            out,
            bits: 0,
            count: 0,
        }
    }

    /// Begins a block with a code that fits `sample`, which is what comes next.
    pub fn begin_block(&mut self, sample: &[Step], is_last: bool) {
        let (mut literals, mut distances) = ([1u32; LITERALS], [1u32; DISTANCES]);
        let mut at = self.at;
        for Step { literals: run, length, distance } in sample.iter().copied() {
            for byte in &self.input[at..at + run] {
                literals[usize::from(*byte)] += 1;
            }
            at += run + length;
            for length in lengths(length) {
                literals[length_symbol(length).0] += 1;
                distances[distance_symbol(distance).0] += 1;
            }
        }
        let (literals, distances) = (code_lengths(&literals), code_lengths(&distances));
        self.head(&literals, &distances, is_last);
        self.literals = canonical(&literals);
        self.distances = canonical(&distances);
        self.distance = (0, Bits::default());
        for length in 3..=LENGTH_MAX {
            let (symbol, extra) = length_symbol(length);
            self.lengths[length] = self.literals[symbol].then(extra);
        }
    }

    /// A dynamic block with all symbols. Code lengths 0 to 15 are written in four bits each, without runs.
    fn head(&mut self, literals: &[u8], distances: &[u8], is_last: bool) {
        const PLAIN_LENGTHS: usize = 16;
        self.reserve(LITERALS + DISTANCES, 0);
        self.put(Bits { bits: 0b100 | u64::from(is_last), count: 3 });
        self.put(Bits { bits: (LITERALS - 257) as u64, count: 5 });
        self.put(Bits { bits: (DISTANCES - 1) as u64, count: 5 });
        self.put(Bits { bits: 15, count: 4 });
        // the lengths of the symbols for runs, which come first and are not used
        self.put(Bits { bits: 0, count: 9 });
        self.flush();
        for _ in 0..PLAIN_LENGTHS {
            self.put(Bits { bits: 4, count: 3 });
        }
        self.flush();
        for length in literals.iter().chain(distances) {
            // all codes have four bits, so that a code is its symbol with the bits turned round
            self.put(Bits { bits: u64::from(length.reverse_bits() >> 4), count: 4 });
            self.flush();
        }
    }

    /// Writes the next step.
    #[inline]
    pub fn step(&mut self, step: Step) {
        let Step { literals, length, distance } = step;
        self.reserve(literals, length / LENGTH_MAX + 2);
        let run = &self.input[self.at..self.at + literals];
        let (fours, rest) = run.as_chunks::<4>();
        for four in fours {
            let [a, b, c, d] = four.map(|byte| self.literals[usize::from(byte)]);
            self.put(a.then(b).then(c.then(d)));
            self.flush();
        }
        for byte in rest {
            self.put(self.literals[usize::from(*byte)]);
        }
        self.flush();
        self.at += literals + length;
        if length == 0 {
            return;
        }
        if distance != self.distance.0 {
            let (symbol, extra) = distance_symbol(distance);
            self.distance = (distance, self.distances[symbol].then(extra));
        }
        for length in lengths(length) {
            self.put(self.lengths[length].then(self.distance.1));
            self.flush();
        }
    }

    /// Ends the block.
    pub fn end_block(&mut self) {
        self.reserve(1, 0);
        self.put(self.literals[END]);
        self.flush();
    }

    /// Ends the member after its last block.
    pub fn finish(mut self) {
        self.count += 7;
        self.flush();
        self.out.truncate(self.written);
        let mut checksum = libdeflater::Crc::new();
        checksum.update(self.input);
        self.out.extend_from_slice(&checksum.sum().to_le_bytes());
        self.out.extend_from_slice(&(self.input.len() as u32).to_le_bytes());
    }

    #[inline]
    fn put(&mut self, bits: Bits) {
        self.bits |= bits.bits << self.count;
        self.count += bits.count;
    }

    /// Between two calls there is room for 56 bits: four literals, or a length and its distance.
    #[inline]
    fn flush(&mut self) {
        if let Some(room) = self.out.get_mut(self.written..).and_then(|rest| rest.first_chunk_mut()) {
            *room = self.bits.to_le_bytes();
        }
        let whole = self.count / 8;
        self.written += whole as usize;
        self.bits >>= 8 * whole;
        self.count %= 8;
    }

    /// Makes room for literals of 14 bits and lengths, with their distances, of 46; and for a flush, which writes eight
    /// bytes whatever it keeps of them.
    #[inline]
    fn reserve(&mut self, literals: usize, lengths: usize) {
        let most = self.written + 2 * literals + 6 * lengths + 16;
        if self.out.len() < most {
            self.out.resize(most.max(2 * self.out.len()), 0);
        }
    }
}

/// The lengths that a match is written in: none below three, none above 258.
#[inline]
fn lengths(mut left: usize) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let length = match left {
            0 => return None,
            261.. => LENGTH_MAX,
            259 | 260 => left - 3,
            _ => left,
        };
        left -= length;
        Some(length)
    })
}

/// Symbol and extra bits of a length of 3 to 258 (RFC 1951, 3.2.5).
fn length_symbol(length: usize) -> (usize, Bits) {
    let value = length - 3;
    if length == LENGTH_MAX {
        return (285, Bits::default());
    }
    if value < 8 {
        return (257 + value, Bits::default());
    }
    let count = value.ilog2() - 2;
    (257 + 4 * count as usize + (value >> count), extra(value, count))
}

/// The same of a distance of 1 to 32768.
#[inline]
fn distance_symbol(distance: usize) -> (usize, Bits) {
    let value = distance - 1;
    if value < 4 {
        return (value, Bits::default());
    }
    let count = value.ilog2() - 1;
    (2 * count as usize + (value >> count), extra(value, count))
}

#[inline]
fn extra(value: usize, count: u32) -> Bits {
    Bits { bits: (value & ((1 << count) - 1)) as u64, count }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_those_of_the_table_in_rfc_1951() {
        let lengths = [(3, 257, 0, 0), (10, 264, 0, 0), (11, 265, 1, 0), (14, 266, 1, 1), (66, 276, 3, 7)];
        for (length, symbol, count, bits) in lengths.into_iter().chain([(257, 284, 5, 30), (258, 285, 0, 0)])
        {
            assert_eq!(length_symbol(length), (symbol, Bits { bits, count }), "length {length}");
        }
        for (distance, symbol, count, bits) in
            [(1, 0, 0, 0), (4, 3, 0, 0), (5, 4, 1, 0), (8, 5, 1, 1), (1025, 20, 9, 0), (32768, 29, 13, 8191)]
        {
            assert_eq!(distance_symbol(distance), (symbol, Bits { bits, count }), "distance {distance}");
        }
    }

    #[test]
    fn a_long_match_is_written_in_lengths_that_there_are() {
        for left in 8..2000 {
            let all: Vec<usize> = lengths(left).collect();
            assert_eq!(all.iter().sum::<usize>(), left);
            assert!(all.iter().all(|length| (3..=258).contains(length)), "{left}: {all:?}");
        }
    }
}
