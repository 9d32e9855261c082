//! OpenTelemetry's declarative configuration.
#![doc = include_str!("README.md")]

mod apply;
mod exporter;
mod section;
mod substitution;
#[cfg(test)]
mod tests;
mod yaml;

use std::path::{Path, PathBuf};

use crate::diagnose;
use crate::settings::{self, Settings};

/// A larger file is no configuration.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Why a file of declarative configuration is not used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", path.display())]
pub struct FileError {
    path: PathBuf,
    problem: String,
}

/// Reads the environment, and the file that it names: then the file says what `OTEL_*` would, and goes before `CODEAGENT_*`.
pub(crate) fn configure(
    settings: &mut Settings,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<(), FileError> {
    let Some(path) = variable("OTEL_CONFIG_FILE").filter(|path| !path.is_empty()) else {
        settings::apply(settings, variable);
        return Ok(());
    };
    settings::apply(settings, &|name| variable(name).filter(|_| !name.starts_with("OTEL_")));
    for finding in read_file(settings, Path::new(&path), variable)? {
        diagnose::say(|| format!("{path}: {finding}"));
    }
    Ok(())
}

/// A problem within the text: where, and what.
type Problem = String;

/// Reads the file at `path` onto `settings`; what it says that is not honoured comes back, a sentence each.
fn read_file(
    settings: &mut Settings,
    path: &Path,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<String>, FileError> {
    let failed = |problem: String| FileError { path: path.to_owned(), problem };
    let size = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?.len();
    if size > FILE_BYTES_MAX {
        return Err(failed(format!("{size} bytes are too many for a configuration")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    read(settings, &text, variable).map_err(failed)
}

/// The same for a text.
fn read(
    settings: &mut Settings,
    text: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<String>, Problem> {
    let document = yaml::read(text, variable)?;
    let findings = section::Findings::default();
    apply::document(settings, &document, &findings)?;
    Ok(findings.into_inner())
}
