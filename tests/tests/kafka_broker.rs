//! What becomes of acknowledged spans when the broker dies, and of a span that no broker takes.

use codeagent_tests::kafka::numbers;
use codeagent_tests::numbered::{base, missing, spans};
use codeagent_tests::otlp::Signal;
use codeagent_tests::servers::{Server, shared};
use codeagent_tests::{Collector, Load, Payload, Sender};

const CONFIG: &str = "
exporters:
  kafka:
    brokers: [BROKERS]
    traces: {topic: TOPIC}
    EXTRA
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [kafka]}
";

fn config(brokers: &str, topic: &str, extra: &str) -> String {
    CONFIG.replace("BROKERS", brokers).replace("TOPIC", topic).replace("EXTRA", extra)
}

#[tokio::test]
#[ignore = "needs Kafka"]
async fn nothing_acknowledged_is_lost_when_the_broker_is_killed_under_load() {
    let mut broker = Server::start("kafka");
    let keyed = "partition_traces_by_id: true";
    let collector = Collector::start(&config(broker.endpoint(), "killed", keyed)).await;
    let load = Load::start(&collector.grpc(), spans, 4, 25);
    for _ in 0..2 {
        load.advance(1000).await;
        broker.kill();
        broker.start_again();
    }
    load.advance(1000).await;
    let acknowledged = load.stop().await;
    assert_eq!(
        missing(acknowledged, &numbers(broker.endpoint(), "killed", Signal::Traces).await.unwrap()),
        ""
    );
    collector.finish().await;
}

#[tokio::test]
#[ignore = "needs Kafka"]
async fn a_span_that_is_too_large_costs_its_neighbours_nothing_and_is_told_by_name() {
    let (broker, topic) = (shared("kafka"), format!("too-large-{}", base()));
    let small = "producer: {max_message_bytes: 2000}";
    let collector = Collector::start(&config(&broker, &topic, small)).await;
    let (sender, first) = (Sender::new(&collector.grpc()), base());
    let mut payload = spans(first..first + 10, "k");
    let Payload::Traces(request) = &mut payload else { unreachable!() };
    request.resource_spans[0].scope_spans[0].spans[3].trace_state = "x".repeat(3000);
    let answer = sender.send_bytes(Signal::Traces, payload.encode()).await.unwrap();
    assert_eq!(codeagent_tests::otlp::rejected(&answer), 1);
    let arrived = numbers(&broker, &topic, Signal::Traces).await.unwrap();
    assert_eq!(arrived.len(), 9);
    assert!(!arrived.contains_key(&(first + 3)));
    collector.finish().await;
}
