//! Batches of several callers in one export.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::script::*;
use crate::sender::{BatchConfig, QueueConfig, RetryConfig, Sizer};
use crate::{Batching, Consumer, Refused};
use codeagent_config::ByteSize;

/// Sends `batches` at once, and gives their answers in this order.
async fn consume_all(bench: &Bench, batches: &[&[u8]]) -> Vec<Result<(), Refused>> {
    let tasks: Vec<_> = batches
        .iter()
        .map(|items| {
            let (sender, batch) = (bench.sender.clone(), batch(items));
            tokio::spawn(async move { sender.consume(batch).await })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

fn of_items(batch: BatchConfig) -> QueueConfig {
    QueueConfig { batch: Some(batch), ..QueueConfig::default() }
}

#[tokio::test(start_paused = true)]
async fn what_waits_goes_out_together() {
    let destination = Destination::default();
    let bench = running(&destination, QueueConfig::default(), RetryConfig::default());
    let answers = consume_all(&bench, &[b"a", b"bc", b"d"]).await;
    assert_eq!(answers, [Ok(()), Ok(()), Ok(())]);
    assert_eq!(destination.attempts(), [b"abcd"]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_all_is_sorted_out_one_caller_at_a_time() {
    let destination = Destination::new([Act::Refuse, Act::Take, Act::Refuse, Act::Take]);
    let bench = running(&destination, QueueConfig::default(), RetryConfig::default());
    let answers = consume_all(&bench, &[b"ab", b"cd", b"ef"]).await;
    assert_eq!(answers, [Ok(()), Err(Refused::permanent("no")), Ok(())]);
    assert_eq!(destination.taken(), b"abef");
    assert_eq!(bench.row(), (6, 4, vec![("rejected", 2)], 0));
}

#[tokio::test(start_paused = true)]
async fn a_rejected_item_is_told_to_the_caller_who_sent_it() {
    let destination = Destination::new([Act::Reject { items: 1, first_item: Some(3) }]);
    let bench = running(&destination, QueueConfig::default(), RetryConfig::default());
    let answers = consume_all(&bench, &[b"ab", b"cd", b"ef"]).await;
    assert_eq!(answers, [Ok(()), Err(Refused::Partial { items: 1, message: "no".into() }), Ok(())]);
    assert_eq!(destination.attempts().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn batches_keep_within_the_size_that_was_asked_for() {
    let asked = [
        (of_items(BatchConfig { max_size: ByteSize(4), ..BatchConfig::default() }), None),
        (
            of_items(BatchConfig {
                max_size: ByteSize((batch(b"abc").bytes() + batch(b"d").bytes()) as u64),
                sizer: Some(Sizer::Bytes),
                ..BatchConfig::default()
            }),
            None,
        ),
        (QueueConfig::default(), Some(Batching { send_batch_size: 2, send_batch_max_size: 4 })),
    ];
    for (queue, hints) in asked {
        let destination = Destination::default();
        let bench = batching(&destination, queue, RetryConfig::default(), hints);
        let sender = bench.sender.clone();
        let answers = tokio::spawn(async move { consume_all(&bench, &[b"abc", b"d", b"ef", b"ghi"]).await });
        sleep(Duration::from_millis(1)).await;
        crate::Sending::start(sender);
        assert_eq!(answers.await.unwrap(), [Ok(()), Ok(()), Ok(()), Ok(())]);
        let mut attempts = destination.attempts();
        attempts.sort();
        assert_eq!(attempts, [b"abcd".to_vec(), b"ef".to_vec(), b"ghi".to_vec()]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_large_batch_is_split_and_answered_as_one() {
    let queue = of_items(BatchConfig { max_size: ByteSize(2), ..BatchConfig::default() });
    let destination = Destination { poison: Some(b'd'), ..Destination::default() };
    let bench = running(&destination, queue, RetryConfig::default());
    let answers = consume_all(&bench, &[b"abcde", b"f"]).await;
    assert_eq!(answers, [Err(Refused::Partial { items: 1, message: "no".into() }), Ok(())]);
    assert_eq!(destination.taken(), b"abcef");
    assert_eq!(destination.encoded(), 3, "ab, cd, ef");
    assert_eq!(bench.row(), (6, 5, vec![("rejected", 1)], 0));
}

#[tokio::test(start_paused = true)]
async fn a_minimum_is_waited_for_until_the_flush_time() {
    let queue = of_items(BatchConfig { min_size: ByteSize(4), ..BatchConfig::default() });
    let destination = Destination::default();
    let bench = running(&destination, queue, RetryConfig::default());
    let start = Instant::now();
    assert_eq!(bench.sender.consume(batch(b"abcd")).await, Ok(()));
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(bench.sender.consume(batch(b"ab")).await, Ok(()));
    assert_eq!(start.elapsed().as_millis(), 200, "the default flush timeout");
}

#[tokio::test(start_paused = true)]
async fn small_batches_gather_while_others_are_on_their_way() {
    let destination = Destination::always(Act::After(Duration::from_millis(10)));
    let bench = running(&destination, QueueConfig::default(), RetryConfig::default());
    let mut tasks = Vec::new();
    for item in b'a'..=b'h' {
        let sender = bench.sender.clone();
        tasks.push(tokio::spawn(async move { sender.consume(batch(&[item])).await }));
        sleep(Duration::from_millis(1)).await;
    }
    for task in tasks {
        assert_eq!(task.await.unwrap(), Ok(()));
    }
    assert_eq!(destination.attempts(), [b"a".to_vec(), b"b".to_vec(), b"cdefgh".to_vec()]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_export_keeps_no_other_back() {
    let destination = Destination::new([Act::Hang, Act::Hang]);
    let bench = running(&destination, QueueConfig::default(), RetryConfig::default());
    for item in b"ab" {
        let sender = bench.sender.clone();
        tokio::spawn(async move { sender.consume(batch(&[*item])).await });
        sleep(Duration::from_millis(1)).await;
    }
    let start = Instant::now();
    assert_eq!(bench.sender.consume(batch(b"c")).await, Ok(()));
    assert!(start.elapsed() < Duration::from_millis(30), "long before the first two time out");
}

#[tokio::test(start_paused = true)]
async fn without_a_queue_each_batch_goes_alone() {
    let destination = Destination::default();
    let queue = QueueConfig { enabled: false, wait_for_result: Some(false), ..QueueConfig::default() };
    let bench = running(&destination, queue, RetryConfig::default());
    consume_all(&bench, &[b"a", b"b", b"c"]).await;
    assert_eq!(destination.attempts().len(), 3);
}
