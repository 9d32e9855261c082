//! Finds and reads the files of the registry.

use crate::schema::File;
use std::path::{Path, PathBuf};

/// A file that was read.
#[derive(Debug)]
pub struct Source {
    /// Its path below the folder of the conventions, for messages.
    pub path: String,
    /// The area that it declares: its name without the ending, or `upstream`.
    pub area: String,
    /// The comment at its head, the introduction of the area's page.
    pub intro: String,
    /// What it says.
    pub file: File,
}

/// The name of the area that holds what we take from upstream.
pub const UPSTREAM: &str = "upstream";

/// The file that describes a registry to Weaver, and that we do not read.
const MANIFEST: &str = "manifest.yaml";

/// Reads `registry/*.yaml` and `upstream/*/*.yaml` below `root`, in the order of their names.
///
/// # Errors
/// Every file that cannot be read or does not follow the schema, with line and column.
pub fn load(root: &Path) -> Result<Vec<Source>, Vec<String>> {
    let mut sources = Vec::new();
    let mut problems = Vec::new();
    for (path, area) in files(root).map_err(|error| vec![error])? {
        match read(root, &path, area) {
            Ok(source) => sources.push(source),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(sources) } else { Err(problems) }
}

/// The YAML files of the registry with the area of each.
fn files(root: &Path) -> Result<Vec<(PathBuf, String)>, String> {
    let mut found = Vec::new();
    for path in yaml_in(&root.join("registry"))? {
        let area = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        found.push((path, area));
    }
    for folder in entries(&root.join("upstream"))? {
        for path in yaml_in(&folder)? {
            found.push((path, UPSTREAM.to_owned()));
        }
    }
    Ok(found)
}

fn yaml_in(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let is_definition =
        |path: &PathBuf| path.extension().is_some_and(|ending| ending == "yaml") && !path.ends_with(MANIFEST);
    Ok(entries(folder)?.into_iter().filter(is_definition).collect())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let failed = |error| format!("{}: {error}", folder.display());
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.sort();
    Ok(paths)
}

fn read(root: &Path, path: &Path, area: String) -> Result<Source, String> {
    let shown = path.strip_prefix(root).unwrap_or(path).display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
    let file = parse(&text).map_err(|error| format!("{shown}: {error}"))?;
    Ok(Source { path: shown, area, intro: intro(&text), file })
}

/// Reads one file.
///
/// # Errors
/// What does not follow the schema, with line and column.
pub fn parse(text: &str) -> Result<File, String> {
    let file: File = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
    if file.file_format == "definition/2" {
        Ok(file)
    } else {
        Err(format!("file_format is `{}`, must be `definition/2`", file.file_format))
    }
}

/// The comment lines at the head of a file.
fn intro(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix('#'));
    lines.map(str::trim).collect::<Vec<_>>().join("\n")
}
