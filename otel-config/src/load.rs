//! Texts into a document.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Document;
use crate::environment::Environment;
use crate::expand::expand;
use crate::section::Section;
use crate::source::Source;
use crate::topology;
use crate::yaml::node::{Node, SourceText, Value};
use crate::yaml::{Budget, merge, read, unflatten};

/// Reads, merges and expands the sources (a later one wins), sets the overrides (`a::b::c` or `a.b.c`, and a value
/// in YAML), and checks what can be checked without knowing a component. All findings go to `diags`.
///
/// `None` when there is nothing to go on with, such as after a syntax error. A document can come with
/// errors: then its sections can still be decoded, to report their mistakes as well, but it must not run.
pub fn load(
    sources: &[Source],
    overrides: &[(String, String)],
    env: &Environment,
    diags: &mut Diagnostics,
) -> Option<Document> {
    let mut budget = Budget::default();
    let mut root: Option<Arc<Node>> = None;
    let mut readable = true;
    let overrides = overrides.iter().map(|(key, value)| override_source(key, value));
    for source in sources.iter().cloned().map(Ok).chain(overrides) {
        let mut errors = Vec::new();
        let read = source.and_then(|source| read_source(source, &mut budget, &mut errors));
        diags.extend(errors);
        match (read, &root) {
            (Ok(node), Some(below)) if !node.is_null() => root = Some(merge(below, &node)),
            (Ok(node), None) => root = Some(node),
            (Ok(_), Some(_)) => {}
            (Err(error), _) => {
                readable = false;
                diags.push(error);
            }
        }
    }
    let Some(root) = root.filter(|_| readable) else {
        if readable {
            diags.push(Diagnostic::error("there is no configuration").help("pass --config FILE"));
        }
        return None;
    };
    let root = expand(&root, env, &mut budget, diags);
    topology::document(&root, diags)
}

impl Section {
    /// A section from a text, as if it stood alone: for tests and examples. References are expanded.
    /// `None` when it is not YAML.
    pub fn from_yaml(source: &Source, env: &Environment, diags: &mut Diagnostics) -> Option<Section> {
        let mut budget = Budget::default();
        let text = Arc::new(SourceText::new(&*source.name, source.text.clone()));
        let mut errors = Vec::new();
        let read = read(&text, &mut budget, &mut errors);
        diags.extend(errors);
        match read {
            Ok(node) => {
                let node = expand(&node, env, &mut budget, diags);
                Some(Section::new(String::new(), None, Some(node)))
            }
            Err(error) => {
                diags.push(error);
                None
            }
        }
    }
}

/// One source, on its top level a map or nothing.
fn read_source(
    source: Source,
    budget: &mut Budget,
    errors: &mut Vec<Diagnostic>,
) -> Result<Arc<Node>, Diagnostic> {
    let source = Arc::new(SourceText::new(source.name, source.text));
    let root = unflatten(read(&source, budget, errors)?);
    match root.value {
        Value::Map(_) | Value::Null => Ok(root),
        _ => {
            let message = format!("a configuration is a map, not {}", root.kind());
            let help = "it begins with keys such as `receivers:` and `service:`";
            Err(Diagnostic::error(message).at(&root.span).help(help))
        }
    }
}

/// `--set` becomes one line of YAML in the Collector's short form.
fn override_source(key: &str, value: &str) -> Result<Source, Diagnostic> {
    let name = format!("--set {key}");
    let path = if key.contains("::") { key.to_owned() } else { key.replace('.', "::") };
    let path = path.trim();
    if path.is_empty() || path.split("::").any(str::is_empty) {
        let help = "write --set section::key=value, such as --set exporters::debug::verbosity=detailed";
        return Err(Diagnostic::error(format!("`{key}` is not a path of keys")).path(name).help(help));
    }
    Ok(Source::new(name, format!("{path}: {}", value.trim())))
}
