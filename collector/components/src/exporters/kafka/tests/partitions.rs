//! Which partition a key goes to: the one that other producers choose.

use std::time::{Duration, Instant};

use codeagent_pipeline::Exporter as _;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::mocking::MockCluster;
use rdkafka::{ClientConfig, Message as _, Offset, TopicPartitionList};

use super::spans::batch;
use super::*;

const PARTITIONS: i32 = 7;

/// Java's hash of keys (`org.apache.kafka.common.utils.Utils.murmur2`).
fn murmur2(key: &[u8]) -> i32 {
    const M: u32 = 0x5bd1_e995;
    let mut hash = 0x9747_b28c ^ key.len() as u32;
    let (words, rest) = key.as_chunks::<4>();
    for word in words {
        let mut word = u32::from_le_bytes(*word).wrapping_mul(M);
        word = (word ^ (word >> 24)).wrapping_mul(M);
        hash = hash.wrapping_mul(M) ^ word;
    }
    if !rest.is_empty() {
        let tail = rest.iter().rev().fold(0, |tail: u32, byte| tail << 8 | u32::from(*byte));
        hash = (hash ^ tail).wrapping_mul(M);
    }
    hash = (hash ^ (hash >> 13)).wrapping_mul(M);
    (hash ^ (hash >> 15)) as i32
}

/// What Java's `DefaultPartitioner` does with a key.
fn partition_of(key: &[u8]) -> i32 {
    (murmur2(key) & i32::MAX) % PARTITIONS
}

#[test]
fn the_hash_of_this_test_is_javas() {
    // the cases of Kafka's own UtilsTest
    let cases: [(&[u8], i32); 6] = [
        (b"21", -973_932_308),
        (b"foobar", -790_332_482),
        (b"a-little-bit-long-string", -985_981_536),
        (b"a-little-bit-longer-string", -1_486_304_829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
        (b"abc", 479_470_107),
    ];
    for (key, hash) in cases {
        assert_eq!(murmur2(key), hash, "{}", String::from_utf8_lossy(key));
    }
}

#[tokio::test]
async fn with_murmur2_a_trace_goes_where_a_java_producer_would_put_it() {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("otlp_spans", PARTITIONS, 1).unwrap();
    let brokers = cluster.bootstrap_servers();
    let section = format!(
        "{{brokers: '{brokers}', partition_traces_by_id: true, \
         record_partitioner: {{sticky_key: {{hasher: murmur2}}}}}}"
    );
    let kafka = exporter(&section, Signal::Traces);
    kafka.start().await.unwrap();
    let mut request = kafka.encode(&batch(50, 10)).requests.pop().unwrap();
    kafka.send(&mut request).await.unwrap();
    kafka.stop().await;
    let mut properties = ClientConfig::new();
    properties.set("bootstrap.servers", brokers).set("group.id", "reader");
    let consumer: BaseConsumer = properties.create().unwrap();
    let mut all = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        all.add_partition_offset("otlp_spans", partition, Offset::Beginning).unwrap();
    }
    consumer.assign(&all).unwrap();
    let (mut keys, begun) = (std::collections::BTreeSet::new(), Instant::now());
    while keys.len() < 50 {
        assert!(begun.elapsed() < Duration::from_secs(60), "{} keys", keys.len());
        let Some(Ok(message)) = consumer.poll(Duration::from_millis(100)) else { continue };
        let Some(key) = message.key() else { continue };
        assert_eq!(message.partition(), partition_of(key), "{}", String::from_utf8_lossy(key));
        keys.insert(key.to_vec());
    }
}
