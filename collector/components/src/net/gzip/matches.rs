//! Where bytes repeat.

use super::Step;

/// As far back as a match may lie.
const WINDOW: usize = 32 * 1024;
const TABLE_BITS: u32 = 13;
/// Positions from one look to the next, and after how many vain looks a step grows by one.
const STEP: usize = 8;
const PATIENCE: usize = 8;
/// Literals in one step, and bytes in one match, about: so that blocks end where they should.
const STEP_BYTES_MAX: usize = 64 * 1024;

/// The steps that make up an input.
pub struct Matches<'i> {
    input: &'i [u8],
    at: usize,
    /// How far back the last match was.
    distance: usize,
    /// Positions by the hash of what stands there; what was not there yet is the beginning.
    table: Box<[u32; 1 << TABLE_BITS]>,
}

impl<'i> Matches<'i> {
    pub fn new(input: &'i [u8]) -> Self {
        Matches { input, at: 0, distance: 1, table: Box::new([0; 1 << TABLE_BITS]) }
    }

    /// Where the next step begins.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Gives the steps up to one that ends at `end` or behind it. Handed on rather than returned: copying them costs more
    /// than finding them.
    #[inline]
    pub fn until(&mut self, end: usize, mut take: impl FnMut(Step)) {
        let end = end.min(self.input.len());
        while self.at < end {
            take(self.next());
        }
    }

    /// The next step; there is a byte left.
    #[inline]
    fn next(&mut self) -> Step {
        let start = self.at;
        let (mut at, mut misses) = (start, 0);
        while at - start < STEP_BYTES_MAX
            && let Some(here) = word(self.input, at)
        {
            if let Some(distance) = self.distance_of(here, at) {
                let before = at - distance;
                let back = common_back(&self.input[..before], &self.input[start..at]);
                let end = self.input.len().min(at + STEP_BYTES_MAX);
                let ahead = 8 + common(&self.input[before + 8..], &self.input[at + 8..end]);
                (self.at, self.distance) = (at + ahead, distance);
                return Step { literals: at - start - back, length: back + ahead, distance };
            }
            misses += 1;
            at += STEP + misses / PATIENCE;
        }
        self.at = if at - start < STEP_BYTES_MAX { self.input.len() } else { at };
        Step { literals: self.at - start, length: 0, distance: 0 }
    }

    /// How far before `at` the word that stands there was found.
    #[inline]
    fn distance_of(&mut self, here: u64, at: usize) -> Option<usize> {
        if at.checked_sub(self.distance).is_some_and(|before| word(self.input, before) == Some(here)) {
            return Some(self.distance);
        }
        let slot = &mut self.table[hash(here)];
        let before = std::mem::replace(slot, at as u32) as usize;
        // a position beyond 4 GiB is cut, and then too far away
        let distance = at - before;
        ((1..=WINDOW).contains(&distance) && word(self.input, before) == Some(here)).then_some(distance)
    }
}

#[inline]
fn word(input: &[u8], at: usize) -> Option<u64> {
    input.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

#[inline]
fn hash(word: u64) -> usize {
    (word.wrapping_mul(0x9e37_79b1_85eb_ca87) >> (64 - TABLE_BITS)) as usize
}

/// How many bytes are the same from the beginnings on; `a` is the longer.
#[inline]
fn common(a: &[u8], b: &[u8]) -> usize {
    let alike = |(x, y): &(&[u8; 32], &[u8; 32])| x == y;
    let mut length = a.as_chunks().0.iter().zip(b.as_chunks().0).take_while(alike).count() * 32;
    for (x, y) in a[length..].as_chunks::<8>().0.iter().zip(b[length..].as_chunks::<8>().0) {
        let differ = u64::from_le_bytes(*x) ^ u64::from_le_bytes(*y);
        if differ != 0 {
            return length + differ.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    length + a[length..].iter().zip(&b[length..]).take_while(|(x, y)| x == y).count()
}

/// The same from the ends on.
#[inline]
fn common_back(a: &[u8], b: &[u8]) -> usize {
    let mut length = 0;
    for (x, y) in a.as_rchunks::<8>().1.iter().rev().zip(b.as_rchunks::<8>().1.iter().rev()) {
        let differ = u64::from_le_bytes(*x) ^ u64::from_le_bytes(*y);
        if differ != 0 {
            return length + differ.leading_zeros() as usize / 8;
        }
        length += 8;
    }
    let (a, b) = (&a[..a.len() - length], &b[..b.len() - length]);
    length + a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_common_is_counted_to_the_byte_on_both_sides() {
        for length in 0..100 {
            let (a, b) = ([vec![1; length], vec![2; 9]].concat(), [vec![1; length], vec![3; 5]].concat());
            assert_eq!(common(&a, &b), length);
            assert_eq!(common(&a, &b[..length]), length);
            let (a, b) = ([vec![2; 9], vec![1; length]].concat(), [vec![3; 5], vec![1; length]].concat());
            assert_eq!(common_back(&a, &b), length);
            assert_eq!(common_back(&a, &b[5..]), length);
        }
    }

    #[test]
    fn steps_make_up_the_input_and_reach_no_further_than_the_window() {
        let input: Vec<u8> = (0..300_000u32).flat_map(|n| (n % 9000).to_le_bytes()).collect();
        let mut made = Vec::new();
        Matches::new(&input).until(input.len(), |Step { literals, length, distance }| {
            assert!(literals < STEP_BYTES_MAX + 2 * WINDOW && distance <= WINDOW);
            made.extend_from_slice(&input[made.len()..made.len() + literals]);
            (0..length).for_each(|_| made.push(made[made.len() - distance]));
        });
        assert!(made == input);
    }
}
