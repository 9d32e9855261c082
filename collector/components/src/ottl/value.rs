//! What a path or a literal is.

use std::borrow::Cow;
use std::cmp::Ordering;

use codeagent_pipeline::otlp::views::{AnyValue, Attribute, Repeated};

use super::expression::Comparison;

/// A value, borrowed where it can be.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// Nothing there.
    Nil,
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A double.
    Double(f64),
    /// Text.
    Text(Cow<'a, str>),
    /// Bytes, also ids.
    Bytes(Cow<'a, [u8]>),
    /// A list.
    List(Repeated<'a, AnyValue<'a>>),
    /// A map.
    Map(Repeated<'a, Attribute<'a>>),
}

impl<'a> From<AnyValue<'a>> for Value<'a> {
    fn from(value: AnyValue<'a>) -> Self {
        match value {
            AnyValue::Empty => Value::Nil,
            AnyValue::String(text) => Value::Text(Cow::Borrowed(text)),
            AnyValue::Bool(value) => Value::Bool(value),
            AnyValue::Int(value) => Value::Int(value),
            AnyValue::Double(value) => Value::Double(value),
            AnyValue::Array(list) => Value::List(list),
            AnyValue::Map(map) => Value::Map(map),
            AnyValue::Bytes(bytes) => Value::Bytes(Cow::Borrowed(bytes)),
        }
    }
}

impl<'a> Value<'a> {
    /// A text that is borrowed.
    pub fn text(text: &'a str) -> Self {
        Value::Text(Cow::Borrowed(text))
    }

    /// Bytes that are borrowed.
    pub fn bytes(bytes: &'a [u8]) -> Self {
        Value::Bytes(Cow::Borrowed(bytes))
    }

    /// The number, where it is one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Int(value) => Some(*value as f64),
            Value::Double(value) => Some(*value),
            _ => None,
        }
    }

    /// As text, the way people write it; nothing for `nil`, lists and maps.
    pub fn to_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Value::Nil | Value::List(_) | Value::Map(_) => None,
            Value::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
            Value::Int(value) => Some(Cow::Owned(value.to_string())),
            Value::Double(value) => Some(Cow::Owned(value.to_string())),
            Value::Text(text) => Some(Cow::Borrowed(text)),
            Value::Bytes(bytes) => Some(Cow::Owned(to_hex(bytes))),
        }
    }

    /// How it stands to `other`; nothing where they cannot be compared.
    fn order(&self, other: &Value<'_>) -> Option<Ordering> {
        match (self, other) {
            (Value::Nil, Value::Nil) => Some(Ordering::Equal),
            (Value::Bool(one), Value::Bool(other)) => Some(one.cmp(other)),
            (Value::Int(one), Value::Int(other)) => Some(one.cmp(other)),
            (Value::Text(one), Value::Text(other)) => Some(one.as_ref().cmp(other.as_ref())),
            (Value::Bytes(one), Value::Bytes(other)) => Some(one.as_ref().cmp(other.as_ref())),
            _ => self.as_f64()?.partial_cmp(&other.as_f64()?),
        }
    }

    /// Whether the comparison is true.
    pub fn compares(&self, comparison: Comparison, other: &Value<'_>) -> bool {
        let Some(order) = self.order(other) else { return comparison == Comparison::Differs };
        match comparison {
            Comparison::Equals => order.is_eq(),
            Comparison::Differs => order.is_ne(),
            Comparison::Less => order.is_lt(),
            Comparison::AtMost => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::AtLeast => order.is_ge(),
        }
    }
}

/// Bytes in lower-case hexadecimal.
pub fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut out, byte| {
        // writing to a String cannot fail
        let _ = write!(out, "{byte:02x}");
        out
    })
}
