//! Reading back from Kafka.

use std::time::Duration;

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{BorrowedMessage, Headers, Message};
use rdkafka::{Offset, TopicPartitionList};

use crate::numbered::{Numbers, numbers_of_all};
use crate::otlp::{Payload, Signal};

/// A record as a consumer sees it.
#[derive(Clone, Debug)]
pub struct Record {
    /// The key, if it has one.
    pub key: Option<Vec<u8>>,
    /// The value.
    pub value: Vec<u8>,
    /// Headers, in order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The partition.
    pub partition: i32,
    /// When its producer made it, in milliseconds since 1970.
    pub time: Option<i64>,
}

/// All records that a topic has now, partition by partition; none where the topic does not exist yet.
pub async fn read(brokers: &str, topic: &str) -> Result<Vec<Record>, String> {
    let (brokers, topic) = (brokers.to_owned(), topic.to_owned());
    let reading = tokio::task::spawn_blocking(move || {
        read_blocking(&brokers, &topic).map_err(|error| error.to_string())
    });
    reading.await.map_err(|error| error.to_string())?
}

/// The requests of a signal that a topic has now, as `otlp_proto`, in the order in which they were made.
pub async fn requests(brokers: &str, topic: &str, signal: Signal) -> Result<Vec<Payload>, String> {
    let decode = |record: &Record| Payload::decode(signal, &record.value).map_err(|error| error.to_string());
    let mut records = read(brokers, topic).await?;
    records.sort_by_key(|record| record.time);
    records.iter().map(decode).collect()
}

/// The numbers that a topic has now in requests of a signal, with how often each is there.
pub async fn numbers(brokers: &str, topic: &str, signal: Signal) -> Result<Numbers, String> {
    Ok(numbers_of_all(&requests(brokers, topic, signal).await?))
}

fn read_blocking(brokers: &str, topic: &str) -> rdkafka::error::KafkaResult<Vec<Record>> {
    const WAIT: Duration = Duration::from_secs(10);
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", "reader")
        .set("enable.auto.commit", "false")
        .set("fetch.message.max.bytes", "104857600")
        // Without it a topic that does not exist would be made by the question for it.
        .set("allow.auto.create.topics", "false")
        .create()?;
    let metadata = consumer.fetch_metadata(Some(topic), WAIT)?;
    let mut left = 0;
    let mut assignment = TopicPartitionList::new();
    for partition in metadata.topics().iter().flat_map(|topic| topic.partitions()) {
        let (low, high) = consumer.fetch_watermarks(topic, partition.id(), WAIT)?;
        left += high - low;
        assignment.add_partition_offset(topic, partition.id(), Offset::Beginning)?;
    }
    consumer.assign(&assignment)?;
    let mut records = Vec::new();
    while left > 0 {
        match consumer.poll(WAIT) {
            Some(message) => records.push(record(&message?)),
            None => break,
        }
        left -= 1;
    }
    Ok(records)
}

fn record(message: &BorrowedMessage<'_>) -> Record {
    let headers = message.headers().into_iter().flat_map(|headers| headers.iter());
    Record {
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().unwrap_or_default().to_vec(),
        headers: headers
            .map(|header| (header.key.to_owned(), header.value.unwrap_or_default().to_vec()))
            .collect(),
        partition: message.partition(),
        time: message.timestamp().to_millis(),
    }
}
