mod damage;
mod letters;
mod life;
mod model;
mod simulated;

use std::sync::Arc;

use bytes::Bytes;
use codeagent_config::Signal;

use super::storage::Storage;
use super::{Form, Limits, Log, LogSettings, Next, Note, Reader, Receipt, WhenFull};
use crate::Batch;
pub(crate) use simulated::{Chance, Simulated};

pub(super) fn settings() -> LogSettings {
    let limits =
        Limits { segment_bytes: 500, bytes_max: 1 << 20, age_max: None, when_full: WhenFull::Refuse };
    LogSettings { limits, form: Form::Plain, memory_bytes: 0, keeps_all: false }
}

pub(super) fn open(disk: &Simulated, settings: LogSettings) -> Log {
    let storage: Arc<dyn Storage> = Arc::new(disk.clone());
    Log::open(storage, settings).unwrap()
}

/// A batch of two items whose payload is a number.
pub(super) fn batch(number: usize) -> Batch {
    Batch::new(Signal::Logs, Bytes::from(format!("{number:>60}")), 2)
}

fn number(batch: &Batch) -> usize {
    std::str::from_utf8(&batch.to_contiguous()).unwrap().trim().parse().unwrap()
}

pub(super) async fn append(log: &Log, numbers: impl IntoIterator<Item = usize>) {
    for number in numbers {
        log.append(batch(number), Note::default()).await.unwrap();
    }
}

/// Reads `count` batches, without settling them.
pub(super) async fn read(reader: &mut Reader, count: usize) -> Vec<(usize, Receipt)> {
    let mut read = Vec::new();
    while read.len() < count {
        match reader.next().await {
            Next::Batch(logged) => read.push((number(&logged.batch), logged.receipt)),
            lost @ Next::Lost { .. } => panic!("{lost:?}"),
        }
    }
    read
}

pub(super) fn settle(read: Vec<(usize, Receipt)>) -> Vec<usize> {
    let settle = |(number, receipt): (usize, Receipt)| {
        receipt.settle();
        receipt.save();
        number
    };
    read.into_iter().map(settle).collect()
}

pub(super) fn segments(disk: &Simulated) -> Vec<String> {
    let mut names = disk.list().unwrap();
    names.retain(|name| name.ends_with(".segment"));
    names
}
