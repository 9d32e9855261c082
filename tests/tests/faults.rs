//! What becomes of acknowledged items when something dies.

use std::time::Duration;

use codeagent_tests::load::Make;
use codeagent_tests::numbered::{all_arrive, base, logs, missing, spans};
use codeagent_tests::otlp::Signal;
use codeagent_tests::sink::Mode;
use codeagent_tests::{Collector, Load, Sender, Sink, eventually};
use tonic::Code;

/// Retries for ever, at once: the tests are about what arrives, not about how long people wait.
const RETRY: &str = "retry_on_failure: {initial_interval: 50ms, max_interval: 500ms, max_elapsed_time: 0s}";

async fn nothing_acknowledged_is_lost_when_the_collector_is_killed(make: Make, signal: Signal) {
    const CONFIG: &str = "
exporters:
  otlp:
    endpoint: SINK
    tls: {insecure: true}
    RETRY
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [otlp]}
    logs: {receivers: [otlp], exporters: [otlp]}
";
    let sink = Sink::start();
    let config = CONFIG.replace("SINK", &sink.endpoint()).replace("RETRY", RETRY);
    let mut collector = Collector::start(&config).await;
    let load = Load::start(&collector.grpc(), make, 8, 25);
    for _ in 0..3 {
        load.advance(1000).await;
        collector.kill().await;
        collector.restart().await;
    }
    load.advance(1000).await;
    let acknowledged = load.stop().await;
    // No waiting: what was acknowledged had been delivered.
    assert_eq!(missing(acknowledged, &sink.numbers(signal)), "");
    collector.finish().await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn no_acknowledged_span_is_lost_when_the_collector_is_killed() {
    nothing_acknowledged_is_lost_when_the_collector_is_killed(spans, Signal::Traces).await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn no_acknowledged_log_is_lost_when_the_collector_is_killed() {
    nothing_acknowledged_is_lost_when_the_collector_is_killed(logs, Signal::Logs).await;
}

/// One traces pipeline to a sink.
async fn to_sink(exporter: &str) -> (Collector, Sink) {
    let sink = Sink::start();
    let config = format!(
        "
exporters:
  otlp:
    endpoint: {}
    tls: {{insecure: true}}
    {exporter}
service:
  pipelines:
    traces: {{receivers: [otlp], exporters: [otlp]}}
",
        sink.endpoint()
    );
    (Collector::start(&config).await, sink)
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_backend_whose_connections_are_cut_again_and_again_gets_all() {
    let (collector, mut sink) = to_sink(RETRY).await;
    let load = Load::start(&collector.grpc(), spans, 4, 20);
    for _ in 0..5 {
        load.advance(200).await;
        sink.down();
        tokio::time::sleep(Duration::from_millis(100)).await;
        sink.up();
    }
    let acknowledged = load.stop().await;
    assert_eq!(missing(acknowledged, &sink.numbers(Signal::Traces)), "");
    collector.finish().await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn what_a_backend_cannot_take_now_is_delivered_later() {
    for code in [Code::Unavailable, Code::DeadlineExceeded, Code::Aborted, Code::Cancelled] {
        let (collector, sink) = to_sink(RETRY).await;
        sink.set(Mode::Refuse(code));
        let first = base();
        let sender = Sender::new(&collector.grpc());
        let sending = tokio::spawn(async move { sender.send(&spans(first..first + 10, "later")).await });
        eventually("it is on its way", async || {
            let held = collector.status().await.total("exporter", "traces", |node| node.in_flight);
            if held == 10 { Ok(()) } else { Err(format!("{held} items in flight")) }
        })
        .await;
        sink.set(Mode::Accept);
        sending.await.unwrap().unwrap_or_else(|status| panic!("{code:?}: {status}"));
        assert_eq!(missing(first..first + 10, &sink.numbers(Signal::Traces)), "", "{code:?}");
        collector.finish().await;
    }
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn what_a_backend_refuses_for_good_is_counted_and_its_sender_is_told() {
    for code in [Code::InvalidArgument, Code::PermissionDenied, Code::Unimplemented] {
        let (collector, sink) = to_sink(RETRY).await;
        sink.set(Mode::Refuse(code));
        let first = base();
        let refusal =
            Sender::new(&collector.grpc()).send(&spans(first..first + 10, "never")).await.unwrap_err();
        let retryable = [Code::Unavailable, Code::ResourceExhausted, Code::Aborted, Code::DeadlineExceeded];
        assert!(
            !retryable.contains(&refusal.code()),
            "{code:?} came back as {refusal}: it would be sent for ever"
        );
        let status = collector.settled().await;
        status.assert_balanced();
        assert_eq!(status.total("exporter", "traces", |node| node.dropped.values().sum()), 10, "{status:?}");
    }
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_sender_is_told_to_come_back_when_its_backend_stays_away() {
    let retry = "retry_on_failure: {initial_interval: 20ms, max_interval: 50ms, max_elapsed_time: 500ms}";
    let (collector, mut sink) = to_sink(retry).await;
    sink.down();
    let first = base();
    let sender = Sender::new(&collector.grpc());
    let refusal = sender.send(&spans(first..first + 10, "away")).await.unwrap_err();
    assert!([Code::Unavailable, Code::ResourceExhausted].contains(&refusal.code()), "{refusal}");
    sink.up();
    eventually("it is taken when the sender comes back", async || {
        sender.send(&spans(first..first + 10, "away")).await.map_err(|status| status.to_string())
    })
    .await;
    assert_eq!(missing(first..first + 10, &sink.numbers(Signal::Traces)), "");
    collector.settled().await.assert_balanced();
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_full_queue_refuses_and_loses_nothing_that_it_took() {
    let queue = format!("sending_queue: {{wait_for_result: false, queue_size: 10}}\n    {RETRY}");
    let (collector, sink) = to_sink(&queue).await;
    sink.set(Mode::Refuse(Code::Unavailable));
    let (sender, first) = (Sender::new(&collector.grpc()), base());
    let mut taken = Vec::new();
    let mut refused = 0;
    for request in 0..200 {
        let numbers = first + request * 5..first + (request + 1) * 5;
        match sender.send(&spans(numbers.clone(), "full")).await {
            Ok(()) => taken.extend(numbers),
            Err(status) => {
                assert!([Code::Unavailable, Code::ResourceExhausted].contains(&status.code()), "{status}");
                refused += 1;
            }
        }
    }
    assert!(refused > 0, "the queue of ten requests took {} items", taken.len());
    assert!(!taken.is_empty(), "the queue took nothing");
    sink.set(Mode::Accept);
    all_arrive("the queue is delivered", &taken, async || Ok(sink.numbers(Signal::Traces))).await;
    let status = collector.settled().await;
    status.assert_balanced();
    let numbers = sink.numbers(Signal::Traces);
    assert_eq!(numbers.len(), taken.len(), "what was refused was kept as well");
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_stop_delivers_what_is_queued_and_says_so() {
    let queue = format!("sending_queue: {{wait_for_result: false}}\n    {RETRY}");
    let (collector, sink) = to_sink(&queue).await;
    sink.set(Mode::Delay(Duration::from_millis(200)));
    let load = Load::start(&collector.grpc(), spans, 8, 20);
    load.advance(500).await;
    let acknowledged = load.stop().await;
    let (exit, log) = collector.stop().await;
    assert!(exit.success(), "{exit}: {log}");
    assert_eq!(missing(acknowledged, &sink.numbers(Signal::Traces)), "", "{log}");
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_stop_that_cannot_deliver_ends_with_3_and_a_report() {
    let sink = Sink::start();
    let config = format!(
        "
exporters:
  otlp:
    endpoint: {}
    tls: {{insecure: true}}
    sending_queue: {{wait_for_result: false}}
    {RETRY}
service:
  pipelines:
    traces: {{receivers: [otlp], exporters: [otlp]}}
",
        sink.endpoint()
    );
    sink.set(Mode::Refuse(Code::Unavailable));
    let collector = Collector::start_more(&config, &["--drain-timeout", "1s"]).await;
    let first = base();
    Sender::new(&collector.grpc()).send(&spans(first..first + 42, "stuck")).await.unwrap();
    let (exit, log) = collector.stop().await;
    assert_eq!(exit.code(), Some(3), "{log}");
    assert!(log.contains("42"), "the report names the number of items:\n{log}");
}
