//! How far one destination is: everything before a place, and single records behind it.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use super::Place;
use super::slots::{STATE_BYTES_MAX, Slots};
use super::storage::Storage;

/// What the file of a cursor ends with.
pub(super) const EXTENSION: &str = ".cursor";
/// Stretches behind the place that are saved. What is settled beyond them is delivered again after a crash.
const STRETCHES_MAX: usize = (STATE_BYTES_MAX - PLACE_BYTES) / (2 * PLACE_BYTES);
const PLACE_BYTES: usize = 16;

/// The right to read for a destination.
pub(super) type Turn = tokio::sync::OwnedMutexGuard<()>;

/// The progress of one destination.
pub struct Cursor {
    name: String,
    state: Mutex<State>,
    /// How many readers there were: only the last one reads on.
    readers: AtomicU64,
    /// Held by a reader and what it handed out, so that its successor begins when all of that has ended.
    turn: Arc<tokio::sync::Mutex<()>>,
    /// See [`Cursor::repeated`].
    repeated: u64,
}

struct State {
    file: Slots,
    progress: Progress,
    is_saved: bool,
}

/// What is settled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// Everything before it is.
    next: Place,
    /// Stretches behind it, from and to: exports overtake each other.
    beyond: BTreeMap<Place, Place>,
}

impl std::fmt::Debug for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cursor({} at {})", self.name, self.next().sequence)
    }
}

impl Cursor {
    /// The cursor of the destination `name` in a log from `start` to `end`. One without a file begins at `fresh`, which is
    /// the end for a new one; one whose file is damaged at the start: to deliver twice is better than not at all.
    pub(super) fn open(
        storage: &dyn Storage,
        name: &str,
        start: Place,
        fresh: Place,
        end: Place,
    ) -> io::Result<Self> {
        let (mut file, state) = Slots::open(storage, &file_name(name))?;
        let mut repeated = 0;
        let progress = match state.as_deref().and_then(Progress::decode) {
            Some(progress) => progress,
            None => {
                let next = if file.is_damaged { start } else { fresh };
                repeated = end.item.saturating_sub(next.item);
                if file.is_damaged || repeated > 0 {
                    let place = storage.place();
                    let what = if file.is_damaged { "damaged" } else { "gone" };
                    tracing::error!(
                        place,
                        exporter = name,
                        items = repeated,
                        "its progress is {what}, all that is there is delivered again"
                    );
                }
                let progress = Progress { next, beyond: BTreeMap::new() };
                file.save(&progress.encode())?;
                file.sync()?;
                progress
            }
        };
        let state = State { file, progress, is_saved: true };
        Ok(Cursor {
            name: name.to_owned(),
            state: Mutex::new(state),
            readers: AtomicU64::new(0),
            turn: Arc::default(),
            repeated,
        })
    }

    /// The destinations that have a cursor in `storage`.
    pub(super) fn names(storage: &dyn Storage) -> io::Result<Vec<String>> {
        let mut names: Vec<_> = storage.list()?.iter().filter_map(|file| destination(file)).collect();
        names.sort();
        Ok(names)
    }

    /// The destination.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Items that are delivered again, since the progress was damaged or gone when the log was opened.
    pub fn repeated(&self) -> u64 {
        self.repeated
    }

    /// Makes room for another reader: those before it read no more. The number of the new one.
    pub fn supersede(&self) -> u64 {
        self.readers.fetch_add(1, Ordering::AcqRel) + 1
    }

    /// Whether the reader of this number reads on.
    pub fn is_read_by(&self, reader: u64) -> bool {
        self.readers.load(Ordering::Acquire) == reader
    }

    /// Waits until what the readers before have in hand is settled or given up.
    pub(super) async fn turn(&self) -> Turn {
        self.turn.clone().lock_owned().await
    }

    /// Everything before this place is settled.
    pub fn next(&self) -> Place {
        self.state.lock().progress.next
    }

    /// Everything before `place` is settled. Saves that, for the process.
    pub fn pass(&self, place: Place) {
        self.settle(self.next(), place);
        self.save();
    }

    /// Items between here and `end` that are not settled.
    pub fn backlog(&self, end: Place) -> u64 {
        end.item.saturating_sub(self.state.lock().progress.settled_items())
    }

    /// Records between here and `end` that are not settled.
    pub fn backlog_records(&self, end: Place) -> u64 {
        end.sequence.saturating_sub(self.state.lock().progress.settled_records())
    }

    /// Whether the record with this number is settled.
    pub(super) fn is_settled(&self, sequence: u64) -> bool {
        self.state.lock().progress.is_settled(sequence)
    }

    /// The records from `from` to `to` are delivered, or kept elsewhere, or gone; how many items of them were not
    /// settled before. [`Cursor::save`] makes it last.
    pub(super) fn settle(&self, from: Place, to: Place) -> u64 {
        let mut state = self.state.lock();
        let before = state.progress.settled_items();
        state.progress.settle(from, to);
        state.is_saved = false;
        state.progress.settled_items() - before
    }

    /// Saves the progress, where there is any. It outlives the process at once.
    pub(super) fn save(&self) {
        let mut state = self.state.lock();
        let State { file, progress, is_saved } = &mut *state;
        if *is_saved {
            return;
        }
        match file.save(&progress.encode()) {
            Ok(()) => *is_saved = true,
            // the next one saves this too; until then a crash means that some data is delivered twice
            Err(error) => tracing::warn!(exporter = self.name, %error, "the progress cannot be saved"),
        }
    }

    /// Makes the saved progress outlive a power failure.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.save();
        self.state.lock().file.sync()
    }
}

impl Progress {
    /// What was saved for the destination `name`, without changing the file; nothing where that is not whole.
    pub(super) fn read(storage: &dyn Storage, name: &str) -> io::Result<Option<Self>> {
        let state = Slots::read(storage, &file_name(name))?;
        Ok(state.as_deref().and_then(Progress::decode))
    }

    /// Everything before this place is settled.
    pub(super) fn next(&self) -> Place {
        self.next
    }

    /// Items that are settled, of all that there ever were.
    pub(super) fn settled_items(&self) -> u64 {
        self.next.item + self.beyond.iter().map(|(from, to)| to.item - from.item).sum::<u64>()
    }

    fn settled_records(&self) -> u64 {
        self.next.sequence + self.beyond.iter().map(|(from, to)| to.sequence - from.sequence).sum::<u64>()
    }

    /// Whether the record with this number is settled.
    pub(super) fn is_settled(&self, sequence: u64) -> bool {
        let below = Place { sequence: sequence + 1, item: 0 };
        sequence < self.next.sequence
            || self.beyond.range(..below).next_back().is_some_and(|(_, to)| sequence < to.sequence)
    }

    fn settle(&mut self, mut from: Place, mut to: Place) {
        if to.sequence <= self.next.sequence {
            return;
        }
        if from.sequence > self.next.sequence {
            let below = Place { sequence: from.sequence + 1, item: 0 };
            if let Some((before, end)) = self.beyond.range(..below).next_back().map(|(from, to)| (*from, *to))
                && end.sequence >= from.sequence
            {
                (from, to) = (before, to.max(end));
            }
        }
        while let Some((start, end)) = self.beyond.range(from..).next().map(|(from, to)| (*from, *to))
            && start.sequence <= to.sequence
        {
            self.beyond.remove(&start);
            to = to.max(end);
        }
        if from.sequence <= self.next.sequence {
            self.next = to;
        } else {
            self.beyond.insert(from, to);
        }
    }

    fn encode(&self) -> Vec<u8> {
        let stretches = self.beyond.iter().take(STRETCHES_MAX).flat_map(|(from, to)| [*from, *to]);
        let places = std::iter::once(self.next).chain(stretches);
        places.flat_map(|place| [place.sequence, place.item]).flat_map(u64::to_le_bytes).collect()
    }

    fn decode(state: &[u8]) -> Option<Self> {
        let mut numbers = state
            .chunks_exact(8)
            .filter_map(|bytes| bytes.first_chunk().map(|bytes| u64::from_le_bytes(*bytes)));
        let mut place = || Some(Place { sequence: numbers.next()?, item: numbers.next()? });
        let mut progress = Progress { next: place()?, beyond: BTreeMap::new() };
        while let (Some(from), Some(to)) = (place(), place()) {
            progress.beyond.insert(from, to);
        }
        Some(progress)
    }
}

/// The file of the cursor of `destination`: `kafka/eu` becomes `kafka+eu.cursor`.
pub(super) fn file_name(destination: &str) -> String {
    let mut name = super::folder_name(destination);
    name.push_str(EXTENSION);
    name
}

fn destination(file: &str) -> Option<String> {
    super::id_of(file.strip_suffix(EXTENSION)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(sequence: u64) -> Place {
        Place { sequence, item: sequence * 10 }
    }

    proptest! {
        #[test]
        fn records_settle_in_any_order(order in Just((0..60u64).collect::<Vec<_>>()).prop_shuffle(), cut in 0..60usize) {
            let mut progress = Progress::default();
            for (count, sequence) in order.iter().enumerate() {
                progress.settle(place(*sequence), place(sequence + 1));
                // as after a restart
                progress = Progress::decode(&progress.encode()).unwrap();
                if count == cut {
                    let settled = &order[..=count];
                    for sequence in 0..60 {
                        prop_assert_eq!(progress.is_settled(sequence), settled.contains(&sequence));
                    }
                    let first_open = (0..60).find(|sequence| !settled.contains(sequence)).unwrap_or(60);
                    prop_assert_eq!(progress.next, place(first_open));
                }
            }
            prop_assert_eq!(progress, Progress { next: place(60), beyond: BTreeMap::new() });
        }
    }

    #[test]
    fn too_many_stretches_are_saved_in_part() {
        let mut progress = Progress::default();
        (1..1000).step_by(2).for_each(|sequence| progress.settle(place(sequence), place(sequence + 1)));
        let saved = progress.encode();
        assert!(saved.len() <= STATE_BYTES_MAX);
        let restored = Progress::decode(&saved).unwrap();
        assert!(restored.is_settled(1) && !restored.is_settled(999) && !restored.is_settled(0));
    }
}
