//! The collector's log, on standard error.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::cli::LogFormat;

/// Installs the log. `level` is a level or a filter such as `info,h2=debug`; a wrong one is reported and `info` used.
pub fn install(level: &str, format: LogFormat) {
    let level = if level.eq_ignore_ascii_case("fatal") { "error" } else { level };
    let (filter, wrong) = match EnvFilter::try_new(level.to_ascii_lowercase()) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new("info"), Some(error)),
    };
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Only a second installation in one process fails, as in tests: the first one stays.
    let _ = match format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).with_target(false).try_init(),
    };
    if let Some(error) = wrong {
        tracing::warn!(%error, level, "this log level is not known; using info");
    }
}
