//! A queue on a disk that is full in earnest: senders are refused, nothing is lost, and it goes on by itself.

use codeagent_tests::durable::{large_spans, to_sinks_on};
use codeagent_tests::numbered::all_arrive;
use codeagent_tests::otlp::Signal;
use codeagent_tests::sink::Mode;
use codeagent_tests::{Collector, Load, Sink, Tally, Volume};
use tonic::Code;

/// Smaller than the log may be, and larger than some of its files.
const DISK: u64 = 24 << 20;
const LOG: &str = ", max_size: 32MiB";

/// Senders were refused, and each time told that they may come again.
fn all_may_come_again(load: &Load) {
    let refused = load.refused();
    assert!(!refused.codes.is_empty(), "nobody was refused");
    assert!(refused.is_retryable(), "{refused:?}");
}

#[tokio::test]
#[ignore = "needs the collector and user namespaces"]
async fn a_disk_that_runs_full_under_load_refuses_and_takes_again_when_it_has_space() {
    let (a, b) = (Sink::start_stripping(), Sink::start_stripping());
    let volume = Volume::of(DISK);
    let config = to_sinks_on(volume.path(), &[(&a, ""), (&b, "")], LOG);
    let collector = Collector::start_on(&config, &volume).await;
    let mut tally = Tally::new("a filesystem that is full in mid load, then freed, twice");
    let load = Load::without_repeats(&collector.grpc(), large_spans, 4, 25);
    for _ in 0..2 {
        load.advance(200).await;
        // so that no space is given back by what is delivered
        a.set(Mode::Refuse(Code::Unavailable));
        volume.fill();
        load.until_refused().await;
        volume.free();
        load.advance(500).await;
        a.set(Mode::Accept);
    }
    all_may_come_again(&load);
    tally.settle(load, &[("a", &a), ("b", &b)]).await;
    assert!(collector.log().contains("the log takes data again"), "it never refused");
    tally.close(collector).await;
}

#[tokio::test]
#[ignore = "needs the collector and user namespaces"]
async fn a_collector_that_is_killed_on_a_full_disk_starts_on_it_and_makes_space_by_delivering() {
    let (away, healthy) = (Sink::start_stripping(), Sink::start_stripping());
    let volume = Volume::of(DISK);
    let config = to_sinks_on(volume.path(), &[(&away, ""), (&healthy, "")], LOG);
    let mut collector = Collector::start_on(&config, &volume).await;
    let mut tally = Tally::new("kill -9 and start on a full disk, which its own deliveries free");
    away.set(Mode::Refuse(Code::Unavailable));
    let load = Load::without_repeats(&collector.grpc(), large_spans, 4, 25);
    // some files of the log, which can go once they are delivered
    load.advance(3000).await;
    volume.fill();
    load.until_refused().await;
    all_may_come_again(&load);
    for _ in 0..3 {
        tally.kill(&mut collector).await;
    }
    all_arrive("the other one has all", &load.acknowledged(), async || Ok(healthy.numbers(Signal::Traces)))
        .await;
    away.set(Mode::Accept);
    // the disk holds no more than before: what is delivered makes the space
    load.advance(1000).await;
    tally.settle(load, &[("away", &away), ("healthy", &healthy)]).await;
    tally.close(collector).await;
}
