//! What waits on disk and what was refused for good, seen and changed by an operator, with the collector stopped and running.

use std::path::Path;
use std::process::Output;

use codeagent_tests::collector::binary;
use codeagent_tests::numbered::{base, missing, numbers_of, spans};
use codeagent_tests::otlp::Signal;
use codeagent_tests::sink::Mode;
use codeagent_tests::{Collector, Payload, Sender, Sink, eventually};
use serde_json::Value;
use tonic::Code;

/// Two destinations with queues on disk, in the folder of the collector.
fn config(up: &Sink, other: &Sink) -> String {
    let retry = "retry_on_failure: {initial_interval: 20ms, max_interval: 100ms}";
    format!(
        "
extensions:
  file_storage: {{directory: queue, create_directory: true}}
exporters:
  otlp/up: {{endpoint: \"{}\", tls: {{insecure: true}}, {retry}, sending_queue: {{storage: file_storage}}}}
  otlp/other: {{endpoint: \"{}\", tls: {{insecure: true}}, {retry}, sending_queue: {{storage: file_storage}}}}
service:
  extensions: [health_check, file_storage]
  pipelines: {{traces: {{receivers: [otlp], exporters: [otlp/up, otlp/other]}}}}
",
        up.endpoint(),
        other.endpoint()
    )
}

/// `queue` with these arguments, about the folder of `collector`.
async fn queue(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = tokio::process::Command::new(binary());
    command.arg("queue").args(arguments).args(["--directory", "queue"]).current_dir(folder);
    command.stdin(std::process::Stdio::null()).output().await.unwrap()
}

/// The same, which must succeed; what it printed.
async fn done(folder: &Path, arguments: &[&str]) -> String {
    let output = queue(folder, arguments).await;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

async fn listed(folder: &Path) -> Value {
    let list: Value = serde_json::from_str(&done(folder, &["list", "--format", "json"]).await).unwrap();
    list["queues"][0].clone()
}

/// Items that wait for `exporter`, and dead letters' items of it.
async fn waiting(folder: &Path, exporter: &str) -> (u64, u64) {
    let queue = &listed(folder).await["pipelines"][0];
    let of = |list: &str| {
        let rows = queue[list].as_array().unwrap().iter().filter(|row| row["exporter"] == exporter);
        rows.map(|row| row["items"].as_u64().unwrap()).sum()
    };
    (of("destinations"), of("dead_letters"))
}

/// The numbers in OTLP JSON lines.
fn exported(lines: &str) -> Vec<u64> {
    let mut numbers: Vec<u64> = lines
        .lines()
        .flat_map(|line| numbers_of(&Payload::Traces(serde_json::from_str(line).unwrap())).into_keys())
        .collect();
    numbers.sort_unstable();
    numbers
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn what_waits_for_a_backend_that_is_down_is_shown_exported_and_given_up_stopped_or_running() {
    for stopped in [false, true] {
        let (up, mut other) = (Sink::start(), Sink::start());
        other.down();
        let collector = Collector::start(&config(&up, &other)).await;
        let first = base();
        Sender::new(&collector.grpc()).send(&spans(first..first + 20, "queue")).await.unwrap();
        let folder = collector.folder().to_owned();
        eventually("the one that is up has all", async || match waiting(&folder, "otlp/up").await {
            (0, 0) => Ok(()),
            left => Err(format!("{left:?}")),
        })
        .await;
        let endpoint = collector.own_endpoint();
        let mut collector = collector;
        if stopped {
            collector.kill().await;
        }
        assert_eq!(listed(&folder).await["running"].is_null(), stopped);
        assert_eq!(waiting(&folder, "otlp/other").await, (20, 0));
        let lines = done(&folder, &["export", "--exporter", "otlp/other"]).await;
        assert_eq!(exported(&lines), (first..first + 20).collect::<Vec<_>>());
        done(&folder, &["verify"]).await;
        let unconfirmed = queue(&folder, &["drop", "--exporter", "otlp/other"]).await;
        assert_eq!(unconfirmed.status.code(), Some(2));
        let drop = ["drop", "--exporter", "otlp/other", "--yes", "--endpoint", &endpoint];
        assert!(done(&folder, &drop).await.contains("dropped 20 items"));
        assert_eq!(waiting(&folder, "otlp/other").await, (0, 0));
        if !stopped {
            let status = collector.status().await;
            let node = status.nodes.iter().find(|node| node.node == "exporter/otlp/other").unwrap();
            assert_eq!(node.dropped.get("discarded"), Some(&20), "{node:?}");
        }
        // what comes now is delivered to both
        if stopped {
            collector.restart().await;
        }
        other.up();
        Sender::new(&collector.grpc()).send(&spans(first + 20..first + 30, "queue")).await.unwrap();
        eventually("what came later arrives", async || {
            let lost = missing(first + 20..first + 30, &other.numbers(Signal::Traces));
            if lost.is_empty() { Ok(()) } else { Err(lost) }
        })
        .await;
    }
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn what_a_backend_rejects_is_a_dead_letter_that_can_be_sent_again_stopped_or_running() {
    for stopped in [false, true] {
        let (up, other) = (Sink::start(), Sink::start());
        other.set(Mode::Refuse(Code::InvalidArgument));
        let mut collector = Collector::start(&config(&up, &other)).await;
        let first = base();
        Sender::new(&collector.grpc()).send(&spans(first..first + 8, "queue")).await.unwrap();
        let folder = collector.folder().to_owned();
        eventually("all became dead letters", async || match waiting(&folder, "otlp/other").await {
            (0, 8) => Ok(()),
            left => Err(format!("{left:?}")),
        })
        .await;
        let text = done(&folder, &["list"]).await;
        assert!(text.contains("otlp/other") && text.contains("rejected"), "{text}");
        let dead = done(&folder, &["export", "--dead"]).await;
        assert_eq!(exported(&dead), (first..first + 8).collect::<Vec<_>>());
        other.set(Mode::Accept);
        let endpoint = collector.own_endpoint();
        if stopped {
            collector.kill().await;
        }
        let replay = ["replay", "--exporter", "otlp/other", "--endpoint", &endpoint];
        assert!(done(&folder, &replay).await.contains("with 8 items sent again"));
        if stopped {
            collector.restart().await;
        }
        eventually("they arrive", async || {
            let lost = missing(first..first + 8, &other.numbers(Signal::Traces));
            if lost.is_empty() { Ok(()) } else { Err(lost) }
        })
        .await;
        eventually("nothing waits", async || match waiting(&folder, "otlp/other").await {
            (0, 0) => Ok(()),
            left => Err(format!("{left:?}")),
        })
        .await;
        let twice = |sink: &Sink| sink.numbers(Signal::Traces).values().filter(|times| **times != 1).count();
        assert_eq!(
            (twice(&up), twice(&other)),
            (0, 0),
            "each arrives once, and the other destination gets no more"
        );
    }
}
