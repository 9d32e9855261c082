//! Real backends that die under load, and a collector that dies in front of one.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use codeagent_tests::numbered::{Numbers, all_arrive, base, logs, missing};
use codeagent_tests::otlp::Signal;
use codeagent_tests::servers::{Server, shared};
use codeagent_tests::tally::say;
use codeagent_tests::{Collector, Load, Sink, documents, eventually, kafka};

/// Retries for ever, at once: the tests are about what arrives, not about how long people wait.
const RETRY: &str = "retry_on_failure: {initial_interval: 50ms, max_interval: 500ms, max_elapsed_time: 0s}";

/// For how long a backend is away in tests of an outage.
fn outage() -> Duration {
    let seconds = std::env::var("CODEAGENT_TEST_OUTAGE_SECONDS").ok();
    Duration::from_secs(seconds.map_or(10, |seconds| seconds.parse().expect("a number of seconds")))
}

async fn in_kafka(brokers: &str, topic: &str) -> Result<Numbers, String> {
    kafka::numbers(brokers, topic, Signal::Logs).await
}

/// How many items the living backends hold, and when they were counted.
struct Held {
    otlp: (usize, Instant),
    kafka: (usize, Instant),
}

impl Held {
    async fn now(sink: &Sink, brokers: &str, topic: &str) -> Self {
        let otlp = (sink.items(Signal::Logs), Instant::now());
        // a topic that was made this moment has no leader yet
        let kafka = eventually("an answer of Kafka", async || in_kafka(brokers, topic).await).await;
        Held { otlp, kafka: (kafka.len(), Instant::now()) }
    }

    /// Prints what they received since then: for people, as a machine's speed proves nothing.
    fn report(&self, phase: &str, since: &Held) {
        let rate = |now: (usize, Instant), then: (usize, Instant)| {
            (now.0 - then.0) as f64 / (now.1 - then.1).as_secs_f64()
        };
        let (otlp, kafka) = (rate(self.otlp, since.otlp), rate(self.kafka, since.kafka));
        say(&format!("{phase:>6} the outage: OTLP received {otlp:.0} items a second, Kafka {kafka:.0}"));
    }
}

/// Three destinations, each with a queue that acknowledges by itself.
const THREE: &str = "
exporters:
  elasticsearch:
    endpoint: ELASTICSEARCH
    mapping: {mode: otel}
    logs_index: logs-outage-default
    sending_queue: {wait_for_result: false, queue_size: 100000}
    retry: {enabled: true, max_retries: 1000000, initial_interval: 50ms, max_interval: 500ms, retry_on_status: [429, 502, 503]}
  kafka:
    brokers: [KAFKA]
    logs: {topic: TOPIC}
    sending_queue: {wait_for_result: false}
    RETRY
  otlp:
    endpoint: SINK
    tls: {insecure: true}
    sending_queue: {wait_for_result: false}
    RETRY
service:
  pipelines:
    logs: {receivers: [otlp], exporters: [elasticsearch, kafka, otlp]}
";

#[tokio::test]
#[ignore = "needs Elasticsearch and Kafka"]
async fn a_dead_backend_stops_no_other_and_gets_all_that_was_acknowledged_when_it_returns() {
    let (sink, brokers, topic) = (Sink::start(), shared("kafka"), format!("outage-{}", base()));
    let mut victim = Server::start("elasticsearch");
    let config = THREE
        .replace("ELASTICSEARCH", victim.endpoint())
        .replace("KAFKA", &brokers)
        .replace("TOPIC", &topic)
        .replace("SINK", &sink.endpoint())
        .replace("RETRY", RETRY);
    let collector = Collector::start(&config).await;
    let load = Load::start(&collector.grpc(), logs, 4, 20);
    load.advance(500).await;
    let held = async || Held::now(&sink, &brokers, &topic).await;
    let begun = held().await;
    tokio::time::sleep(outage() / 4).await;
    let before = held().await;
    before.report("before", &begun);

    victim.kill();
    let (killed, earlier) = (held().await, HashSet::<u64>::from_iter(load.acknowledged()));
    tokio::time::sleep(outage()).await;
    load.advance(500).await;
    held().await.report("during", &killed);
    // It stops nobody: all that is acknowledged while it is dead reaches the others while it is dead, and waits for it.
    let meanwhile: Vec<u64> =
        load.acknowledged().into_iter().filter(|number| !earlier.contains(number)).collect();
    all_arrive("OTLP goes on", &meanwhile, async || Ok(sink.numbers(Signal::Logs))).await;
    all_arrive("Kafka goes on", &meanwhile, async || in_kafka(&brokers, &topic).await).await;
    let status = collector.status().await;
    let victims = status.nodes.iter().find(|node| node.node.starts_with("exporter/elasticsearch"));
    let waiting = victims.map_or(0, |node| node.in_flight);
    assert!(waiting >= meanwhile.len() as u64, "{waiting} wait for it, of {}", meanwhile.len());
    let restarted = tokio::task::spawn_blocking(move || {
        victim.start_again();
        victim
    });
    let victim = restarted.await.unwrap();
    let returned = held().await;
    tokio::time::sleep(outage() / 4).await;
    load.advance(500).await;
    held().await.report("after", &returned);

    let (all, ended) = (load.stop().await, Instant::now());
    all_arrive("OTLP has all", &all, async || Ok(sink.numbers(Signal::Logs))).await;
    all_arrive("Kafka has all", &all, async || in_kafka(&brokers, &topic).await).await;
    let endpoint = victim.endpoint();
    let index = "logs-outage-default";
    eventually("it has as many", async || match documents::count(endpoint, index).await? {
        stored if stored >= all.len() => Ok(()),
        stored => Err(format!("{stored} of {} items", all.len())),
    })
    .await;
    say(&format!("all {} items stored {} s after the load's end", all.len(), ended.elapsed().as_secs()));
    let stored = all_arrive("it has all", &all, async || documents::numbers(endpoint, index).await).await;
    let twice = stored.values().filter(|times| **times > 1).count();
    assert_eq!(twice, 0, "retries made duplicates");
    let status = collector.finish().await;
    let dropped: u64 = ["exporter", "receiver"]
        .map(|kind| status.total(kind, "logs", |node| node.dropped.values().sum()))
        .iter()
        .sum();
    assert_eq!(dropped, 0, "{status:?}");
}

#[tokio::test]
#[ignore = "needs the collector and Kafka"]
async fn nothing_acknowledged_is_missing_in_kafka_when_the_collector_is_killed() {
    const CONFIG: &str = "
exporters:
  kafka: {brokers: [KAFKA], logs: {topic: TOPIC}}
service:
  pipelines:
    logs: {receivers: [otlp], exporters: [kafka]}
";
    let (brokers, topic) = (shared("kafka"), format!("killed-{}", base()));
    let mut collector = Collector::start(&CONFIG.replace("KAFKA", &brokers).replace("TOPIC", &topic)).await;
    let load = Load::start(&collector.grpc(), logs, 8, 25);
    load.advance(1000).await;
    collector.kill().await;
    collector.restart().await;
    load.advance(1000).await;
    let acknowledged = load.stop().await;
    assert_eq!(missing(acknowledged, &in_kafka(&brokers, &topic).await.unwrap()), "");
    collector.finish().await;
}
