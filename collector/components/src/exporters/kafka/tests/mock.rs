//! Delivery, against librdkafka's own mock brokers.

use codeagent_pipeline::Exporter as _;

use super::spans::batch;
use super::*;

/// An exporter to three mock brokers; `with` sets more properties.
fn mocked(section: &str) -> Kafka {
    config(section, Signal::Traces, |config| {
        let mut properties = config.properties();
        properties.set("test.mock.num.brokers", "3");
        let mut kafka = kafka(config, Signal::Traces, "kafka");
        kafka.together = Lane::new("kafka", properties);
        kafka
    })
}

#[tokio::test]
async fn what_is_reported_delivered_is_delivered() {
    let kafka = mocked("{partition_traces_by_id: true}");
    kafka.start().await.unwrap();
    let mut request = kafka.encode(&batch(50, 100)).requests.pop().unwrap();
    assert_eq!(kafka.items(&request), 50);
    assert!(kafka.send(&mut request).await.unwrap().rejected.is_empty());
    assert_eq!(kafka.items(&request), 0);
    kafka.stop().await;
}
