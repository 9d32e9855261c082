//! The collector and a real Kafka broker.

use codeagent_tests::kafka::{Record, numbers, read};
use codeagent_tests::numbered::{base, gauges, hex, logs, missing, spans, trace_id};
use codeagent_tests::otlp::Signal;
use codeagent_tests::servers::shared;
use codeagent_tests::{Collector, Payload, Sender};

const CONFIG: &str = "
exporters:
  kafka:
    brokers: [BROKERS]
    traces: {topic: TOPIC-traces, encoding: ENCODING}
    metrics: {topic: TOPIC-metrics, encoding: ENCODING}
    logs: {topic: TOPIC-logs, encoding: ENCODING}
    EXTRA
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [kafka]}
    metrics: {receivers: [otlp], exporters: [kafka]}
    logs: {receivers: [otlp], exporters: [kafka]}
";

/// A collector that writes to topics of its own, and their prefix.
async fn collector(encoding: &str, extra: &str) -> (Collector, String) {
    let topic = format!("test-{}", base());
    let config = CONFIG
        .replace("BROKERS", &shared("kafka"))
        .replace("TOPIC", &topic)
        .replace("ENCODING", encoding)
        .replace("EXTRA", extra);
    (Collector::start(&config).await, topic)
}

async fn records(topic: &str, signal: Signal) -> Vec<Record> {
    // What was acknowledged is in Kafka: no need to wait.
    read(&shared("kafka"), &format!("{topic}-{}", signal.name())).await.unwrap()
}

#[tokio::test]
#[ignore = "needs Kafka"]
async fn records_decode_to_what_was_sent() {
    let (collector, topic) = collector("otlp_proto", "").await;
    let (sender, first) = (Sender::new(&collector.grpc()), base());
    for payload in
        [spans(first..first + 10, "k"), gauges(first..first + 10, "k"), logs(first..first + 10, "k")]
    {
        sender.send(&payload).await.unwrap();
        let records = records(&topic, payload.signal()).await;
        assert_eq!(records.len(), 1);
        assert_eq!(Payload::decode(payload.signal(), &records[0].value).unwrap(), payload);
        assert_eq!(records[0].value, payload.encode(), "the very bytes");
    }
    collector.finish().await;
}

#[tokio::test]
#[ignore = "needs Kafka"]
async fn json_records_decode_to_what_was_sent() {
    let (collector, topic) = collector("otlp_json", "").await;
    let (sender, first) = (Sender::new(&collector.grpc()), base());
    let payload = spans(first..first + 10, "k");
    sender.send(&payload).await.unwrap();
    let records = records(&topic, Signal::Traces).await;
    let decoded = Payload::Traces(serde_json::from_slice(&records[0].value).unwrap());
    assert_eq!(decoded, payload);
    collector.finish().await;
}

#[tokio::test]
#[ignore = "needs Kafka"]
async fn all_spans_of_a_trace_are_in_one_partition() {
    let (collector, topic) = collector("otlp_proto", "partition_traces_by_id: true").await;
    let (sender, first) = (Sender::new(&collector.grpc()), base());
    // Each request has a span of each of the same twenty traces.
    for _ in 0..5 {
        sender.send(&spans(first..first + 20, "k")).await.unwrap();
    }
    let records = records(&topic, Signal::Traces).await;
    for number in first..first + 20 {
        let key = hex(&trace_id(number)).into_bytes();
        let mut partitions: Vec<i32> = records
            .iter()
            .filter(|record| record.key.as_ref() == Some(&key))
            .map(|record| record.partition)
            .collect();
        assert_eq!(partitions.len(), 5, "one record a request and trace");
        partitions.dedup();
        assert_eq!(partitions.len(), 1, "{partitions:?}");
    }
    collector.finish().await;
}

#[tokio::test]
#[ignore = "needs Kafka"]
async fn a_request_larger_than_a_message_may_be_is_split_and_arrives_whole() {
    let (collector, topic) =
        collector("otlp_proto", "producer: {max_message_bytes: 10000, compression: zstd}").await;
    let (sender, first) = (Sender::new(&collector.grpc()), base());
    sender.send(&spans(first..first + 1000, "k")).await.unwrap();
    let records = records(&topic, Signal::Traces).await;
    assert!(records.len() > 1, "it was not split");
    for record in &records {
        assert!(record.value.len() <= 10_000, "{} bytes", record.value.len());
    }
    let arrived = numbers(&shared("kafka"), &format!("{topic}-traces"), Signal::Traces).await.unwrap();
    assert_eq!(missing(first..first + 1000, &arrived), "");
    assert_eq!(arrived.values().sum::<u64>(), 1000, "some arrived twice");
    collector.finish().await;
}
