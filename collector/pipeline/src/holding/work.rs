//! The tasks of a holding processor: readers of its logs, and one that decides, writes the journal and delivers.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep_until, timeout_at};

use super::decisions::Decisions;
use super::gate::Gate;
use super::held::{Fate, Held, Now, Parcel};
use super::parcel;
use crate::log::storage::{Storage, StoredFile};
use crate::log::{Cursor, Log, Next, Place, Position, Reader};
use crate::{Reason, Refused};

/// Files that are kept open for reading again, for each log.
const FILES_MAX: usize = 64;
/// The waits before a delivery is tried again: the first, and the longest.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// How often waits are looked at: a part of the wait, between these.
const TICK: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(100));

/// All that the tasks share.
pub(super) struct Work {
    pub held: Mutex<Held>,
    pub journal: Arc<dyn Storage>,
    decisions: Arc<Mutex<Decisions>>,
    ways: Vec<Way>,
    start: tokio::time::Instant,
    tick: Duration,
    is_dry_run: bool,
}

/// One pipeline's way through the hold.
struct Way {
    gate: Arc<Gate>,
    log: Arc<Log>,
    cursor: Arc<Cursor>,
    files: Mutex<HashMap<u64, Arc<dyn StoredFile>>>,
}

/// What the worker has in hand.
#[derive(Default)]
struct Desk {
    ready: VecDeque<Parcel>,
    refused: Vec<(tokio::time::Instant, Parcel)>,
    out: JoinSet<(Parcel, Ending)>,
    /// The logs that have one on its way.
    busy: Vec<bool>,
    /// When what was there then is read, what was due then is decided.
    pending: Option<(Vec<Place>, Now)>,
    is_failing: bool,
}

/// The order to end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    /// For deliveries on their way.
    pub deadline: Instant,
    /// Whether nobody comes after: what is undecided is decided, and goes.
    pub decides: bool,
}

enum Ending {
    Settled(Fate),
    Again(Option<Duration>, String),
}

impl Work {
    pub fn new(
        held: Held,
        decisions: Arc<Mutex<Decisions>>,
        journal: Arc<dyn Storage>,
        ways: Vec<(Arc<Gate>, Arc<Log>, Arc<Cursor>)>,
        wait: Duration,
        is_dry_run: bool,
    ) -> Self {
        let way = |(gate, log, cursor)| Way { gate, log, cursor, files: Mutex::default() };
        let ways = ways.into_iter().map(way).collect();
        let tick = (wait / 20).clamp(TICK.0, TICK.1);
        let (held, start) = (Mutex::new(held), tokio::time::Instant::now());
        Work { held, journal, decisions, ways, start, tick, is_dry_run }
    }

    pub fn now(&self) -> Now {
        Now::since(self.start)
    }

    /// Reads one log.
    pub async fn read(self: Arc<Self>, inlet: usize, mut reader: Reader) {
        loop {
            match reader.next().await {
                Next::Batch(logged) => self.held.lock().take(inlet, &logged, self.now()),
                Next::Lost { items, evicted, file } => {
                    let pipeline = &self.ways[inlet].gate.pipeline;
                    tracing::error!(pipeline, items, file, "held items are gone");
                    let reason = if evicted { Reason::Evicted } else { Reason::Corrupted };
                    self.held.lock().lose(inlet, items, reason, reader.given());
                }
            }
            tokio::task::consume_budget().await;
        }
    }

    /// Decides, writes and delivers until the order to stop, and what is left then until its deadline.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<Option<Order>>) {
        let (mut desk, mut ticks) = (Desk::default(), interval(self.tick));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {
                    self.decide(&mut desk);
                    self.flush(&mut desk).await;
                }
                Some(done) = desk.out.join_next() => {
                    if let Ok((parcel, ending)) = done {
                        self.settle(&mut desk, parcel, ending);
                        self.flush(&mut desk).await;
                    }
                }
                // whoever ordered is gone: then it is to end too
                _ = stop.changed() => break,
            }
            self.send(&mut desk);
        }
        let order = *stop.borrow();
        self.finish(desk, order.unwrap_or(Order { deadline: Instant::now(), decides: false })).await;
    }

    fn decide(&self, desk: &mut Desk) {
        let now = self.now();
        let mut held = self.held.lock();
        if let Some((ends, then)) = &desk.pending {
            if !is_read(&held, ends) {
                return;
            }
            held.decide_due(*then);
            if held.is_past_read() {
                held.forget_past();
            }
        }
        let ends = self.ways.iter().map(|way| way.log.end()).collect();
        desk.pending = Some((ends, now));
    }

    /// Writes what must be known after a crash; then logs may forget, and what was decided may go.
    async fn flush(&self, desk: &mut Desk) {
        let (entries, sync, places, outgoing) = {
            let mut held = self.held.lock();
            let (entries, sync) = held.take_entries();
            (entries, sync, held.pass(), held.outgoing())
        };
        if !entries.is_empty() {
            let decisions = self.decisions.clone();
            let passed: Vec<_> = places.iter().map(|place| place.sequence).collect();
            let written = tokio::task::spawn_blocking(move || {
                let mut decisions = decisions.lock();
                let appended = decisions.append(&entries, sync);
                if appended.is_ok()
                    && let Err(error) = decisions.prune(&passed)
                {
                    tracing::warn!(%error, "old decisions cannot be removed");
                }
                (entries, appended)
            });
            let Ok((entries, appended)) = written.await else { return };
            if let Err(error) = appended {
                if !desk.is_failing {
                    tracing::error!(%error, place = self.journal.place(), "decisions cannot be written, nothing goes on until they can");
                }
                desk.is_failing = true;
                self.held.lock().put_back(entries);
                return;
            }
            desk.is_failing = false;
        }
        for (way, place) in self.ways.iter().zip(places) {
            if place > way.cursor.next() {
                way.cursor.pass(place);
                // a file that was removed takes its place on the disk as long as it is open
                let first = way.log.first_file();
                way.files.lock().retain(|file, _| *file >= first);
            }
        }
        self.held.lock().release(outgoing);
    }

    /// Begins a delivery for each log that has none on its way. One at a time, so that a kill repeats no more than that; it
    /// takes what has gathered since the last.
    fn send(self: &Arc<Self>, desk: &mut Desk) {
        desk.busy.resize(self.ways.len(), false);
        // a delivery that cannot be noted is one that comes twice
        while !desk.is_failing && !desk.busy.iter().all(|busy| *busy) {
            let now = tokio::time::Instant::now();
            let is_free = |parcel: &Parcel, busy: &[bool]| !busy[parcel.inlet];
            let again =
                desk.refused.iter().position(|(at, parcel)| *at <= now && is_free(parcel, &desk.busy));
            let ready = desk.ready.iter().position(|parcel| is_free(parcel, &desk.busy));
            let parcel = match (again, ready) {
                (Some(at), _) => Some(desk.refused.swap_remove(at).1),
                (None, Some(at)) => desk.ready.remove(at),
                (None, None) => {
                    let more = self.held.lock().parcels();
                    if more.is_empty() {
                        break;
                    }
                    desk.ready.extend(more);
                    continue;
                }
            };
            let Some(parcel) = parcel else { break };
            desk.busy[parcel.inlet] = true;
            desk.out.spawn(self.clone().deliver(parcel));
        }
    }

    async fn deliver(self: Arc<Self>, parcel: Parcel) -> (Parcel, Ending) {
        let work = self.clone();
        let read = tokio::task::spawn_blocking(move || {
            let way = &work.ways[parcel.inlet];
            let read = parcel::read(&parcel, way.gate.signal, work.is_dry_run, &mut |at| way.file(at));
            (parcel, read)
        });
        let (parcel, (batch, corrupted)) = match read.await {
            Ok(read) => read,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        if batch.is_empty() {
            return (parcel, Ending::Settled(Fate { corrupted, ..Fate::default() }));
        }
        let items = batch.items();
        let gate = &self.ways[parcel.inlet].gate;
        let ending = match gate.deliver(batch).await {
            Ok(()) => Ending::Settled(Fate { corrupted, ..Fate::default() }),
            Err(Refused::Retry { after, message }) => Ending::Again(after, message),
            Err(Refused::Permanent { message }) => {
                tracing::warn!(pipeline = gate.pipeline, items, message, "kept items were refused for good");
                Ending::Settled(Fate { corrupted, rejected: items, ..Fate::default() })
            }
            Err(Refused::Partial { items: rejected, message }) => {
                tracing::warn!(
                    pipeline = gate.pipeline,
                    items = rejected,
                    message,
                    "kept items were refused for good"
                );
                Ending::Settled(Fate { corrupted, rejected: rejected.min(items), ..Fate::default() })
            }
        };
        (parcel, ending)
    }

    fn settle(&self, desk: &mut Desk, mut parcel: Parcel, ending: Ending) {
        desk.busy[parcel.inlet] = false;
        match ending {
            Ending::Settled(fate) => self.held.lock().settle(&parcel, fate),
            Ending::Again(after, message) => {
                let wait = BACKOFF.0.saturating_mul(1 << parcel.attempts.min(16)).min(BACKOFF.1);
                let wait = after.map_or(wait, |after| after.max(wait));
                if parcel.attempts == 0 {
                    let pipeline = &self.ways[parcel.inlet].gate.pipeline;
                    tracing::warn!(
                        pipeline,
                        items = parcel.items,
                        message,
                        "kept items were refused, trying again"
                    );
                }
                parcel.attempts += 1;
                desk.refused.push((tokio::time::Instant::now() + wait, parcel));
            }
        }
    }

    /// The end: what is on its way gets until the deadline; where all is decided, everything that is kept.
    async fn finish(self: &Arc<Self>, mut desk: Desk, order: Order) {
        let Order { deadline, decides } = order;
        if decides {
            self.decide_all(deadline).await;
        }
        self.flush(&mut desk).await;
        loop {
            if decides {
                self.send(&mut desk);
            }
            let next = desk.refused.iter().map(|(at, _)| *at).min().filter(|_| decides);
            if desk.out.is_empty() && next.is_none() {
                break;
            }
            let step = async {
                tokio::select! {
                    Some(done) = desk.out.join_next() => done.ok(),
                    () = sleep_until(next.unwrap_or_else(|| deadline.into())) => None,
                }
            };
            match timeout_at(deadline.into(), step).await {
                Ok(Some((parcel, ending))) => {
                    self.settle(&mut desk, parcel, ending);
                    self.flush(&mut desk).await;
                }
                Ok(None) => {}
                Err(_) => break,
            }
        }
    }

    async fn decide_all(&self, deadline: Instant) {
        let ends: Vec<_> = self.ways.iter().map(|way| way.log.end()).collect();
        let reading = async {
            while !is_read(&self.held.lock(), &ends) {
                tokio::time::sleep(TICK.0).await;
            }
        };
        // what is not read by then is given up with the rest
        let _late = timeout_at(deadline.into(), reading).await;
        self.held.lock().decide_all(self.now());
    }
}

impl Way {
    fn file(&self, at: Position) -> io::Result<Arc<dyn StoredFile>> {
        let mut files = self.files.lock();
        if let Some(file) = files.get(&at.file) {
            return Ok(file.clone());
        }
        if files.len() >= FILES_MAX
            && let Some(oldest) = files.keys().min().copied()
        {
            files.remove(&oldest);
        }
        let file: Arc<dyn StoredFile> = self.log.file(at.file)?.into();
        files.insert(at.file, file.clone());
        Ok(file)
    }
}

/// Whether everything before `ends` was read.
fn is_read(held: &Held, ends: &[Place]) -> bool {
    held.inlets().iter().zip(ends).all(|(inlet, end)| inlet.read_upto >= *end)
}
