//! The exporter as users write it, on a real disk.

use std::fs;
use std::path::Path;

use codeagent_pipeline::{Batch, Exporter, SendError};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use prost::Message as _;

use super::*;
use crate::exporters::written;

fn exporters(path: &Path, sections: &[&str]) -> Result<Vec<File>, String> {
    let sections = sections
        .iter()
        .enumerate()
        .map(|(number, section)| format!("  file/{number}: {{path: '{}'{section}}}\n", path.display()));
    let yaml = format!("exporters:\n{}", sections.collect::<String>());
    written::each(&yaml, |context, section| {
        let config = section.decode_refusing(UNSUPPORTED, context.diagnostics)?;
        exporter(context, section, Signal::Logs, config)
    })
}

fn only(path: &Path, section: &str) -> File {
    exporters(path, &[section]).unwrap().pop().unwrap()
}

fn request(text: &str) -> ExportLogsServiceRequest {
    let record = LogRecord { severity_text: text.to_owned(), ..LogRecord::default() };
    let scope_logs = vec![ScopeLogs { log_records: vec![record], ..ScopeLogs::default() }];
    let resource_logs = vec![ResourceLogs { scope_logs, ..ResourceLogs::default() }];
    ExportLogsServiceRequest { resource_logs }
}

async fn write(exporter: &File, text: &str) -> Result<(), SendError> {
    let batch = Batch::new(Signal::Logs, request(text).encode_to_vec().into(), 1);
    let mut encoded = exporter.encode(&batch);
    exporter.send(&mut encoded.requests[0]).await.map(drop)
}

fn lines(path: &Path) -> Vec<ExportLogsServiceRequest> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn each_batch_is_a_line_of_otlp_json_whoever_writes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.jsonl");
    let both = exporters(&path, &["", ""]).unwrap();
    for (exporter, text) in both.iter().zip(["one\nline", "two"]) {
        exporter.start().await.unwrap();
        write(exporter, text).await.unwrap();
        exporter.stop().await;
    }
    assert_eq!(lines(&path), [request("one\nline"), request("two")]);
}

#[tokio::test]
async fn other_formats_are_records_after_their_length() {
    let directory = tempfile::tempdir().unwrap();
    for (number, (section, is_json, is_zstd)) in [
        (", format: proto", false, false),
        (", format: proto, compression: zstd", false, true),
        (", compression: zstd", true, true),
    ]
    .into_iter()
    .enumerate()
    {
        let path = directory.path().join(number.to_string());
        let exporter = only(&path, section);
        for text in ["one", "two"] {
            write(&exporter, text).await.unwrap();
        }
        let bytes = fs::read(&path).unwrap();
        let (mut rest, mut found) = (&bytes[..], Vec::new());
        while let Some((length, after)) = rest.split_first_chunk::<4>() {
            let (record, after) = after.split_at(u32::from_be_bytes(*length) as usize);
            let record = if is_zstd { zstd::decode_all(record).unwrap() } else { record.to_vec() };
            found.push(match is_json {
                true => serde_json::from_slice(&record).unwrap(),
                false => ExportLogsServiceRequest::decode(&record[..]).unwrap(),
            });
            rest = after;
        }
        assert_eq!(found, [request("one"), request("two")], "{section}");
    }
}

#[tokio::test]
async fn a_file_is_emptied_at_the_start_unless_it_is_to_be_kept() {
    let directory = tempfile::tempdir().unwrap();
    for (section, kept) in [("", 0), (", append: true", 1), (", rotation: {}", 1)] {
        let path = directory.path().join("a");
        fs::write(&path, "{}\n").unwrap();
        let exporter = only(&path, section);
        write(&exporter, "new").await.unwrap();
        assert_eq!(lines(&path).len(), kept + 1, "{section}");
    }
}

#[tokio::test]
async fn a_line_that_a_crash_cut_short_spoils_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a");
    fs::write(&path, "{}\n{\"resourceLo").unwrap();
    write(&only(&path, ", append: true"), "new").await.unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let last: ExportLogsServiceRequest = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!((last, text.lines().count()), (request("new"), 3));
}

#[tokio::test]
async fn a_full_file_is_put_aside_and_the_oldest_removed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data.jsonl");
    let exporter = only(&path, ", rotation: {max_megabytes: 1, max_backups: 2}");
    let text = "x".repeat(600_000);
    for number in 0..5 {
        write(&exporter, &format!("{number}{text}")).await.unwrap();
    }
    let mut files: Vec<_> =
        fs::read_dir(directory.path()).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let first = |file: &Path| {
        lines(file)[0].resource_logs[0].scope_logs[0].log_records[0].severity_text[..1].to_owned()
    };
    let kept: Vec<String> = files.iter().map(|file| first(file)).collect();
    assert_eq!(kept, ["2", "3", "4"], "{files:?}");
    assert!(files.iter().all(|file| fs::metadata(file).unwrap().len() <= 1 << 20));
}

#[tokio::test]
async fn a_directory_is_made_where_asked_for_and_else_the_error_names_the_path() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x/y/a");
    match write(&only(&path, ""), "a").await {
        Err(SendError::Retry { message, .. }) => {
            assert!(message.starts_with(&format!("cannot open {}: ", path.display())), "{message}");
        }
        other => panic!("{other:?}"),
    }
    let making = only(&path, ", create_directory: true, directory_permissions: '0700'");
    write(&making, "a").await.unwrap();
    assert_eq!(lines(&path).len(), 1);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_tried_again() {
    let exporter = only(Path::new("/dev/full"), ", append: true");
    match write(&exporter, "a").await {
        Err(SendError::Retry { message, .. }) => {
            assert!(message.starts_with("cannot write /dev/full: No space left"), "{message}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn mistakes_are_told_with_their_keys() {
    let cases = [
        ("{}", "the path is missing"),
        ("{path: a, format: xml}", "xml"),
        ("{path: a, compression: gzip}", "gzip"),
        ("{path: a, append: true, compression: zstd}", "exclude each other"),
        ("{path: a, append: true, rotation: {}}", "exclude each other"),
        ("{path: a, group_by: {enabled: true}}", "`group_by` is not supported"),
        ("{path: a, encoding: otlp_encoding}", "encoding extensions are not supported"),
        ("{path: a, directory_permissions: '0700'}", "only for directories that are made"),
        ("{path: a, create_directory: true, directory_permissions: rwx}", "not permissions in octal"),
    ];
    for (section, reason) in cases {
        let yaml = format!("exporters: {{file: {section}}}");
        let shown = written::build(&FACTORY, &yaml, Signal::Logs).err().unwrap();
        assert!(shown.contains(reason), "{shown}");
    }
    let path = Path::new("/tmp/same-path-of-two-exporters");
    let shown = exporters(path, &["", ", format: proto"]).err().unwrap();
    assert!(shown.contains("with other settings"), "{shown}");
}

#[tokio::test]
async fn after_a_reload_with_other_settings_old_and_new_write_to_one_open_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.jsonl");
    // built one by one, as the configurations before and after a reload are
    let (before, after) = (only(&path, ""), only(&path, ", rotation: {max_megabytes: 7}"));
    for (exporter, text) in [(&before, "1"), (&after, "2"), (&before, "3"), (&after, "4")] {
        write(exporter, text).await.unwrap();
    }
    drop(before);
    write(&only(&path, ""), "5").await.unwrap();
    assert_eq!(lines(&path), ["1", "2", "3", "4", "5"].map(request));
    let refused = exporters(&path, &["", ", rotation: {max_megabytes: 7}"]).unwrap_err();
    assert!(refused.contains("with other settings"), "{refused}");
}
