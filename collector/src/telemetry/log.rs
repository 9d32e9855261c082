//! The collector's log, on standard error, and over OTLP where it is configured.

use std::io::IsTerminal;
use std::sync::Arc;

use codeagent_pipeline::telemetry::Outbox;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt, registry};

use super::log_records::LogRecords;
use crate::cli::LogFormat;

/// Installs the log. `level` is a level or a filter such as `info,h2=debug`; a wrong one is reported and `info` used.
/// What is logged is put into `outboxes`, too.
pub fn install(level: &str, format: LogFormat, outboxes: Vec<Arc<Outbox>>) {
    let level = if level.eq_ignore_ascii_case("fatal") { "error" } else { level };
    let (filter, wrong) = match EnvFilter::try_new(level.to_ascii_lowercase()) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new("info"), Some(error)),
    };
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match format {
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).with_target(false).boxed(),
    };
    let records = (!outboxes.is_empty()).then_some(LogRecords(outboxes));
    // Only a second installation in one process fails, as in tests: the first one stays.
    let _ = registry().with(filter).with(lines).with(records).try_init();
    if let Some(error) = wrong {
        tracing::warn!(%error, level, "this log level is not known; using info");
    }
}
