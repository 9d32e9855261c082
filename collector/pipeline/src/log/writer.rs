//! The thread that writes: all that waits is one group, one write and one sync.

use std::sync::Arc;
use std::time::Duration;

use super::{Append, AppendError, Journal, Place, Position, Shared, Written, now_ms};
use crate::Refused;

/// Bytes of a group. More would make those wait longer who came first.
const GROUP_BYTES_MAX: usize = 4 << 20;
/// How often old data is looked for where nothing is written.
const IDLE: Duration = Duration::from_secs(1);
/// When senders are asked to come back while the log is full.
const FULL_RETRY: Duration = Duration::from_secs(5);
/// When senders are asked to come back while the disk refuses.
const DISK_RETRY: Duration = Duration::from_secs(1);

impl Shared {
    /// Writes until the log is closed.
    pub(super) fn write(self: Arc<Self>, mut journal: Journal) {
        let mut is_failing = false;
        while let Some(group) = self.next_group() {
            journal.bound(self.settings().limits);
            if !group.is_empty() {
                is_failing = self.write_group(&mut journal, group, is_failing);
            }
            self.tidy(&mut journal);
        }
        if self.settings().keeps_all {
            // what was discarded since
            self.tidy(&mut journal);
        }
        // what readers settled since: only they know which files are damaged and must be kept aside
        self.tidy(&mut journal);
        for cursor in self.cursors.lock().iter() {
            if let Err(error) = cursor.sync() {
                tracing::warn!(exporter = cursor.name(), %error, "the progress cannot be synced");
            }
        }
    }

    /// What waits, after a while perhaps nothing; no more when the log is closed and empty.
    fn next_group(&self) -> Option<Vec<Append>> {
        let mut waiting = self.waiting.lock();
        if waiting.appends.is_empty() {
            if waiting.is_closed {
                return None;
            }
            self.arrived.wait_for(&mut waiting, IDLE);
        }
        let mut bytes = 0;
        let mut fits = |append: &Append| {
            bytes += append.entries.iter().map(|(entry, _)| entry.stored_bytes()).sum::<usize>();
            bytes <= GROUP_BYTES_MAX
        };
        let count = waiting.appends.iter().take_while(|append| fits(append)).count();
        let count = count.max(1).min(waiting.appends.len());
        let rest = waiting.appends.split_off(count);
        Some(std::mem::replace(&mut waiting.appends, rest))
    }

    /// Writes a group and answers everybody; whether the log refuses.
    fn write_group(&self, journal: &mut Journal, group: Vec<Append>, was_failing: bool) -> bool {
        let from = journal.end();
        let entries = group.iter().flat_map(|append| &append.entries).map(|(entry, _)| entry.clone());
        let entries: Vec<_> = entries.collect();
        match journal.append(&entries, now_ms()) {
            Ok(first) => {
                if was_failing {
                    tracing::info!(place = self.storage.place(), "the log takes data again");
                }
                self.publish(from, first, group);
                false
            }
            Err(error) => {
                let refused = self.refusal(&error);
                if !was_failing {
                    tracing::error!(place = self.storage.place(), %refused, "the log takes no data");
                }
                group.into_iter().for_each(|append| drop(append.caller.send(Err(refused.clone()))));
                true
            }
        }
    }

    fn publish(&self, mut from: Place, mut at: Position, group: Vec<Append>) {
        let mut callers = Vec::with_capacity(group.len());
        {
            let mut newest = self.newest.lock();
            for Append { entries, caller } in group {
                for (entry, batch) in entries {
                    let to = Place { sequence: from.sequence + 1, item: from.item + u64::from(entry.items) };
                    newest.bytes += batch.bytes();
                    let next = at.offset + entry.stored_bytes() as u64;
                    at.offset += entry.payload_offset() as u64;
                    newest.batches.push_back(Written { from, to, batch, note: entry.note, at });
                    (from, at.offset) = (to, next);
                }
                callers.push(caller);
            }
            let memory_bytes = self.settings().memory_bytes;
            while newest.bytes > memory_bytes
                && let Some(oldest) = newest.batches.pop_front()
            {
                newest.bytes -= oldest.batch.bytes();
            }
        }
        self.end.send_replace(from);
        // who went away need not hear it
        callers.into_iter().for_each(|caller| drop(caller.send(Ok(()))));
    }

    fn refusal(&self, error: &AppendError) -> Refused {
        let place = self.storage.place();
        match error {
            AppendError::Full { .. } => {
                let cursors = self.cursors.lock();
                let slowest = cursors.iter().min_by_key(|cursor| cursor.next());
                let slowest = slowest.map_or_else(String::new, |cursor| {
                    let backlog = cursor.backlog(*self.end.borrow());
                    format!(": the exporter {} has {backlog} items to deliver", cursor.name())
                });
                let message = format!("the queue in {place} is full, {error}{slowest}");
                Refused::Retry { after: Some(FULL_RETRY), message }
            }
            AppendError::Disk(error) => {
                let message = format!("the queue in {place} cannot be written: {error}");
                Refused::Retry { after: Some(DISK_RETRY), message }
            }
        }
    }

    /// Removes what nobody waits for, and what is too old.
    fn tidy(&self, journal: &mut Journal) {
        let cursors = self.cursors.lock().clone();
        if self.settings().keeps_all {
            self.forget(journal.end());
            journal.discard(*self.discarded.lock());
            journal.expire(now_ms());
            *self.evicted.lock() = journal.evicted();
            return;
        }
        let slowest = cursors.iter().map(|cursor| cursor.next()).min().unwrap_or(journal.end());
        self.forget(slowest);
        if journal.can_release(slowest.sequence) {
            // else a power failure could bring a cursor back to before what is removed now
            match cursors.iter().try_for_each(|cursor| cursor.sync()) {
                Ok(()) => journal.release(slowest.sequence),
                Err(error) => {
                    tracing::warn!(place = self.storage.place(), %error, "progress cannot be synced")
                }
            }
        }
        journal.expire(now_ms());
        *self.evicted.lock() = journal.evicted();
    }

    /// Frees the memory of batches that everybody has delivered.
    fn forget(&self, slowest: Place) {
        let mut newest = self.newest.lock();
        while let Some(oldest) = newest.batches.front()
            && oldest.to.sequence <= slowest.sequence
        {
            newest.bytes -= oldest.batch.bytes();
            newest.batches.pop_front();
        }
    }
}
