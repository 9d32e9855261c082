//! A YAML text as a tree, with references replaced.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::Problem;
use super::substitution::substituted;

/// How deep values may be nested, and how many there may be; an alias counts as what it stands for.
const DEPTH_MAX: usize = 64;
const VALUES_MAX: usize = 100_000;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

/// A list or map that is not closed yet.
struct Open {
    anchor: usize,
    size: usize,
    content: Value,
    /// Of a map: the key whose value comes next.
    key: Option<String>,
    /// Of a map: what stands after `<<`. What the map has itself goes before it, wherever it stands.
    merged: Option<Value>,
}

struct Builder<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
    open: Vec<Open>,
    anchors: HashMap<usize, (Value, usize)>,
    values: usize,
    root: Option<Value>,
}

/// Reads the one document of a text; `Null` for an empty one.
pub(super) fn read(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Value, Problem> {
    let mut builder = Builder { variable, open: Vec::new(), anchors: HashMap::new(), values: 0, root: None };
    // The parser takes a NUL for the end of the text.
    if text.contains('\0') {
        return Err("a NUL is no text".to_owned());
    }
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, place) = event.map_err(|error| format!("no YAML: {error}"))?;
        if event == Event::StreamEnd {
            break;
        }
        builder.event(event).map_err(|problem| format!("line {}: {problem}", place.start.line()))?;
    }
    Ok(builder.root.unwrap_or(Value::Null))
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>) -> Result<(), Problem> {
        match event {
            Event::DocumentStart(_) if self.root.is_some() => Err("a file holds one document".to_owned()),
            Event::Scalar(text, style, anchor, tag) => {
                let is_key = self
                    .open
                    .last()
                    .is_some_and(|open| matches!(open.content, Value::Map(_)) && open.key.is_none());
                if is_key {
                    return self.key(text.into_owned());
                }
                let text = substituted(&text, self.variable)?;
                let is_plain = style == ScalarStyle::Plain && tag.is_none_or(|tag| tag.suffix != "str");
                let value = if is_plain { resolved(text) } else { Value::Text(text) };
                self.finish(value, anchor, 1)
            }
            Event::SequenceStart(anchor, _) => self.open(Value::List(Vec::new()), anchor),
            Event::MappingStart(anchor, _) => self.open(Value::Map(Vec::new()), anchor),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { mut content, anchor, size, merged, .. }) = self.open.pop() else {
                    return Ok(());
                };
                if let (Value::Map(pairs), Some(merged)) = (&mut content, merged) {
                    merge(pairs, merged)?;
                }
                self.finish(content, anchor, size)
            }
            Event::Alias(anchor) => {
                let (value, size) =
                    self.anchors.get(&anchor).cloned().ok_or("an alias of something that is not there")?;
                self.values += size;
                self.finish(value, 0, size)
            }
            _ => Ok(()),
        }
    }

    fn key(&mut self, key: String) -> Result<(), Problem> {
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        if let Value::Map(pairs) = &open.content
            && key != "<<"
            && pairs.iter().any(|(known, _)| *known == key)
        {
            return Err(format!("`{key}` stands here twice"));
        }
        open.key = Some(key);
        Ok(())
    }

    fn open(&mut self, content: Value, anchor: usize) -> Result<(), Problem> {
        let needs_key =
            self.open.last().is_some_and(|open| matches!(open.content, Value::Map(_)) && open.key.is_none());
        if needs_key {
            return Err("a key must be a text".to_owned());
        }
        if self.open.len() == DEPTH_MAX {
            return Err(format!("nested more than {DEPTH_MAX} levels deep"));
        }
        self.open.push(Open { anchor, size: 1, content, key: None, merged: None });
        Ok(())
    }

    fn finish(&mut self, value: Value, anchor: usize, size: usize) -> Result<(), Problem> {
        self.values += 1;
        if self.values > VALUES_MAX {
            return Err(format!("more than {VALUES_MAX} values"));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), size));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(value);
            return Ok(());
        };
        open.size += size;
        match (&mut open.content, open.key.take()) {
            (Value::Map(_), Some(key)) if key == "<<" => open.merged = Some(value),
            (Value::Map(pairs), Some(key)) => pairs.push((key, value)),
            (Value::List(values), _) => values.push(value),
            _ => {}
        }
        Ok(())
    }
}

/// `<<`: what the map does not have itself.
fn merge(pairs: &mut Vec<(String, Value)>, value: Value) -> Result<(), Problem> {
    match value {
        Value::Map(others) => {
            for (key, value) in others {
                if !pairs.iter().any(|(known, _)| *known == key) {
                    pairs.push((key, value));
                }
            }
            Ok(())
        }
        Value::List(maps) => maps.into_iter().try_for_each(|map| merge(pairs, map)),
        _ => Err("`<<` takes a map".to_owned()),
    }
}

/// The type of a plain scalar in YAML's core schema.
fn resolved(text: String) -> Value {
    match text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    if let Ok(number) = text.parse() {
        return Value::Int(number);
    }
    let is_number = text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    match text.parse() {
        Ok(number) if is_number => Value::Float(number),
        _ => Value::Text(text),
    }
}
