//! A new user's first minutes: it starts, takes what agents and SDKs send, and keeps it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use codeagent_tests::captures::{self, Capture, Transport};
use codeagent_tests::numbered::{base, logs, missing, numbers_of, spans};
use codeagent_tests::otlp::{self, Encoding, Signal, post, rejected};
use codeagent_tests::{Collector, Payload, Sender, Sink};
use serde_json::Value;

const TO_SINK: &str = "
exporters:
  otlp: {endpoint: SINK, tls: {insecure: true}}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [otlp]}
    metrics: {receivers: [otlp], exporters: [otlp]}
    logs: {receivers: [otlp], exporters: [otlp]}
";

const SIGNALS: [Signal; 3] = [Signal::Traces, Signal::Metrics, Signal::Logs];

async fn to_sink() -> (Collector, Sink) {
    let sink = Sink::start();
    let collector = Collector::start(&TO_SINK.replace("SINK", &sink.endpoint())).await;
    (collector, sink)
}

/// Sends a capture as its agent did, and checks that all of it is accepted.
async fn replay(collector: &Collector, capture: &Capture) {
    let content_type = match capture.transport {
        Transport::Grpc => {
            let sender = Sender::new(&collector.grpc());
            let sender = if capture.gzip { sender.gzip() } else { sender };
            let answer = sender.send_bytes(capture.signal, capture.body.clone()).await;
            let answer = answer.unwrap_or_else(|status| panic!("{}: {status}", capture.name));
            assert_eq!(rejected(&answer), 0, "{}", capture.name);
            return;
        }
        Transport::HttpProtobuf => "application/x-protobuf",
        Transport::HttpJson => "application/json",
    };
    let encoding = if capture.gzip { Encoding::Gzip } else { Encoding::Identity };
    let body = capture.body.clone();
    let answer = post(&collector.http(), capture.signal, content_type, encoding, body).await.unwrap();
    assert_eq!(answer.status, 200, "{}: {}", capture.name, answer.text());
    assert_eq!(answer.header("content-type"), content_type, "{}", capture.name);
    match capture.transport {
        Transport::HttpJson => {
            let partial = &answer.json()["partialSuccess"];
            assert!(partial.is_null() || partial == &serde_json::json!({}), "{}: {partial}", capture.name);
        }
        _ => assert_eq!(rejected(&answer.body), 0, "{}", capture.name),
    }
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn what_every_agent_sends_is_accepted_to_the_last_record() {
    let (collector, sink) = to_sink().await;
    let mut sent: BTreeMap<&str, usize> = BTreeMap::new();
    for capture in captures::all() {
        replay(&collector, &capture).await;
        *sent.entry(capture.signal.name()).or_default() += capture.items();
    }
    for signal in SIGNALS {
        assert_eq!(sink.items(signal), sent[signal.name()], "{}", signal.name());
    }
    let status = collector.finish().await;
    for signal in SIGNALS {
        let accepted = status.total("receiver", signal.name(), |node| node.items_out);
        assert_eq!(accepted as usize, sent[signal.name()], "{}", signal.name());
    }
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn what_agents_send_as_protobuf_arrives_unchanged() {
    let (collector, sink) = to_sink().await;
    let captures: Vec<Capture> =
        captures::all().into_iter().filter(|capture| capture.transport != Transport::HttpJson).collect();
    for capture in &captures {
        replay(&collector, capture).await;
    }
    for signal in SIGNALS {
        let of_signal = captures.iter().filter(|capture| capture.signal == signal);
        let sent = of_signal.map(|capture| Payload::decode(signal, &capture.body).unwrap());
        // One after the other, so each went on by itself and in order.
        assert!(sent.eq(sink.received(signal)), "{} were changed", signal.name());
    }
    collector.finish().await;
}

/// Runs `tests/python/send.py`, a program with the official SDK.
async fn python(protocol: &str, endpoint: &str, count: usize) {
    let python = std::env::var("CODEAGENT_TEST_PYTHON").expect("CODEAGENT_TEST_PYTHON is set by tests/run");
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/send.py");
    let output = tokio::process::Command::new(python)
        .arg(program)
        .args([protocol, endpoint, &count.to_string()])
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

async fn a_python_program_is_heard(protocol: &str, endpoint: impl Fn(&Collector) -> String) {
    let (collector, sink) = to_sink().await;
    python(protocol, &endpoint(&collector), 500).await;
    for signal in [Signal::Traces, Signal::Logs] {
        let numbers = sink.numbers(signal);
        assert_eq!(missing(0..500, &numbers), "", "{}", signal.name());
        assert_eq!(numbers.values().sum::<u64>(), 500, "{}: some arrived twice", signal.name());
    }
    // Once for the flush and once for the shutdown.
    assert_eq!(sink.items(Signal::Metrics), 2);
    collector.finish().await;
}

#[tokio::test]
#[ignore = "needs the collector and the Python SDK"]
async fn a_python_program_is_heard_over_grpc() {
    a_python_program_is_heard("grpc", Collector::grpc).await;
}

#[tokio::test]
#[ignore = "needs the collector and the Python SDK"]
async fn a_python_program_is_heard_over_http() {
    a_python_program_is_heard("http", Collector::http).await;
}

/// The embedded default, on other ports so that it can run beside a collector that is in use.
async fn embedded_default() -> Collector {
    let arguments = [
        "--set",
        "receivers.otlp.protocols.grpc.endpoint=127.0.0.1:${env:OTLP_GRPC_PORT}",
        "--set",
        "receivers.otlp.protocols.http.endpoint=127.0.0.1:${env:OTLP_HTTP_PORT}",
        "--set",
        "extensions.health_check.endpoint=127.0.0.1:${env:HEALTH_PORT}",
        "--set",
        "service.telemetry.metrics.readers=[{pull: {exporter: {prometheus: {host: 127.0.0.1, port: \"${env:METRICS_PORT}\"}}}}]",
    ];
    Collector::start_with(&arguments, &[]).await
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let entries = entries.map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn without_a_configuration_it_keeps_what_it_gets_as_json_lines() {
    let mut collector = embedded_default().await;
    let (sender, first) = (Sender::new(&collector.grpc()), base());
    sender.send(&spans(first..first + 100, "kept")).await.unwrap();
    sender.send(&logs(first..first + 50, "kept")).await.unwrap();
    // Acknowledged means kept, whatever comes next.
    collector.kill().await;
    collector.restart().await;
    collector.settled().await;
    let lines: Vec<String> = files_below(&collector.folder().join("data"))
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .flat_map(|path| fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let mut found: BTreeMap<&str, codeagent_tests::numbered::Numbers> = BTreeMap::new();
    for line in &lines {
        let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"));
        let (signal, payload) = if value.get("resourceSpans").is_some() {
            ("traces", Payload::Traces(serde_json::from_value(value).unwrap()))
        } else {
            ("logs", Payload::Logs(serde_json::from_value(value).unwrap()))
        };
        found.entry(signal).or_default().extend(numbers_of(&payload));
    }
    assert_eq!(missing(first..first + 100, &found["traces"]), "");
    assert_eq!(missing(first..first + 50, &found["logs"]), "");
    collector.finish().await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn it_says_how_to_point_the_agents_at_it() {
    let collector = embedded_default().await;
    let (_, log) = collector.stop().await;
    for agent in ["Claude Code", "Codex", "Gemini CLI", "OTEL_EXPORTER_OTLP_ENDPOINT"] {
        assert!(log.contains(agent), "{agent} is not named:\n{log}");
    }
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn its_own_metrics_count_what_came_under_the_collectors_names() {
    let (collector, _sink) = to_sink().await;
    let first = base();
    Sender::new(&collector.grpc()).send(&spans(first..first + 7, "counted")).await.unwrap();
    let body = spans(first + 7..first + 12, "counted").encode();
    let answer =
        otlp::post(&collector.http(), Signal::Traces, "application/x-protobuf", Encoding::Zstd, body).await;
    assert_eq!(answer.unwrap().status, 200);
    let metrics = collector.metrics().await;
    let accepted: f64 = metrics
        .lines()
        .filter(|line| line.starts_with("otelcol_receiver_accepted_spans"))
        .map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap())
        .sum();
    assert_eq!(accepted, 12.0, "{metrics}");
    collector.finish().await;
}
