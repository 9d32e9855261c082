//! The tree that a configuration is read into: values that know where they were written.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::diagnostic::Location;

/// One text and the name under which it is shown.
#[derive(Debug)]
pub(crate) struct SourceText {
    pub name: Arc<str>,
    pub text: String,
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
        self.source.text.lines().nth(self.line.saturating_sub(1)).unwrap_or_default()
    }
}

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
