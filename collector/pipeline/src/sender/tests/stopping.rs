//! Drains.

use tokio::time::{Instant, sleep};

use super::SECOND;
use super::script::*;
use crate::sender::{BatchConfig, QueueConfig, RetryConfig};
use crate::{Consumer, Refused, Sending};
use codeagent_config::{ByteSize, Duration};

fn is_stopping(answer: &Result<(), Refused>) -> bool {
    matches!(answer, Err(Refused::Retry { message, .. }) if message.contains("stopping"))
}

#[tokio::test(start_paused = true)]
async fn a_drain_delivers_what_is_queued_and_refuses_what_comes_later() {
    let destination = Destination::always(Act::After(SECOND));
    let bench = idle(&destination, not_waited_for(), RetryConfig::default());
    assert_eq!(bench.sender.consume(batch(b"abc")).await, Ok(()));
    bench.sender.clone().start();
    bench.drain(5 * SECOND).await;
    assert_eq!(destination.taken(), b"abc");
    assert!(destination.is_stopped());
    assert!(is_stopping(&bench.sender.consume(batch(b"d")).await));
    assert_eq!(bench.row(), (3, 3, vec![], 0));
}

#[tokio::test(start_paused = true)]
async fn a_drain_waits_for_no_minimum() {
    let forever = Duration::from_secs(3600);
    let least = BatchConfig { min_size: ByteSize(100), flush_timeout: forever, ..BatchConfig::default() };
    let destination = Destination::default();
    let queue = QueueConfig { batch: Some(least), ..not_waited_for() };
    let bench = running(&destination, queue, RetryConfig::default());
    bench.sender.consume(batch(b"abc")).await.unwrap();
    sleep(SECOND).await;
    assert_eq!(destination.taken(), b"");
    bench.drain(5 * SECOND).await;
    assert_eq!(destination.taken(), b"abc");
}

#[tokio::test(start_paused = true)]
async fn a_drain_ends_with_the_last_delivery_though_workers_wait_for_their_turn() {
    let destination = Destination::always(Act::After(SECOND));
    let bench = running(&destination, not_waited_for(), RetryConfig::default());
    // two small exports are on their way, and the third batch is kept back, with all other workers
    for items in [b"a", b"b", b"c"] {
        bench.sender.consume(batch(items)).await.unwrap();
        sleep(SECOND / 1000).await;
    }
    let start = Instant::now();
    bench.drain(20 * SECOND).await;
    assert_eq!(destination.taken(), b"abc");
    assert_eq!(start.elapsed().as_secs(), 1);
}

#[tokio::test(start_paused = true)]
async fn at_the_deadline_what_is_left_is_counted() {
    for act in [Act::Busy, Act::Hang, Act::BusyFor(200 * SECOND)] {
        let bench = running(&Destination::always(act), not_waited_for(), RetryConfig::default());
        bench.sender.consume(batch(b"abc")).await.unwrap();
        sleep(SECOND).await;
        let start = Instant::now();
        bench.drain(20 * SECOND).await;
        assert_eq!(start.elapsed().as_secs(), 20);
        assert_eq!(bench.row(), (3, 0, vec![("shutdown", 3)], 0));
    }
}

#[tokio::test(start_paused = true)]
async fn at_the_deadline_callers_who_wait_are_told_to_try_again() {
    let destination = Destination::always(Act::Busy).starting_with(&["down"; 99]);
    for queue in [QueueConfig::default(), QueueConfig { block_on_overflow: true, ..one_request() }] {
        let bench = running(&destination, queue, RetryConfig::default());
        let callers: Vec<_> = (0..3)
            .map(|_| {
                let sender = bench.sender.clone();
                tokio::spawn(async move { sender.consume(batch(b"abc")).await })
            })
            .collect();
        sleep(SECOND).await;
        bench.drain(20 * SECOND).await;
        for caller in callers {
            assert!(is_stopping(&caller.await.unwrap()));
        }
        let (items_in, out, dropped, in_flight) = bench.row();
        assert_eq!((out, dropped, in_flight), (0, vec![("refused", items_in)], 0));
    }
}

fn one_request() -> QueueConfig {
    QueueConfig { queue_size: Some(ByteSize(1)), ..QueueConfig::default() }
}

#[tokio::test(start_paused = true)]
async fn a_sender_that_never_started_gives_up_its_queue() {
    let bench = idle(&Destination::default(), not_waited_for(), RetryConfig::default());
    bench.sender.consume(batch(b"abc")).await.unwrap();
    bench.drain(SECOND).await;
    assert_eq!(bench.row(), (3, 0, vec![("shutdown", 3)], 0));
}
