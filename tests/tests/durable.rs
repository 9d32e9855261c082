//! What was acknowledged from a queue on disk outlives the process, however it ends.

use std::time::Duration;

use codeagent_tests::durable::to_sinks;
use codeagent_tests::numbered::{missing, now, spans};
use codeagent_tests::otlp::Signal;
use codeagent_tests::sink::Mode;
use codeagent_tests::tally::{doubled, requests_repeated};
use codeagent_tests::{Clock, Collector, Load, Random, Sink, Tally};

/// Kills it again and again under load; the requests that each of two destinations got more than once.
async fn killed_again_and_again(kills: usize, queue: &str, fault: &str) -> [usize; 2] {
    let (a, b, mut random) = (Sink::start(), Sink::start(), Random::seeded());
    let mut collector = Collector::start(&to_sinks(&[(&a, queue), (&b, queue)], "")).await;
    let mut tally = Tally::new(fault);
    let load = Load::without_repeats(&collector.grpc(), spans, 8, 25);
    for _ in 0..kills {
        // some work is done between two kills, and then it is any moment
        load.advance(200).await;
        random.pause(Duration::from_millis(300)).await;
        tally.kill(&mut collector).await;
    }
    load.advance(1000).await;
    tally.settle(load, &[("a", &a), ("b", &b)]).await;
    tally.close(collector).await;
    [a, b].map(|sink| requests_repeated(&sink.received(Signal::Traces)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the collector"]
async fn nothing_acknowledged_is_lost_by_twenty_kills_and_each_repeats_one_batch_at_most() {
    const KILLS: usize = 20;
    let fault = "kill -9 under load 20 times, one consumer";
    let repeated = killed_again_and_again(KILLS, ", num_consumers: 1", fault).await;
    println!("requests delivered again: {repeated:?}");
    assert!(repeated.iter().all(|requests| *requests <= KILLS), "{repeated:?} requests came twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the collector"]
async fn nothing_acknowledged_is_lost_by_twenty_kills_with_many_consumers() {
    const KILLS: usize = 20;
    const CONSUMERS: usize = 10;
    let repeated = killed_again_and_again(KILLS, "", "kill -9 under load 20 times, ten consumers").await;
    println!("requests delivered again: {repeated:?}");
    assert!(repeated.iter().all(|requests| *requests <= KILLS * CONSUMERS), "{repeated:?}");
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn nothing_acknowledged_is_lost_when_it_is_killed_while_it_recovers() {
    let (a, b, mut random) = (Sink::start(), Sink::start(), Random::seeded());
    let mut collector = Collector::start(&to_sinks(&[(&a, ""), (&b, "")], "")).await;
    let mut tally = Tally::new("kill -9 during recovery 20 times");
    a.set(Mode::Refuse(tonic::Code::Unavailable));
    let load = Load::without_repeats(&collector.grpc(), spans, 8, 25);
    load.advance(5000).await;
    tally.look(&collector);
    for _ in 0..20 {
        collector.kill().await;
        collector.begin_restart();
        random.pause(Duration::from_millis(150)).await;
    }
    collector.kill().await;
    collector.restart().await;
    load.advance(1000).await;
    a.set(Mode::Accept);
    tally.settle(load, &[("a", &a), ("b", &b)]).await;
    tally.close(collector).await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn what_a_stop_cannot_deliver_is_kept_and_delivered_by_the_next_start() {
    let (mut away, healthy) = (Sink::start(), Sink::start());
    let config = to_sinks(&[(&away, ""), (&healthy, "")], "");
    let mut collector = Collector::start_more(&config, &["--drain-timeout", "1s"]).await;
    let mut tally = Tally::new("SIGTERM with a backend down");
    away.down();
    let load = Load::without_repeats(&collector.grpc(), spans, 4, 25);
    load.advance(2000).await;
    tally.look(&collector);
    tally.owe(load).await;
    let exit = collector.terminate().await;
    assert!(exit.success(), "what is on disk is not lost, and yet it ended with {exit}: {}", collector.log());
    assert_eq!(missing(tally.acknowledged().to_vec(), &healthy.numbers(Signal::Traces)), "");
    assert_eq!(away.items(Signal::Traces), 0);
    away.up();
    collector.restart().await;
    tally.collect("away", &away, Signal::Traces).await;
    tally.count("healthy", &healthy.numbers(Signal::Traces), &[]);
    assert_eq!(doubled(&healthy), 0, "a stop in peace doubles nothing");
    tally.close(collector).await;
}

#[tokio::test]
#[ignore = "needs the collector and a C compiler"]
async fn a_clock_that_jumps_an_hour_back_and_forth_under_load_loses_nothing() {
    let (away, healthy, clock) = (Sink::start(), Sink::start(), Clock::right());
    let config = to_sinks(&[(&away, ""), (&healthy, "")], ", max_age: 3h");
    let environment = clock.environment();
    let environment = environment.each_ref().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut collector = Collector::start_in(&config, &[], &environment).await;
    let mut tally = Tally::new("a clock that jumps an hour back and forth, a backend away, kill -9");
    away.set(Mode::Refuse(tonic::Code::Unavailable));
    let load = Load::without_repeats(&collector.grpc(), spans, 4, 25);
    for seconds in [-3600, 0, -3600, 3600, -3600] {
        load.advance(300).await;
        clock.jump(seconds.into());
        load.advance(300).await;
        tally.kill(&mut collector).await;
        let started = collector.status().await.configuration.loaded;
        let off = started - now() as f64 / 1e9 - f64::from(seconds);
        assert!(off.abs() < 600.0, "its clock is {off} s from what it should be");
    }
    away.set(Mode::Accept);
    tally.settle(load, &[("away", &away), ("healthy", &healthy)]).await;
    tally.close(collector).await;
}
