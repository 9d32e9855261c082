//! Queues on disk before real servers: what was acknowledged is there, whoever dies, and in a document store once.

use std::time::Duration;

use codeagent_tests::kafka::{numbers, requests};
use codeagent_tests::numbered::{all_arrive, base, logs, spans};
use codeagent_tests::otlp::Signal;
use codeagent_tests::servers::{Server, shared};
use codeagent_tests::tally::{requests_repeated, say};
use codeagent_tests::{Collector, Load, Random, Tally, documents};

const STORES: &str = "
extensions:
  file_storage: {directory: queue, create_directory: true}
exporters:
  elasticsearch:
    endpoint: ELASTICSEARCH
    mapping: {mode: otel}
    logs_index: logs-PREFIX-default
    traces_index: traces-PREFIX-default
    sending_queue: {storage: file_storage}
  opensearch:
    http: {endpoint: OPENSEARCH}
    mapping: {mode: otel}
    logs_index: logs-PREFIX-default
    traces_index: traces-PREFIX-default
    sending_queue: {storage: file_storage}
service:
  extensions: [health_check, file_storage]
  pipelines:
    traces: {receivers: [otlp], exporters: [elasticsearch, opensearch]}
    logs: {receivers: [otlp], exporters: [elasticsearch, opensearch]}
";

/// All that is owed of a signal is in both stores, and no document is there twice.
async fn is_stored_once(tally: &mut Tally, signal: &str, prefix: &str) {
    for store in ["elasticsearch", "opensearch"] {
        let (endpoint, index) = (shared(store), format!("{signal}-{prefix}-*"));
        let ask = async || documents::numbers(&endpoint, &index).await;
        let stored = all_arrive(store, tally.acknowledged(), ask).await;
        tally.count(store, &stored, &[]);
        let twice = stored.values().filter(|times| **times > 1).count();
        assert_eq!(twice, 0, "{signal} are in {store} twice");
        let repeats = documents::failed(&endpoint, &index).await.unwrap();
        say(&format!("{store} refused {repeats} {signal} that it had"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Elasticsearch and OpenSearch"]
async fn twenty_kills_lose_no_document_and_make_none_twice() {
    let (prefix, mut random) = (format!("test{}", base()), Random::seeded());
    let config = STORES
        .replace("ELASTICSEARCH", &shared("elasticsearch"))
        .replace("OPENSEARCH", &shared("opensearch"))
        .replace("PREFIX", &prefix);
    let mut collector = Collector::start(&config).await;
    let mut tallies = ["traces", "logs"]
        .map(|signal| Tally::new(format!("kill -9 20 times, {signal} to Elasticsearch and OpenSearch")));
    let loads = [spans, logs].map(|make| Load::without_repeats(&collector.grpc(), make, 4, 25));
    for _ in 0..20 {
        for load in &loads {
            load.advance(200).await;
        }
        random.pause(Duration::from_millis(300)).await;
        tallies[0].look(&collector);
        tallies[1].kill(&mut collector).await;
    }
    for (load, tally) in loads.into_iter().zip(&mut tallies) {
        load.advance(500).await;
        tally.owe(load).await;
    }
    for (tally, signal) in tallies.iter_mut().zip(["traces", "logs"]) {
        is_stored_once(tally, signal, &prefix).await;
    }
    tallies[0].look(&collector);
    tallies[1].close(collector).await;
    tallies[0].say();
}

const KAFKA: &str = "
extensions:
  file_storage: {directory: queue, create_directory: true}
exporters:
  kafka:
    brokers: [BROKERS]
    traces: {topic: TOPIC}
    # a batch is a message, and the next one waits for its answer
    sending_queue: {storage: file_storage, num_consumers: 1, batch: {sizer: items, max_size: 500}}
    retry_on_failure: {initial_interval: 50ms, max_interval: 500ms}
service:
  extensions: [health_check, file_storage]
  pipelines:
    traces: {receivers: [otlp], exporters: [kafka]}
";

/// All that is owed is consumed, and of the batches no more came again than there were crashes.
async fn is_consumed(tally: &mut Tally, brokers: &str, topic: &str, crashes: usize) {
    let ask = async || numbers(brokers, topic, Signal::Traces).await;
    let arrived = all_arrive("kafka", tally.acknowledged(), ask).await;
    tally.count("kafka", &arrived, &[]);
    let repeated = requests_repeated(&requests(brokers, topic, Signal::Traces).await.unwrap());
    say(&format!("messages consumed again: {repeated}"));
    assert!(repeated <= crashes, "{repeated} messages came twice in {crashes} crashes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Kafka"]
async fn a_broker_that_is_killed_and_restarted_gets_all_and_holds_up_no_sender() {
    let mut broker = Server::start("kafka");
    let config = KAFKA.replace("BROKERS", broker.endpoint()).replace("TOPIC", "outlived");
    let collector = Collector::start(&config).await;
    let mut tally = Tally::new("Kafka broker killed 3 times and restarted once");
    let load = Load::without_repeats(&collector.grpc(), spans, 4, 25);
    for end in [Server::kill, Server::kill, Server::kill, Server::stop] {
        load.advance(1000).await;
        end(&broker);
        // it is away, and senders are acknowledged all the same
        load.advance(2000).await;
        broker = tokio::task::spawn_blocking(move || {
            broker.start_again();
            broker
        })
        .await
        .unwrap();
    }
    load.advance(1000).await;
    tally.owe(load).await;
    is_consumed(&mut tally, broker.endpoint(), "outlived", 4).await;
    tally.close(collector).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Kafka"]
async fn twenty_kills_lose_no_message_and_each_repeats_one_at_most() {
    let (brokers, topic, mut random) = (shared("kafka"), format!("killed-{}", base()), Random::seeded());
    let mut collector = Collector::start(&KAFKA.replace("BROKERS", &brokers).replace("TOPIC", &topic)).await;
    let mut tally = Tally::new("kill -9 20 times, traces to Kafka, one consumer");
    let load = Load::without_repeats(&collector.grpc(), spans, 8, 25);
    for _ in 0..20 {
        load.advance(200).await;
        random.pause(Duration::from_millis(300)).await;
        tally.kill(&mut collector).await;
    }
    load.advance(1000).await;
    tally.owe(load).await;
    is_consumed(&mut tally, &brokers, &topic, 20).await;
    tally.close(collector).await;
}
