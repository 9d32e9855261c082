//! Files in memory: for who holds data and has no disk to hold it on.

use std::collections::BTreeMap;
use std::io::{self, IoSlice};
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};

use super::storage::{Storage, StoredFile};

/// Files in memory. They end with the process.
#[derive(Default)]
pub struct Memory {
    files: Mutex<BTreeMap<String, Content>>,
}

type Content = Arc<RwLock<Vec<u8>>>;

struct MemoryFile(Content);

impl Storage for Memory {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.files.lock().keys().cloned().collect())
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        let mut files = self.files.lock();
        if files.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let content = Content::default();
        files.insert(name.to_owned(), content.clone());
        Ok(Box::new(MemoryFile(content)))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        let content = self.files.lock().get(name).cloned().ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(MemoryFile(content)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut files = self.files.lock();
        let content = files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        files.insert(to.to_owned(), content);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.files.lock().remove(name).map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync_names(&self) -> io::Result<()> {
        Ok(())
    }

    fn place(&self) -> String {
        "memory".to_owned()
    }
}

impl StoredFile for MemoryFile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.read().len() as u64)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let content = self.0.read();
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(content.len());
        let count = buffer.len().min(content.len() - from);
        buffer[..count].copy_from_slice(&content[from..from + count]);
        Ok(count)
    }

    fn write_at(&self, parts: &mut [IoSlice<'_>], offset: u64) -> io::Result<()> {
        let mut content = self.0.write();
        let mut at = usize::try_from(offset).map_err(|_| io::ErrorKind::FileTooLarge)?;
        for part in parts.iter() {
            let end = at + part.len();
            if content.len() < end {
                content.resize(end, 0);
            }
            content[at..end].copy_from_slice(part);
            at = end;
        }
        Ok(())
    }

    fn truncate(&self, size: u64) -> io::Result<()> {
        self.0.write().truncate(usize::try_from(size).unwrap_or(usize::MAX));
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}
