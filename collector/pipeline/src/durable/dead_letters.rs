//! Items that a destination refused for good: kept aside with the reason, for people to look at and send again.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;
use tokio::sync::OnceCell;

use crate::log::{Disk, Log, LogSettings, Note};
use crate::{Batch, Refused};

/// The dead letters of one pipeline. Their log is opened with the first one.
pub struct DeadLetters {
    folder: PathBuf,
    fsync: Arc<AtomicBool>,
    settings: Mutex<LogSettings>,
    log: OnceCell<Log>,
    kept: AtomicU64,
}

impl std::fmt::Debug for DeadLetters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DeadLetters({})", self.folder.display())
    }
}

impl DeadLetters {
    pub(super) fn new(folder: PathBuf, fsync: Arc<AtomicBool>, settings: LogSettings) -> Self {
        DeadLetters {
            folder,
            fsync,
            settings: Mutex::new(settings),
            log: OnceCell::new(),
            kept: AtomicU64::new(0),
        }
    }

    /// Keeps `letter`. `Ok` means that it is on disk.
    pub async fn keep(&self, letter: Batch, note: Note) -> Result<(), Refused> {
        let log = self.log().await?;
        let items = note.refused.unwrap_or(letter.items() as u64);
        log.append(letter, note).await?;
        self.kept.fetch_add(items, Ordering::Relaxed);
        Ok(())
    }

    /// The log.
    pub(super) async fn log(&self) -> Result<&Log, Refused> {
        self.log.get_or_try_init(|| self.open()).await
    }

    /// Keeps them by other bounds from now on.
    pub(super) fn change(&self, settings: LogSettings) {
        *self.settings.lock() = settings;
        if let Some(log) = self.log.get() {
            log.change(settings);
        }
    }

    /// Items kept since the start.
    pub fn kept(&self) -> u64 {
        self.kept.load(Ordering::Relaxed)
    }

    async fn open(&self) -> Result<Log, Refused> {
        let disk = Arc::new(Disk::while_synced(&self.folder, self.fsync.clone()));
        let settings = *self.settings.lock();
        let opened = tokio::task::spawn_blocking(move || Log::open(disk, settings)).await;
        let opened = opened.map_err(|error| Refused::retry(error.to_string()))?;
        opened.map_err(|error| Refused::retry(error.to_string()))
    }
}
