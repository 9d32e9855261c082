//! A disk that forgets what was not synced, and fails when it is told to.

use std::collections::BTreeMap;
use std::io::{self, IoSlice};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::log::storage::{Storage, StoredFile};

/// What a power failure takes or keeps as a whole.
const SECTOR: usize = 64;

/// Numbers that look random and are the same for the same seed.
#[derive(Clone, Debug)]
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }
}

#[derive(Clone, Debug, Default)]
struct Content {
    /// What a power failure leaves at least.
    durable: Vec<u8>,
    /// What a reader sees.
    current: Vec<u8>,
    /// Writes since the last sync, in order.
    unsynced: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

#[derive(Clone, Debug)]
enum Naming {
    Create(String, usize),
    Rename(String, String),
    Remove(String),
}

#[derive(Debug, Default)]
struct World {
    files: Vec<Content>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    unsynced_names: Vec<Naming>,
    operations: usize,
    crash_at: Option<usize>,
    failing_syncs: Vec<usize>,
    capacity: Option<usize>,
}

/// The disk. Clones are the same disk.
#[derive(Clone, Debug, Default)]
pub struct Simulated(Arc<Mutex<World>>);

struct Open {
    disk: Simulated,
    file: usize,
}

fn gone() -> io::Error {
    io::Error::other("the machine is off")
}

impl World {
    /// Counts an operation that changes the disk, and fails where it is the one to fail at.
    fn operate(&mut self) -> io::Result<()> {
        self.operations += 1;
        if self.crash_at.is_some_and(|at| self.operations > at) { Err(gone()) } else { Ok(()) }
    }

    fn used(&self) -> usize {
        self.names.values().map(|file| self.files[*file].current.len()).sum()
    }
}

fn name(names: &mut BTreeMap<String, usize>, change: &Naming) {
    match change {
        Naming::Create(name, file) => drop(names.insert(name.clone(), *file)),
        Naming::Rename(from, to) => {
            if let Some(file) = names.remove(from) {
                names.insert(to.clone(), file);
            }
        }
        Naming::Remove(name) => drop(names.remove(name)),
    }
}

fn write(content: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[at..end].copy_from_slice(bytes);
}

impl Content {
    /// What is left when the power fails: of each unsynced write some sectors.
    fn survive(&mut self, chance: &mut Chance) {
        let kept = chance.below(3);
        for change in std::mem::take(&mut self.unsynced) {
            match change {
                _ if kept == 0 => {}
                Change::Truncate(size) if chance.below(2) == 0 => self.durable.truncate(size),
                Change::Truncate(_) => {}
                Change::Write(at, bytes) => {
                    for (index, sector) in bytes.chunks(SECTOR).enumerate() {
                        if kept == 2 || chance.below(2) == 0 {
                            write(&mut self.durable, at + index * SECTOR, sector);
                        }
                    }
                }
            }
        }
        self.current = self.durable.clone();
    }
}

impl Simulated {
    /// All operations after the first `operations` fail.
    pub fn crash_at(&self, operations: usize) {
        let mut world = self.0.lock();
        world.crash_at = Some(world.operations + operations);
    }

    /// The n-th sync of a file from now on fails for these n.
    pub fn fail_syncs(&self, which: &[usize]) {
        self.0.lock().failing_syncs = which.to_vec();
    }

    /// No more bytes than this can be stored.
    pub fn limit(&self, capacity: Option<usize>) {
        self.0.lock().capacity = capacity;
    }

    /// Whether the operation to fail at has come: the process is gone, though its threads do not know.
    pub fn is_off(&self) -> bool {
        let world = self.0.lock();
        world.crash_at.is_some_and(|at| world.operations > at)
    }

    pub fn operations(&self) -> usize {
        self.0.lock().operations
    }

    /// The process was killed: what it wrote is there.
    pub fn restart_process(&self) {
        self.0.lock().crash_at = None;
    }

    /// The power failed: of what was not synced, only some is there.
    pub fn restart_machine(&self, chance: &mut Chance) {
        let mut world = self.0.lock();
        world.crash_at = None;
        world.files.iter_mut().for_each(|file| file.survive(chance));
        let changes = std::mem::take(&mut world.unsynced_names);
        let kept = chance.below(changes.len() + 1);
        let mut names = world.durable_names.clone();
        changes[..kept].iter().for_each(|change| name(&mut names, change));
        world.durable_names = names.clone();
        world.names = names;
    }

    /// Removes a file behind everybody's back, where it is there.
    pub fn lose(&self, name: &str) {
        let mut world = self.0.lock();
        world.names.remove(name);
        world.durable_names.remove(name);
    }

    /// Changes a file behind everybody's back.
    pub fn tamper(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut world = self.0.lock();
        let file = world.names[name];
        change(&mut world.files[file].current);
        world.files[file].durable = world.files[file].current.clone();
    }
}

impl Storage for Simulated {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.0.lock().names.keys().cloned().collect())
    }

    fn create(&self, file_name: &str) -> io::Result<Box<dyn StoredFile>> {
        let mut world = self.0.lock();
        world.operate()?;
        if world.names.contains_key(file_name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let file = world.files.len();
        world.files.push(Content::default());
        let change = Naming::Create(file_name.to_owned(), file);
        name(&mut world.names, &change);
        world.unsynced_names.push(change);
        Ok(Box::new(Open { disk: self.clone(), file }))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        let file = self.0.lock().names.get(name).copied().ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(Open { disk: self.clone(), file }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.change_name(Naming::Rename(from.to_owned(), to.to_owned()))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.change_name(Naming::Remove(name.to_owned()))
    }

    fn sync_names(&self) -> io::Result<()> {
        let mut world = self.0.lock();
        world.operate()?;
        world.durable_names = world.names.clone();
        world.unsynced_names.clear();
        Ok(())
    }

    fn place(&self) -> String {
        "simulated".to_owned()
    }
}

impl Simulated {
    fn change_name(&self, change: Naming) -> io::Result<()> {
        let mut world = self.0.lock();
        world.operate()?;
        name(&mut world.names, &change);
        world.unsynced_names.push(change);
        Ok(())
    }
}

impl StoredFile for Open {
    fn size(&self) -> io::Result<u64> {
        Ok(self.disk.0.lock().files[self.file].current.len() as u64)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let world = self.disk.0.lock();
        let content = world.files[self.file].current.get(offset as usize..).unwrap_or_default();
        let read = content.len().min(buffer.len());
        buffer[..read].copy_from_slice(&content[..read]);
        Ok(read)
    }

    fn write_at(&self, parts: &mut [IoSlice<'_>], offset: u64) -> io::Result<()> {
        let mut bytes: Vec<u8> = parts.iter().flat_map(|part| part.iter().copied()).collect();
        let mut world = self.disk.0.lock();
        let operated = world.operate();
        let end = offset as usize + bytes.len();
        let grown = end.saturating_sub(world.files[self.file].current.len());
        let room = world.capacity.map_or(usize::MAX, |capacity| capacity.saturating_sub(world.used()));
        let is_full = grown > room;
        if operated.is_err() || is_full {
            // a write that fails may be there in part
            bytes.truncate(bytes.len() / 2);
            bytes.truncate(if is_full { room } else { usize::MAX });
        }
        let content = &mut world.files[self.file];
        write(&mut content.current, offset as usize, &bytes);
        content.unsynced.push(Change::Write(offset as usize, bytes));
        operated?;
        if is_full { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn truncate(&self, size: u64) -> io::Result<()> {
        let mut world = self.disk.0.lock();
        world.operate()?;
        let content = &mut world.files[self.file];
        content.current.truncate(size as usize);
        content.unsynced.push(Change::Truncate(size as usize));
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut world = self.disk.0.lock();
        world.operate()?;
        let syncs = std::mem::take(&mut world.failing_syncs);
        let is_failing = syncs.contains(&0);
        world.failing_syncs = syncs.into_iter().filter_map(|sync| sync.checked_sub(1)).collect();
        let content = &mut world.files[self.file];
        if is_failing {
            // the pages are dropped and count as written: a later sync will not write them
            content.unsynced.clear();
            return Err(io::Error::other("input/output error"));
        }
        for change in std::mem::take(&mut content.unsynced) {
            match change {
                Change::Write(at, bytes) => write(&mut content.durable, at, &bytes),
                Change::Truncate(size) => content.durable.truncate(size),
            }
        }
        Ok(())
    }
}
