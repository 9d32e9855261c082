//! A folder for logs.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::{Mutex, RwLock};

use super::DeadLetters;
use crate::StartError;
use crate::log::{Disk, FolderLock, Form, Limits, Log, LogSettings, WhenFull, folder_name};

/// The folder of the dead letters in the folder of a log.
const DEAD: &str = "dead";
/// The folder of what processors hold, in the folder of a store. No pipeline is called so.
pub const HOLDING: &str = "holding";
/// Files of a log at least: so many make room one by one.
const SEGMENTS_MIN: u64 = 8;

/// How a store keeps its logs.
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// The folder.
    pub directory: PathBuf,
    /// Whether the folder is made where it is missing.
    pub create_directory: bool,
    /// The permissions of folders that are made, on Unix.
    pub directory_permissions: u32,
    /// Whether an acknowledgement waits until the disk has the data. Without it a power failure loses some.
    pub fsync: bool,
    /// The log of each pipeline.
    pub log: LogSettings,
    /// Bytes of dead letters of each pipeline; the oldest make room.
    pub dead_letter_bytes: u64,
}

/// A folder that belongs to this process while a log in it is open.
#[derive(Debug)]
pub struct Store {
    settings: RwLock<StoreSettings>,
    fsync: Arc<AtomicBool>,
    /// The pipelines whose logs are open.
    open: Arc<Mutex<HashSet<String>>>,
    lock: Mutex<std::sync::Weak<FolderLock>>,
}

/// An open log, with what else belongs to a pipeline.
pub(super) struct Opened {
    pub log: Arc<Log>,
    pub dead_letters: Arc<DeadLetters>,
    pub _use: Use,
    pub _lock: Arc<FolderLock>,
}

/// The log of a pipeline is open: a second one on the same files would damage both.
pub(super) struct Use {
    pipeline: String,
    open: Arc<Mutex<HashSet<String>>>,
}

impl Drop for Use {
    fn drop(&mut self) {
        self.open.lock().remove(&self.pipeline);
    }
}

impl Store {
    /// A store that is not opened yet. Pure.
    pub fn new(settings: StoreSettings) -> Arc<Self> {
        let (fsync, settings) = (Arc::new(AtomicBool::new(settings.fsync)), RwLock::new(settings));
        Arc::new(Store { settings, fsync, open: Arc::default(), lock: Mutex::default() })
    }

    /// Its settings.
    pub fn settings(&self) -> StoreSettings {
        self.settings.read().clone()
    }

    /// Keeps the logs by other settings, of the same folder. Queues that are open take them with
    /// [`DurableQueue::take_settings`](super::DurableQueue::take_settings).
    pub fn change(&self, settings: StoreSettings) {
        self.fsync.store(settings.fsync, Ordering::Relaxed);
        *self.settings.write() = settings;
    }

    /// Opens the log of `pipeline`. Blocks.
    pub(super) fn open(&self, pipeline: &str) -> Result<Opened, StartError> {
        let lock = self.lock()?;
        let in_use = self.begin_use(pipeline)?;
        let folder = self.settings().directory.join(folder_name(pipeline));
        let dead = folder.join(DEAD);
        self.make(&dead)?;
        let disk = Arc::new(Disk::while_synced(&folder, self.fsync.clone()));
        let log = Log::open(disk, self.settings().log).map_err(|error| StartError::new(error.to_string()))?;
        let dead_letters = DeadLetters::new(dead, self.fsync.clone(), self.dead_letter_settings());
        Ok(Opened { log: Arc::new(log), dead_letters: Arc::new(dead_letters), _use: in_use, _lock: lock })
    }

    /// The folder of what `holder` holds, made and locked, and how a log in it is kept. Blocks.
    pub(crate) fn hold(&self, holder: &str) -> Result<(PathBuf, Arc<FolderLock>, LogSettings), StartError> {
        let lock = self.lock()?;
        let settings = self.settings();
        let folder = settings.directory.join(HOLDING).join(folder_name(holder));
        self.make(&folder)?;
        // places in compressed records cannot be read again, and what was acknowledged is never dropped to make room
        let limits = Limits { when_full: WhenFull::Refuse, age_max: None, ..settings.log.limits };
        Ok((folder, lock, LogSettings { limits, form: Form::Plain, ..settings.log }))
    }

    /// A folder below one of [`Store::hold`], as storage. Blocks.
    pub(crate) fn below(&self, folder: &Path, name: &str) -> Result<Arc<Disk>, StartError> {
        let folder = folder.join(name);
        self.make(&folder)?;
        Ok(Arc::new(Disk::while_synced(&folder, self.fsync.clone())))
    }

    fn begin_use(&self, pipeline: &str) -> Result<Use, StartError> {
        if !self.open.lock().insert(pipeline.to_owned()) {
            let message = "a configuration that was replaced is still delivering from it; reload again when it has ended";
            return Err(StartError::new(message));
        }
        Ok(Use { pipeline: pipeline.to_owned(), open: self.open.clone() })
    }

    pub(super) fn dead_letter_settings(&self) -> LogSettings {
        let settings = self.settings();
        let bytes_max = settings.dead_letter_bytes;
        let limits = Limits {
            segment_bytes: settings.log.limits.segment_bytes.min(bytes_max / SEGMENTS_MIN).max(1),
            bytes_max,
            age_max: None,
            when_full: WhenFull::DropOldest,
        };
        LogSettings { limits, form: Form::Plain, memory_bytes: 0, keeps_all: true }
    }

    fn lock(&self) -> Result<Arc<FolderLock>, StartError> {
        let mut known = self.lock.lock();
        if let Some(lock) = known.upgrade() {
            return Ok(lock);
        }
        let settings = self.settings();
        let directory = &settings.directory;
        if settings.create_directory {
            self.make(directory)?;
        } else if !directory.is_dir() {
            let message = format!(
                "the folder {} does not exist; make it, or set `create_directory: true`",
                directory.display()
            );
            return Err(StartError::new(message));
        }
        let lock = FolderLock::take(directory).map_err(|error| StartError::new(error.to_string()))?;
        let lock = Arc::new(lock);
        *known = Arc::downgrade(&lock);
        Ok(lock)
    }

    fn make(&self, folder: &Path) -> Result<(), StartError> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, self.settings().directory_permissions);
        builder.create(folder).map_err(|error| {
            let message = format!(
                "the folder {} cannot be made: {error}; the collector needs to write there",
                folder.display()
            );
            StartError::new(message)
        })
    }
}
