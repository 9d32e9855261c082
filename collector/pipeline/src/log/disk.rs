//! A folder of the file system.

use std::fs::{File, OpenOptions};
use std::io::{self, IoSlice, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use super::storage::{Storage, StoredFile};

/// A folder of the file system.
#[derive(Clone, Debug)]
pub struct Disk {
    folder: PathBuf,
    fsync: Arc<AtomicBool>,
    is_read_only: bool,
}

impl Disk {
    /// The files of `folder`, which exists. Without `fsync` a power failure can take what was acknowledged.
    pub fn new(folder: &Path, fsync: bool) -> Self {
        Disk::while_synced(folder, Arc::new(AtomicBool::new(fsync)))
    }

    /// The same, as long as `fsync` says so.
    pub fn while_synced(folder: &Path, fsync: Arc<AtomicBool>) -> Self {
        Disk { folder: folder.to_owned(), fsync, is_read_only: false }
    }

    /// The files of `folder`, for looking at only: whatever would change one is an error.
    pub fn read_only(folder: &Path) -> Self {
        Disk { folder: folder.to_owned(), fsync: Arc::default(), is_read_only: true }
    }

    fn check_writable(&self) -> io::Result<()> {
        if self.is_read_only { Err(io::ErrorKind::ReadOnlyFilesystem.into()) } else { Ok(()) }
    }

    fn file(&self, file: File) -> Box<dyn StoredFile> {
        Box::new(DiskFile { file, fsync: self.fsync.clone() })
    }
}

impl Storage for Disk {
    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        Ok(names)
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        self.check_writable()?;
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(self.folder.join(name))?;
        Ok(self.file(file))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        let path = self.folder.join(name);
        let file = OpenOptions::new().read(true).write(!self.is_read_only).open(path)?;
        Ok(self.file(file))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.check_writable()?;
        std::fs::rename(self.folder.join(from), self.folder.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.check_writable()?;
        std::fs::remove_file(self.folder.join(name))
    }

    fn sync_names(&self) -> io::Result<()> {
        // only Unix lets a folder be opened and synced; elsewhere the file system keeps names by itself
        if cfg!(unix) && self.fsync.load(Relaxed) { File::open(&self.folder)?.sync_all() } else { Ok(()) }
    }

    fn place(&self) -> String {
        self.folder.display().to_string()
    }
}

struct DiskFile {
    file: File,
    fsync: Arc<AtomicBool>,
}

impl StoredFile for DiskFile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut read = 0;
        while read < buffer.len() {
            match positioned::read(&self.file, &mut buffer[read..], offset + read as u64) {
                Ok(0) => break,
                Ok(bytes) => read += bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(read)
    }

    fn write_at(&self, mut parts: &mut [IoSlice<'_>], offset: u64) -> io::Result<()> {
        if let [only] = parts {
            return positioned::write(&self.file, only, offset);
        }
        // a file has one writer, so its position belongs to that
        let mut file = &self.file;
        file.seek(SeekFrom::Start(offset))?;
        IoSlice::advance_slices(&mut parts, 0);
        while !parts.is_empty() {
            match file.write_vectored(parts) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(bytes) => IoSlice::advance_slices(&mut parts, bytes),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn truncate(&self, size: u64) -> io::Result<()> {
        self.file.set_len(size)
    }

    fn sync(&self) -> io::Result<()> {
        if self.fsync.load(Relaxed) { self.file.sync_data() } else { Ok(()) }
    }
}

#[cfg(unix)]
mod positioned {
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::FileExt;

    pub fn read(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        file.read_at(buffer, offset)
    }

    pub fn write(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        file.write_all_at(bytes, offset)
    }
}

#[cfg(windows)]
mod positioned {
    use std::fs::File;
    use std::io;
    use std::os::windows::fs::FileExt;

    pub fn read(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        file.seek_read(buffer, offset)
    }

    pub fn write(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
        while !bytes.is_empty() {
            match file.seek_write(bytes, offset)? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                written => (bytes, offset) = (&bytes[written..], offset + written as u64),
            }
        }
        Ok(())
    }
}
