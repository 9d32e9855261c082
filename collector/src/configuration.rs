//! Reads the configuration that the command line names.

use std::path::{Path, PathBuf};

use codeagent_config::{Diagnostics, Document, Environment, Source, load};

use crate::cli::Sources;

/// What runs when no configuration is given.
const DEFAULT: &str = include_str!("../../otel-config/configs/default.yaml");

/// What the embedded default keeps in the data folder.
const KEPT: [(&str, &str); 4] = [
    ("exporters::file/traces::path", "traces.jsonl"),
    ("exporters::file/metrics::path", "metrics.jsonl"),
    ("exporters::file/logs::path", "logs.jsonl"),
    ("extensions::file_storage::directory", "queue"),
];

/// Whether the embedded default is used.
pub fn is_default(sources: &Sources) -> bool {
    sources.config.is_empty()
}

/// Reads and merges all sources. `data_dir` is where the embedded default keeps data.
pub fn read(sources: &Sources, data_dir: &Path, diagnostics: &mut Diagnostics) -> Option<Document> {
    let environment = Environment::process();
    let mut texts = Vec::new();
    let mut overrides = Vec::new();
    if is_default(sources) {
        texts.push(Source::new("embedded default", DEFAULT));
        for (key, file) in KEPT {
            let path = data_dir.join(file).to_string_lossy().replace('$', "$$");
            overrides.push((key.to_owned(), format!("{path:?}")));
        }
    }
    overrides.extend(sources.set.iter().cloned());
    let mut complete = true;
    for location in &sources.config {
        match Source::from_location(location, &environment) {
            Ok(source) => texts.push(source),
            Err(diagnostic) => {
                diagnostics.push(diagnostic);
                complete = false;
            }
        }
    }
    if !complete {
        return None;
    }
    load(&texts, &overrides, &environment, diagnostics)
}

/// Where data is kept: what the user says, else the platform's place for a program's data.
pub fn data_dir(chosen: Option<&PathBuf>) -> PathBuf {
    chosen.cloned().unwrap_or_else(|| platform_data().join("codeagent-telemetry"))
}

fn platform_data() -> PathBuf {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || variable("HOME").unwrap_or_else(std::env::temp_dir);
    if cfg!(target_os = "macos") {
        return home().join("Library/Application Support");
    }
    if cfg!(windows) {
        return variable("LOCALAPPDATA").unwrap_or_else(std::env::temp_dir);
    }
    variable("XDG_DATA_HOME").filter(|path| path.is_absolute()).unwrap_or_else(|| home().join(".local/share"))
}
