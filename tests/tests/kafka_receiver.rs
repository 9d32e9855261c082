//! The collector reads from a real Kafka broker.

use codeagent_tests::kafka::{create, uncommitted, write};
use codeagent_tests::numbered::{all_arrive, base, gauges, logs, missing, spans};
use codeagent_tests::otlp::Signal;
use codeagent_tests::servers::shared;
use codeagent_tests::sink::Mode;
use codeagent_tests::{Collector, Payload, Sender, Sink, eventually};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use tonic::Code;

/// Writes all signals to topics of their own.
const WRITER: &str = "
exporters:
  kafka:
    brokers: [BROKERS]
    traces: {topic: TOPIC-traces, encoding: ENCODING}
    metrics: {topic: TOPIC-metrics, encoding: ENCODING}
    logs: {topic: TOPIC-logs, encoding: ENCODING}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [kafka]}
    metrics: {receivers: [otlp], exporters: [kafka]}
    logs: {receivers: [otlp], exporters: [kafka]}
";

/// Reads all signals and sends them to a sink.
const READER: &str = "
receivers:
  kafka:
    brokers: [BROKERS]
    group_id: TOPIC
    initial_offset: earliest
    traces: {topics: [TOPIC-traces], encoding: ENCODING}
    metrics: {topics: [TOPIC-metrics], encoding: ENCODING}
    logs: {topics: [TOPIC-logs], encoding: LOGS}
    EXTRA
exporters:
  otlp:
    endpoint: SINK
    tls: {insecure: true}
    retry_on_failure: {initial_interval: 50ms, max_interval: 100ms, max_elapsed_time: 300ms}
service:
  pipelines:
    traces: {receivers: [kafka], exporters: [otlp]}
    metrics: {receivers: [kafka], exporters: [otlp]}
    logs: {receivers: [kafka], exporters: [otlp]}
";

/// Topics of one test, and where what is read from them goes.
struct Way {
    brokers: String,
    topic: String,
    encoding: &'static str,
    sink: Sink,
}

impl Way {
    fn new(encoding: &'static str) -> Self {
        Way { brokers: shared("kafka"), topic: format!("read-{}", base()), encoding, sink: Sink::start() }
    }

    fn fill(&self, config: &str) -> String {
        let config = config.replace("BROKERS", &self.brokers).replace("TOPIC", &self.topic);
        config.replace("ENCODING", self.encoding).replace("SINK", &self.sink.endpoint())
    }

    fn topic(&self, signal: Signal) -> String {
        format!("{}-{}", self.topic, signal.name())
    }

    async fn writer(&self) -> Collector {
        Collector::start(&self.fill(WRITER)).await
    }

    fn reading(&self, logs: &str, extra: &str) -> String {
        self.fill(&READER.replace("LOGS", logs).replace("EXTRA", extra))
    }

    async fn reader(&self, extra: &str) -> Collector {
        Collector::start(&self.reading(self.encoding, extra)).await
    }

    /// Waits until the group has committed all that its topic has.
    async fn all_committed(&self, signal: Signal) {
        eventually("all is committed", async || {
            match uncommitted(&self.brokers, &self.topic, &self.topic(signal)).await? {
                (0, all) if all > 0 => Ok(()),
                (waiting, all) => Err(format!("{waiting} of {all} records are not committed")),
            }
        })
        .await;
    }
}

fn attribute<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    match &found.value.as_ref()?.value {
        Some(Value::StringValue(text)) => Some(text),
        _ => None,
    }
}

#[tokio::test]
#[ignore = "needs Kafka"]
async fn all_signals_arrive_once_in_both_encodings_and_are_committed() {
    for encoding in ["otlp_proto", "otlp_json"] {
        let way = Way::new(encoding);
        // the topics are made by the first message: after the reader looked for them
        let reader = way.reader("").await;
        let writer = way.writer().await;
        let (sender, first) = (Sender::new(&writer.grpc()), base());
        for payload in
            [spans(first..first + 50, "k"), gauges(first..first + 50, "k"), logs(first..first + 50, "k")]
        {
            sender.send(&payload).await.unwrap();
            let signal = payload.signal();
            let expected: Vec<u64> = (first..first + 50).collect();
            let arrived = all_arrive("items", &expected, async || Ok(way.sink.numbers(signal))).await;
            assert!(arrived.values().all(|times| *times == 1), "{encoding}: some came twice");
            assert_eq!(way.sink.received(signal), [payload], "{encoding}");
            way.all_committed(signal).await;
        }
        let status = reader.finish().await;
        assert_eq!(status.total("receiver", "traces", |node| node.items_out), 50);
        writer.finish().await;
    }
}

#[tokio::test]
#[ignore = "needs Kafka"]
async fn log_lines_of_any_kind_become_records() {
    let cases: [(&str, &[u8], Value); 3] = [
        ("text", "grüße".as_bytes(), Value::StringValue("grüße".to_owned())),
        ("raw", &[0, 255, 7], Value::BytesValue(vec![0, 255, 7])),
        ("json", br#""plain""#, Value::StringValue("plain".to_owned())),
    ];
    for (encoding, line, body) in cases {
        let way = Way::new("otlp_proto");
        create(&way.brokers, &way.topic(Signal::Logs), 1).await;
        let extra = "header_extraction: {extract_headers: true, headers: [tenant]}";
        let reader = Collector::start(&way.reading(encoding, extra)).await;
        write(&way.brokers, &way.topic(Signal::Logs), 0, &[line, line], &[]).await;
        write(&way.brokers, &way.topic(Signal::Logs), 0, &[line], &[("tenant", "blue"), ("other", "x")])
            .await;
        eventually("three records", async || match way.sink.items(Signal::Logs) {
            3 => Ok(()),
            items => Err(format!("{items} records")),
        })
        .await;
        let mut tenants = 0;
        for payload in way.sink.received(Signal::Logs) {
            let Payload::Logs(request) = payload else { unreachable!() };
            for resource in request.resource_logs {
                let attributes = resource.resource.unwrap_or_default().attributes;
                assert_eq!(attribute(&attributes, "kafka.header.other"), None);
                let record = resource.scope_logs[0].log_records[0].clone();
                tenants += usize::from(attribute(&attributes, "kafka.header.tenant") == Some("blue"));
                assert_eq!(record.body, Some(AnyValue { value: Some(body.clone()) }), "{encoding}");
                assert!(record.observed_time_unix_nano > 0);
            }
        }
        assert_eq!(tenants, 1, "{encoding}");
        reader.finish().await;
    }
}

#[tokio::test]
#[ignore = "needs Kafka"]
async fn a_message_that_does_not_decode_is_named_and_holds_up_nobody() {
    let way = Way::new("otlp_proto");
    let topic = way.topic(Signal::Traces);
    create(&way.brokers, &topic, 1).await;
    let first = base();
    let good = |number: u64| spans(number..number + 1, "k").encode();
    let (one, two) = (good(first), good(first + 1));
    write(&way.brokers, &topic, 0, &[&one, b"\x0a\xff\xffnonsense", b"", &two], &[]).await;
    let reader = way.reader("").await;
    let arrived =
        all_arrive("spans", &[first, first + 1], async || Ok(way.sink.numbers(Signal::Traces))).await;
    assert_eq!(arrived.len(), 2);
    way.all_committed(Signal::Traces).await;
    let metrics = reader.metrics().await;
    let refused =
        "codeagent_admission_refused_total{receiver=\"kafka\",transport=\"kafka\",reason=\"malformed\"} 1";
    assert!(metrics.lines().any(|line| line == refused), "{metrics}");
    let log = reader.log();
    let told = log.lines().find(|line| line.contains("does not decode")).unwrap_or_else(|| panic!("{log}"));
    assert!(told.contains(&topic) && told.contains("offset") && told.contains('1'), "{told}");
    reader.finish().await;
}

/// Writes spans to partition 0, a message for each.
async fn write_spans(brokers: &str, topic: &str, numbers: std::ops::Range<u64>) {
    let values: Vec<_> = numbers.map(|number| spans(number..number + 1, "k").encode()).collect();
    let values: Vec<&[u8]> = values.iter().map(AsRef::as_ref).collect();
    write(brokers, topic, 0, &values, &[]).await;
}

#[tokio::test]
#[ignore = "needs Kafka"]
async fn nothing_is_committed_that_the_destination_did_not_take() {
    let way = Way::new("otlp_proto");
    let topic = way.topic(Signal::Traces);
    create(&way.brokers, &topic, 1).await;
    let first = base();
    way.sink.set(Mode::Refuse(Code::Unavailable));
    let reader = way.reader("session_timeout: 6s").await;
    write_spans(&way.brokers, &topic, first..first + 20).await;
    let lag =
        format!("otelcol_kafka_receiver_offset_lag{{receiver=\"kafka\",topic=\"{topic}\",partition=\"0\"}} ");
    // longer than the session time-out: heartbeats go on
    eventually("the lag is told, and refusals", async || {
        let metrics = reader.metrics().await;
        let told = metrics.lines().any(|line| line.strip_prefix(&lag).is_some_and(|lag| lag == "20"));
        let refused = reader.log().matches("do not take a batch now").count();
        if told && refused > 1 { Ok(()) } else { Err(format!("{refused} refusals\n{metrics}")) }
    })
    .await;
    assert_eq!(uncommitted(&way.brokers, &way.topic, &topic).await.unwrap(), (20, 20));
    assert!(!reader.log().contains("go to other members"), "{}", reader.log());
    way.sink.set(Mode::Accept);
    let expected: Vec<u64> = (first..first + 20).collect();
    let arrived = all_arrive("spans", &expected, async || Ok(way.sink.numbers(Signal::Traces))).await;
    assert!(arrived.values().all(|times| *times == 1));
    way.all_committed(Signal::Traces).await;
    reader.finish().await;
}

#[tokio::test]
#[ignore = "needs Kafka"]
async fn what_the_destination_refuses_for_good_is_counted_and_passed_over() {
    let way = Way::new("otlp_proto");
    let topic = way.topic(Signal::Traces);
    create(&way.brokers, &topic, 1).await;
    let first = base();
    way.sink.set(Mode::Poison(first + 7));
    write_spans(&way.brokers, &topic, first..first + 20).await;
    let reader = way.reader("").await;
    way.all_committed(Signal::Traces).await;
    let arrived = way.sink.numbers(Signal::Traces);
    let expected = (first..first + 20).filter(|number| *number != first + 7);
    assert_eq!(missing(expected, &arrived), "");
    let status = reader.finish().await;
    let rejected = status.total("receiver", "traces", |node| *node.dropped.get("rejected").unwrap_or(&0));
    assert_eq!(rejected, 1);
}

#[tokio::test]
#[ignore = "needs Kafka"]
async fn a_stop_under_load_finishes_and_commits_so_that_nothing_comes_twice() {
    let way = Way::new("otlp_proto");
    let topic = way.topic(Signal::Traces);
    create(&way.brokers, &topic, 6).await;
    let writer = way.writer().await;
    let mut reader = way.reader("").await;
    let load = codeagent_tests::Load::start(&writer.grpc(), spans, 4, 10);
    for _ in 0..5 {
        load.advance(2000).await;
        assert!(reader.terminate().await.success());
        reader.restart().await;
    }
    let acknowledged = load.stop().await;
    let arrived = all_arrive("spans", &acknowledged, async || Ok(way.sink.numbers(Signal::Traces))).await;
    let twice = arrived.values().filter(|times| **times > 1).count();
    assert_eq!(twice, 0, "of {}", arrived.len());
    reader.finish().await;
    writer.finish().await;
}

#[tokio::test]
#[ignore = "needs Kafka"]
async fn a_backlog_before_a_destination_that_hangs_takes_no_more_memory_than_the_budget() {
    let way = Way::new("otlp_proto");
    let topic = way.topic(Signal::Traces);
    create(&way.brokers, &topic, 4).await;
    let first = base();
    let value = codeagent_tests::durable::large_spans(first..first + 100, "k").encode();
    for partition in 0..4 {
        write(&way.brokers, &topic, partition, &[value.as_ref(); 150], &[]).await;
    }
    way.sink.set(Mode::Hang);
    let config = way.reading("otlp_proto", "").replace(
        "traces: {receivers: [kafka], exporters",
        "traces: {receivers: [kafka], processors: [memory_limiter], exporters",
    );
    let limit = "processors: {memory_limiter: {check_interval: 1s, limit_mib: 32}}";
    let reader = Collector::start(&format!("{limit}{config}")).await;
    eventually("it has as much in hand as it may", async || {
        let status = reader.status().await;
        let held = status.total("receiver", "traces", |node| node.in_flight);
        if held > 0 { Ok(()) } else { Err("nothing is in flight".to_owned()) }
    })
    .await;
    way.sink.set(Mode::Accept);
    way.all_committed(Signal::Traces).await;
    let peak = reader.peak_memory() >> 20;
    assert!(peak < 160, "{peak} MiB, of a backlog of {} MiB", (value.len() * 600) >> 20);
    reader.finish().await;
}
