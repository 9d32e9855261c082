//! The file itself: one writer per path in the process, whoever writes.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Weak};

use codeagent_pipeline::BuildId;
use parking_lot::Mutex;

use super::backup;
use super::config::{FileCompression, FileSettings, Format};

const MEGABYTE: u64 = 1024 * 1024;
/// The Collector's `max_megabytes` where it is 0.
const MEGABYTES_DEFAULT: u64 = 100;

/// The writers by their path.
static WRITERS: LazyLock<Mutex<HashMap<PathBuf, Vec<Known>>>> = LazyLock::new(Mutex::default);

/// A writer, and the build that asked for it last.
type Known = (BuildId, Weak<Writer>);

/// The writer of this path, shared with all that have the same settings. Where a reload changes the settings, the old
/// writer and the new one share the open file for as long as the old one has something to write.
///
/// # Errors
/// When another exporter of the same configuration writes to the path with other settings.
pub(super) fn open_shared(settings: FileSettings, build: BuildId) -> Result<Arc<Writer>, String> {
    let mut writers = WRITERS.lock();
    for known in writers.values_mut() {
        known.retain(|(_, writer)| writer.strong_count() > 0);
    }
    writers.retain(|_, known| !known.is_empty());
    let known = writers.entry(settings.path.clone()).or_default();
    let alive: Vec<(BuildId, Arc<Writer>)> =
        known.iter().filter_map(|(asked, writer)| Some((*asked, writer.upgrade()?))).collect();
    if alive.iter().any(|(asked, writer)| *asked == build && writer.settings != settings) {
        let path = settings.path.display();
        return Err(format!("another exporter writes to {path} with other settings"));
    }
    let file = alive.first().map(|(_, writer)| writer.file.clone()).unwrap_or_default();
    let same = alive.into_iter().map(|(_, writer)| writer).find(|writer| writer.settings == settings);
    let writer = same.unwrap_or_else(|| Arc::new(Writer { settings, file }));
    known.retain(|(_, known)| !std::ptr::eq(known.as_ptr(), Arc::as_ptr(&writer)));
    known.push((build, Arc::downgrade(&writer)));
    Ok(writer)
}

/// Appends records to a file, and rotates it.
#[derive(Debug)]
pub(super) struct Writer {
    settings: FileSettings,
    file: Arc<Mutex<Option<Open>>>,
}

#[derive(Debug)]
struct Open {
    file: File,
    /// Bytes of whole records.
    size: u64,
    /// A failed write could not be undone: the file must be cut to `size` before the next.
    is_torn: bool,
}

impl Writer {
    /// Opens the file, if it is not open yet.
    ///
    /// # Errors
    /// The path and the cause.
    pub fn open(&self) -> Result<(), String> {
        let mut file = self.file.lock();
        self.opened(&mut file).map(drop)
    }

    /// Appends a whole record or nothing of it.
    ///
    /// # Errors
    /// The path and the cause; the record can be written again.
    pub fn write(&self, record: &[u8]) -> Result<(), String> {
        let mut guard = self.file.lock();
        let open = self.opened(&mut guard)?;
        if self.is_full(open.size, record.len()) {
            self.rotate(&mut guard)?;
        }
        let open = self.opened(&mut guard)?;
        self.append(open, record).map_err(|error| self.cannot("write", &error))
    }

    /// Waits until all is on the disk.
    ///
    /// # Errors
    /// The path and the cause.
    pub fn sync(&self) -> Result<(), String> {
        match &*self.file.lock() {
            Some(open) => open.file.sync_data().map_err(|error| self.cannot("sync", &error)),
            None => Ok(()),
        }
    }

    fn append(&self, open: &mut Open, record: &[u8]) -> io::Result<()> {
        if open.is_torn {
            cut(open)?;
        }
        if let Err(error) = open.file.write_all(record) {
            // a full disk takes part of a record; without this the next would begin in the middle of a line
            open.is_torn = true;
            drop(cut(open));
            return Err(error);
        }
        open.size += record.len() as u64;
        Ok(())
    }

    fn is_full(&self, size: u64, more: usize) -> bool {
        let Some(rotation) = &self.settings.rotation else { return false };
        let megabytes = if rotation.max_megabytes == 0 { MEGABYTES_DEFAULT } else { rotation.max_megabytes };
        size > 0 && size.saturating_add(more as u64) > megabytes.saturating_mul(MEGABYTE)
    }

    fn rotate(&self, file: &mut Option<Open>) -> Result<(), String> {
        let Some(rotation) = &self.settings.rotation else { return Ok(()) };
        if let Some(open) = file.take() {
            open.file.sync_data().map_err(|error| self.cannot("sync", &error))?;
        }
        backup::put_aside(&self.settings.path).map_err(|error| self.cannot("rotate", &error))?;
        if let Err(error) = backup::remove_old(&self.settings.path, rotation) {
            // the data is safe; the bound is tried again at the next rotation
            tracing::warn!(path = %self.settings.path.display(), %error, "cannot remove old files");
        }
        Ok(())
    }

    fn opened<'a>(&self, file: &'a mut Option<Open>) -> Result<&'a mut Open, String> {
        let open = match file.take() {
            Some(open) => open,
            None => self.open_file().map_err(|error| self.cannot("open", &error))?,
        };
        Ok(file.insert(open))
    }

    fn open_file(&self) -> io::Result<Open> {
        let settings = &self.settings;
        if let (Some(permissions), Some(directory)) = (settings.directories, settings.path.parent()) {
            make_directories(directory, permissions)?;
        }
        let keep = settings.append || settings.rotation.is_some();
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(!keep);
        private(&mut options, settings.rotation.is_some());
        let mut file = options.open(&settings.path)?;
        let mut size = file.seek(SeekFrom::End(0))?;
        let is_lines = settings.format == Format::Json && settings.compression == FileCompression::None;
        if is_lines && size > 0 && !ends_line(&mut file)? {
            // a line that a crash cut short stays a line of its own
            file.write_all(b"\n")?;
            size += 1;
        }
        Ok(Open { file, size, is_torn: false })
    }

    fn cannot(&self, what: &str, error: &io::Error) -> String {
        format!("cannot {what} {}: {error}", self.settings.path.display())
    }
}

fn cut(open: &mut Open) -> io::Result<()> {
    open.file.set_len(open.size)?;
    open.file.seek(SeekFrom::Start(open.size))?;
    open.is_torn = false;
    Ok(())
}

fn ends_line(file: &mut File) -> io::Result<bool> {
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

#[cfg(unix)]
fn private(options: &mut OpenOptions, is_rotated: bool) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(if is_rotated { 0o600 } else { 0o644 });
}

#[cfg(not(unix))]
fn private(_: &mut OpenOptions, _: bool) {}

#[cfg(unix)]
fn make_directories(directory: &std::path::Path, permissions: u32) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(permissions).create(directory)
}

#[cfg(not(unix))]
fn make_directories(directory: &std::path::Path, _: u32) -> io::Result<()> {
    fs::create_dir_all(directory)
}
