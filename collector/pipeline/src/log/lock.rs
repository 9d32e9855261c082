//! One process per folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const NAME: &str = "LOCK";

/// A folder that belongs to this process, until it is dropped or the process ends.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

/// Why a folder cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error("{} is in use by {holder}; give each collector a `directory` of its own", folder.display())]
    Held {
        /// The folder.
        folder: PathBuf,
        /// Who has it: `process 4711`.
        holder: String,
    },
    /// The disk refused.
    #[error("{}: {error}", folder.display())]
    Disk {
        /// The folder.
        folder: PathBuf,
        /// What the disk said.
        error: io::Error,
    },
}

impl FolderLock {
    /// Takes `folder`. The lock is the operating system's, so a process that was killed holds nothing.
    pub fn take(folder: &Path) -> Result<Self, LockError> {
        let disk = |error| LockError::Disk { folder: folder.to_owned(), error };
        let path = folder.join(NAME);
        let mut options = OpenOptions::new();
        let mut file =
            options.read(true).write(true).create(true).truncate(false).open(path).map_err(disk)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _unknown = file.read_to_string(&mut holder);
                let holder = if holder.is_empty() { "another process".to_owned() } else { holder };
                return Err(LockError::Held { folder: folder.to_owned(), holder });
            }
            Err(TryLockError::Error(error)) => return Err(disk(error)),
        }
        let name = format!("process {}", std::process::id());
        let written = file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0)));
        written.and_then(|_| file.write_all(name.as_bytes())).map_err(disk)?;
        Ok(FolderLock { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = FolderLock::take(folder.path()).unwrap();
        let refused = FolderLock::take(folder.path()).unwrap_err().to_string();
        assert!(refused.contains(&format!("in use by process {}", std::process::id())), "{refused}");
        drop(first);
        FolderLock::take(folder.path()).unwrap();
    }
}
