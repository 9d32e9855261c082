//! The log against a model, with the power failing at every possible point.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use codeagent_config::Signal;
use smallvec::SmallVec;

use super::simulated::{Chance, Simulated};
use crate::log::cursor::Cursor;
use crate::log::journal::{Journal, Limits, WhenFull};
use crate::log::reading::{Read, Reading};
use crate::log::record::{Entry, Form};
use crate::log::roster::Roster;

const DESTINATIONS: [&str; 2] = ["fast", "slow/one"];

/// What must hold, kept beside the log.
#[derive(Default)]
struct Model {
    /// Every record that was ever handed to the log: its number is its content.
    appended: u64,
    acknowledged: BTreeSet<u64>,
    settled: [BTreeSet<u64>; 2],
}

struct Life {
    journal: Journal,
    cursors: Vec<Arc<Cursor>>,
    readings: Vec<Reading>,
}

fn limits() -> Limits {
    // so small that files come and go all the time
    Limits { segment_bytes: 400, bytes_max: 1 << 20, age_max: None, when_full: WhenFull::Refuse }
}

fn entry(number: u64, items: u32) -> Entry {
    let filler = "x".repeat(number as usize * 7 % 90);
    let payload = Bytes::from(format!("{number}:{filler}"));
    let raw_bytes = payload.len() as u32;
    let payload = SmallVec::from_iter([payload]);
    Entry {
        signal: Signal::Logs,
        items,
        time_ms: 1,
        note: Bytes::new(),
        payload,
        form: Form::Plain,
        raw_bytes,
    }
}

fn number(payload: &[u8]) -> u64 {
    let text = std::str::from_utf8(payload).unwrap();
    let (number, filler) = text.split_once(':').unwrap();
    let number: u64 = number.parse().unwrap();
    assert_eq!(filler.len(), number as usize * 7 % 90, "record {number} is not whole");
    number
}

impl Life {
    fn begin(disk: &Simulated) -> Option<Self> {
        let storage: Arc<dyn crate::log::storage::Storage> = Arc::new(disk.clone());
        let mut journal = Journal::open(storage.clone(), limits()).ok()?;
        let (mut roster, mut cursors) = Roster::open(&*storage, &mut journal, false).ok()?;
        for name in DESTINATIONS {
            if !cursors.iter().any(|cursor| cursor.name() == name) {
                let (start, end) = (journal.start(), journal.end());
                cursors.push(Arc::new(Cursor::open(&*storage, name, start, end, end).ok()?));
                roster.add(name).ok()?;
            }
        }
        cursors.sort_by_key(|cursor| DESTINATIONS.iter().position(|name| *name == cursor.name()));
        let readings = cursors.iter().map(|c| Reading::new(journal.segments().clone(), c.next())).collect();
        Some(Life { journal, cursors, readings })
    }

    fn append(&mut self, model: &mut Model, chance: &mut Chance) {
        let count = 1 + chance.below(4) as u64;
        let numbers = model.appended..model.appended + count;
        model.appended += count;
        let entries: Vec<_> = numbers.clone().map(|number| entry(number, 1 + number as u32 % 3)).collect();
        if self.journal.append(&entries, 1).is_ok() {
            model.acknowledged.extend(numbers);
        }
    }

    /// One destination delivers some of what it reads, in some order.
    fn deliver(&mut self, model: &mut Model, who: usize, chance: &mut Chance) {
        let end = self.journal.end();
        let mut read = Vec::new();
        for _ in 0..1 + chance.below(5) {
            // what a former life settled beyond the place may be gone already
            self.readings[who].skip_to(self.cursors[who].next());
            match self.readings[who].next(end).unwrap() {
                Read::Record(record) if self.cursors[who].is_settled(record.sequence) => {}
                Read::Record(record) => read.push(record),
                Read::Nothing => break,
                Read::Gap(gap) => panic!("{gap:?}"),
            }
        }
        while !read.is_empty() {
            let record = read.swap_remove(chance.below(read.len()));
            // some are still on their way when the process ends
            if chance.below(6) > 0 {
                model.settled[who].insert(number(&record.payload().unwrap()));
                self.cursors[who].settle(record.place(), record.end());
            }
        }
        self.cursors[who].save();
    }

    fn release(&mut self) {
        let slowest = self.cursors.iter().map(|cursor| cursor.next().sequence).min().unwrap();
        if self.cursors.iter().all(|cursor| cursor.sync().is_ok()) {
            self.journal.release(slowest);
        }
    }

    fn step(&mut self, model: &mut Model, chance: &mut Chance) {
        match chance.below(8) {
            0..3 => self.append(model, chance),
            step @ 3..7 => self.deliver(model, step % 2, chance),
            _ => self.release(),
        }
    }

    /// Every destination reads all that it has not settled: in order, whole, each once, nothing missing.
    fn check(&self, model: &Model) {
        for (who, cursor) in self.cursors.iter().enumerate() {
            let mut reading = Reading::new(self.journal.segments().clone(), cursor.next());
            let mut seen = BTreeMap::new();
            let mut last = None;
            loop {
                match reading.next(self.journal.end()).unwrap() {
                    Read::Nothing => break,
                    Read::Gap(gap) => panic!("{} lost {gap:?}", cursor.name()),
                    Read::Record(record) => {
                        let number = number(&record.payload().unwrap());
                        assert!(last < Some(number), "{number} after {last:?}");
                        last = Some(number);
                        seen.insert(number, cursor.is_settled(record.sequence));
                    }
                }
            }
            for acknowledged in &model.acknowledged {
                let is_there = seen.get(acknowledged).is_some_and(|is_settled| !is_settled);
                let was_settled = model.settled[who].contains(acknowledged);
                assert!(is_there || was_settled, "{} misses {acknowledged}", cursor.name());
            }
            for (number, is_settled) in seen {
                assert!(number < model.appended);
                assert!(!is_settled || model.settled[who].contains(&number), "{number} was never delivered");
            }
        }
    }
}

/// Lives several lives, each ended after some operations; what the disk did in sum.
fn live(disk: &Simulated, seed: u64, crash_at: Option<usize>, by_power: bool, loses_progress: bool) -> usize {
    let (mut model, mut chance) = (Model::default(), Chance(seed));
    for round in 0..3 {
        if let Some(at) = crash_at {
            // the second and third life end early too, often while they begin
            disk.crash_at(if round == 0 { at } else { chance.below(1 + at) });
        }
        if let Some(mut life) = Life::begin(disk) {
            (0..30).for_each(|_| life.step(&mut model, &mut chance));
        }
        match by_power {
            true => disk.restart_machine(&mut chance),
            false => disk.restart_process(),
        }
        let operations = disk.operations();
        if loses_progress && chance.below(3) == 0 {
            disk.lose(["fast.cursor", "slow+one.cursor"][chance.below(2)]);
        }
        Life::begin(disk).expect("the log opens").check(&model);
        if crash_at.is_none() && round == 0 {
            return operations;
        }
    }
    disk.operations()
}

#[test]
fn every_acknowledged_record_survives_a_crash_at_every_point() {
    let mut points = 0;
    for seed in 0..12 {
        let operations = live(&Simulated::default(), seed, None, false, false);
        for at in 0..operations {
            for by_power in [false, true] {
                live(&Simulated::default(), seed, Some(at), by_power, false);
                // somebody removes the file of a destination's progress while nobody runs
                live(&Simulated::default(), seed, Some(at), by_power, true);
                points += 6;
            }
        }
    }
    println!("{points} crashes survived");
    assert!(points > 6_000, "{points}");
}

#[test]
fn a_failing_sync_and_a_full_disk_lose_nothing() {
    for seed in 0..200 {
        let disk = Simulated::default();
        let (mut model, mut chance) = (Model::default(), Chance(seed));
        let mut life = Life::begin(&disk).unwrap();
        for step in 0..60 {
            match chance.below(10) {
                0 => disk.fail_syncs(&[0, 1][..1 + chance.below(2)]),
                1 => disk.limit(Some(chance.below(60_000))),
                2 => disk.limit(None),
                _ => life.step(&mut model, &mut chance),
            }
            if step % 20 == 19 {
                disk.limit(None);
                disk.fail_syncs(&[]);
                match chance.below(2) {
                    0 => disk.restart_process(),
                    _ => disk.restart_machine(&mut chance),
                }
                life = Life::begin(&disk).unwrap();
                life.check(&model);
            }
        }
        assert!(!model.acknowledged.is_empty());
    }
}
