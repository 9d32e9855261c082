//! A queue on disk that has room for so much of one exporter.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use codeagent_config::ByteSize;

use super::logged::{retry, store};
use super::script::*;
use crate::sender::{QueueConfig, Sizer};
use crate::{Consumer, DurableQueue, Refused, Signal};

struct Full {
    queue: Arc<DurableQueue>,
    bench: Bench,
    destination: Destination,
}

async fn begin(folder: &Path, size: u64, sizer: Sizer, block_on_overflow: bool) -> Full {
    let config = QueueConfig {
        storage: Some("file_storage".parse().unwrap()),
        queue_size: Some(ByteSize(size)),
        sizer: Some(sizer),
        block_on_overflow,
        ..QueueConfig::default()
    };
    let destination = Destination::always(Act::Busy);
    let bench = running(&destination, config, retry());
    let queue = DurableQueue::new(&bench.host.ledger, "file_storage", "logs", Signal::Logs, store(folder));
    queue.open(&bench.host.metrics).await.unwrap();
    queue.attach(&[("scripted".to_owned(), bench.sender.clone())], &bench.host.metrics).unwrap();
    Full { queue, bench, destination }
}

impl Full {
    async fn stop(self) {
        self.bench.drain(Duration::from_secs(20)).await;
        self.queue.close().await;
        let rows = self.bench.host.ledger.rows();
        assert!(rows.iter().all(|row| row.balances() && row.in_flight == 0), "{rows:?}");
    }
}

fn is_full(answer: &Result<(), Refused>) -> bool {
    matches!(answer, Err(Refused::Retry { message, .. }) if message.contains("scripted is full"))
}

#[tokio::test]
async fn what_is_beyond_the_queue_size_is_refused_until_there_is_room() {
    for (size, sizer, taken) in [(5, Sizer::Items, 2), (3, Sizer::Requests, 3)] {
        let folder = tempfile::tempdir().unwrap();
        let full = begin(folder.path(), size, sizer, false).await;
        for _ in 0..taken {
            assert_eq!(full.queue.consume(batch(b"ab")).await, Ok(()), "{sizer:?}");
        }
        let answers = futures_of(&full.queue, 4).await;
        assert!(answers.iter().all(is_full), "{sizer:?}: {answers:?}");
        full.destination.then_always(Act::Take);
        while full.queue.backlog()[0].items > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(full.queue.consume(batch(b"cd")).await, Ok(()));
        let refused =
            full.bench.host.ledger.rows().iter().filter_map(|row| row.dropped.get("queue_full")).sum::<u64>();
        assert_eq!(refused, 8);
        full.stop().await;
    }
}

/// The answers for so many batches at a time.
async fn futures_of(queue: &Arc<DurableQueue>, count: usize) -> Vec<Result<(), Refused>> {
    let tasks: Vec<_> = (0..count)
        .map(|_| {
            let queue = queue.clone();
            tokio::spawn(async move { queue.consume(batch(b"xy")).await })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

#[tokio::test]
async fn many_at_a_time_do_not_overfill_it() {
    let folder = tempfile::tempdir().unwrap();
    let full = begin(folder.path(), 10, Sizer::Items, false).await;
    let taken = futures_of(&full.queue, 50).await.iter().filter(|answer| answer.is_ok()).count();
    assert!((1..=5).contains(&taken), "{taken}");
    // more than the bound by itself passes an empty queue, and only that
    assert!(is_full(&full.queue.consume(batch(b"abcdefghijklmnop")).await));
    full.destination.then_always(Act::Take);
    while full.queue.backlog()[0].items > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(full.queue.consume(batch(b"abcdefghijklmnop")).await, Ok(()));
    full.stop().await;
}

#[tokio::test]
async fn callers_wait_for_room_where_that_is_asked_for_and_hear_of_a_stop() {
    let folder = tempfile::tempdir().unwrap();
    let full = begin(folder.path(), 2, Sizer::Items, true).await;
    assert_eq!(full.queue.consume(batch(b"ab")).await, Ok(()));
    let waits = |items: &'static [u8]| {
        let queue = full.queue.clone();
        tokio::spawn(async move { queue.consume(batch(items)).await })
    };
    let next = waits(b"cd");
    full.destination.then_always(Act::Take);
    assert_eq!(next.await.unwrap(), Ok(()));
    full.destination.then_always(Act::Busy);
    let stuck = waits(b"ef");
    // one of these two is in, and the other waits
    let other = waits(b"gh");
    full.bench.drain(Duration::from_millis(100)).await;
    let answers = [stuck.await.unwrap(), other.await.unwrap()];
    assert!(answers.iter().any(|answer| matches!(answer, Err(Refused::Retry { .. }))), "{answers:?}");
    full.queue.close().await;
}
