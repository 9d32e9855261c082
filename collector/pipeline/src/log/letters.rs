//! Taking dead letters out again: to send them once more, or for good.
//!
//! A log of dead letters has a cursor for each destination of which letters were taken out; what is settled there is out. A
//! letter that is sent again is on disk in the log of its pipeline before it is out, so a crash in between means that it is
//! sent twice.

use std::collections::HashMap;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use serde::{Deserialize, Serialize};

use super::reader::{Found, read_some};
use super::reading::Reading;
use super::{Cursor, Log, Note, Place, Record};
use crate::Refused;

/// Letters that stay between letters that go, for one destination. Where there are more, those that stay are written
/// again behind all others: a cursor remembers only so many stretches.
const BREAKS_MAX: usize = 64;
/// The destination of a letter that names none.
const NOBODY: &str = "?";

/// Which dead letters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Selection {
    /// Those of one destination.
    pub exporter: Option<String>,
    /// Those that were refused for one reason.
    pub reason: Option<String>,
    /// Also letters of which only some items were refused, and nobody knows which: the others of them were delivered.
    pub with_partial: bool,
}

/// Which letters were taken out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenOut {
    /// How many.
    pub letters: u64,
    /// Spans, data points or log records in them.
    pub items: u64,
    /// Letters that stay since only some of their items were refused.
    pub partial_letters_left: u64,
    /// Letters that stay since their destination is not there any more.
    pub orphaned_letters_left: u64,
    /// Items of letters that are damaged.
    pub items_gone: u64,
    /// Why not all of them were taken out. What was, stays out.
    pub stopped: Option<String>,
}

/// What becomes of the letters.
#[derive(Clone, Copy)]
pub enum Replay<'a> {
    /// They are sent again: they go into this log, each for its destination alone.
    Into(&'a Log),
    /// They are gone.
    Nowhere,
}

/// What is known of one destination's letters.
struct Route {
    cursor: Option<Arc<Cursor>>,
    /// From here on all its letters up to the present one are out.
    from: Place,
    breaks: usize,
    has_stayed: bool,
    /// Whether somebody would read a letter that is sent again.
    is_served: bool,
}

/// What is to be done with a letter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    IsOut,
    Stays,
    Goes,
}

type Appending<'a> = Pin<Box<dyn Future<Output = Result<(), Refused>> + Send + 'a>>;

/// A letter on its way.
struct Step<'a> {
    exporter: String,
    place: Place,
    end: Place,
    verdict: Verdict,
    items: u64,
    append: Option<Appending<'a>>,
}

impl TakenOut {
    /// Adds what was taken out elsewhere.
    pub fn add(&mut self, other: TakenOut) {
        self.letters += other.letters;
        self.items += other.items;
        self.partial_letters_left += other.partial_letters_left;
        self.orphaned_letters_left += other.orphaned_letters_left;
        self.items_gone += other.items_gone;
        self.stopped = self.stopped.take().or(other.stopped);
    }
}

impl Selection {
    /// Whether it means this letter; partial ones are told apart later.
    fn means(&self, exporter: &str, note: &Note) -> bool {
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        is(&self.exporter, Some(exporter)) && is(&self.reason, note.reason.as_deref())
    }
}

impl Log {
    /// Takes the dead letters that `selection` means out of this log.
    pub async fn take_out(&self, selection: &Selection, replay: Replay<'_>) -> TakenOut {
        let (end, mut out) = (self.end(), TakenOut::default());
        let done = async {
            let mut routes = self.routes(selection, replay, end).await?;
            self.move_letters(selection, replay, end, &mut routes, &mut out).await
        };
        if let Err(refused) = done.await {
            out.stopped = Some(refused.to_string());
        }
        out
    }

    /// Looks at all letters: how often those that stay and those that go take turns.
    async fn routes(
        &self,
        selection: &Selection,
        replay: Replay<'_>,
        end: Place,
    ) -> Result<HashMap<String, Route>, Refused> {
        let mut routes = HashMap::new();
        let mut reading = self.reading();
        loop {
            let found = read(&mut reading, end).await?;
            if found.is_empty() {
                return Ok(routes);
            }
            for record in found.iter().filter_map(as_record) {
                let (exporter, note) = address(record);
                let route =
                    routes.entry(exporter).or_insert_with_key(|exporter| self.route(exporter, replay));
                let verdict = route.verdict(selection, &note, record);
                if verdict == Verdict::Stays {
                    route.has_stayed = true;
                } else if std::mem::take(&mut route.has_stayed) {
                    route.breaks += 1;
                }
            }
        }
    }

    async fn move_letters(
        &self,
        selection: &Selection,
        replay: Replay<'_>,
        end: Place,
        routes: &mut HashMap<String, Route>,
        out: &mut TakenOut,
    ) -> Result<(), Refused> {
        let mut reading = self.reading();
        let mut first_left = None;
        loop {
            let found = read(&mut reading, end).await?;
            if found.is_empty() {
                break;
            }
            let mut steps = Vec::with_capacity(found.len());
            for found in &found {
                match found {
                    Found::Record(record) => steps.push(self.step(selection, replay, record, routes, out)),
                    Found::Gap(gap) if gap.to > *self.shared.evicted.lock() => out.items_gone += gap.items(),
                    Found::Gap(_) | Found::Batch(_) => {}
                }
            }
            let failed = all(&mut steps).await;
            let settled = self.settle(steps, routes, &mut first_left, out);
            if let Some(refused) = failed.or(settled.err()) {
                return Err(refused);
            }
        }
        let touched = routes.values().filter_map(|route| route.cursor.as_ref());
        let synced = touched.into_iter().try_for_each(|cursor| cursor.sync());
        synced.map_err(|error| Refused::retry(error.to_string()))?;
        *self.shared.discarded.lock() = first_left.unwrap_or(end);
        self.shared.arrived.notify_one();
        Ok(())
    }

    /// What is to be done with the letter `record`.
    fn step<'a>(
        &'a self,
        selection: &Selection,
        replay: Replay<'a>,
        record: &Record,
        routes: &mut HashMap<String, Route>,
        out: &mut TakenOut,
    ) -> Step<'a> {
        let (exporter, note) = address(record);
        let route =
            routes.entry(exporter.clone()).or_insert_with_key(|exporter| self.route(exporter, replay));
        let mut verdict = route.verdict(selection, &note, record);
        if verdict == Verdict::Stays && selection.means(&exporter, &note) {
            out.orphaned_letters_left += u64::from(!route.is_served);
            out.partial_letters_left += u64::from(route.is_served);
        }
        let moves_back = verdict == Verdict::Stays && route.breaks > BREAKS_MAX;
        let mut items = note.refused.unwrap_or(u64::from(record.items));
        let into = match replay {
            Replay::Into(log) if verdict == Verdict::Goes => Some((log, Note::only_for(&exporter))),
            _ if moves_back => Some((self, note)),
            _ => None,
        };
        let mut append: Option<Appending<'a>> = None;
        if let Some((log, note)) = into {
            match record.batch() {
                Some(batch) => {
                    items = u64::from(record.items);
                    append = Some(Box::pin(log.append(batch, note)));
                }
                None => {
                    out.items_gone += u64::from(record.items);
                    verdict = Verdict::Stays;
                }
            }
        }
        Step { exporter, place: record.place(), end: record.end(), verdict, items, append }
    }

    /// Remembers what is out. A letter whose append failed stays.
    fn settle(
        &self,
        steps: Vec<Step<'_>>,
        routes: &mut HashMap<String, Route>,
        first_left: &mut Option<Place>,
        out: &mut TakenOut,
    ) -> Result<(), Refused> {
        for step in steps {
            let Some(route) = routes.get_mut(&step.exporter) else { continue };
            // what is still to be appended was refused
            let is_left =
                step.append.is_some() || (step.verdict == Verdict::Stays && route.breaks <= BREAKS_MAX);
            if is_left {
                route.from = step.end;
                first_left.get_or_insert(step.place);
                continue;
            }
            if step.verdict == Verdict::IsOut {
                continue;
            }
            let cursor = match &mut route.cursor {
                Some(cursor) => cursor,
                none => {
                    let made =
                        self.cursor(&step.exporter).map_err(|error| Refused::retry(error.to_string()))?;
                    none.insert(made)
                }
            };
            cursor.settle(route.from, step.end);
            if step.verdict == Verdict::Goes {
                out.letters += 1;
                out.items += step.items;
            }
        }
        routes.values().filter_map(|route| route.cursor.as_ref()).for_each(|cursor| cursor.save());
        Ok(())
    }

    /// Gives up what `destination` has not got: how many items. Unless somebody reads for it, forget it too.
    ///
    /// # Errors
    /// The progress cannot be written.
    pub fn give_up(&self, destination: &str) -> io::Result<u64> {
        let Some(cursor) = self.known(destination) else { return Ok(0) };
        let items = cursor.settle(cursor.next(), self.end());
        cursor.sync()?;
        self.shared.arrived.notify_one();
        Ok(items)
    }

    /// Forgets a destination for which nobody reads any more: how many items it had not got.
    ///
    /// # Errors
    /// Its file cannot be removed.
    pub fn forget(&self, destination: &str) -> io::Result<u64> {
        let mut cursors = self.shared.cursors.lock();
        let Some(at) = cursors.iter().position(|cursor| cursor.name() == destination) else { return Ok(0) };
        self.shared.roster.lock().remove(&*self.shared.storage, destination)?;
        let items = cursors.remove(at).backlog(self.end());
        self.shared.arrived.notify_one();
        Ok(items)
    }

    fn known(&self, destination: &str) -> Option<Arc<Cursor>> {
        let cursors = self.shared.cursors.lock();
        cursors.iter().find(|cursor| cursor.name() == destination).cloned()
    }

    fn route(&self, exporter: &str, replay: Replay<'_>) -> Route {
        let is_served = match replay {
            Replay::Into(log) => log.known(exporter).is_some(),
            Replay::Nowhere => true,
        };
        let (cursor, from) = (self.known(exporter), Place::default());
        Route { cursor, from, breaks: 0, has_stayed: false, is_served }
    }

    fn reading(&self) -> Option<Reading> {
        let segments = self.shared.segments.clone();
        let start = segments.first().map_or(self.end(), |first| first.first());
        Some(Reading::new(segments, start))
    }
}

impl Route {
    fn verdict(&self, selection: &Selection, note: &Note, record: &Record) -> Verdict {
        let exporter = note.exporter.as_deref().unwrap_or(NOBODY);
        if self.cursor.as_ref().is_some_and(|cursor| cursor.is_settled(record.sequence)) {
            return Verdict::IsOut;
        }
        let is_meant = selection.means(exporter, note) && (note.refused.is_none() || selection.with_partial);
        let goes = is_meant && self.is_served;
        if goes { Verdict::Goes } else { Verdict::Stays }
    }
}

/// Whose letter it is, and what it says.
fn address(record: &Record) -> (String, Note) {
    let note = Note::decode(&record.note).unwrap_or_default();
    (note.exporter.clone().unwrap_or_else(|| NOBODY.to_owned()), note)
}

fn as_record(found: &Found) -> Option<&Record> {
    match found {
        Found::Record(record) => Some(record),
        Found::Gap(_) | Found::Batch(_) => None,
    }
}

/// Reads some more letters, off the runtime's threads; none when all are read.
async fn read(reading: &mut Option<Reading>, end: Place) -> Result<Vec<Found>, Refused> {
    let Some(mut taken) = reading.take() else { return Ok(Vec::new()) };
    let read = tokio::task::spawn_blocking(move || {
        let found = read_some(&mut taken, end);
        (taken, found)
    });
    let (taken, found) = read.await.map_err(|error| Refused::retry(error.to_string()))?;
    *reading = Some(taken);
    Ok(found)
}

/// Appends all at once, so that they share a sync. What was written is taken out of its step; the first refusal, if
/// there is one.
async fn all(steps: &mut [Step<'_>]) -> Option<Refused> {
    let mut refused = None;
    let mut is_done = vec![false; steps.len()];
    poll_fn(|context| {
        let mut waits = false;
        for (step, is_done) in steps.iter_mut().zip(&mut is_done).filter(|(_, is_done)| !**is_done) {
            match step.append.as_mut().map(|append| append.as_mut().poll(context)) {
                Some(Poll::Pending) => waits = true,
                Some(Poll::Ready(Err(error))) => {
                    *is_done = true;
                    refused.get_or_insert(error);
                }
                Some(Poll::Ready(Ok(()))) | None => {
                    *is_done = true;
                    step.append = None;
                }
            }
        }
        if waits { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    refused
}
