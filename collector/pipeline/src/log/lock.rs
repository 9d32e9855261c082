//! One process per folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

const NAME: &str = "LOCK";
/// How often a folder is asked for: [`FolderLock::holder`] has it for a moment.
const TRIES: usize = 3;
const PAUSE: Duration = Duration::from_millis(20);

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
    /// Who has `folder`, as far as is known; nothing where nobody has it. Changes nothing.
    pub fn holder(folder: &Path) -> io::Result<Option<String>> {
        let mut file = match File::open(folder.join(NAME)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => Ok(Some(named_in(&mut file))),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Takes `folder`. The lock is the operating system's, so a process that was killed holds nothing.
    pub fn take(folder: &Path) -> Result<Self, LockError> {
        let disk = |error| LockError::Disk { folder: folder.to_owned(), error };
        let path = folder.join(NAME);
        let mut options = OpenOptions::new();
        let mut file =
            options.read(true).write(true).create(true).truncate(false).open(path).map_err(disk)?;
        let mut locked = file.try_lock();
        for _ in 1..TRIES {
            if !matches!(locked, Err(TryLockError::WouldBlock)) {
                break;
            }
            std::thread::park_timeout(PAUSE);
            locked = file.try_lock();
        }
        match locked {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LockError::Held { folder: folder.to_owned(), holder: named_in(&mut file) });
            }
            Err(TryLockError::Error(error)) => return Err(disk(error)),
        }
        let name = format!("process {}", std::process::id());
        let written = file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0)));
        written.and_then(|_| file.write_all(name.as_bytes())).map_err(disk)?;
        Ok(FolderLock { _file: file })
    }
}

/// Who wrote the file, which another process has locked.
fn named_in(file: &mut File) -> String {
    let mut holder = String::new();
    let _unknown = file.read_to_string(&mut holder);
    if holder.is_empty() { "another process".to_owned() } else { holder }
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
        let holder = FolderLock::holder(folder.path()).unwrap();
        assert_eq!(holder, Some(format!("process {}", std::process::id())));
        drop(first);
        assert_eq!(FolderLock::holder(folder.path()).unwrap(), None);
        FolderLock::take(folder.path()).unwrap();
    }
}
