//! The servers that the other tests rely on are there, and what reads them reads all.

use std::time::Duration;

use codeagent_tests::numbered::{base, missing};
use codeagent_tests::servers::{Server, shared};
use codeagent_tests::{documents, eventually, http, kafka, prometheus};
use rdkafka::config::ClientConfig;
use rdkafka::producer::{FutureProducer, FutureRecord};
use serde_json::json;

#[tokio::test]
#[ignore = "needs Prometheus"]
async fn prometheus_answers_queries() {
    let series = prometheus::query(&shared("prometheus"), "vector(42)").await.unwrap();
    assert_eq!(series[0].value, "42");
}

/// Indexes one document a number, and expects to read back exactly these.
async fn all_documents_are_read_back(name: &str) {
    let (endpoint, first) = (shared(name), base());
    let lines =
        (first..first + 12_000).map(|number| format!("{{\"create\":{{}}}}\n{{\"number\":{number}}}\n"));
    let body: String = lines.collect();
    let url = format!("{endpoint}/read-back-{first}/_bulk");
    let answer =
        http::send("POST", &url, &[("content-type", "application/x-ndjson")], body.into()).await.unwrap();
    assert_eq!(answer.json()["errors"], json!(false));
    let numbers = documents::numbers(&endpoint, &format!("read-back-{first}")).await.unwrap();
    assert_eq!(missing(first..first + 12_000, &numbers), "");
    assert_eq!(numbers.len(), 12_000);
}

#[tokio::test]
#[ignore = "needs OpenSearch"]
async fn all_documents_of_opensearch_are_read_back() {
    all_documents_are_read_back("opensearch").await;
}

#[tokio::test]
#[ignore = "needs Elasticsearch"]
async fn all_documents_of_elasticsearch_are_read_back() {
    all_documents_are_read_back("elasticsearch").await;
}

#[tokio::test]
#[ignore = "needs Kafka"]
async fn all_records_of_kafka_are_read_back() {
    let brokers = shared("kafka");
    let topic = format!("read-back-{}", base());
    let producer: FutureProducer = ClientConfig::new().set("bootstrap.servers", &brokers).create().unwrap();
    for number in 0..200u64 {
        let value = number.to_be_bytes();
        let record = FutureRecord::to(&topic).key("k").payload(&value);
        producer.send(record, Duration::from_secs(30)).await.unwrap();
    }
    let records = eventually("the records are there", async || match kafka::read(&brokers, &topic).await? {
        records if records.len() == 200 => Ok(records),
        records => Err(format!("{} records", records.len())),
    })
    .await;
    let numbers: Vec<u64> =
        records.iter().map(|record| u64::from_be_bytes(record.value[..].try_into().unwrap())).collect();
    assert!(numbers.is_sorted(), "one key is one partition, in order: {numbers:?}");
}

#[tokio::test]
#[ignore = "needs Elasticsearch"]
async fn a_server_that_is_killed_comes_back_with_its_data_on_its_port() {
    let mut server = Server::start("elasticsearch");
    let endpoint = server.endpoint().to_owned();
    http::post_json(&format!("{endpoint}/kept/_doc?op_type=create"), &json!({"number": 1}))
        .await
        .unwrap_err();
    server.kill();
    server.start_again();
    assert_eq!(server.endpoint(), endpoint);
    assert_eq!(documents::numbers(&endpoint, "kept").await.unwrap().len(), 1);
}
