//! Delivery, against librdkafka's own mock brokers.

use codeagent_pipeline::{Exporter as _, Reason, SendError, Sent};
use rdkafka::mocking::MockCluster;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

use super::spans::batch;
use super::*;
use crate::exporters::kafka::exporter::Request;

/// The exporter `kafka: SECTION` to brokers that live in a cluster of the test.
fn to(cluster: &MockCluster<'_, rdkafka::producer::DefaultProducerContext>, section: &str) -> Kafka {
    let brokers = cluster.bootstrap_servers();
    exporter(&format!("{{brokers: '{brokers}', {section}}}"), Signal::Traces)
}

fn cluster() -> MockCluster<'static, rdkafka::producer::DefaultProducerContext> {
    MockCluster::new(3).unwrap()
}

fn request(kafka: &Kafka, items: usize) -> Request {
    kafka.encode(&batch(items, 100)).requests.pop().unwrap()
}

async fn sent(kafka: &Kafka, request: &mut Request) -> Sent {
    kafka.start().await.unwrap();
    let sent = kafka.send(request).await.unwrap();
    assert_eq!(kafka.items(request), 0);
    kafka.stop().await;
    sent
}

#[tokio::test]
async fn what_is_reported_delivered_leaves_nothing() {
    let cluster = cluster();
    let kafka = to(&cluster, "partition_traces_by_id: true");
    let mut request = request(&kafka, 50);
    assert_eq!(kafka.items(&request), 50);
    assert!(sent(&kafka, &mut request).await.rejected.is_empty());
}

#[tokio::test]
async fn a_failure_that_passes_is_the_clients_to_repeat() {
    let cluster = cluster();
    let passing = [RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION; 3];
    cluster.request_errors(RDKafkaApiKey::Produce, &passing);
    let kafka = to(&cluster, "");
    assert!(sent(&kafka, &mut request(&kafka, 5)).await.rejected.is_empty());
}

#[tokio::test]
async fn a_broker_that_takes_less_gets_less_and_all_of_it() {
    let cluster = cluster();
    // once for the batch together, once for each of two sizes alone
    let too_large = [RDKafkaRespErr::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE; 3];
    cluster.request_errors(RDKafkaApiKey::Produce, &too_large);
    let kafka = to(&cluster, "");
    assert!(sent(&kafka, &mut request(&kafka, 8)).await.rejected.is_empty());
}

#[tokio::test]
async fn an_item_that_no_broker_takes_is_rejected_by_name() {
    let cluster = cluster();
    let too_large = [RDKafkaRespErr::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE; 20];
    cluster.request_errors(RDKafkaApiKey::Produce, &too_large);
    let kafka = to(&cluster, "");
    let sent = sent(&kafka, &mut request(&kafka, 2)).await;
    assert_eq!(sent.rejected.len(), 2);
    for rejection in sent.rejected {
        assert_eq!((rejection.reason, rejection.items), (Reason::TooLarge, 1));
        assert!(
            rejection.message.starts_with("the span 0102030405060708 of trace 0"),
            "{}",
            rejection.message
        );
    }
}

#[tokio::test]
async fn what_is_not_allowed_stays_with_its_sender_and_is_explained() {
    let cluster = cluster();
    cluster.request_errors(
        RDKafkaApiKey::Produce,
        &[RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED],
    );
    let kafka = to(&cluster, "");
    kafka.start().await.unwrap();
    let mut request = request(&kafka, 5);
    match kafka.send(&mut request).await {
        Err(SendError::Retry { message, settled, .. }) => {
            assert!(message.starts_with("the topic otlp_spans: "), "{message}");
            assert!(message.ends_with("grant WRITE on the topic"), "{message}");
            assert_eq!(settled.delivered, 0);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(kafka.items(&request), 5);
    // librdkafka asks again whether it may write
    while kafka.send(&mut request).await.is_err() {
        assert_eq!(kafka.items(&request), 5);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(kafka.items(&request), 0);
    kafka.stop().await;
}

#[tokio::test]
async fn an_invalid_record_is_refused_for_good() {
    let cluster = cluster();
    cluster.request_errors(RDKafkaApiKey::Produce, &[RDKafkaRespErr::RD_KAFKA_RESP_ERR_INVALID_RECORD]);
    let kafka = to(&cluster, "");
    let sent = sent(&kafka, &mut request(&kafka, 5)).await;
    assert_eq!(sent.rejected.iter().map(|rejection| rejection.items).sum::<usize>(), 5);
    assert_eq!(sent.rejected[0].first_item, Some(0));
}

#[tokio::test]
async fn without_a_broker_an_attempt_ends_with_the_time_for_retries() {
    let kafka = exporter(
        "{brokers: ['127.0.0.1:1'], timeout: 300ms, retry_on_failure: {enabled: false}}",
        Signal::Traces,
    );
    kafka.start().await.unwrap();
    let mut request = request(&kafka, 3);
    let Err(SendError::Retry { message, .. }) = kafka.send(&mut request).await else { panic!() };
    assert!(message.contains("the brokers did not take it in time"), "{message}");
    assert_eq!(kafka.items(&request), 3);
    kafka.stop().await;
}
