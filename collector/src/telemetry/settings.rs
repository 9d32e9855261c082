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
        };
        if metrics.level != Level::None {
            settings.metrics_address = metrics.address;
            for reader in metrics.readers.unwrap_or_else(|| vec![Reader::default_pull()]) {
                settings.take_reader(reader, section, diagnostics);
            }
        }
        if config
            .traces
            .processors
            .iter()
            .any(|processor| processor.batch.is_some() || processor.simple.is_some())
        {
            diagnostics.push(not_pushed(section, "traces::processors"));
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
        if reader.periodic.is_some() {
            diagnostics.push(not_pushed(section, "metrics::readers"));
        }
    }
}

/// What is read and not done is said.
fn not_pushed(section: &Section, key: &str) -> Diagnostic {
    let place = section.at(key).unwrap_or_else(|| section.clone());
    place.warning(
        "the collector does not push its own telemetry over OTLP yet",
        "scrape its metrics page instead: `metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: 8888}}}}]}`",
    )
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(dead_code)]
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
#[allow(dead_code)]
struct Periodic {
    /// Milliseconds.
    #[serde(default)]
    interval: Option<u64>,
    #[serde(default)]
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
#[allow(dead_code)]
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
