//! Queues on disk before backends that are away, slow, wrong or overwhelmed: nobody else waits, and nothing is lost.

use std::time::Duration;

use codeagent_tests::durable::{dead_letters, large_spans, to_sinks};
use codeagent_tests::numbered::{all_arrive, spans};
use codeagent_tests::otlp::Signal;
use codeagent_tests::patience::seconds;
use codeagent_tests::sink::Mode;
use codeagent_tests::tally::doubled;
use codeagent_tests::{Collector, Load, Sink, Tally, eventually};
use tonic::Code;

/// Waits until the sink has all that the load was acknowledged so far, while the load goes on.
async fn keeps_up(what: &str, load: &Load, sink: &Sink) {
    all_arrive(what, &load.acknowledged(), async || Ok(sink.numbers(Signal::Traces))).await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_backend_that_is_away_costs_the_other_nothing_and_gets_all_when_it_returns() {
    let (mut away, healthy) = (Sink::start(), Sink::start());
    let collector = Collector::start(&to_sinks(&[(&away, ""), (&healthy, "")], "")).await;
    let outage = seconds(5);
    let mut tally = Tally::new(format!("a backend down {} s, then up", outage.as_secs()));
    let load = Load::without_repeats(&collector.grpc(), spans, 4, 25);
    load.advance(500).await;
    away.down();
    tokio::time::sleep(outage).await;
    load.advance(500).await;
    keeps_up("the other one goes on", &load, &healthy).await;
    let waiting = collector.status().await.total("queue", "traces", |node| node.in_flight);
    assert!(waiting > 0, "nothing waits for it");
    away.up();
    load.advance(500).await;
    tally.settle(load, &[("away", &away), ("healthy", &healthy)]).await;
    tally.close(collector).await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_backend_that_takes_and_then_resets_gets_all() {
    let (mut resets, healthy) = (Sink::start(), Sink::start());
    let one = ", num_consumers: 1";
    let collector = Collector::start(&to_sinks(&[(&resets, one), (&healthy, one)], "")).await;
    let mut tally = Tally::new("a backend that accepts and then resets, 10 times");
    let load = Load::without_repeats(&collector.grpc(), spans, 4, 25);
    for _ in 0..10 {
        load.advance(200).await;
        resets.set(Mode::KeepAndHang);
        let held = resets.items(Signal::Traces);
        eventually("it has taken what it will not acknowledge", async || {
            if resets.items(Signal::Traces) > held { Ok(()) } else { Err("not yet".to_owned()) }
        })
        .await;
        resets.down();
        resets.set(Mode::Accept);
        resets.up();
    }
    load.advance(500).await;
    tally.settle(load, &[("resets", &resets), ("healthy", &healthy)]).await;
    assert_eq!(doubled(&healthy), 0, "the healthy one got something twice");
    tally.close(collector).await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_backend_that_takes_one_item_a_second_holds_up_nobody() {
    let (slow, fast, faster) = (Sink::start(), Sink::start(), Sink::start());
    slow.set(Mode::Delay(Duration::from_secs(1)));
    let single = ", num_consumers: 1, batch: {sizer: items, max_size: 1}";
    let config = to_sinks(&[(&slow, single), (&fast, ""), (&faster, "")], "");
    let collector = Collector::start(&config).await;
    let mut tally = Tally::new("a slow backend (1 item/s) beside fast ones");
    let load = Load::without_repeats(&collector.grpc(), spans, 1, 10);
    tokio::time::sleep(seconds(4)).await;
    load.advance(1000).await;
    keeps_up("a fast one keeps up", &load, &fast).await;
    keeps_up("the other fast one keeps up", &load, &faster).await;
    let (waits, had) = (load.acknowledged().len(), slow.items(Signal::Traces));
    assert!(had < waits / 2, "the slow one is not slow: {had} of {waits}");
    slow.set(Mode::Accept);
    tally.settle(load, &[("slow", &slow), ("fast", &fast), ("faster", &faster)]).await;
    tally.close(collector).await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn an_item_that_is_refused_for_good_becomes_a_dead_letter_and_costs_the_others_nothing() {
    let (picky, healthy) = (Sink::start(), Sink::start());
    // so that the item travels with others
    picky.set(Mode::Refuse(Code::Unavailable));
    let collector = Collector::start(&to_sinks(&[(&picky, ""), (&healthy, "")], "")).await;
    let mut tally = Tally::new("one item that a backend refuses for good");
    let load = Load::without_repeats(&collector.grpc(), spans, 8, 25);
    load.advance(1000).await;
    let all = load.acknowledged();
    let poison = all[all.len() / 2 + 7];
    picky.set(Mode::Poison(poison));
    load.advance(1000).await;
    tally.owe(load).await;
    tally.collect("healthy", &healthy, Signal::Traces).await;
    let others: Vec<u64> = tally.acknowledged().iter().copied().filter(|number| *number != poison).collect();
    let arrived = all_arrive("all others", &others, async || Ok(picky.numbers(Signal::Traces))).await;
    tally.count("picky", &arrived, &[poison]);
    let status = collector.settled().await;
    let dead = dead_letters(&collector).await;
    assert_eq!(dead.into_iter().collect::<Vec<_>>(), [(poison, 1)], "the dead letters");
    let dropped = status.total("exporter", "traces", |node| node.dropped.values().sum());
    assert_eq!(dropped, 1, "{status:?}");
    tally.close(collector).await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn credentials_that_are_wrong_for_a_while_lose_nothing() {
    let (locked, healthy) = (Sink::start(), Sink::start());
    let collector = Collector::start(&to_sinks(&[(&locked, ""), (&healthy, "")], "")).await;
    let mut tally = Tally::new("wrong credentials for a while");
    let load = Load::without_repeats(&collector.grpc(), spans, 4, 25);
    load.advance(200).await;
    for code in [Code::Unauthenticated, Code::PermissionDenied] {
        locked.set(Mode::Refuse(code));
        load.advance(500).await;
        tokio::time::sleep(seconds(2)).await;
        let status = collector.status().await;
        let dropped = status.total("exporter", "traces", |node| node.dropped.values().sum());
        assert_eq!(dropped, 0, "{code:?}: {status:?}");
        locked.set(Mode::Accept);
        load.advance(200).await;
    }
    tally.settle(load, &[("locked", &locked), ("healthy", &healthy)]).await;
    assert!(dead_letters(&collector).await.is_empty());
    tally.close(collector).await;
}

/// Ten times what a backend takes, for so long; whether all of it had a place in the log.
async fn overload(storage: &str, time: Duration) -> bool {
    const MEMORY_MAX: u64 = 256 << 20;
    let (slow, healthy) = (Sink::start_stripping(), Sink::start_stripping());
    slow.set(Mode::Delay(Duration::from_millis(100)));
    // 250 items a second
    let small = ", num_consumers: 1, batch: {sizer: items, max_size: 25}";
    let collector = Collector::start(&to_sinks(&[(&slow, small), (&healthy, "")], storage)).await;
    let mut tally = Tally::new(format!("10 times what a backend takes, for {} s{storage}", time.as_secs()));
    let load = Load::without_repeats(&collector.grpc(), large_spans, 8, 25);
    tokio::time::sleep(time).await;
    load.advance(1000).await;
    tally.look(&collector);
    let (waits, had) = (load.acknowledged().len(), slow.items(Signal::Traces));
    assert!(had < waits / 2, "no overload: it took {had} of {waits}");
    let refused = load.refused();
    assert!(refused.is_retryable(), "{refused:?}");
    tally.owe(load).await;
    slow.set(Mode::Accept);
    tally.collect("slow", &slow, Signal::Traces).await;
    tally.collect("healthy", &healthy, Signal::Traces).await;
    tally.close(collector).await;
    assert!(tally.peak_memory() < MEMORY_MAX, "{} MiB", tally.peak_memory() >> 20);
    refused.codes.is_empty()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the collector"]
async fn ten_times_what_a_backend_takes_waits_on_disk_and_not_in_memory() {
    overload("", seconds(6)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the collector"]
async fn what_has_no_place_on_disk_is_refused_and_may_come_again() {
    assert!(!overload(", max_size: 16MiB", Duration::from_secs(6)).await, "it had a place");
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn reloading_again_and_again_under_load_loses_nothing_of_what_is_on_disk() {
    let (first, second, other) = (Sink::start(), Sink::start(), Sink::start());
    // the first destination moves from one endpoint to another; the second one comes and goes
    let turns = [
        to_sinks(&[(&first, ""), (&other, "")], ""),
        to_sinks(&[(&second, ""), (&other, "")], ""),
        to_sinks(&[(&second, "")], ""),
        to_sinks(&[(&first, ", num_consumers: 2")], ""),
    ];
    let collector = Collector::start(&turns[0]).await;
    let load = Load::without_repeats(&collector.grpc(), spans, 4, 25);
    let reloads = seconds(8).as_secs() as usize;
    let mut tally = Tally::new(format!("a reload every second, {reloads} times"));
    // the last of them is the first one again
    let reloads = reloads.next_multiple_of(turns.len());
    for turn in (1..=reloads).map(|at| &turns[at % turns.len()]) {
        let begun = tokio::time::Instant::now();
        load.advance(100).await;
        let reload = collector.reload(turn).await;
        assert_eq!(reload.outcome, "applied", "{}", reload.message);
        tokio::time::sleep_until(begun + Duration::from_secs(1)).await;
    }
    load.advance(100).await;
    tally.owe(load).await;
    let arrived = all_arrive("it moved", tally.acknowledged(), async || {
        let mut numbers = first.numbers(Signal::Traces);
        for (number, times) in second.numbers(Signal::Traces) {
            *numbers.entry(number).or_default() += times;
        }
        Ok(numbers)
    })
    .await;
    tally.count("moved", &arrived, &[]);
    tally.collect("came and went", &other, Signal::Traces).await;
    tally.close(collector).await;
}
