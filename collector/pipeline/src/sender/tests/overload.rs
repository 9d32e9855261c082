//! Full queues, dead destinations, callers who go away.

use codeagent_config::ByteSize;
use tokio::time::sleep;

use super::SECOND;
use super::heard::Heard;
use super::script::*;
use crate::sender::{BatchConfig, QueueConfig, RetryConfig, Sizer};
use crate::{Consumer, Refused, Sending, Slots};

fn of(size: u64, sizer: Sizer) -> QueueConfig {
    QueueConfig { queue_size: Some(ByteSize(size)), sizer: Some(sizer), ..not_waited_for() }
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_refuses_at_once_and_takes_again_when_it_has_room() {
    let bytes = batch(b"ab").bytes() as u64;
    let cases = [
        (of(3, Sizer::Requests), 3),
        (of(5, Sizer::Items), 2),
        (of(2 * bytes + 1, Sizer::Bytes), 2),
        (QueueConfig { queue_bytes_max: ByteSize(3 * bytes), ..not_waited_for() }, 3),
    ];
    for (queue, fits) in cases {
        let destination = Destination::always(Act::Busy);
        let bench = running(&destination, queue, RetryConfig::default());
        for _ in 0..fits {
            assert_eq!(bench.sender.consume(batch(b"ab")).await, Ok(()));
        }
        let answer = bench.sender.consume(batch(b"xy")).await;
        assert!(
            matches!(&answer, Err(Refused::Retry { message, .. }) if message.contains("full")),
            "{answer:?}"
        );
        destination.then_always(Act::Take);
        sleep(60 * SECOND).await;
        assert_eq!(bench.sender.consume(batch(b"ab")).await, Ok(()));
        sleep(SECOND).await;
        let delivered = 2 * fits + 2;
        assert_eq!(bench.row(), (delivered + 2, delivered, vec![("queue_full", 2)], 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_larger_than_the_queue_passes_an_empty_one() {
    let destination = Destination::default();
    let bench = running(&destination, of(2, Sizer::Items), RetryConfig::default());
    assert_eq!(bench.sender.consume(batch(b"abcdef")).await, Ok(()));
    sleep(SECOND).await;
    assert_eq!(destination.taken(), b"abcdef");
}

#[tokio::test(start_paused = true)]
async fn items_that_were_acknowledged_and_cannot_be_delivered_are_counted() {
    let bench = running(&Destination::always(Act::Busy), not_waited_for(), RetryConfig::default());
    assert_eq!(bench.sender.consume(batch(b"abc")).await, Ok(()));
    sleep(400 * SECOND).await;
    assert_eq!(bench.row(), (3, 0, vec![("expired", 3)], 0));
}

#[tokio::test(start_paused = true)]
async fn a_blocking_queue_lets_callers_wait_in_line() {
    let destination = Destination::always(Act::Busy);
    let queue = QueueConfig { block_on_overflow: true, ..of(2, Sizer::Requests) };
    let bench = running(&destination, queue, RetryConfig::default());
    let mut tasks: Vec<_> = (b'a'..=b'f')
        .map(|item| {
            let sender = bench.sender.clone();
            tokio::spawn(async move { sender.consume(batch(&[item])).await })
        })
        .collect();
    sleep(SECOND).await;
    let (in_queue, waiting) = (bench.row().3, tasks.iter().filter(|task| !task.is_finished()).count());
    assert_eq!((in_queue, waiting), (2, 4));
    // callers who leave the line take nobody's place with them
    for left in [tasks.remove(2), tasks.remove(2)] {
        left.abort();
        assert!(left.await.unwrap_err().is_cancelled());
    }
    destination.then_always(Act::Take);
    for task in tasks {
        assert_eq!(task.await.unwrap(), Ok(()));
    }
    sleep(SECOND).await;
    assert_eq!(destination.taken(), b"abef");
    assert_eq!(bench.row(), (4, 4, vec![], 0));
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_goes_away_does_not_stop_the_export() {
    let destination = Destination::always(Act::Busy);
    let bench = running(&destination, QueueConfig::default(), RetryConfig::default());
    let sender = bench.sender.clone();
    let caller = tokio::spawn(async move { sender.consume(batch(b"abc")).await });
    sleep(SECOND).await;
    caller.abort();
    destination.then_always(Act::Take);
    sleep(60 * SECOND).await;
    assert_eq!(destination.taken(), b"abc");
    assert_eq!(bench.row(), (3, 3, vec![], 0));
}

#[tokio::test(start_paused = true)]
async fn a_reserved_place_is_kept_until_it_is_used_or_let_go() {
    let bench = running(&Destination::default(), of(1, Sizer::Requests), RetryConfig::default());
    let mut reserved = batch(b"a");
    let slots = Slots::default();
    bench.sender.reserve(&reserved, &slots).unwrap();
    assert!(bench.sender.consume(batch(b"b")).await.is_err());
    reserved.slots = Some(slots.clone());
    assert_eq!(bench.sender.consume(reserved).await, Ok(()));
    sleep(SECOND).await;
    bench.sender.reserve(&batch(b"c"), &slots).unwrap();
    drop(slots);
    assert_eq!(bench.sender.consume(batch(b"d")).await, Ok(()));
}

/// A thousand requests to a destination that does `act`.
async fn a_thousand(act: Act) -> (Destination, Bench) {
    let destination = Destination::always(act);
    let one = BatchConfig { max_size: ByteSize(1), ..BatchConfig::default() };
    let queue = QueueConfig { batch: Some(one), ..not_waited_for() };
    let retry = RetryConfig {
        max_elapsed_time: Some(codeagent_config::Duration::from_secs(0)),
        ..RetryConfig::default()
    };
    let bench = running(&destination, queue, retry);
    for _ in 0..1000 {
        bench.sender.consume(batch(b"a")).await.unwrap();
    }
    (destination, bench)
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_takes_few_at_once_is_seldom_asked_for_more() {
    let start = tokio::time::Instant::now();
    let (destination, bench) = a_thousand(Act::AtOnce(4)).await;
    bench.drain(2000 * SECOND).await;
    assert_eq!(bench.row(), (1000, 1000, vec![], 0));
    let (refused, seconds) = (destination.refused(), start.elapsed().as_secs());
    println!("{refused} of {} requests refused, {seconds} s", destination.attempts().len());
    // four at once would take 250 s
    assert!(refused < 50 && seconds < 320, "{refused} refused, {seconds} s");
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_many_requests_bring_to_a_standstill_gets_fewer() {
    let start = tokio::time::Instant::now();
    let (destination, bench) = a_thousand(Act::Strained).await;
    bench.drain(2000 * SECOND).await;
    let (attempts, seconds) = (destination.attempts().len(), start.elapsed().as_secs());
    println!("{attempts} attempts, {seconds} s, {:?}", bench.row());
    assert_eq!(bench.row(), (1000, 1000, vec![], 0));
    assert!(attempts < 1100, "{attempts}");
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_comes_back_gets_all_workers_again() {
    let (destination, bench) = a_thousand(Act::Busy).await;
    sleep(60 * SECOND).await;
    destination.then_always(Act::AtOnce(10));
    bench.drain(2000 * SECOND).await;
    assert_eq!(bench.row(), (1000, 1000, vec![], 0));
    assert_eq!((destination.refused(), destination.peak()), (0, 10));
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_told_once_then_each_minute_and_its_end_too() {
    let heard = Heard::here();
    let (destination, bench) = a_thousand(Act::Busy).await;
    sleep(300 * SECOND).await;
    let told = heard.with("export failed");
    assert!(told.len() == 5 && told[0].ends_with("attempts=1") && told[0].starts_with("WARN"), "{told:?}");
    let row = bench.host.ledger.rows().remove(0);
    let trouble = row.trouble.unwrap();
    assert!(trouble.attempts > 100 && trouble.message == "busy", "{trouble:?}");
    assert_eq!(row.requests_at_once, Some(1));
    destination.then_always(Act::Take);
    sleep(40 * SECOND).await;
    let told = heard.with("takes data again");
    assert!(told.len() == 1 && told[0].starts_with("INFO"), "{told:?}");
    assert_eq!(bench.host.ledger.rows()[0].trouble, None);
    // the next outage is told at once
    destination.then_always(Act::Busy);
    bench.sender.consume(batch(b"a")).await.unwrap();
    sleep(SECOND).await;
    assert_eq!(heard.with("export failed").len(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_cannot_be_prepared_is_complained_of_once_a_minute() {
    let heard = Heard::here();
    let destination = Destination::default().starting_with(&["down"; 12]);
    let bench = running(&destination, not_waited_for(), RetryConfig::default());
    sleep(170 * SECOND).await;
    assert_eq!(heard.with("cannot prepare").len(), 3);
    assert_eq!(bench.host.ledger.rows()[0].trouble.as_ref().map(|trouble| &*trouble.message), Some("down"));
    sleep(400 * SECOND).await;
    assert_eq!(bench.host.ledger.rows()[0].trouble, None);
}
