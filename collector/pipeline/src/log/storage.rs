//! The little that the log asks of a disk, so that a simulated one can stand in its place.

use std::io::{self, IoSlice};

/// A folder of files. What is not synced may be gone, whole or in part, after a power failure.
pub trait Storage: Send + Sync + 'static {
    /// The names of all files.
    fn list(&self) -> io::Result<Vec<String>>;

    /// A new, empty file. A file of that name is an error.
    fn create(&self, name: &str) -> io::Result<Box<dyn StoredFile>>;

    /// An existing file.
    fn open(&self, name: &str) -> io::Result<Box<dyn StoredFile>>;

    /// Gives a file another name, replacing a file of that name.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file. Who has it open can go on reading it.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes what was created, renamed and removed so far outlive a power failure.
    fn sync_names(&self) -> io::Result<()>;

    /// Where the files are, for people.
    fn place(&self) -> String;
}

/// An open file.
pub trait StoredFile: Send + Sync {
    /// Its length in bytes.
    fn size(&self) -> io::Result<u64>;

    /// Reads from `offset` until `buffer` is full or the file ends; how many bytes.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes all `parts` one after the other from `offset` on. After an error any of it may be written.
    fn write_at(&self, parts: &mut [IoSlice<'_>], offset: u64) -> io::Result<()>;

    /// Cuts the file at `size`.
    fn truncate(&self, size: u64) -> io::Result<()>;

    /// Makes what was written so far outlive a power failure. After an error nobody knows what was kept, and a
    /// later success says nothing about it: the file must not be written any more.
    fn sync(&self) -> io::Result<()>;
}
