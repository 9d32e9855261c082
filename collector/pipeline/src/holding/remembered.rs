//! What was decided, for what comes late: eight bytes a group.

use std::hash::{BuildHasher, RandomState};

/// A key's mark must be in one of so many places, the newest first.
const WAYS: usize = 16;
/// Of them so many are in use when the promised number of decisions is remembered: the keys do not spread evenly.
const FILLED: usize = 12;

/// A number of an outcome that a decision had.
pub(super) type OutcomeId = u16;

/// The newest decisions by a mark of 32 bits of their key, in the place that other bits of it point to. Two keys share both with a
/// probability of one in 2^28 at the worst; then the later follows the decision of the other.
pub(super) struct Remembered {
    /// In sets of [`WAYS`]; zero is an empty place. Zeros cost no memory before they are written.
    marks: Vec<u32>,
    outcomes: Vec<OutcomeId>,
    sets: u64,
    hasher: RandomState,
}

impl Remembered {
    /// Remembers about `count` decisions; the oldest make room.
    pub fn new(count: usize) -> Self {
        let sets = count.div_ceil(FILLED).max(1);
        let (marks, outcomes) = (vec![0; sets * WAYS], vec![0; sets * WAYS]);
        Remembered { marks, outcomes, sets: sets as u64, hasher: RandomState::new() }
    }

    /// What was decided about `key`.
    pub fn get(&self, key: &[u8; 16]) -> Option<OutcomeId> {
        let (set, mark) = self.place(key);
        let way = self.marks[set..set + WAYS].iter().position(|known| *known == mark)?;
        Some(self.outcomes[set + way])
    }

    /// Remembers what was decided about `key`.
    pub fn put(&mut self, key: &[u8; 16], outcome: OutcomeId) {
        let (set, mark) = self.place(key);
        let (marks, outcomes) = (&mut self.marks[set..set + WAYS], &mut self.outcomes[set..set + WAYS]);
        let way = marks.iter().position(|known| *known == mark || *known == 0).unwrap_or(WAYS - 1);
        marks[..=way].rotate_right(1);
        outcomes[..=way].rotate_right(1);
        (marks[0], outcomes[0]) = (mark, outcome);
    }

    /// Bytes of memory, once all of it is in use.
    pub fn bytes(&self) -> usize {
        self.marks.len() * size_of::<u32>() + self.outcomes.len() * size_of::<OutcomeId>()
    }

    /// Where the places of a key begin, and its mark.
    fn place(&self, key: &[u8; 16]) -> (usize, u32) {
        let hash = self.hasher.hash_one(key);
        let set = ((hash >> 32) * self.sets) >> 32;
        (set as usize * WAYS, (hash as u32).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u64) -> [u8; 16] {
        let mut key = [7; 16];
        key[..8].copy_from_slice(&number.to_le_bytes());
        key
    }

    #[test]
    fn the_newest_decisions_are_remembered_in_eight_bytes_each() {
        const COUNT: usize = 120_000;
        let mut remembered = Remembered::new(COUNT);
        assert!(remembered.bytes() <= 8 * COUNT + 96, "{}", remembered.bytes());
        for number in 0..3 * COUNT as u64 {
            remembered.put(&key(number), (number % 7) as u16);
        }
        let known = |range: std::ops::Range<u64>| {
            range.filter(|number| remembered.get(&key(*number)) == Some((number % 7) as u16)).count()
        };
        let newest = known(2 * COUNT as u64..3 * COUNT as u64);
        assert!(newest > COUNT * 90 / 100, "{newest}");
        let half = known(COUNT as u64 * 5 / 2..3 * COUNT as u64);
        // by chance a place has more than sixteen keys of the newest half
        assert!(half >= COUNT / 2 - COUNT / 1_000, "{half}");
    }

    #[test]
    fn what_was_never_decided_is_not_known_and_a_new_decision_replaces_the_old() {
        let mut remembered = Remembered::new(50_000);
        (0..50_000).for_each(|number| remembered.put(&key(number), 1));
        assert!((1_000_000..1_100_000).filter(|number| remembered.get(&key(*number)).is_some()).count() <= 2);
        remembered.put(&key(49_999), 2);
        assert_eq!(remembered.get(&key(49_999)), Some(2));
    }
}
