//! What real agents and SDKs sent: see `tests/captures/README.md`.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use serde_json::Value;

use crate::numbered::now;
use crate::otlp::{Payload, Signal};

/// How a request was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Grpc,
    HttpProtobuf,
    HttpJson,
}

/// One captured request.
#[derive(Clone, Debug)]
pub struct Capture {
    /// `codex-grpc/001-logs.pb`
    pub name: String,
    /// The folder: agent and transport.
    pub agent: String,
    pub signal: Signal,
    pub transport: Transport,
    /// It was sent compressed by gzip.
    pub gzip: bool,
    /// The body, not compressed.
    pub body: Bytes,
}

impl Capture {
    /// How many items it has.
    pub fn items(&self) -> usize {
        match self.transport {
            Transport::HttpJson => json_items(&serde_json::from_slice(&self.body).unwrap(), self.signal),
            _ => Payload::decode(self.signal, &self.body).unwrap().items(),
        }
    }
}

/// All captures, by name.
///
/// # Panics
/// When one cannot be read: a test that sends nothing must not pass.
pub fn all() -> Vec<Capture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures");
    let mut captures: Vec<Capture> = entries(&folder)
        .into_iter()
        .filter(|path| path.is_dir())
        .flat_map(|agent| entries(&agent))
        .filter(|path| !path.to_string_lossy().ends_with(".headers.json"))
        .map(|path| load(&path))
        .collect();
    captures.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(!captures.is_empty(), "no captures in {}", folder.display());
    captures
}

/// What an agent sent as protobuf, with all its times moved so that the newest is now: backends refuse what is old.
pub fn recent(agent: &str) -> Vec<Payload> {
    let captures = all().into_iter().filter(|capture| capture.agent == agent);
    let mut payloads: Vec<Payload> =
        captures.map(|capture| Payload::decode(capture.signal, &capture.body).unwrap()).collect();
    let mut newest = 0;
    payloads.iter_mut().for_each(|payload| each_time(payload, &mut |time| newest = newest.max(*time)));
    assert!(newest > 0, "no captures of {agent}");
    let shift = now() - newest;
    payloads.iter_mut().for_each(|payload| each_time(payload, &mut |time| *time += shift));
    payloads
}

/// All the times of a request that are set.
fn each_time(payload: &mut Payload, visit: &mut dyn FnMut(&mut u64)) {
    let mut visit = |time: &mut u64| {
        if *time > 0 {
            visit(time);
        }
    };
    match payload {
        Payload::Traces(request) => {
            let scopes = request.resource_spans.iter_mut().flat_map(|resource| &mut resource.scope_spans);
            for span in scopes.flat_map(|scope| &mut scope.spans) {
                visit(&mut span.start_time_unix_nano);
                visit(&mut span.end_time_unix_nano);
                span.events.iter_mut().for_each(|event| visit(&mut event.time_unix_nano));
            }
        }
        Payload::Logs(request) => {
            let scopes = request.resource_logs.iter_mut().flat_map(|resource| &mut resource.scope_logs);
            for record in scopes.flat_map(|scope| &mut scope.log_records) {
                visit(&mut record.time_unix_nano);
                visit(&mut record.observed_time_unix_nano);
            }
        }
        Payload::Metrics(request) => {
            let scopes = request.resource_metrics.iter_mut().flat_map(|resource| &mut resource.scope_metrics);
            let metrics = scopes.flat_map(|scope| &mut scope.metrics);
            metrics
                .filter_map(|metric| metric.data.as_mut())
                .for_each(|data| each_point_time(data, &mut visit));
        }
    }
}

fn each_point_time(data: &mut Data, visit: &mut dyn FnMut(&mut u64)) {
    macro_rules! points {
        ($data:expr) => {
            for point in &mut $data.data_points {
                visit(&mut point.start_time_unix_nano);
                visit(&mut point.time_unix_nano);
            }
        };
    }
    match data {
        Data::Gauge(gauge) => points!(gauge),
        Data::Sum(sum) => points!(sum),
        Data::Histogram(histogram) => points!(histogram),
        Data::ExponentialHistogram(histogram) => points!(histogram),
        Data::Summary(summary) => points!(summary),
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn load(path: &Path) -> Capture {
    let file = path.file_name().and_then(|name| name.to_str()).unwrap();
    let agent = path.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap();
    let (stem, extension) = file.split_once('.').unwrap();
    let signal = match stem.split_once('-').unwrap().1 {
        "traces" => Signal::Traces,
        "metrics" => Signal::Metrics,
        "logs" => Signal::Logs,
        other => panic!("{other} is not a signal: {}", path.display()),
    };
    let headers: Value =
        serde_json::from_slice(&fs::read(path.with_file_name(format!("{stem}.headers.json"))).unwrap())
            .unwrap();
    let transport = match (headers["transport"].as_str(), extension) {
        (Some("grpc"), "pb") => Transport::Grpc,
        (Some("http"), "pb") => Transport::HttpProtobuf,
        (Some("http"), "json") => Transport::HttpJson,
        other => panic!("{other:?} is not a transport: {}", path.display()),
    };
    let mut sent = headers["headers"].as_object().into_iter().flatten();
    let gzip = sent.any(|(name, value)| name.to_lowercase().ends_with("-encoding") && value == "gzip");
    let body = fs::read(path).unwrap().into();
    Capture { name: format!("{agent}/{file}"), agent: agent.to_owned(), signal, transport, gzip, body }
}

/// Counts the items of OTLP/JSON without an OTLP decoder: they are the elements of these arrays, at these depths.
fn json_items(value: &Value, signal: Signal) -> usize {
    let path: &[&str] = match signal {
        Signal::Traces => &["resourceSpans", "scopeSpans", "spans"],
        Signal::Logs => &["resourceLogs", "scopeLogs", "logRecords"],
        Signal::Metrics => &["resourceMetrics", "scopeMetrics", "metrics"],
    };
    let mut level = vec![value];
    for key in path {
        level = level.into_iter().filter_map(|value| value[*key].as_array()).flatten().collect();
    }
    match signal {
        Signal::Metrics => level.into_iter().map(json_points).sum(),
        _ => level.len(),
    }
}

fn json_points(metric: &Value) -> usize {
    const KINDS: [&str; 5] = ["gauge", "sum", "histogram", "exponentialHistogram", "summary"];
    KINDS.iter().filter_map(|kind| metric[*kind]["dataPoints"].as_array()).map(Vec::len).sum()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn there_are_captures_of_every_agent_and_each_has_items() {
        let captures = all();
        let agents: HashSet<&str> =
            captures.iter().filter_map(|capture| capture.agent.split('-').next()).collect();
        assert_eq!(agents, HashSet::from(["claude", "codex", "gemini", "qwen", "opencode", "otel"]));
        for capture in captures {
            assert!(capture.items() > 0, "{} has no items", capture.name);
        }
    }
}
