//! Two tiers with Kafka between them, while members and brokers come and go: every acknowledged span is found behind the
//! second tier, and none is forgotten in the count of those that came twice.

use std::time::Duration;

use codeagent_tests::patience::seconds;
use codeagent_tests::servers::{Server, shared};
use codeagent_tests::tiers::spread_spans;
use codeagent_tests::{Load, Tiers, eventually};

/// Stops the load, waits for all of it, and says what came twice.
async fn count(what: &str, tiers: &Tiers, load: Load) -> usize {
    let acknowledged = load.stop().await;
    let twice = tiers.all_arrive(&acknowledged).await;
    println!("{what}: {} acknowledged, 0 lost, {twice} twice", acknowledged.len());
    twice
}

#[tokio::test]
#[ignore = "needs Kafka"]
async fn a_member_is_killed_and_another_joins_under_load() {
    let mut tiers = Tiers::start(&shared("kafka"), 6, 3).await;
    let load = Load::start(&tiers.gateway.grpc(), spread_spans, 4, 25);
    load.advance(3000).await;
    tiers.kill_first().await;
    load.advance(3000).await;
    tiers.join().await;
    load.advance(3000).await;
    count("a member killed, one joined", &tiers, load).await;
    tiers.assert_no_trace_is_cut().await;
    tiers.finish().await;
}

#[tokio::test]
#[ignore = "needs Kafka"]
async fn members_that_come_and_go_every_five_seconds_cost_no_span_and_repeat_none() {
    let mut tiers = Tiers::start(&shared("kafka"), 6, 2).await;
    let load = Load::start(&tiers.gateway.grpc(), spread_spans, 2, 25);
    let rounds = seconds(20).as_secs() / 5;
    for round in 0..rounds {
        if round % 2 == 0 {
            tiers.join().await;
        } else {
            tiers.leave().await;
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
        load.advance(100).await;
    }
    let twice = count("a rebalance every 5 s", &tiers, load).await;
    assert_eq!(twice, 0, "who gives partitions back finishes and commits first");
    tiers.assert_no_trace_is_cut().await;
    tiers.finish().await;
}

#[tokio::test]
#[ignore = "needs Kafka"]
async fn a_broker_that_restarts_under_both_tiers_costs_no_span() {
    let mut broker = Server::start("kafka");
    let tiers = Tiers::start(broker.endpoint(), 6, 2).await;
    let load = Load::start(&tiers.gateway.grpc(), spread_spans, 4, 25);
    for _ in 0..2 {
        load.advance(1500).await;
        broker.kill();
        broker.start_again();
    }
    load.advance(1500).await;
    count("the broker killed twice", &tiers, load).await;
    tiers.assert_no_trace_is_cut().await;
    tiers.finish().await;
}

#[tokio::test]
#[ignore = "needs Kafka"]
async fn a_member_that_sleeps_longer_than_its_session_loses_its_partitions_and_no_span() {
    let tiers = Tiers::start(&shared("kafka"), 6, 2).await;
    let load = Load::start(&tiers.gateway.grpc(), spread_spans, 4, 25);
    load.advance(2000).await;
    let [sleeper, other] = &tiers.members[..] else { unreachable!() };
    let before = other.collector.log().matches("partitions of the group come here").count();
    sleeper.collector.freeze().await;
    eventually("the other takes its partitions", async || {
        let now = other.collector.log().matches("partitions of the group come here").count();
        if now > before { Ok(()) } else { Err("not yet".to_owned()) }
    })
    .await;
    load.advance(1000).await;
    sleeper.collector.wake().await;
    eventually("it notices", async || {
        if sleeper.collector.log().contains("lost=true") { Ok(()) } else { Err("not yet".to_owned()) }
    })
    .await;
    load.advance(2000).await;
    count("a member stopped for longer than its session", &tiers, load).await;
    tiers.assert_no_trace_is_cut().await;
    tiers.finish().await;
}
