//! Edits of attributes, as the `attributes` and `resource` processors list them.

use codeagent_config::{Diagnostics, Section};
use codeagent_pipeline::otlp::AttributeList;
use codeagent_pipeline::otlp::any_value;
use codeagent_pipeline::otlp::views::{AnyValue, View};
use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

mod compile;
mod convert;

pub use compile::{compile, encode, pattern};
pub use convert::text as convert_text;

/// One entry of `actions` (or of `resource`'s `attributes`).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionConfig {
    /// The attribute to work on.
    #[serde(default)]
    pub key: String,
    /// What to do.
    pub action: ActionKind,
    /// The value to write; its type is the one that it has in YAML.
    #[serde(default)]
    pub value: Option<Value>,
    /// The attribute to copy.
    #[serde(default)]
    pub from_attribute: Option<String>,
    /// Not supported yet.
    #[serde(default)]
    pub from_context: Option<String>,
    /// The value where `from_attribute` is missing.
    #[serde(default)]
    pub default_value: Option<Value>,
    /// `delete` and `hash`: keys that match. `extract`: named groups of the value.
    #[serde(default)]
    pub pattern: Option<String>,
    /// `convert`: the type to have.
    #[serde(default)]
    pub converted_type: Option<ConvertedType>,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ActionKind {
    /// Write where the key is missing.
    Insert,
    /// Write where the key is present.
    Update,
    /// Write in any case.
    Upsert,
    /// Take out.
    Delete,
    /// Replace the value by its SHA-256.
    Hash,
    /// Write the named groups of a pattern.
    Extract,
    /// Change the value's type.
    Convert,
}

/// The type to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ConvertedType {
    /// A 64-bit integer.
    Int,
    /// A double.
    Double,
    /// Text.
    String,
}

/// A compiled edit.
#[derive(Debug)]
pub enum Action {
    /// Writes a value.
    Write {
        /// The attribute.
        key: String,
        /// Whether to write where the key is missing, and where it is present.
        when: (bool, bool),
        /// What to write.
        value: Written,
    },
    /// Takes keys out.
    Delete(Keys),
    /// Hashes values.
    Hash(Keys),
    /// Writes the named groups that match the value of `key`.
    Extract {
        /// The attribute to read.
        key: String,
        /// The pattern.
        pattern: Regex,
    },
    /// Changes the type of a value.
    Convert {
        /// The attribute.
        key: String,
        /// The type.
        to: ConvertedType,
    },
}

/// What `insert`, `update` and `upsert` write: `AnyValue` messages.
#[derive(Debug)]
pub struct Written {
    /// The attribute to copy, before the value.
    pub from_attribute: Option<String>,
    /// What is written else.
    pub value: Option<Vec<u8>>,
}

/// Keys by name, by pattern, or both.
#[derive(Debug)]
pub struct Keys {
    /// The name; empty for none.
    pub name: String,
    /// The pattern.
    pub pattern: Option<Regex>,
}

impl Keys {
    fn contains(&self, key: &str) -> bool {
        (key == self.name && !key.is_empty())
            || self.pattern.as_ref().is_some_and(|pattern| pattern.is_match(key))
    }
}

/// Runs `actions` in their order.
pub fn run(actions: &[Action], attributes: &mut AttributeList<'_>) {
    for action in actions {
        match action {
            Action::Write { key, when: (missing, present), value } => {
                let exists = attributes.get(key).is_some();
                if (exists && *present) || (!exists && *missing) {
                    write(attributes, key, value);
                }
            }
            Action::Delete(keys) => {
                attributes.retain(|key, _| !keys.contains(key));
            }
            Action::Hash(keys) => {
                attributes.update(|key, value| keys.contains(key).then(|| convert::hash(value)));
            }
            Action::Extract { key, pattern } => extract(attributes, key, pattern),
            Action::Convert { key, to } => {
                if let Some(value) = attributes.get(key).and_then(|value| convert::convert(value, *to)) {
                    attributes.set(key, value);
                }
            }
        }
    }
}

fn write(attributes: &mut AttributeList<'_>, key: &str, written: &Written) {
    let copied = written.from_attribute.as_deref().and_then(|from| attributes.get(from));
    if let Some(value) = copied.map(<[u8]>::to_vec).or_else(|| written.value.clone()) {
        attributes.set(key, value);
    }
}

fn extract(attributes: &mut AttributeList<'_>, key: &str, pattern: &Regex) {
    let Some(text) = attributes.get(key).and_then(|value| AnyValue::view(value).as_str()) else { return };
    let text = text.to_owned();
    let Some(captures) = pattern.captures(&text) else { return };
    for name in pattern.capture_names().flatten() {
        let value = captures.name(name).map_or("", |group| group.as_str());
        attributes.set(name, any_value::string(value));
    }
}

/// Compiles all entries of `configs`; the section is that of the list, for places in messages.
pub fn compile_all(
    configs: &[ActionConfig],
    section: &Section,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Action>> {
    if configs.is_empty() {
        let problem = section
            .error("there is no action", "list at least one, such as {key: a, value: b, action: upsert}");
        diagnostics.push(problem);
        return None;
    }
    let mut actions = Vec::new();
    for (at, config) in configs.iter().enumerate() {
        match compile(config) {
            Ok(action) => actions.push(action),
            Err((problem, help)) => {
                let name =
                    if config.key.is_empty() { String::new() } else { format!(" (key `{}`)", config.key) };
                diagnostics.push(section.error(format!("action {}{name}: {problem}", at + 1), help));
            }
        }
    }
    (actions.len() == configs.len()).then_some(actions)
}

#[cfg(test)]
mod tests;
