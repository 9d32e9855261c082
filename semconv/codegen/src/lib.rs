//! Reads the registry of `codeagent-semconv`, checks it, and generates the crate's Rust and its pages.

pub mod check;
pub mod ident;
pub mod load;
pub mod markdown;
pub mod prometheus;
pub mod resolve;
pub mod rust;
pub mod schema;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Folders that hold generated files and nothing else.
pub const GENERATED_FOLDERS: &[&str] = &["src/attribute", "src/metric", "src/value", "docs"];

/// How to renew what is generated.
pub const COMMAND: &str = "cargo run -p codeagent-semconv-codegen";

/// The folder of the conventions in this repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Generates every file: its path below `root`, and its text.
///
/// # Errors
/// Everything that is wrong with the registry, each as what, where and why.
pub fn generate(root: &Path) -> Result<BTreeMap<String, String>, Vec<String>> {
    let registry = resolve::resolve(load::load(root)?)?;
    let problems = check::check(&registry);
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut files = rust::files(&registry);
    files.extend(markdown::files(&registry));
    Ok(files)
}

/// The generated files below `root` that differ from `expected`, are missing, or should not be there.
///
/// # Errors
/// A folder that cannot be read.
pub fn stale(root: &Path, expected: &BTreeMap<String, String>) -> std::io::Result<Vec<String>> {
    let differs = |(path, text): &(&String, &String)| {
        !std::fs::read_to_string(root.join(path)).is_ok_and(|found| found == **text)
    };
    let mut stale: Vec<String> = expected.iter().filter(differs).map(|(path, _)| path.clone()).collect();
    stale.extend(leftovers(root, expected)?);
    Ok(stale)
}

/// Files in generated folders that no longer are generated, for example of an area that was removed.
fn leftovers(root: &Path, expected: &BTreeMap<String, String>) -> std::io::Result<Vec<String>> {
    let mut leftovers = Vec::new();
    for folder in GENERATED_FOLDERS.iter().filter(|folder| root.join(folder).exists()) {
        for entry in std::fs::read_dir(root.join(folder))? {
            let path = format!("{folder}/{}", entry?.file_name().to_string_lossy());
            if !expected.contains_key(&path) {
                leftovers.push(path);
            }
        }
    }
    Ok(leftovers)
}

/// Writes what is stale and removes what is left over; returns the paths.
///
/// # Errors
/// A file that cannot be written or removed.
pub fn write(root: &Path, expected: &BTreeMap<String, String>) -> std::io::Result<Vec<String>> {
    let stale = stale(root, expected)?;
    for path in &stale {
        let target = root.join(path);
        match expected.get(path) {
            Some(text) => {
                std::fs::create_dir_all(target.parent().unwrap_or(root))?;
                std::fs::write(target, text)?;
            }
            None => std::fs::remove_file(target)?,
        }
    }
    Ok(stale)
}
