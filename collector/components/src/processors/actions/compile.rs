//! From what a user wrote to what runs.

use codeagent_pipeline::otlp::any_value;
use codeagent_pipeline::otlp::wire::{put_bytes, put_message};
use regex::Regex;
use serde_json::Value;

use super::{Action, ActionConfig, ActionKind, Keys, Written};

/// A problem and what to do about it.
type Problem = (String, String);

/// Compiles one entry.
pub fn compile(config: &ActionConfig) -> Result<Action, Problem> {
    if config.from_context.is_some() {
        let help = "write the value, or copy it with `from_attribute`";
        return Err(("`from_context` is not supported yet".to_owned(), help.to_owned()));
    }
    let needs_key = !matches!(config.action, ActionKind::Delete | ActionKind::Hash);
    if config.key.is_empty() && (needs_key || config.pattern.is_none()) {
        return Err(("the key is missing".to_owned(), "name the attribute in `key`".to_owned()));
    }
    let key = config.key.clone();
    match config.action {
        ActionKind::Insert => written(config, (true, false)),
        ActionKind::Update => written(config, (false, true)),
        ActionKind::Upsert => written(config, (true, true)),
        ActionKind::Delete => Ok(Action::Delete(keys(config)?)),
        ActionKind::Hash => Ok(Action::Hash(keys(config)?)),
        ActionKind::Extract => Ok(Action::Extract { key, pattern: groups(config)? }),
        ActionKind::Convert => {
            let help = || "set `converted_type` to int, double or string".to_owned();
            let to = config.converted_type.ok_or_else(|| ("the type is missing".to_owned(), help()))?;
            Ok(Action::Convert { key, to })
        }
    }
}

fn written(config: &ActionConfig, when: (bool, bool)) -> Result<Action, Problem> {
    let value = config.value.as_ref().or(config.default_value.as_ref()).map(encode);
    if value.is_none() && config.from_attribute.is_none() {
        let help = "set `value`, `from_attribute` or `default_value`".to_owned();
        return Err(("there is nothing to write".to_owned(), help));
    }
    if config.value.is_some() && config.from_attribute.is_some() {
        let help =
            "keep one of them; `default_value` is written where `from_attribute` is missing".to_owned();
        return Err(("`value` and `from_attribute` exclude each other".to_owned(), help));
    }
    let value = Written { from_attribute: config.from_attribute.clone(), value };
    Ok(Action::Write { key: config.key.clone(), when, value })
}

fn keys(config: &ActionConfig) -> Result<Keys, Problem> {
    let pattern = config.pattern.as_deref().map(pattern).transpose()?;
    Ok(Keys { name: config.key.clone(), pattern })
}

fn groups(config: &ActionConfig) -> Result<Regex, Problem> {
    let help = || "name the groups: `^/api/(?P<version>.*)$`".to_owned();
    let text = config.pattern.as_deref().ok_or_else(|| ("the pattern is missing".to_owned(), help()))?;
    let pattern = pattern(text)?;
    let groups = pattern.capture_names().skip(1);
    if groups.len() == 0 || groups.into_iter().any(|name| name.is_none()) {
        return Err(("every group of the pattern needs a name".to_owned(), help()));
    }
    Ok(pattern)
}

/// A regular expression; RE2's syntax, as in the Collector.
pub fn pattern(text: &str) -> Result<Regex, Problem> {
    Regex::new(text).map_err(|error| {
        let reason = error.to_string();
        let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        (format!("`{text}` is no regular expression: {reason}"), "RE2's syntax holds".to_owned())
    })
}

/// The `AnyValue` message of a YAML value.
pub fn encode(value: &Value) -> Vec<u8> {
    match value {
        Value::Null => Vec::new(),
        Value::Bool(value) => any_value::bool(*value),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => any_value::int(integer),
            None => any_value::double(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => any_value::string(text),
        Value::Array(list) => {
            let mut out = Vec::new();
            put_message(&mut out, 5, |out| list.iter().for_each(|value| put_bytes(out, 1, &encode(value))));
            out
        }
        Value::Object(map) => {
            let mut out = Vec::new();
            put_message(&mut out, 6, |out| {
                for (key, value) in map {
                    put_message(out, 1, |out| {
                        put_bytes(out, 1, key.as_bytes());
                        put_bytes(out, 2, &encode(value));
                    });
                }
            });
            out
        }
    }
}
