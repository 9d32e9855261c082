use std::future::ready;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::Mutex;

use super::*;
use crate::{
    Budget, Ledger, NodeKind, Oversize, Processed, Processor, QueueId, Reason, Sending, Signal, Slots,
};

/// An output that gives one answer and keeps what it gets.
struct Output {
    answer: Outcome,
    got: Mutex<Vec<Batch>>,
    queue: (QueueId, Arc<Budget>),
}

impl Output {
    fn new(answer: Outcome, room: usize) -> Arc<Self> {
        let queue = (QueueId::unique(), Budget::new(room));
        Arc::new(Output { answer, got: Mutex::default(), queue })
    }
}

impl Consumer for Output {
    fn consume(&self, batch: Batch) -> BoxFuture<'_, Outcome> {
        Box::pin(async {
            tokio::task::yield_now().await;
            self.got.lock().push(batch);
            self.answer.clone()
        })
    }
}

impl Sending for Output {
    fn reserve(&self, _: &Batch, slots: &Slots) -> Outcome {
        let (id, budget) = &self.queue;
        let permit = budget.try_acquire(1, Oversize::Refuse).ok_or(Refused::retry("full"))?;
        slots.put(*id, permit);
        Ok(())
    }

    fn start(self: Arc<Self>) {}

    fn drain(&self, _: Instant) -> BoxFuture<'_, ()> {
        Box::pin(ready(()))
    }
}

/// Takes out the first items.
struct Skip(usize);

impl Processor for Skip {
    fn process(&self, batch: Batch) -> Result<Processed, Refused> {
        if self.0 == usize::MAX {
            return Err(Refused::retry("over budget"));
        }
        let skipped = self.0.min(batch.items());
        let bytes = batch.to_contiguous().slice(skipped..);
        let rest = crate::Chunk::new(bytes.clone(), bytes.len());
        Ok(Processed::some(batch.with_chunks([rest]), Reason::Filtered, skipped))
    }
}

fn batch() -> Batch {
    Batch::new(Signal::Logs, Bytes::from_static(b"abcde"), 5)
}

fn partial(items: usize, message: &str) -> Outcome {
    Err(Refused::Partial { items, message: message.into() })
}

fn retry(seconds: Option<u64>, message: &str) -> Outcome {
    Err(Refused::Retry { after: seconds.map(Duration::from_secs), message: message.into() })
}

#[tokio::test]
async fn the_worst_answer_wins_and_names_who_gave_it() {
    let permanent = |message: &str| Err(Refused::permanent(message));
    let cases = [
        (Ok(()), Ok(()), Ok(())),
        (Ok(()), retry(None, "busy"), retry(None, "b: busy")),
        (retry(Some(9), "busy"), retry(Some(3), "down"), retry(Some(9), "a: busy; b: down")),
        (permanent("no"), retry(None, "busy"), retry(None, "a: no; b: busy")),
        (partial(2, "no"), retry(None, "busy"), retry(None, "a: no; b: busy")),
        (permanent("no"), permanent("never"), permanent("a: no; b: never")),
        (Ok(()), permanent("no"), partial(5, "b: no")),
        (partial(2, "no"), permanent("never"), partial(5, "a: no; b: never")),
        (partial(2, "no"), partial(3, "never"), partial(3, "a: no; b: never")),
        (partial(2, "no"), Ok(()), partial(2, "a: no")),
    ];
    for (first, second, expected) in cases {
        let (a, b) = (Output::new(first, 1), Output::new(second, 1));
        let fanout = Fanout::over(vec![("a".into(), a.clone() as _), ("b".into(), b.clone() as _)]);
        assert_eq!(fanout.consume(batch()).await, expected);
        assert_eq!((a.got.lock().len(), b.got.lock().len()), (1, 1));
    }
}

#[tokio::test]
async fn one_full_queue_refuses_a_batch_everywhere() {
    let (open, full) = (Output::new(Ok(()), 9), Output::new(Ok(()), 1));
    let outputs: Vec<_> = [&open, &full].map(|output| (String::new(), output.clone() as _)).into();
    let senders: Vec<Arc<dyn Sending>> = vec![open.clone(), full.clone()];
    let entry = Entry::before(Fanout::over(outputs), senders);
    assert_eq!(entry.consume(batch()).await, Ok(()));
    // the first batch is kept by the outputs, with its places
    assert_eq!(entry.consume(batch()).await, retry(None, "full"));
    assert_eq!((open.got.lock().len(), full.got.lock().len()), (1, 1));
    assert_eq!((open.queue.1.used(), full.queue.1.used()), (1, 1));
    open.got.lock().clear();
    full.got.lock().clear();
    assert_eq!((open.queue.1.used(), full.queue.1.used()), (0, 0));
}

#[tokio::test]
async fn a_sender_that_is_reached_twice_keeps_two_places() {
    let twice = Output::new(Ok(()), 2);
    let entry = Entry::before(twice.clone(), vec![twice.clone(), twice.clone()]);
    assert_eq!(entry.consume(batch()).await, Ok(()));
    assert_eq!(twice.queue.1.used(), 2);
    let got = twice.got.lock().pop().unwrap();
    // the same batch through another door reserves nothing more
    assert_eq!(Entry::before(twice.clone(), vec![twice.clone(); 2]).consume(got).await, Ok(()));
    assert_eq!(twice.queue.1.used(), 2);
}

#[tokio::test]
async fn each_step_of_a_pipeline_is_counted() {
    let (ledger, output) = (Ledger::default(), Output::new(Ok(()), 1));
    let step = |id, skip: usize| {
        let node = ledger.node(NodeKind::Processor, id, "logs", Signal::Logs);
        (node, Arc::new(Skip(skip)) as Arc<dyn Processor>)
    };
    let pipeline = Pipeline::through(vec![step("a", 1), step("b", 2)], output.clone());
    assert_eq!(pipeline.consume(batch()).await, Ok(()));
    assert_eq!(&output.got.lock()[0].to_contiguous()[..], b"de");
    let all = Pipeline::through(vec![step("c", 9), step("d", 1)], output.clone());
    assert_eq!(all.consume(batch()).await, Ok(()));
    let refusing = Pipeline::through(vec![step("e", usize::MAX)], output.clone());
    assert_eq!(refusing.consume(batch()).await, retry(None, "over budget"));
    assert_eq!(output.got.lock().len(), 1);
    let rows = ledger.rows();
    let counts: Vec<_> = rows.iter().map(|row| (row.items_in, row.items_out, row.in_flight)).collect();
    assert_eq!(counts, [(5, 4, 0), (4, 2, 0), (5, 0, 0), (0, 0, 0), (5, 0, 0)]);
    assert!(rows.iter().all(crate::Row::balances));
}

#[test]
fn a_single_output_costs_nothing() {
    let output = Output::new(Ok(()), 1);
    let same = |other: Arc<dyn Consumer>| Arc::as_ptr(&other).addr() == Arc::as_ptr(&output).addr();
    assert!(same(Fanout::over(vec![("a".into(), output.clone())])));
    assert!(same(Pipeline::through(vec![], output.clone())));
    assert!(same(Entry::before(output.clone(), vec![output.clone()])));
}
