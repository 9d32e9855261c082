//! Whatever way a process ends, in whatever runtime: what it recorded arrives, or lies on disk and is sent by the next run.
#![allow(clippy::unwrap_used, reason = "all code here is test code")]

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use codeagent_sdk::testing::{Fault, Loopback};
use tempfile::TempDir;

const SHAPES: [&str; 4] = ["sync", "current_thread", "one_worker", "four_workers"];
const ENDINGS: [&str; 5] = ["return", "flush", "exit", "panic", "sigterm"];
const PROTOCOLS: [&str; 2] = ["grpc", "http/protobuf"];

fn run(shape: &str, ending: &str, authority: &str, protocol: &str, spool: &Path) -> ExitStatus {
    Command::new(env!("CARGO_BIN_EXE_endings"))
        .args([shape, ending])
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{authority}"))
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
        .env("CODEAGENT_SPOOL_DIR", spool)
        .env_remove("RUST_LOG")
        .stderr(Stdio::null())
        .status()
        .unwrap()
}

fn ended_as_asked(status: ExitStatus, ending: &str) -> bool {
    match ending {
        "exit" => status.code() == Some(3),
        "panic" => status.code() == Some(101),
        "sigterm" => status.signal() == Some(15),
        "abort" => status.signal() == Some(6),
        _ => status.success(),
    }
}

/// Ten spans and the log record of each, and the record of a panic.
fn has_all(collector: &Loopback, ending: &str) -> bool {
    let (spans, logs) = (collector.spans(), collector.logs());
    let panics = logs.iter().filter(|log| log.event_name == "codeagent.process.panicked").count();
    let of_spans = logs.iter().filter(|log| spans.iter().any(|span| span.span_id == log.span_id)).count();
    (spans.len(), of_spans, panics) == (10, 10, usize::from(ending == "panic"))
}

fn spooled(spool: &Path) -> usize {
    let Ok(folders) = fs::read_dir(spool) else { return 0 };
    folders.map(|folder| fs::read_dir(folder.unwrap().path()).unwrap().count()).sum()
}

/// A port on which nobody listens.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn nothing_is_lost_in_any_runtime_by_any_end() {
    for protocol in PROTOCOLS {
        for shape in SHAPES {
            for ending in ENDINGS {
                let (collector, spool) = (Loopback::start().unwrap(), TempDir::new().unwrap());
                let status = run(shape, ending, &collector.authority(), protocol, spool.path());
                assert!(ended_as_asked(status, ending), "{protocol} {shape} {ending}: {status}");
                assert!(has_all(&collector, ending), "{protocol} {shape} {ending}: {:?}", collector.logs());
                assert_eq!(spooled(spool.path()), 0, "{protocol} {shape} {ending}");
            }
        }
    }
}

#[test]
fn what_a_collector_that_is_away_did_not_get_is_sent_by_the_next_run() {
    for shape in SHAPES {
        for ending in [ENDINGS.as_slice(), &["abort"]].concat() {
            let (port, spool) = (free_port(), TempDir::new().unwrap());
            let status = run(shape, ending, &format!("127.0.0.1:{port}"), "grpc", spool.path());
            assert!(ended_as_asked(status, ending), "{shape} {ending}: {status}");
            assert!(spooled(spool.path()) > 0, "{shape} {ending}");
            let collector = Loopback::start_at(port).unwrap();
            let status = run("sync", "nothing", &collector.authority(), "grpc", spool.path());
            assert!(status.success());
            assert!(has_all(&collector, ending), "{shape} {ending}: {} spans", collector.spans().len());
            assert_eq!(spooled(spool.path()), 0, "{shape} {ending}");
        }
    }
}

#[test]
fn a_collector_that_fails_costs_nothing() {
    let faults = [Fault::Silence, Fault::Close, Fault::Status(14), Fault::RetryAfter(120)];
    for fault in faults {
        let spool = TempDir::new().unwrap();
        let collector = Loopback::start().unwrap();
        collector.always(Some(fault.clone()));
        let status = run("current_thread", "return", &collector.authority(), "grpc", spool.path());
        assert!(status.success());
        assert!(spooled(spool.path()) > 0, "{fault:?}");
        collector.always(None);
        let status = run("sync", "nothing", &collector.authority(), "grpc", spool.path());
        assert!(status.success());
        assert!(has_all(&collector, "return"), "{fault:?}: {} spans", collector.spans().len());
    }
}

#[test]
fn what_a_collector_refuses_for_good_is_not_kept() {
    for (protocol, status) in [("grpc", 3), ("http/protobuf", 400)] {
        let (collector, spool) = (Loopback::start().unwrap(), TempDir::new().unwrap());
        collector.always(Some(Fault::Status(status)));
        assert!(run("sync", "return", &collector.authority(), protocol, spool.path()).success());
        assert!(collector.requests() > 0);
        assert_eq!(spooled(spool.path()), 0, "{protocol}");
    }
}
