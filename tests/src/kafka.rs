//! Reading back from Kafka, and writing what no collector writes.

use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{BorrowedMessage, Header, Headers, Message, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::{Offset, TopicPartitionList};

use crate::numbered::{Numbers, numbers_of_all};
use crate::otlp::{Payload, Signal};
/// Makes a topic with so many partitions.
pub async fn create(brokers: &str, topic: &str, partitions: i32) {
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", brokers).create().unwrap();
    let new = NewTopic::new(topic, partitions, TopicReplication::Fixed(1));
    for made in admin.create_topics([&new], &AdminOptions::new()).await.unwrap() {
        made.unwrap();
    }
}

/// Writes values to a partition of a topic, one after the other, with these headers.
pub async fn write(brokers: &str, topic: &str, partition: i32, values: &[&[u8]], headers: &[(&str, &str)]) {
    let producer: FutureProducer = ClientConfig::new().set("bootstrap.servers", brokers).create().unwrap();
    for value in values {
        let mut written = OwnedHeaders::new();
        for (key, value) in headers {
            written = written.insert(Header { key, value: Some(*value) });
        }
        let record = FutureRecord::<(), [u8]>::to(topic).partition(partition).payload(value).headers(written);
        producer.send(record, Duration::from_secs(30)).await.unwrap();
    }
}

/// How many records of a topic the group has not committed, and how many there are.
pub async fn uncommitted(brokers: &str, group: &str, topic: &str) -> Result<(i64, i64), String> {
    let (brokers, group, topic) = (brokers.to_owned(), group.to_owned(), topic.to_owned());
    let asking = tokio::task::spawn_blocking(move || {
        uncommitted_blocking(&brokers, &group, &topic).map_err(|error| error.to_string())
    });
    asking.await.map_err(|error| error.to_string())?
}

fn uncommitted_blocking(brokers: &str, group: &str, topic: &str) -> rdkafka::error::KafkaResult<(i64, i64)> {
    const WAIT: Duration = Duration::from_secs(10);
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", group)
        .set("enable.auto.commit", "false")
        .set("allow.auto.create.topics", "false")
        .create()?;
    let metadata = consumer.fetch_metadata(Some(topic), WAIT)?;
    let (mut waiting, mut all) = (0, 0);
    let mut asked = TopicPartitionList::new();
    for partition in metadata.topics().iter().flat_map(|topic| topic.partitions()) {
        asked.add_partition(topic, partition.id());
    }
    for one in consumer.committed_offsets(asked, WAIT)?.elements() {
        let (low, high) = consumer.fetch_watermarks(topic, one.partition(), WAIT)?;
        let done = match one.offset() {
            Offset::Offset(offset) => offset,
            _ => low,
        };
        waiting += high - done;
        all += high - low;
    }
    Ok((waiting, all))
}

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
