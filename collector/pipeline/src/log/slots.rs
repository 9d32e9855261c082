//! A small state that is overwritten in place: two slots in turn, and the newer whole one counts.

use std::io::{self, IoSlice};

use super::storage::{Storage, StoredFile};

/// Distance of the two slots: a page, so that a torn write reaches one of them only.
const SLOT_BYTES: usize = 4096;
/// Generation, length, checksum.
const HEAD_BYTES: usize = 16;
/// The longest state.
pub(super) const STATE_BYTES_MAX: usize = SLOT_BYTES - HEAD_BYTES;

/// The file of one state.
///
/// What was synced last stays until the next sync: all saves in between go to the other slot, so that a power
/// failure which tears them leaves the synced one.
pub(super) struct Slots {
    file: Box<dyn StoredFile>,
    generation: u64,
    /// The slot that is synced: 0 or 1.
    synced: u64,
    /// What the other slot holds, if it holds something newer.
    saved: Option<Vec<u8>>,
    /// A sync failed: what was saved is not on its way to the disk any more, and must be saved again.
    is_stale: bool,
    /// Something was saved once, and neither slot is whole.
    pub is_damaged: bool,
}

impl Slots {
    /// The file `name` and the state in it. A new file takes all the room that it will ever need, so that a full
    /// disk does not stop the state from being saved.
    pub fn open(storage: &dyn Storage, name: &str) -> io::Result<(Self, Option<Vec<u8>>)> {
        let is_there = storage.list()?.iter().any(|known| known == name);
        let file = if is_there { storage.open(name)? } else { storage.create(name)? };
        let mut slots =
            Slots { file, generation: 0, synced: 0, saved: None, is_stale: false, is_damaged: false };
        if slots.file.size()? < 2 * SLOT_BYTES as u64 {
            slots.file.write_at(&mut [IoSlice::new(&[0; 2 * SLOT_BYTES])], 0)?;
        }
        storage.sync_names()?;
        let state = slots.load()?;
        // a sync of the last run may have failed: then what is read here is not on the disk
        match &state {
            Some(state) => slots.save(state).and_then(|()| slots.sync())?,
            None => slots.file.sync()?,
        }
        Ok((slots, state))
    }

    /// The state in the file `name`, without changing the file; nothing where no slot is whole. Somebody else may be
    /// saving: a slot that is torn for that reason is whole a moment later.
    pub fn read(storage: &dyn Storage, name: &str) -> io::Result<Option<Vec<u8>>> {
        const READS: usize = 3;
        let file = storage.open(name)?;
        let mut newest: Option<(u64, Vec<u8>)> = None;
        for _ in 0..READS {
            let mut bytes = vec![0; 2 * SLOT_BYTES];
            let read = file.read_at(&mut bytes, 0)?;
            let states = bytes[..read].chunks(SLOT_BYTES).filter_map(whole);
            let found = states.max_by_key(|(generation, _)| *generation);
            if let Some((generation, state)) = found
                && newest.as_ref().is_none_or(|(known, _)| *known < generation)
            {
                newest = Some((generation, state.to_vec()));
            }
        }
        Ok(newest.map(|(_, state)| state))
    }

    /// Saves `state`, of at most [`STATE_BYTES_MAX`]. It outlives the process at once, the machine after
    /// [`Slots::sync`].
    pub fn save(&mut self, state: &[u8]) -> io::Result<()> {
        let generation = self.generation + 1;
        let mut slot = Vec::with_capacity(HEAD_BYTES + state.len());
        slot.extend_from_slice(&generation.to_le_bytes());
        slot.extend_from_slice(&(state.len() as u32).to_le_bytes());
        slot.extend_from_slice(&checksum(generation, state).to_le_bytes());
        slot.extend_from_slice(state);
        let at = (1 - self.synced) * SLOT_BYTES as u64;
        self.file.write_at(&mut [IoSlice::new(&slot)], at)?;
        self.generation = generation;
        self.saved = Some(state.to_vec());
        Ok(())
    }

    /// Makes what was saved outlive a power failure.
    pub fn sync(&mut self) -> io::Result<()> {
        let Some(state) = self.saved.clone() else { return Ok(()) };
        if self.is_stale {
            self.save(&state)?;
        }
        self.is_stale = true;
        self.file.sync()?;
        (self.is_stale, self.saved) = (false, None);
        self.synced = 1 - self.synced;
        Ok(())
    }

    fn load(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = vec![0; 2 * SLOT_BYTES];
        let read = self.file.read_at(&mut bytes, 0)?;
        let slots = (0..).zip(bytes[..read].chunks(SLOT_BYTES));
        let newest =
            slots.filter_map(|(slot, bytes)| Some((whole(bytes)?, slot))).max_by_key(|((age, _), _)| *age);
        self.is_damaged = newest.is_none() && bytes[..read].iter().any(|byte| *byte != 0);
        Ok(newest.map(|((generation, state), slot)| {
            (self.generation, self.synced) = (generation, slot);
            state.to_vec()
        }))
    }
}

/// Generation and state of a slot that was written whole.
fn whole(slot: &[u8]) -> Option<(u64, &[u8])> {
    let generation = u64::from_le_bytes(*slot.first_chunk()?);
    let length = u32::from_le_bytes(*slot.get(8..)?.first_chunk()?) as usize;
    let crc = u32::from_le_bytes(*slot.get(12..)?.first_chunk()?);
    let state = slot.get(HEAD_BYTES..HEAD_BYTES.checked_add(length)?)?;
    (generation > 0 && checksum(generation, state) == crc).then_some((generation, state))
}

fn checksum(generation: u64, state: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&generation.to_le_bytes()), state)
}
