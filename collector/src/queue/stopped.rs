//! The queue of a collector that does not run, opened to change it.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use codeagent_components::extensions::file_storage;
use codeagent_pipeline::log::inspect::StoredLog;
use codeagent_pipeline::log::{
    Disk, FolderLock, Form, Limits, Log, LogSettings, Replay, Selection, TakenOut, WhenFull, folder_name,
};

use super::place::DEAD;

/// Bytes of one file.
const SEGMENT_BYTES: u64 = 64 << 20;

/// The folder of a stopped collector; none can start meanwhile.
pub struct Stopped<'a> {
    directory: &'a Path,
    /// Bytes that each log may take, where that is configured.
    bytes_max: Option<u64>,
    _lock: FolderLock,
    runtime: tokio::runtime::Runtime,
}

impl<'a> Stopped<'a> {
    /// Takes the folder, in which each log may take `bytes_max`, or what it might take when the collector ran.
    pub fn take(directory: &'a Path, bytes_max: Option<u64>) -> anyhow::Result<Self> {
        let lock = FolderLock::take(directory)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Stopped { directory, bytes_max, _lock: lock, runtime })
    }

    /// Sends dead letters again: they are delivered when the collector runs.
    pub fn replay(&self, pipeline: &str, selection: &Selection) -> anyhow::Result<TakenOut> {
        let log = self.log(pipeline)?;
        let dead = self.dead(pipeline)?;
        let out = self.runtime.block_on(dead.take_out(selection, Replay::Into(&log)));
        dead.close();
        log.close();
        Ok(out)
    }

    /// Drops dead letters.
    pub fn drop_letters(&self, pipeline: &str, selection: &Selection) -> anyhow::Result<TakenOut> {
        let dead = self.dead(pipeline)?;
        let out = self.runtime.block_on(dead.take_out(selection, Replay::Nowhere));
        dead.close();
        Ok(out)
    }

    /// Drops what a destination has not got: how many items. It gets what comes after that, unless it is to be
    /// forgotten.
    pub fn drop_backlog(&self, pipeline: &str, exporter: &str, forget: bool) -> anyhow::Result<u64> {
        let log = self.log(pipeline)?;
        let dropped = if forget { log.forget(exporter) } else { log.give_up(exporter) };
        log.close();
        dropped.with_context(|| format!("cannot write the progress of `{exporter}`"))
    }

    fn log(&self, pipeline: &str) -> anyhow::Result<Log> {
        let folder = self.directory.join(folder_name(pipeline));
        let known = || StoredLog::open(Arc::new(Disk::read_only(&folder))).ok()?.bytes_max();
        open(&folder, false, self.bytes_max.or_else(known).unwrap_or(u64::MAX))
    }

    fn dead(&self, pipeline: &str) -> anyhow::Result<Log> {
        // letters are taken out of it, and some are written behind the others on the way
        open(&self.directory.join(folder_name(pipeline)).join(DEAD), true, u64::MAX)
    }
}

fn open(folder: &Path, keeps_all: bool, bytes_max: u64) -> anyhow::Result<Log> {
    let limits = Limits {
        segment_bytes: SEGMENT_BYTES.min(bytes_max / file_storage::SEGMENTS_MIN),
        bytes_max,
        age_max: None,
        when_full: WhenFull::Refuse,
    };
    let settings = LogSettings { limits, form: Form::Plain, memory_bytes: 0, keeps_all };
    Ok(Log::open(Arc::new(Disk::new(folder, true)), settings)?)
}
