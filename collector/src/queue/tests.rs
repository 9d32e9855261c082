use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use clap::Parser;
use codeagent_pipeline::log::{Disk, Form, Limits, Log, LogSettings, Next, Note, WhenFull, folder_name};
use codeagent_pipeline::{Batch, Signal};
use tempfile::TempDir;

use super::arguments::Export;
use super::export::Written;
use super::place::Places;
use super::*;

pub fn settings(keeps_all: bool) -> LogSettings {
    let limits =
        Limits { segment_bytes: 400, bytes_max: 1 << 20, age_max: None, when_full: WhenFull::Refuse };
    LogSettings { limits, form: Form::Zstd, memory_bytes: 0, keeps_all }
}

/// A request with one span of this name, of one letter.
pub fn span(name: u8) -> Batch {
    let request = [0x0a, 7, 0x12, 5, 0x12, 3, 0x2a, 1, name];
    Batch::new(Signal::Traces, Bytes::copy_from_slice(&request), 1)
}

pub fn open(folder: &Path, keeps_all: bool) -> Log {
    std::fs::create_dir_all(folder).unwrap();
    Log::open(Arc::new(Disk::new(folder, false)), settings(keeps_all)).unwrap()
}

/// Ten spans, a to j, of which `otlp` has got the first three and `old` none; two dead letters.
pub async fn filled() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let pipeline = folder.path().join(folder_name("traces/eu"));
    let log = open(&pipeline, false);
    let (mut otlp, _old) = (log.reader("otlp").unwrap(), log.reader("old").unwrap());
    for name in b'a'..=b'j' {
        log.append(span(name), Note::default()).await.unwrap();
    }
    for _ in 0..3 {
        let Next::Batch(logged) = otlp.next().await else { panic!() };
        logged.receipt.settle();
        logged.receipt.save();
    }
    let dead = open(&pipeline.join("dead"), true);
    for (name, reason, refused) in [(b'x', "rejected", None), (b'y', "too_large", Some(1))] {
        let message = Some(format!("no {}\nmore", name as char));
        let note = Note {
            exporter: Some("otlp".into()),
            reason: Some(reason.into()),
            message,
            refused,
            ..Note::default()
        };
        dead.append(span(name), note).await.unwrap();
    }
    folder
}

pub fn configured(folder: &TempDir) -> Places {
    let pipelines = [("traces/eu".to_owned(), vec!["otlp".to_owned()])].into_iter().collect();
    Places {
        directories: vec![folder.path().to_owned()],
        configured: Some(pipelines),
        sizes: Default::default(),
    }
}

/// A file of the log of the pipeline: the one at this place.
fn tamper(folder: &TempDir, at: usize, change: impl FnOnce(&mut Vec<u8>)) -> String {
    let pipeline = folder.path().join("traces+eu");
    let names = std::fs::read_dir(&pipeline).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    names.retain(|name| name.ends_with(".segment"));
    names.sort();
    let mut bytes = std::fs::read(pipeline.join(&names[at])).unwrap();
    change(&mut bytes);
    std::fs::write(pipeline.join(&names[at]), bytes).unwrap();
    names[at].clone()
}

fn export(folder: &TempDir, arguments: &[&str]) -> (Vec<String>, Written) {
    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        export: Export,
    }
    let options = Line::parse_from([&["export"], arguments].concat()).export;
    let queue = place::queues(folder.path(), None).unwrap().pop().unwrap();
    let log = if options.dead { queue.dead.unwrap() } else { queue.log };
    let (mut out, mut written) = (Vec::new(), Written::default());
    export::write(&options, "traces/eu", &log.unwrap(), &mut out, &mut written).unwrap();
    let names = String::from_utf8(out).unwrap();
    let name = |line: &str| {
        let request: serde_json::Value = serde_json::from_str(line).unwrap();
        request["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["name"].as_str().unwrap().to_owned()
    };
    (names.lines().map(name).collect(), written)
}

#[tokio::test]
async fn a_list_says_how_much_how_old_whose_and_why() {
    let folder = filled().await;
    let listed = list::list(folder.path(), &configured(&folder)).unwrap();
    assert_eq!(listed.running, None);
    let queue = &listed.pipelines[0];
    assert_eq!((queue.pipeline.as_str(), queue.next_sequence), ("traces/eu", 10));
    let found: Vec<_> = queue
        .destinations
        .iter()
        .map(|to| (to.exporter.as_str(), to.is_configured, to.items, to.next_sequence))
        .collect();
    assert_eq!(found, [("old", Some(false), 10, 0), ("otlp", Some(true), 7, 3)]);
    assert!(queue.destinations.iter().all(|to| to.oldest_ms.is_some() && to.bytes > 0));
    let letters: Vec<_> = queue
        .dead_letters
        .iter()
        .map(|found| (found.reason.as_str(), found.items, found.of_uncertain))
        .collect();
    assert_eq!(letters, [("rejected", 1, 0), ("too_large", 1, 1)]);
    let text = list_text::render(&[listed]);
    for expected in [
        "no collector is running",
        "old (not configured)",
        "queue drop --pipeline traces/eu --exporter old",
        "no x",
        "1*",
    ] {
        assert!(text.contains(expected), "{expected}:\n{text}");
    }
    assert!(!text.contains("more\n"), "{text}");
}

#[tokio::test]
async fn a_list_without_a_configuration_calls_nobody_unconfigured() {
    let folder = filled().await;
    let places =
        Places { directories: vec![folder.path().to_owned()], configured: None, sizes: Default::default() };
    let text = list_text::render(&[list::list(folder.path(), &places).unwrap()]);
    assert!(!text.contains("not configured") && text.contains("with --config"), "{text}");
}

#[test]
fn where_nothing_was_kept_the_list_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let text = list_text::render(&[list::list(&folder.path().join("queue"), &configured(&folder)).unwrap()]);
    assert!(text.contains("nothing was ever kept here"), "{text}");
    assert!(list_text::render(&[]).contains("no `file_storage`"));
}

#[tokio::test]
async fn a_running_collector_is_named() {
    let folder = filled().await;
    let _lock = codeagent_pipeline::log::FolderLock::take(folder.path()).unwrap();
    let listed = list::list(folder.path(), &configured(&folder)).unwrap();
    assert_eq!(listed.running, Some(format!("process {}", std::process::id())));
}

#[tokio::test]
async fn what_is_not_delivered_is_exported_per_destination() {
    let folder = filled().await;
    assert_eq!(export(&folder, &["--exporter", "otlp"]).0.concat(), "defghij");
    assert_eq!(export(&folder, &[]).0.concat(), "abcdefghij");
    assert_eq!(export(&folder, &["--dead"]).0.concat(), "xy");
    assert_eq!(export(&folder, &["--dead", "--reason", "rejected"]).0.concat(), "x");
    assert_eq!(export(&folder, &["--dead", "--exporter", "kafka"]).0.concat(), "");
}

#[tokio::test]
async fn a_record_that_is_damaged_costs_only_itself() {
    let folder = filled().await;
    tamper(&folder, 0, |bytes| bytes[90] ^= 1);
    let (names, written) = export(&folder, &[]);
    assert_eq!((names.len(), written.items, written.gone), (9, 9, 1));
}

#[tokio::test]
async fn damage_is_named_with_its_file_and_counted() {
    let folder = filled().await;
    let verify = || {
        let queue = place::queues(folder.path(), Some("traces/eu")).unwrap().pop().unwrap();
        verify::verify(queue.pipeline, queue.log, &mut verify::Progress::default())
    };
    let whole = verify();
    assert_eq!((whole.is_damaged(), whole.records, whole.items_gone), (false, 10, 0));
    let file = tamper(&folder, 0, |bytes| bytes[90] ^= 1);
    let found = verify();
    assert_eq!((found.is_damaged(), found.records, found.items_gone), (true, 9, 1));
    let text = verify::render(&[found]);
    assert!(text.contains(&format!("{file}, byte ")) && text.contains("1 record with 1 item gone"), "{text}");
}

#[tokio::test]
async fn a_queue_of_a_later_version_is_named_and_the_others_are_shown() {
    let folder = filled().await;
    let other = folder.path().join("logs");
    std::fs::create_dir(&other).unwrap();
    let header = later_version();
    std::fs::write(other.join("0000000001-00000000000000000000-00000000000000000000.segment"), header)
        .unwrap();
    let text = list_text::render(&[list::list(folder.path(), &configured(&folder)).unwrap()]);
    assert!(text.contains("format version 9") && text.contains("old (not configured)"), "{text}");
}

fn later_version() -> Vec<u8> {
    let mut header = b"CATLOG\r\n\x09\x00".to_vec();
    header.resize(24, 0);
    header.extend(crc32c::crc32c(&header).to_le_bytes());
    header.resize(32, 0);
    header
}

fn selection(exporter: &str) -> codeagent_pipeline::log::Selection {
    codeagent_pipeline::log::Selection { exporter: Some(exporter.to_owned()), ..Default::default() }
}

#[test]
fn letters_of_a_stopped_collector_are_sent_again_by_its_next_start() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = runtime.block_on(filled());
    let stopped = stopped::Stopped::take(folder.path(), None).unwrap();
    let out = stopped.replay("traces/eu", &selection("otlp")).unwrap();
    assert_eq!((out.letters, out.partial_letters_left, out.stopped), (1, 1, None));
    drop(stopped);
    assert_eq!(export(&folder, &["--dead"]).0.concat(), "y");
    // only for the destination that had refused it
    assert_eq!(export(&folder, &["--exporter", "otlp"]).0.concat(), "defghijx");
    assert_eq!(export(&folder, &["--exporter", "old"]).0.concat(), "abcdefghij");
    let letters =
        list::list(folder.path(), &configured(&folder)).unwrap().pipelines.pop().unwrap().dead_letters;
    assert_eq!(letters.len(), 1);
}

#[test]
fn letters_of_a_stopped_collector_wait_until_the_queue_has_room_for_them() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = runtime.block_on(filled());
    let used = list::list(folder.path(), &configured(&folder)).unwrap().pipelines[0].bytes;
    let stopped = stopped::Stopped::take(folder.path(), Some(used + 10)).unwrap();
    let out = stopped.replay("traces/eu", &selection("otlp")).unwrap();
    assert_eq!(out.letters, 0);
    assert!(out.stopped.as_ref().is_some_and(|why| why.contains("is full")), "{out:?}");
    assert_eq!(export(&folder, &["--dead"]).0.concat(), "xy");
    drop(stopped);
    // without a configuration what the collector might use last counts, which is enough here
    let stopped = stopped::Stopped::take(folder.path(), None).unwrap();
    assert_eq!(stopped.replay("traces/eu", &selection("otlp")).unwrap().letters, 1);
}

#[tokio::test]
async fn a_list_says_how_full_a_queue_is() {
    let folder = filled().await;
    let text = |places: &Places| list_text::render(&[list::list(folder.path(), places).unwrap()]);
    let told = text(&configured(&folder));
    assert!(told.contains(" of 1.0 MiB (0 %) in "), "what it might use when it ran: {told}");
    let mut places = configured(&folder);
    places.sizes.insert(folder.path().to_owned(), 1_000);
    assert!(text(&places).contains(" of 1000 B ("), "{}", text(&places));
}

#[test]
fn what_waits_at_a_stopped_collector_is_dropped_and_counted() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = runtime.block_on(filled());
    let stopped = stopped::Stopped::take(folder.path(), None).unwrap();
    assert_eq!(stopped.drop_backlog("traces/eu", "otlp", false).unwrap(), 7);
    assert_eq!(stopped.drop_backlog("traces/eu", "old", true).unwrap(), 10);
    let partial = codeagent_pipeline::log::Selection { with_partial: true, ..selection("otlp") };
    assert_eq!(stopped.drop_letters("traces/eu", &partial).unwrap().letters, 2);
    let queue = list::list(folder.path(), &configured(&folder)).unwrap().pipelines.pop().unwrap();
    let left: Vec<_> = queue.destinations.iter().map(|to| (to.exporter.as_str(), to.items)).collect();
    assert_eq!((left, queue.dead_letters.len()), (vec![("otlp", 0)], 0));
}

#[test]
fn a_running_collectors_files_are_not_opened() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = runtime.block_on(filled());
    let _lock = codeagent_pipeline::log::FolderLock::take(folder.path()).unwrap();
    let refused = stopped::Stopped::take(folder.path(), None).map(|_| ()).unwrap_err().to_string();
    assert!(refused.contains("in use by process"), "{refused}");
}

#[test]
fn orders_are_taken_from_the_command_line_and_not_from_browsers() {
    use codeagent_components::net::pages::{Reply, Site, serve_site};
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let reply = |body: String| {
        let content_type = "application/json";
        Some(Reply { status: http::StatusCode::OK, content_type, body })
    };
    let site = Site {
        answer: Arc::new(|_| None),
        order: Some(Arc::new(move |path, body| {
            Box::pin(async move { reply(format!("{path} {}", String::from_utf8_lossy(&body))) })
        })),
        guard: Arc::default(),
    };
    runtime.spawn(serve_site(listener, site));
    let line = ["status", "--endpoint", &address];
    let cli = crate::cli::Cli::try_parse_from([&["x"], &line[..]].concat()).unwrap();
    let Some(crate::cli::Command::Status { whom, .. }) = cli.command else { panic!() };
    let answer = crate::own_page::post(&whom, "/queue/drop", &serde_json::json!({"a": 1})).unwrap();
    assert_eq!(answer, "/queue/drop {\"a\":1}");
    for (headers, status) in [
        ("", "403"),
        ("codeagent-admin: 1\r\nOrigin: http://evil.example\r\n", "403"),
        ("codeagent-admin: 1\r\nSec-Fetch-Site: same-origin\r\n", "403"),
        ("codeagent-admin: 1\r\n", "200"),
    ] {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        write!(stream, "POST /queue/drop HTTP/1.0\r\nContent-Length: 0\r\n{headers}\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.lines().next().unwrap().contains(status), "{headers}: {answer}");
    }
}
