//! What the SDK is told: by the program, by a declarative file, by `OTEL_*` and by `CODEAGENT_*`.

mod environment;
mod local;
mod spool;

use std::path::PathBuf;
use std::time::Duration;

use codeagent_semconv::value::Signal;
use opentelemetry_sdk::metrics::Temporality;
use opentelemetry_sdk::trace::Sampler;

use crate::exemplars::Filter;
use crate::redaction::Content;
use crate::transport::Endpoint;

pub(crate) use environment::{apply, authority, endpoint, pairs};
pub(crate) use local::find_collector;

/// Everything that can be set, with its default.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) is_disabled: bool,
    pub(crate) service_name: String,
    pub(crate) service_version: Option<String>,
    pub(crate) session_id: Option<String>,
    /// Digest of what steers the agent.
    pub(crate) revision: Option<String>,
    /// Further attributes of the resource.
    pub(crate) resource: Vec<(String, String)>,
    /// `None` for signals that are not exported.
    pub(crate) endpoints: [Option<Endpoint>; Signal::COUNT],
    /// Whether anybody said where to send to.
    pub(crate) has_endpoint: bool,
    pub(crate) batch_delay: Duration,
    pub(crate) metrics_interval: Duration,
    pub(crate) temporality: Temporality,
    pub(crate) exemplars: Filter,
    pub(crate) sampler: Sampler,
    /// What waits for export, in bytes.
    pub(crate) queue_bytes: usize,
    /// For a flush at the end of the process.
    pub(crate) flush_timeout: Duration,
    /// `None` where nothing goes to disk.
    pub(crate) spool_directory: Option<PathBuf>,
    pub(crate) spool_bytes: u64,
    pub(crate) spool_age: Duration,
    /// Whether SIGTERM, SIGINT and SIGHUP are ours, where nobody else looks after them.
    pub(crate) handles_signals: bool,
    /// Whether what the process and the machine use is told.
    pub(crate) observes_resources: bool,
    /// Whether `tracing` is connected.
    pub(crate) subscribes: bool,
    /// `tracing`'s directives: levels by target.
    pub(crate) levels: String,
    /// The kinds of content that are kept.
    pub(crate) content: Vec<Content>,
    /// Regular expressions of what is masked besides what always is.
    pub(crate) redacted: Vec<String>,
}

impl Settings {
    pub(crate) fn new(service_name: &str) -> Self {
        Self {
            is_disabled: false,
            service_name: service_name.to_owned(),
            service_version: None,
            session_id: None,
            revision: None,
            resource: Vec::new(),
            endpoints: Default::default(),
            has_endpoint: false,
            batch_delay: Duration::from_secs(1),
            metrics_interval: Duration::from_secs(60),
            temporality: Temporality::Cumulative,
            exemplars: Filter::TraceBased,
            sampler: Sampler::ParentBased(Box::new(Sampler::AlwaysOn)),
            queue_bytes: 8 * 1024 * 1024,
            flush_timeout: Duration::from_secs(2),
            spool_directory: spool::usual_directory(&|name| std::env::var_os(name)),
            spool_bytes: 64 * 1024 * 1024,
            spool_age: Duration::from_secs(24 * 60 * 60),
            handles_signals: true,
            observes_resources: true,
            subscribes: true,
            levels: "info".to_owned(),
            content: Vec::new(),
            redacted: Vec::new(),
        }
    }
}
