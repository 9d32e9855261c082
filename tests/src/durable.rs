//! Configurations with queues on disk.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::collector::binary;
use crate::numbered::{Numbers, attribute, numbers_of_all, spans, text};
use crate::{Collector, Payload, Sink};

/// One pipeline of traces to each of these sinks, named `otlp/a`, `otlp/b` and so on, on one log. `storage` is added to
/// the storage's settings, and what stands beside a sink to its queue's.
pub fn to_sinks(sinks: &[(&Sink, &str)], storage: &str) -> String {
    to_sinks_on(Path::new("queue"), sinks, storage)
}

/// [`to_sinks`] with the log in this folder.
pub fn to_sinks_on(folder: &Path, sinks: &[(&Sink, &str)], storage: &str) -> String {
    let folder = folder.display();
    let names: Vec<String> = ('a'..).take(sinks.len()).map(|letter| format!("otlp/{letter}")).collect();
    let exporter = |(name, (sink, queue)): (&String, &(&Sink, &str))| {
        format!(
            "
  {name}:
    endpoint: {}
    tls: {{insecure: true}}
    sending_queue: {{storage: file_storage{queue}}}
    retry_on_failure: {{initial_interval: 50ms, max_interval: 500ms}}",
            sink.endpoint()
        )
    };
    let exporters: String = names.iter().zip(sinks).map(exporter).collect();
    format!(
        "
extensions:
  file_storage: {{directory: {folder}, create_directory: true{storage}}}
exporters:{exporters}
service:
  extensions: [health_check, file_storage]
  pipelines:
    traces: {{receivers: [otlp], exporters: [{}]}}
",
        names.join(", ")
    )
}

/// A request of spans with 4 KiB each, for what is about bytes.
pub fn large_spans(numbers: Range<u64>, service: &str) -> Payload {
    let mut payload = spans(numbers, service);
    if let Payload::Traces(request) = &mut payload {
        for span in &mut request.resource_spans[0].scope_spans[0].spans {
            span.attributes.push(attribute("padding", text(&"x".repeat(4096))));
        }
    }
    payload
}

/// What `codeagent-collector queue export --dead` writes: the numbers that were refused for good.
pub async fn dead_letters(collector: &Collector) -> Numbers {
    let mut command = tokio::process::Command::new(binary());
    command.args(["queue", "export", "--dead", "--directory", "queue"]).current_dir(collector.folder());
    let output = command.stdin(Stdio::null()).output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let letters: Vec<Payload> =
        text.lines().map(|line| Payload::Traces(serde_json::from_str(line).unwrap())).collect();
    numbers_of_all(&letters)
}

/// The folder of that pipeline's log.
pub fn log_folder(collector: &Collector) -> PathBuf {
    collector.folder().join("queue/traces")
}

/// The files of that log, the oldest first.
pub fn segments(collector: &Collector) -> Vec<PathBuf> {
    let files = std::fs::read_dir(log_folder(collector)).unwrap().map(|entry| entry.unwrap().path());
    let mut segments: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "segment")).collect();
    segments.sort();
    segments
}
