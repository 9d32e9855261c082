//! What serde says is wrong, kept in parts: the sentence is built where the value is known.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use super::deserializer::Trail;
use super::words;
use crate::suggest::suggest;
use crate::yaml::node::{Node, Span, Value};

/// An error, and the innermost value that it is about once that is known.
#[derive(Debug)]
pub(crate) struct Fault<'a> {
    pub what: What,
    pub placed: Option<Placed<'a>>,
}

#[derive(Debug)]
pub(crate) struct Placed<'a> {
    pub node: &'a Node,
    pub key: Option<&'a Span>,
    pub path: String,
}

#[derive(Debug)]
pub(crate) enum What {
    /// The key that is not there.
    Missing(&'static str),
    /// The key that is not known, and those that are.
    UnknownField(String, &'static [&'static str]),
    /// The word that is not known, and those that are.
    UnknownVariant(String, &'static [&'static str]),
    /// Another type or range was expected.
    Expected(String),
    /// A sentence of the type itself.
    Custom(String),
}

impl<'a> Fault<'a> {
    fn new(what: What) -> Self {
        Self { what, placed: None }
    }

    /// Adds the place unless an inner one is known.
    pub fn at(mut self, node: Option<&'a Node>, key: Option<&'a Span>, trail: &Trail<'_>) -> Self {
        if self.placed.is_some() {
            return self;
        }
        let Some(node) = node else { return self };
        let mut placed = Placed { node, key, path: trail.to_string() };
        if let (What::UnknownField(field, _), Value::Map(map)) = (&self.what, &node.value)
            && let Some(entry) = map.get(&**field)
        {
            let path = Trail::Key { parent: trail, key: field }.to_string();
            placed = Placed { node: &entry.node, key: Some(&entry.key), path };
        }
        self.placed = Some(placed);
        self
    }
}

impl What {
    /// The sentence. `value`: what it is about, and whether its text must not be shown.
    pub fn message(&self, value: Option<(&Node, bool)>) -> String {
        let found = value.map(|(node, secret)| words::found(node, secret)).unwrap_or("nothing".to_owned());
        match self {
            What::Missing(field) => format!("the key `{field}` is missing"),
            What::UnknownField(field, _) => format!("unknown key `{field}`"),
            What::Expected(expected) => format!("expected {expected}, found {found}"),
            What::UnknownVariant(_, known) => {
                format!("expected {}, found {found}", words::one_of(known))
            }
            What::Custom(sentence) => match value {
                Some((node, secret)) => words::scrubbed(sentence, node, secret),
                None => sentence.clone(),
            },
        }
    }

    /// What to do.
    pub fn help(&self, value: Option<(&Node, bool)>) -> String {
        match self {
            What::UnknownField(field, known) => {
                words::known_keys(suggest(field, known.iter().copied()), known)
            }
            What::UnknownVariant(word, known) => match suggest(word, known.iter().copied()) {
                Some(near) if value.is_none_or(|(_, secret)| !secret) => format!("did you mean `{near}`?"),
                _ => String::new(),
            },
            What::Expected(expected) => {
                value.map(|(node, _)| words::type_help(expected, node)).unwrap_or_default().to_owned()
            }
            What::Missing(field) => format!("add `{field}:`"),
            What::Custom(_) => String::new(),
        }
    }
}

impl fmt::Display for Fault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what.message(self.placed.as_ref().map(|placed| (placed.node, true))))
    }
}

impl std::error::Error for Fault<'_> {}

impl de::Error for Fault<'_> {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(What::Custom(message.to_string()))
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(What::Expected(words::plain(&expected.to_string())))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(What::Expected(words::plain(&expected.to_string())))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        let expected = words::plain(&expected.to_string());
        Self::new(What::Custom(format!("expected {expected}, found {length} elements")))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::new(What::UnknownVariant(variant.to_owned(), expected))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::new(What::UnknownField(field.to_owned(), expected))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(What::Missing(field))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(What::Custom(format!("the key `{field}` is written twice, once under another name")))
    }
}
