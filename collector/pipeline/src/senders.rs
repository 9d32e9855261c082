//! Who sends: a tally for people who watch, such as the live line. Off until somebody watches.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

/// Names that are told apart between two readings.
const NAMES_MAX: usize = 256;
/// Bytes of a name.
const NAME_BYTES_MAX: usize = 100;
/// Where the items of further names are counted.
const OTHERS: &str = "others";

/// Items by sender since the last reading.
#[derive(Debug, Default)]
pub struct Senders {
    watched: AtomicBool,
    items: Mutex<HashMap<Box<str>, u64>>,
}

impl Senders {
    /// Begins to count.
    pub fn watch(&self) {
        self.watched.store(true, Ordering::Relaxed);
    }

    /// Whether anybody wants to know: else a receiver need not find out who sends.
    pub fn is_watched(&self) -> bool {
        self.watched.load(Ordering::Relaxed)
    }

    /// Counts `items` for `name`. Characters that would disturb a terminal are left out.
    pub fn count(&self, name: &str, items: usize) {
        if !self.is_watched() {
            return;
        }
        let name: String = name.chars().filter(|c| !c.is_control()).take(NAME_BYTES_MAX / 4).collect();
        let mut by_name = self.items.lock();
        let known = by_name.len() < NAMES_MAX || by_name.contains_key(name.as_str());
        *by_name.entry(if known { name.into() } else { OTHERS.into() }).or_default() += items as u64;
    }

    /// The tally since the last call, the busiest first; it begins anew.
    pub fn take(&self) -> Vec<(Box<str>, u64)> {
        let mut senders: Vec<_> = self.items.lock().drain().collect();
        senders.sort_by(|(a, a_items), (b, b_items)| b_items.cmp(a_items).then_with(|| a.cmp(b)));
        senders
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_counted_until_somebody_watches() {
        let senders = Senders::default();
        senders.count("early", 5);
        senders.watch();
        senders.count("few", 1);
        senders.count("many\u{1b}[2J", 3);
        senders.count("few", 1);
        assert_eq!(senders.take(), [("many[2J".into(), 3), ("few".into(), 2)]);
        assert!(senders.take().is_empty());
    }

    #[test]
    fn names_are_bounded_in_number_and_length() {
        let senders = Senders::default();
        senders.watch();
        for index in 0..1000 {
            senders.count(&format!("{index}{}", "x".repeat(1000)), 1);
        }
        let tally = senders.take();
        assert_eq!(tally.len(), NAMES_MAX + 1);
        assert_eq!((&*tally[0].0, tally[0].1), (OTHERS, 1000 - NAMES_MAX as u64));
        assert!(tally.iter().all(|(name, _)| name.len() <= NAME_BYTES_MAX));
    }
}
