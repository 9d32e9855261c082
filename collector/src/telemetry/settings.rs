//! `service::telemetry`, the Collector's keys.

use codeagent_config::{Diagnostic, Diagnostics, Section};
use indexmap::IndexMap;
use serde::Deserialize;

/// What the collector tells of itself, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where its metrics page listens; none at level `none`.
    pub metrics_address: Option<String>,
    /// The log's level, where the configuration sets one.
    pub log_level: Option<String>,
    /// Whether the log is JSON, where the configuration says so.
    pub log_json: Option<bool>,
    /// OTLP endpoints for its own metrics.
    pub metrics_otlp: Vec<Otlp>,
    /// OTLP endpoints for its own traces.
    pub traces_otlp: Vec<Otlp>,
    /// Attributes of its resource.
    pub resource: IndexMap<String, String>,
}

/// Where own telemetry is pushed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Otlp {
    /// `http://host:4317`.
    pub endpoint: String,
    /// `grpc` or `http/protobuf`.
    pub protocol: String,
    /// Time between pushes of metrics.
    pub interval: std::time::Duration,
}

const DEFAULT_ADDRESS: &str = "127.0.0.1:8888";

impl Settings {
    /// Reads the section; an absent one gives the defaults.
    pub fn read(section: &Section, diagnostics: &mut Diagnostics) -> Self {
        let config: Telemetry = section.decode(diagnostics).unwrap_or_default();
        let metrics = config.metrics;
        let mut settings = Settings {
            metrics_address: None,
            log_level: config.logs.level,
            log_json: config.logs.encoding.map(|encoding| encoding == Encoding::Json),
            metrics_otlp: Vec::new(),
            traces_otlp: Vec::new(),
            resource: config.resource.into_iter().filter_map(|(k, v)| Some((k, v?))).collect(),
        };
        if metrics.level != Level::None {
            settings.metrics_address = metrics.address;
            for reader in metrics.readers.unwrap_or_else(|| vec![Reader::default_pull()]) {
                settings.take_reader(reader, section, diagnostics);
            }
        }
        for processor in config.traces.processors {
            let exporter = processor.batch.or(processor.simple).and_then(|batch| batch.exporter.otlp);
            settings.traces_otlp.extend(exporter.map(|otlp| otlp.into_settings(None)));
        }
        settings
    }

    fn take_reader(&mut self, reader: Reader, section: &Section, diagnostics: &mut Diagnostics) {
        if let Some(prometheus) = reader.pull.and_then(|pull| pull.exporter.prometheus) {
            let address = format!("{}:{}", prometheus.host, prometheus.port);
            if self.metrics_address.replace(address).is_some_and(|other| other != DEFAULT_ADDRESS) {
                let problem =
                    section.warning("only the last Prometheus reader is served", "keep one of them");
                diagnostics.push(problem);
            }
        }
        if let Some(periodic) = reader.periodic {
            let interval = periodic.interval;
            match periodic.exporter.otlp {
                Some(otlp) => self.metrics_otlp.push(otlp.into_settings(interval)),
                None => diagnostics.push(no_exporter(section)),
            }
        }
    }
}

fn no_exporter(section: &Section) -> Diagnostic {
    section.error(
        "a periodic reader needs an exporter",
        "write `exporter: {otlp: {protocol: grpc, endpoint: ...}}`",
    )
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Telemetry {
    logs: Logs,
    metrics: Metrics,
    traces: Traces,
    resource: IndexMap<String, Option<String>>,
}

/// Keys of the Collector's logger that change nothing here are read and ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(dead_code)]
struct Logs {
    level: Option<String>,
    encoding: Option<Encoding>,
    development: bool,
    disable_caller: bool,
    disable_stacktrace: bool,
    sampling: Option<IndexMap<String, serde_json::Value>>,
    output_paths: Option<Vec<String>>,
    error_output_paths: Option<Vec<String>>,
    initial_fields: Option<IndexMap<String, serde_json::Value>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Encoding {
    Console,
    Json,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Metrics {
    level: Level,
    address: Option<String>,
    readers: Option<Vec<Reader>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    None,
    Basic,
    #[default]
    Normal,
    Detailed,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Reader {
    pull: Option<Pull>,
    periodic: Option<Periodic>,
}

impl Reader {
    fn default_pull() -> Self {
        let exporter = PullExporter { prometheus: Some(Prometheus::default()) };
        Reader { pull: Some(Pull { exporter }), periodic: None }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pull {
    exporter: PullExporter,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PullExporter {
    prometheus: Option<Prometheus>,
}

/// The format's own switches of the Collector's page are read and ignored: ours has one format.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(dead_code)]
struct Prometheus {
    host: String,
    port: u16,
    without_scope_info: Option<bool>,
    without_units: Option<bool>,
    without_type_suffix: Option<bool>,
    with_resource_constant_labels: Option<IndexMap<String, serde_json::Value>>,
}

impl Default for Prometheus {
    fn default() -> Self {
        Prometheus {
            host: "127.0.0.1".to_owned(),
            port: 8888,
            without_scope_info: None,
            without_units: None,
            without_type_suffix: None,
            with_resource_constant_labels: None,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Periodic {
    /// Milliseconds.
    #[serde(default)]
    interval: Option<u64>,
    #[serde(default)]
    #[allow(dead_code)]
    timeout: Option<u64>,
    exporter: PushExporter,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(dead_code)]
struct Traces {
    level: Option<Level>,
    propagators: Option<Vec<String>>,
    processors: Vec<TraceProcessor>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct TraceProcessor {
    batch: Option<TraceBatch>,
    simple: Option<TraceBatch>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct TraceBatch {
    #[serde(default)]
    schedule_delay: Option<u64>,
    #[serde(default)]
    export_timeout: Option<u64>,
    #[serde(default)]
    max_queue_size: Option<u64>,
    #[serde(default)]
    max_export_batch_size: Option<u64>,
    exporter: PushExporter,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PushExporter {
    otlp: Option<OtlpConfig>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct OtlpConfig {
    protocol: Protocol,
    endpoint: String,
    #[serde(default)]
    insecure: Option<bool>,
    #[serde(default)]
    timeout: Option<u64>,
    #[serde(default)]
    compression: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum Protocol {
    #[serde(rename = "grpc", alias = "grpc/protobuf")]
    Grpc,
    #[serde(rename = "http/protobuf")]
    Http,
}

impl OtlpConfig {
    fn into_settings(self, interval: Option<u64>) -> Otlp {
        Otlp {
            endpoint: self.endpoint,
            protocol: if self.protocol == Protocol::Grpc { "grpc" } else { "http/protobuf" }.to_owned(),
            interval: std::time::Duration::from_millis(interval.unwrap_or(60_000)),
        }
    }
}
