//! A hold on a disk that fails at every possible point: what was acknowledged is kept whole or dropped whole.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::log::tests::{Chance, Simulated};

const WAIT: Duration = Duration::from_secs(1);
const STEPS: usize = 14;
const LIVES: usize = 3;

/// What must hold, kept beside the hold.
#[derive(Default)]
struct Model {
    next: u64,
    /// By trace: the spans that were acknowledged.
    acknowledged: BTreeMap<u8, BTreeSet<u64>>,
    /// Traces that began with an error, which was acknowledged.
    owed: BTreeSet<u8>,
    begun: BTreeSet<u8>,
}

/// What comes behind: it keeps all that it takes, batch by batch, over all lives.
#[derive(Clone, Default)]
struct Behind {
    disk: Simulated,
    batches: Arc<Mutex<Vec<Vec<u64>>>>,
    refusals: Arc<Mutex<u32>>,
}

impl Consumer for Behind {
    fn consume(&self, batch: Batch) -> BoxFuture<'_, Result<(), Refused>> {
        Box::pin(async move {
            // whoever is dead delivers nothing
            if self.disk.is_off() {
                return Err(Refused::retry("off"));
            }
            let mut refusals = self.refusals.lock();
            if *refusals > 0 {
                *refusals -= 1;
                return Err(Refused::retry("busy"));
            }
            let request = ExportTraceServiceRequest::decode(batch.to_contiguous()).unwrap();
            let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
            let spans = scopes.flat_map(|scope| scope.spans).map(|span| span.start_time_unix_nano);
            self.batches.lock().push(spans.collect());
            Ok(())
        })
    }
}

struct Life {
    host: Host,
    hold: Arc<Hold>,
    gate: Arc<dyn Consumer>,
}

impl Life {
    async fn begin(behind: &Behind) -> Option<Self> {
        let host = Host::new(1, 64 << 20);
        let hold = Hold::on(&host, "tail_sampling", Arc::new(behind.disk.clone()));
        let gate = hold.gate("traces", Signal::Traces);
        let outlets = vec![("traces".to_owned(), Arc::new(behind.clone()) as Arc<dyn Consumer>)];
        let plan = Plan { settings: waiting(WAIT), policies: Box::new(Errors), outlets };
        hold.start(plan).await.ok()?;
        Some(Life { host, hold, gate })
    }

    async fn step(&self, model: &mut Model, behind: &Behind, chance: &mut Chance) {
        match chance.below(8) {
            0..5 => {
                let count = 1 + chance.below(4);
                let mut spans = Vec::new();
                for _ in 0..count {
                    let (trace, number) = (1 + chance.below(12) as u8, model.next);
                    model.next += 1;
                    spans.push((trace, number, chance.below(4) == 0));
                }
                let sent =
                    batch(spans.iter().map(|(trace, number, bad)| span(*trace, *number, *bad)).collect());
                let is_acknowledged = self.gate.consume(sent).await.is_ok();
                for (trace, number, is_bad) in spans {
                    let is_first = model.begun.insert(trace);
                    if is_acknowledged {
                        model.acknowledged.entry(trace).or_default().insert(number);
                        if is_first && is_bad {
                            model.owed.insert(trace);
                        }
                    }
                }
            }
            5 => *behind.refusals.lock() = 1,
            _ => tokio::time::sleep(Duration::from_millis(chance.below(900) as u64)).await,
        }
    }

    async fn settle(&self) {
        let inside = || self.host.ledger.rows().iter().map(|row| row.in_flight).sum::<u64>();
        while inside() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn check(model: &Model, behind: &Behind, crashes: usize, by_power: bool) {
    let batches = behind.batches.lock();
    let arrived: BTreeSet<u64> = batches.iter().flatten().copied().collect();
    for (trace, spans) in &model.acknowledged {
        let there = spans.iter().filter(|span| arrived.contains(span)).count();
        assert!(there == 0 || there == spans.len(), "{there} of {spans:?} of trace {trace} arrived");
        assert!(
            there > 0 || !model.owed.contains(trace),
            "trace {trace} began with an error and was dropped"
        );
    }
    assert!(arrived.iter().all(|number| *number < model.next));
    let (mut first, mut repeated) = (BTreeMap::new(), BTreeSet::new());
    for (at, batch) in batches.iter().enumerate() {
        for number in batch {
            let before = *first.entry(*number).or_insert(at);
            if before != at {
                repeated.insert(before);
            }
        }
    }
    assert!(
        by_power || repeated.len() <= crashes,
        "{repeated:?} of {batches:?} came again after {crashes} crashes"
    );
}

/// Lives several lives, each ended after some operations, and one in peace; what the disk did in the first.
fn live(seed: u64, crash_at: Option<usize>, by_power: bool) -> usize {
    let (behind, mut model, mut chance) = (Behind::default(), Model::default(), Chance(seed));
    let (disk, mut operations) = (behind.disk.clone(), 0);
    for round in 0..=LIVES {
        let is_last = round == LIVES || crash_at.is_none();
        if let Some(at) = crash_at.filter(|_| !is_last) {
            disk.crash_at(if round == 0 { at } else { chance.below(1 + at) });
        }
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let Some(life) = Life::begin(&behind).await else {
                assert!(!is_last, "it begins");
                return;
            };
            for _ in 0..STEPS {
                life.step(&mut model, &behind, &mut chance).await;
            }
            if is_last {
                life.settle().await;
                life.hold.stop(std::time::Instant::now() + Duration::from_secs(60)).await;
            }
        });
        if is_last {
            operations = disk.operations();
            break;
        }
        // its threads may still be at it
        disk.crash_at(0);
        drop(runtime);
        match by_power {
            true => disk.restart_machine(&mut chance),
            false => disk.restart_process(),
        }
    }
    check(&model, &behind, LIVES, by_power);
    operations
}

#[test]
fn a_crash_at_every_point_cuts_no_trace_and_loses_none_that_is_kept() {
    let (mut points, mut seeds) = (0, 0..);
    while points < 400 {
        let seed = seeds.next().unwrap();
        let operations = live(seed, None, false);
        for at in (0..operations).step_by(3) {
            for by_power in [false, true] {
                live(seed + at as u64 * 1_000, Some(at), by_power);
                points += LIVES;
            }
        }
    }
    println!("{points} crashes survived");
}
