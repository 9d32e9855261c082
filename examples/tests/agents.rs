//! The example agents against a collector on loopback.
#![allow(clippy::unwrap_used, reason = "all code here is test code")]

use std::process::Command;

use codeagent_sdk::testing::Loopback;
use tempfile::TempDir;

fn run(program: &str) -> Loopback {
    let (collector, folder) = (Loopback::start().unwrap(), TempDir::new().unwrap());
    let output = Command::new(program)
        .arg(folder.path().join("repository"))
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{}", collector.authority()))
        .env("CODEAGENT_SPOOL_DIR", "off")
        .env_remove("RUST_LOG")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stdout, b"sum.sh subtracted; now it adds\n");
    collector
}

fn names(collector: &Loopback) -> Vec<String> {
    let mut names: Vec<String> = collector.spans().into_iter().map(|span| span.name).collect();
    names.sort();
    names
}

#[test]
fn the_agent_leaves_one_trace_of_its_task_with_what_it_did() {
    let collector = run(env!("CARGO_BIN_EXE_agent"));
    let names = names(&collector);
    let count = |name: &str| names.iter().filter(|known| *known == name).count();
    let expected = [
        ("task bugfix", 1),
        ("attempt", 1),
        ("invoke_agent coder", 1),
        ("chat scripted-1", 6),
        ("execute_tool read_file", 1),
        ("execute_tool run_tests", 2),
        ("execute_tool edit_file", 1),
        ("run sh", 2),
        ("test repository", 2),
        ("edit update", 1),
        ("permission", 2),
    ];
    for (name, times) in expected {
        assert_eq!(count(name), times, "{name}: {names:?}");
    }
    let spans = collector.spans();
    assert!(spans.iter().all(|span| span.trace_id == spans[0].trace_id));
    let metrics: Vec<String> = collector.metrics().into_iter().map(|metric| metric.name).collect();
    for name in [
        "codeagent.task.duration",
        "codeagent.cost.usage",
        "codeagent.retries",
        "process.cpu.time",
        "system.memory.usage",
    ] {
        assert!(metrics.iter().any(|known| known == name), "{name}: {metrics:?}");
    }
}

#[test]
fn the_instrumented_agent_leaves_a_trace_and_correlated_logs() {
    let collector = run(env!("CARGO_BIN_EXE_instrumented"));
    assert_eq!(names(&collector), ["edit", "read", "test", "test", "work"]);
    let spans = collector.spans();
    let logs = collector.logs();
    assert_eq!(logs.len(), 4);
    assert!(logs.iter().all(|log| spans.iter().any(|span| span.span_id == log.span_id)));
}
