//! Generates the Rust of `codeagent-semconv`.

mod attributes;
mod enums;
mod metrics;
mod signals;
mod text;

use crate::resolve::{Registry, Use};
use crate::schema::Level;
use crate::{COMMAND, prometheus};
use std::collections::BTreeMap;
use text::literal;

/// Every generated Rust file: its path below the folder of the conventions, and its text.
#[must_use]
pub fn files(registry: &Registry) -> BTreeMap<String, String> {
    let mut files = attributes::files(registry);
    files.extend(enums::files(registry));
    files.extend(metrics::files(registry));
    files.extend(signals::files(registry));
    files
}

/// The first lines of a generated file.
fn head(doc: &str) -> String {
    format!("//! {doc}\n//\n// Generated from registry/ by `{COMMAND}`; do not edit.\n")
}

/// A module that collects what those of the areas declare: `(area, names)`, into `ALL` of the given type.
fn index(doc: &str, all_doc: &str, element: &str, areas: &[(String, Vec<String>)]) -> String {
    let mut out = head(doc);
    out.push('\n');
    for (area, _) in areas {
        out.push_str(&format!("mod {area};\n"));
    }
    out.push('\n');
    for (area, _) in areas {
        out.push_str(&format!("pub use {area}::*;\n"));
    }
    out.push_str(&all(all_doc, element, areas.iter().flat_map(|(_, names)| names)));
    out
}

/// The list of everything in a module.
fn all<'a>(doc: &str, element: &str, names: impl Iterator<Item = &'a String>) -> String {
    let mut out = format!("\n/// {doc}\npub static ALL: &[&crate::{element}] = &[\n");
    for name in names {
        out.push_str(&format!("    &{name},\n"));
    }
    out.push_str("];\n");
    out
}

/// The attributes of a signal as a list of `Attribute`.
fn carried(registry: &Registry, uses: &[Use]) -> String {
    if uses.is_empty() {
        return "&[]".to_owned();
    }
    let mut out = "&[\n".to_owned();
    for used in uses {
        let label = registry.attribute(&used.key).map(prometheus::label).unwrap_or_default();
        let level = match &used.level {
            Level::Required => "Level::Required".to_owned(),
            Level::ConditionallyRequired(when) => format!("Level::Conditional({})", literal(when)),
            Level::Recommended => "Level::Recommended".to_owned(),
            Level::OptIn => "Level::OptIn".to_owned(),
        };
        let sampling = if used.sampling { ".for_samplers()" } else { "" };
        let (key, label) = (literal(&used.key), literal(&label));
        out.push_str(&format!("        Attribute::new({key}, {label}, {level}){sampling},\n"));
    }
    out.push_str("    ]");
    out
}
