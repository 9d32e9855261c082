//! Reading a log for the exporter, as fast as the exporter delivers.

use std::sync::Arc;

use tokio::task::JoinHandle;

use super::job::Caller;
use super::room::Places;
use super::{Sender, queue::Entries};
use crate::durable::{DeadLetters, Source};
use crate::log::{Cursor, Logged, Next, Reader};
use crate::{Exporter, Reason};

/// A log that is read for the exporter.
#[derive(Debug)]
pub(super) struct Followed {
    cursor: Arc<Cursor>,
    reader: u64,
    source: Arc<crate::log::Log>,
    task: JoinHandle<()>,
}

impl Followed {
    /// Items that are not settled and that nobody else will deliver.
    pub fn backlog(&self) -> u64 {
        if self.cursor.is_read_by(self.reader) { self.cursor.backlog(self.source.end()) } else { 0 }
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl<E: Exporter> Sender<E> {
    /// Begins to read `source`.
    pub(super) fn follow_log(self: Arc<Self>, source: Source) {
        let Source { log, reader, dead_letters } = source;
        let (cursor, number) = (reader.cursor().clone(), reader.number());
        let sender = self.clone();
        let task = tokio::spawn(async move { sender.read(reader, dead_letters).await });
        let mut followed = self.followed.lock();
        followed.retain(|known| known.cursor.is_read_by(known.reader));
        followed.push(Followed { cursor, reader: number, source: log, task });
    }

    /// Items in logs that are not settled.
    pub(super) fn logged_backlog(&self) -> u64 {
        self.followed.lock().iter().map(Followed::backlog).sum()
    }

    async fn read(self: Arc<Self>, mut reader: Reader, dead: Arc<DeadLetters>) {
        let mut phase = self.phase.watch();
        loop {
            let next = tokio::select! {
                biased;
                () = phase.given_up() => return,
                next = reader.next() => next,
            };
            match next {
                Next::Lost { items, evicted, file } => self.lose(items, evicted, &file),
                Next::Batch(logged) => {
                    let places = tokio::select! {
                        biased;
                        () = phase.given_up() => return,
                        places = self.room.take(&logged.batch) => places,
                    };
                    if self.queue.push(self.logged_entries(logged, places, &dead)).is_some() {
                        return;
                    }
                }
            }
        }
    }

    fn logged_entries(&self, logged: Logged, places: Places, dead: &Arc<DeadLetters>) -> Entries {
        let Logged { batch, receipt, .. } = logged;
        self.entries(batch, places, |_, parts| {
            receipt.split(parts);
            Caller::Log(receipt.clone(), dead.clone())
        })
    }

    fn lose(&self, items: u64, evicted: bool, file: &str) {
        let (exporter, signal) = (&self.node.id, self.node.signal);
        let reason = if evicted { Reason::Evicted } else { Reason::Corrupted };
        if evicted {
            tracing::error!(%exporter, %signal, items, "acknowledged items were dropped: the log reached its limit");
        } else {
            tracing::error!(%exporter, %signal, items, file, "acknowledged items are gone from the disk");
        }
        self.node.enter(usize::try_from(items).unwrap_or(usize::MAX)).drop_rest(reason);
    }
}
