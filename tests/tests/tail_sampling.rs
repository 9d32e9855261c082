//! Tail sampling: of what was acknowledged, every trace is kept whole or dropped whole, whatever happens.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::Duration;

use codeagent_tests::numbered::{Numbers, logs, missing, numbers_of_all, spans, trace_id};
use codeagent_tests::otlp::Signal;
use codeagent_tests::sink::Mode;
use codeagent_tests::tally::{requests_repeated, say};
use codeagent_tests::{Collector, Load, Payload, Random, Sender, Sink, eventually};
use opentelemetry_proto::tonic::trace::v1::Status;

/// Spans of one trace: more than a request has, so that every trace comes in several.
const TRACE: u64 = 40;
/// One trace in so many has an error, in its first span.
const BAD: u64 = 3;

/// Spans of traces of [`TRACE`] spans, some of which begin with an error.
fn traces(numbers: Range<u64>, service: &str) -> Payload {
    let mut payload = spans(numbers.clone(), service);
    if let Payload::Traces(request) = &mut payload {
        for (span, number) in request.resource_spans[0].scope_spans[0].spans.iter_mut().zip(numbers) {
            span.trace_id = trace_id(number / TRACE).to_vec();
            let is_error = number % TRACE == 0 && is_bad(number / TRACE);
            span.status = is_error.then(|| Status { code: 2, ..Status::default() });
        }
    }
    payload
}

fn is_bad(trace: u64) -> bool {
    trace.is_multiple_of(BAD)
}

/// A pipeline of traces that keeps those with errors. `settings` are added to the processor's, `retry` to the exporter's.
fn keeping_errors(sink: &Sink, settings: &str, retry: &str) -> String {
    format!(
        "
extensions:
  file_storage: {{directory: queue, create_directory: true}}
processors:
  tail_sampling:
    {settings}
    policies: [{{name: errors, type: status_code, status_code: {{status_codes: [ERROR]}}}}]
exporters:
  otlp:
    endpoint: {}
    tls: {{insecure: true}}
    retry_on_failure: {{{retry}}}
service:
  extensions: [health_check, file_storage]
  pipelines:
    traces: {{receivers: [otlp], processors: [tail_sampling], exporters: [otlp]}}
    logs: {{receivers: [otlp], processors: [tail_sampling], exporters: [otlp]}}
",
        sink.endpoint()
    )
}

/// The acknowledged spans of traces that must be kept: their error was acknowledged.
fn owed(acknowledged: &[u64]) -> Vec<u64> {
    let known: BTreeSet<u64> = acknowledged.iter().copied().collect();
    let is_owed = |number: &u64| is_bad(number / TRACE) && known.contains(&(number / TRACE * TRACE));
    acknowledged.iter().copied().filter(is_owed).collect()
}

/// Waits until all that is owed has arrived; then no trace may be there in part, and none that has no error.
async fn kept_whole(acknowledged: &[u64], sink: &Sink) -> Numbers {
    let owed = owed(acknowledged);
    eventually("every acknowledged span of a trace that is kept arrives", async || {
        let missing = missing(owed.iter().copied(), &sink.numbers(Signal::Traces));
        if missing.is_empty() { Ok(()) } else { Err(missing) }
    })
    .await;
    let arrived = sink.numbers(Signal::Traces);
    let mut traces: BTreeMap<u64, (usize, usize)> = BTreeMap::new();
    for number in acknowledged {
        let (known, there) = traces.entry(number / TRACE).or_default();
        *known += 1;
        *there += usize::from(arrived.contains_key(number));
    }
    for (trace, (known, there)) in &traces {
        assert!(
            there == known || *there == 0,
            "{there} of {known} acknowledged spans of trace {trace} are there"
        );
    }
    assert!(arrived.keys().all(|number| is_bad(number / TRACE)), "a trace without an error was kept");
    arrived
}

/// How many spans are there more than once.
fn doubled(arrived: &Numbers) -> usize {
    arrived.values().filter(|times| **times > 1).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the collector"]
async fn no_trace_is_lost_or_cut_by_twenty_kills_in_mid_wait() {
    const KILLS: usize = 20;
    let (sink, mut random) = (Sink::start(), Random::seeded());
    let mut collector = Collector::start(&keeping_errors(&sink, "decision_wait: 500ms", "")).await;
    let load = Load::without_repeats(&collector.grpc(), traces, 8, 25);
    for _ in 0..KILLS {
        load.advance(400).await;
        random.pause(Duration::from_millis(700)).await;
        collector.kill().await;
        collector.restart().await;
    }
    load.advance(2_000).await;
    let acknowledged = load.stop().await;
    let arrived = kept_whole(&acknowledged, &sink).await;
    let repeated = requests_repeated(&sink.received(Signal::Traces));
    assert!(repeated <= KILLS, "{repeated} requests came twice");
    let (twice, all) = (doubled(&arrived), acknowledged.len());
    say(&format!(
        "| tail sampling, kill -9 in mid wait {KILLS} times | {all} | {} | {twice} twice |",
        arrived.len()
    ));
    let status = collector.finish().await;
    assert!(status.nodes.iter().any(|node| node.node.contains("tail_sampling")));
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn what_a_destination_refuses_is_sent_again_until_it_is_taken() {
    let sink = Sink::start();
    sink.set(Mode::Refuse(tonic::Code::Unavailable));
    let config = keeping_errors(&sink, "decision_wait: 200ms", "enabled: false");
    let collector = Collector::start(&config).await;
    let load = Load::start(&collector.grpc(), traces, 4, 25);
    load.advance(4_000).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    sink.set(Mode::Accept);
    let acknowledged = load.stop().await;
    let arrived = kept_whole(&acknowledged, &sink).await;
    assert_eq!(doubled(&arrived), 0);
    collector.finish().await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_budget_of_bytes_at_ten_times_the_load_decides_the_oldest_and_loses_nothing() {
    let sink = Sink::start();
    let config = keeping_errors(&sink, "decision_wait: 1h\n    held_bytes_max: 300KiB", "");
    let collector = Collector::start(&config).await;
    let load = Load::start(&collector.grpc(), traces, 4, 25);
    load.advance(30_000).await;
    let acknowledged = load.stop().await;
    let metrics = eventually("most traces are decided", async || {
        let metrics = collector.metrics().await;
        let early = metrics.lines().find(|line| line.starts_with("codeagent_sampling_early_total{"));
        let early: f64 = early.and_then(|line| line.rsplit_once(' ')?.1.parse().ok()).unwrap_or_default();
        if early > 400.0 { Ok(metrics) } else { Err(format!("{early} decided early")) }
    })
    .await;
    assert!(metrics.contains("codeagent_sampling_waiting"), "{metrics}");
    // what still waits is decided as soon as the time is short
    let reload = collector.reload(&keeping_errors(&sink, "decision_wait: 100ms", "")).await;
    assert_eq!(reload.outcome, "applied", "{reload:?}");
    kept_whole(&acknowledged, &sink).await;
    collector.finish().await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_trace_of_a_hundred_thousand_spans_is_kept_whole() {
    const SPANS: u64 = 100_000;
    let sink = Sink::start();
    let collector = Collector::start(&keeping_errors(&sink, "decision_wait: 5s", "")).await;
    let sender = Sender::new(&collector.grpc());
    for from in (0..SPANS).step_by(1_000) {
        let mut payload = spans(from..from + 1_000, "large");
        if let Payload::Traces(request) = &mut payload {
            for span in &mut request.resource_spans[0].scope_spans[0].spans {
                span.trace_id = vec![7; 16];
            }
            request.resource_spans[0].scope_spans[0].spans[0].status =
                (from == 0).then(|| Status { code: 2, ..Status::default() });
        }
        sender.send(&payload).await.unwrap();
    }
    eventually("all of it arrives", async || match sink.items(Signal::Traces) {
        items if items as u64 >= SPANS => Ok(()),
        items => Err(format!("{items} spans")),
    })
    .await;
    let arrived = numbers_of_all(&sink.received(Signal::Traces));
    assert_eq!((arrived.len() as u64, doubled(&arrived)), (SPANS, 0));
    say(&format!("| tail sampling, a trace of {SPANS} spans | peak {} MiB |", collector.peak_memory() >> 20));
    collector.finish().await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn what_comes_after_a_restart_follows_the_decision_and_why_tells_it() {
    let sink = Sink::start();
    let mut collector = Collector::start(&keeping_errors(&sink, "decision_wait: 100ms", "")).await;
    let sender = Sender::new(&collector.grpc());
    // the first half of ten traces
    for trace in 0..10 {
        sender.send(&traces(trace * TRACE..trace * TRACE + TRACE / 2, "late")).await.unwrap();
    }
    let half: Vec<u64> = (0..10 * TRACE).filter(|number| number % TRACE < TRACE / 2).collect();
    kept_whole(&half, &sink).await;
    collector.settled().await;
    collector.kill().await;
    collector.restart().await;
    let sender = Sender::new(&collector.grpc());
    for trace in 0..10 {
        sender.send(&traces(trace * TRACE + TRACE / 2..(trace + 1) * TRACE, "late")).await.unwrap();
    }
    let all: Vec<u64> = (0..10 * TRACE).collect();
    let arrived = kept_whole(&all, &sink).await;
    assert_eq!(doubled(&arrived), 0);
    for (trace, told) in [(3, "kept by the rule `errors`"), (4, "was dropped"), (99, "not known")] {
        let id = codeagent_tests::numbered::hex(&trace_id(trace));
        let mut command = tokio::process::Command::new(codeagent_tests::collector::binary());
        let output =
            command.args(["why", &id, "--endpoint", &collector.own_endpoint()]).output().await.unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains(told), "{text} {}", String::from_utf8_lossy(&output.stderr));
    }
    collector.finish().await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn log_records_follow_their_traces_decision_whichever_comes_first() {
    let sink = Sink::start();
    let collector = Collector::start(&keeping_errors(&sink, "decision_wait: 2s", "")).await;
    let sender = Sender::new(&collector.grpc());
    // a log record of number n has the trace id of trace n
    sender.send(&logs(0..10, "app")).await.unwrap();
    for trace in 0..20 {
        sender.send(&traces(trace * TRACE..(trace + 1) * TRACE, "app")).await.unwrap();
    }
    sender.send(&logs(10..20, "app")).await.unwrap();
    let all: Vec<u64> = (0..20 * TRACE).collect();
    kept_whole(&all, &sink).await;
    collector.settled().await;
    let mut arrived: Vec<u64> = sink.numbers(Signal::Logs).into_keys().collect();
    arrived.sort_unstable();
    assert_eq!(arrived, (0..20).filter(|trace| is_bad(*trace)).collect::<Vec<_>>());
    collector.finish().await;
}
