//! One batch at a time: retries, refusals, splits.

use std::time::Duration;

use tokio::time::Instant;

use super::SECOND;
use super::script::*;
use crate::sender::{QueueConfig, RetryConfig};
use crate::{Consumer, Refused};

fn exact() -> RetryConfig {
    RetryConfig { randomization_factor: 0.0, ..RetryConfig::default() }
}

fn no() -> Result<(), Refused> {
    Err(Refused::permanent("no"))
}

fn partial(items: usize) -> Result<(), Refused> {
    Err(Refused::Partial { items, message: "no".into() })
}

/// What `script` makes of the batch `abcdef`: the answer, what arrived, and how the ledger counts the rest.
type Case = (Vec<Act>, Result<(), Refused>, &'static str, Vec<(&'static str, u64)>);

#[tokio::test(start_paused = true)]
async fn what_the_destination_does_is_what_the_caller_hears() {
    let busy = || Err(Refused::retry("busy"));
    let cases: [Case; 10] = [
        (vec![Act::Take], Ok(()), "abcdef", vec![]),
        (vec![Act::Busy, Act::Hang, Act::Take], Ok(()), "abcdef", vec![]),
        (vec![Act::TakeSome(2), Act::TakeSome(1), Act::Take], Ok(()), "abcdef", vec![]),
        (vec![Act::Refuse], no(), "", vec![("rejected", 6)]),
        (vec![Act::TakeSome(2), Act::Refuse], partial(4), "ab", vec![("rejected", 4)]),
        (vec![Act::Reject { items: 2, first_item: Some(1) }], partial(2), "adef", vec![("rejected", 2)]),
        (vec![Act::AtMost(3), Act::Take, Act::Take], Ok(()), "abcdef", vec![]),
        (vec![Act::AtMost(3), Act::Take, Act::Refuse], partial(3), "abc", vec![("rejected", 3)]),
        (vec![Act::Busy; 99], busy(), "", vec![("refused", 6)]),
        (vec![Act::AtMost(0); 99], Err(Refused::permanent("too large")), "", vec![("too_large", 6)]),
    ];
    for (script, answer, taken, dropped) in cases {
        let case = format!("{script:?}");
        let destination = Destination::new(script);
        let bench = running(&destination, QueueConfig::default(), exact());
        assert_eq!(bench.sender.consume(batch(b"abcdef")).await, answer, "{case}");
        assert_eq!(destination.taken(), taken.as_bytes(), "{case}");
        assert_eq!(destination.encoded(), 1, "{case}");
        assert_eq!(bench.row(), (6, taken.len() as u64, dropped, 0), "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_over_whose_batch_the_exporter_breaks_down_is_told_to_try_again() {
    let destination = Destination::always(Act::BreakDownOver(b'b'));
    let bench = running(&destination, QueueConfig::default(), exact());
    let answer = bench.sender.consume(batch(b"abc")).await;
    assert!(
        matches!(&answer, Err(Refused::Retry { message, .. }) if message.contains("broke down")),
        "{answer:?}"
    );
    assert_eq!(bench.sender.consume(batch(b"d")).await, Ok(()));
    assert_eq!(bench.row(), (4, 1, vec![("refused", 3)], 0));
}

#[tokio::test(start_paused = true)]
async fn the_destination_says_when_it_wants_to_be_asked_again() {
    let destination = Destination::new([Act::BusyFor(60 * SECOND)]);
    let bench = running(&destination, QueueConfig::default(), exact());
    let start = Instant::now();
    assert_eq!(bench.sender.consume(batch(b"a")).await, Ok(()));
    assert_eq!(start.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn without_retries_a_failure_goes_back_to_the_caller_with_its_time() {
    let destination = Destination::new([Act::BusyFor(7 * SECOND)]);
    let bench = running(&destination, QueueConfig::default(), RetryConfig { enabled: false, ..exact() });
    let answer = bench.sender.consume(batch(b"a")).await;
    assert_eq!(answer, Err(Refused::Retry { after: Some(7 * SECOND), message: "busy".into() }));
}

#[tokio::test(start_paused = true)]
async fn the_requests_of_a_batch_are_sent_side_by_side() {
    let destination = Destination { shards: 3, ..Destination::always(Act::After(SECOND)) };
    let bench = running(&destination, QueueConfig::default(), exact());
    let start = Instant::now();
    assert_eq!(bench.sender.consume(batch(b"abcdef")).await, Ok(()));
    assert_eq!((start.elapsed().as_secs(), destination.attempts().len()), (1, 3));
    assert_eq!(destination.taken(), b"abcdef");
}

#[tokio::test(start_paused = true)]
async fn one_refused_request_of_several_costs_only_its_items() {
    let destination = Destination { shards: 3, ..Destination::new([Act::Refuse]) };
    let bench = running(&destination, QueueConfig::default(), exact());
    assert_eq!(bench.sender.consume(batch(b"abcdef")).await, partial(2));
    assert_eq!(bench.row(), (6, 4, vec![("rejected", 2)], 0));
}

#[tokio::test(start_paused = true)]
async fn what_the_format_cannot_express_is_told_and_the_rest_is_sent() {
    let destination = Destination { poison: Some(b'c'), ..Destination::default() };
    let bench = running(&destination, QueueConfig::default(), exact());
    assert_eq!(bench.sender.consume(batch(b"abcdef")).await, partial(1));
    assert_eq!(destination.taken(), b"abdef");
    assert_eq!(bench.sender.consume(batch(b"ccc")).await, no());
    assert_eq!(bench.row(), (9, 5, vec![("rejected", 4)], 0));
}

#[tokio::test(start_paused = true)]
async fn an_empty_batch_goes_nowhere() {
    let destination = Destination::default();
    let bench = idle(&destination, QueueConfig::default(), exact());
    assert_eq!(bench.sender.consume(batch(b"")).await, Ok(()));
    assert_eq!(bench.row(), (0, 0, vec![], 0));
}

#[tokio::test(start_paused = true)]
async fn data_waits_until_the_destination_could_be_prepared() {
    let destination = Destination::default().starting_with(&["no index", "no template"]);
    let bench = running(&destination, QueueConfig::default(), exact());
    let start = Instant::now();
    assert_eq!(bench.sender.consume(batch(b"a")).await, Ok(()));
    assert_eq!(start.elapsed(), Duration::from_millis(12_500));
}
