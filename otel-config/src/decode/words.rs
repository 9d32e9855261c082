//! Serde's words in the words of a configuration's writer.

use crate::yaml::node::{Node, Value};

/// A value that is shown has at most this many characters.
const SHOWN: usize = 40;
/// A list of known names has at most this many.
const NAMES: usize = 24;

/// What serde expects, in plain words.
pub(super) fn plain(expected: &str) -> String {
    let words = match expected {
        "a boolean" => "`true` or `false`",
        "a string" | "str" | "string" => "a text",
        "a sequence" => "a list",
        "a map" => "a map",
        "u8" => "an integer from 0 to 255",
        "u16" => "an integer from 0 to 65535",
        "u32" => "an integer from 0 to 4294967295",
        "u64" | "usize" => "an integer that is not negative",
        "i8" => "an integer from -128 to 127",
        "i16" => "an integer from -32768 to 32767",
        "i32" => "an integer from -2147483648 to 2147483647",
        "i64" | "isize" => "an integer",
        "f32" | "f64" => "a number",
        "unit" => "nothing",
        _ if expected.starts_with("struct ") => "a map",
        _ if expected.starts_with("tuple struct ") => "a list",
        _ if expected.starts_with("enum ") || expected == "string or map" => "a word",
        _ if expected.starts_with("a nonzero u") => "an integer greater than 0",
        _ => expected,
    };
    words.to_owned()
}

/// What is there instead.
pub(super) fn found(node: &Node, secret: bool) -> String {
    let shown = match &node.value {
        Value::Seq(_) | Value::Map(_) | Value::Null => return node.kind().to_owned(),
        _ if secret || node.text.chars().count() > SHOWN || node.text.chars().any(char::is_control) => {
            return node.kind().to_owned();
        }
        _ => &node.text,
    };
    format!("{} `{shown}`", node.kind().replace("a text", "the text").replace("an integer", "the integer"))
}

/// What to do about a value of the wrong type.
pub(super) fn type_help(expected: &str, node: &Node) -> &'static str {
    let numeric = expected.contains("integer") || expected.contains("number");
    let word = node.text.trim().to_ascii_lowercase();
    match &node.value {
        Value::Text if node.unexpanded.is_some() => {
            "the value comes from a reference: look at what it refers to"
        }
        Value::Text if expected.contains("true") => match word.as_str() {
            "true" | "false" => "remove the quotes",
            "yes" | "on" => "write `true`",
            "no" | "off" => "write `false`",
            _ => "",
        },
        Value::Text if numeric && word.parse::<f64>().is_ok() => "remove the quotes",
        Value::Map(_) if expected == "a list" => "begin each element with `- `",
        Value::Seq(_) if expected == "a map" => "write `key: value` lines without `- `",
        Value::Text if expected == "a map" => "write `key: value` lines below it, indented",
        _ => "",
    }
}

/// The keys that are known: the one that was meant, or all.
pub(super) fn known_keys(near: Option<&str>, known: &[&str]) -> String {
    match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "nothing can be set here: remove it".to_owned(),
        None => format!("known here: {}", list(known, ", ")),
    }
}

/// `` `a`, `b` or `c` ``.
pub(super) fn one_of(words: &[&str]) -> String {
    match words {
        [] => "nothing".to_owned(),
        [one] => format!("`{one}`"),
        [all @ .., last] if all.len() < NAMES => {
            let all: Vec<String> = all.iter().map(|word| format!("`{word}`")).collect();
            format!("{} or `{last}`", all.join(", "))
        }
        _ => format!("one of {}", list(words, ", ")),
    }
}

fn list(words: &[&str], between: &str) -> String {
    let shown = words.len().min(NAMES);
    let more = if words.len() > shown { format!("{between}...") } else { String::new() };
    words[..shown].join(between) + &more
}

/// A type's own sentence without the texts that must not be shown: those of expanded values and, when the
/// value itself is a secret, its own.
pub(super) fn scrubbed(sentence: &str, node: &Node, secret: bool) -> String {
    let mut texts = Vec::new();
    collect(node, secret, &mut texts);
    // the longest first, so that no rest of one remains
    texts.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
    let mut clean = sentence.to_owned();
    for (text, instead) in texts {
        clean = clean.replace(text, instead);
    }
    clean
}

fn collect<'n>(node: &'n Node, secret: bool, texts: &mut Vec<(&'n str, &'n str)>) {
    match &node.value {
        Value::Seq(items) => items.iter().for_each(|item| collect(item, secret, texts)),
        Value::Map(map) => {
            for (key, entry) in map {
                collect(&entry.node, secret || crate::render::is_secret(key), texts);
            }
        }
        _ => {}
    }
    // shorter texts hide nothing, and are part of ordinary words
    if node.text.len() < 3 || texts.len() > 1000 {
        return;
    }
    match &node.unexpanded {
        Some(unexpanded) => texts.push((&node.text, unexpanded)),
        None if secret => texts.push((&node.text, "[REDACTED]")),
        None => {}
    }
}
