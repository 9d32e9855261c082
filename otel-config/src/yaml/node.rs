//! The tree that a configuration is read into: values that know where they were written.

use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;

use crate::diagnostic::Location;

/// One text and the name under which it is shown.
#[derive(Debug)]
pub(crate) struct SourceText {
    pub name: Arc<str>,
    pub text: String,
    /// Where each line begins, found when a line is first shown.
    starts: OnceLock<Vec<usize>>,
}

impl SourceText {
    pub fn new(name: impl Into<Arc<str>>, text: String) -> Self {
        Self { name: name.into(), text, starts: OnceLock::new() }
    }

    fn starts(&self) -> &[usize] {
        self.starts.get_or_init(|| {
            let bytes = self.text.as_bytes();
            let ends = |i: &usize| match bytes[*i] {
                b'\n' => true,
                b'\r' => bytes.get(i + 1) != Some(&b'\n'),
                _ => false,
            };
            std::iter::once(0).chain((0..bytes.len()).filter(ends).map(|i| i + 1)).collect()
        })
    }

    /// The number of lines.
    pub fn lines(&self) -> usize {
        self.starts().len() - usize::from(self.text.ends_with(['\n', '\r']))
    }

    /// A line, counted from 1, without its end.
    pub fn line(&self, number: usize) -> &str {
        let starts = self.starts();
        let Some(start) = number.checked_sub(1).and_then(|i| starts.get(i)) else { return "" };
        let end = starts.get(number).copied().unwrap_or(self.text.len());
        self.text[*start..end].trim_end_matches(['\n', '\r'])
    }
}

/// Where something was written. Lines and columns count from 1, columns and widths in characters.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub source: Arc<SourceText>,
    pub line: usize,
    pub column: usize,
    pub width: usize,
}

impl Span {
    pub fn location(&self) -> Location {
        Location { file: self.source.name.clone(), line: self.line, column: self.column }
    }

    /// The text of the line, without its end.
    pub fn line_text(&self) -> &str {
        self.source.line(self.line)
    }
}

/// By place: for comparing diagnostics.
impl PartialEq for Span {
    fn eq(&self, other: &Self) -> bool {
        let place = |span: &Span| (span.line, span.column, span.width);
        place(self) == place(other) && self.source.name == other.source.name
    }
}

impl Eq for Span {}

/// A value, where it was written, and what it said before anything was expanded.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub span: Span,
    pub value: Value,
    /// A scalar as it was written or, when expanded, as it was provided: what a text field receives.
    pub text: Arc<str>,
    /// What stood in the file where an expansion put this value. Diagnostics show this one only: the
    /// expanded text can be a secret.
    pub unexpanded: Option<Arc<str>>,
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text,
    Seq(Vec<Arc<Node>>),
    Map(Map),
}

impl Value {
    fn is_same_scalar(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) | (Value::Text, Value::Text) => true,
            (Value::Bool(one), Value::Bool(other)) => one == other,
            (Value::Int(one), Value::Int(other)) => one == other,
            (Value::Uint(one), Value::Uint(other)) => one == other,
            (Value::Float(one), Value::Float(other)) => one.to_bits() == other.to_bits(),
            _ => false,
        }
    }
}

/// In the order of the file.
pub(crate) type Map = IndexMap<Arc<str>, Entry>;

/// A value in a map, with the place of its key.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub key: Span,
    pub node: Arc<Node>,
}

impl Node {
    pub fn new(span: Span, value: Value) -> Self {
        Self { span, value, text: Arc::from(""), unexpanded: None }
    }

    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// Whether both say the same, wherever it was written.
    pub fn is_same(&self, other: &Node) -> bool {
        match (&self.value, &other.value) {
            (Value::Seq(one), Value::Seq(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.is_same(other))
            }
            (Value::Map(one), Value::Map(other)) => {
                let mut pairs = one.iter().zip(other);
                one.len() == other.len()
                    && pairs.all(|(one, other)| one.0 == other.0 && one.1.node.is_same(&other.1.node))
            }
            // a text field receives the text, and any other the value: both count
            (one, another) => one.is_same_scalar(another) && self.text == other.text,
        }
    }

    /// Whether a scalar in it, at any depth, reads `text`.
    pub fn mentions(&self, text: &str) -> bool {
        match &self.value {
            Value::Seq(items) => items.iter().any(|item| item.mentions(text)),
            Value::Map(map) => map.values().any(|entry| entry.node.mentions(text)),
            _ => &*self.text == text,
        }
    }

    /// What the value is, for a sentence: never its content.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Int(_) | Value::Uint(_) => "an integer",
            Value::Float(_) => "a number",
            Value::Text => "a text",
            Value::Seq(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

/// Appends a key to a path in the Collector's notation.
pub(crate) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}::{key}") }
}
