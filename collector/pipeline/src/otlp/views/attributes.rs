//! Attribute values.

use super::{Fields, Repeated, View};

/// A key with its value.
#[derive(Clone, Debug)]
pub struct Attribute<'a> {
    /// The key; may be empty on the wire.
    pub key: &'a str,
    /// The value.
    pub value: AnyValue<'a>,
    /// The value's message, for encoders that take it as bytes.
    pub raw: &'a [u8],
}

impl<'a> View<'a> for Attribute<'a> {
    fn view(message: &'a [u8]) -> Self {
        let (mut key, mut raw) = ("", &[][..]);
        for (field, value) in Fields::new(message) {
            match field {
                1 => key = value.text(),
                2 => raw = value.bytes(),
                _ => {}
            }
        }
        Attribute { key, value: AnyValue::view(raw), raw }
    }
}

/// `AnyValue`.
#[derive(Clone, Debug)]
pub enum AnyValue<'a> {
    /// No member set: an explicit null.
    Empty,
    /// Text.
    String(&'a str),
    /// A truth value.
    Bool(bool),
    /// A 64-bit integer.
    Int(i64),
    /// A double.
    Double(f64),
    /// A list.
    Array(Repeated<'a, AnyValue<'a>>),
    /// A map; keys may repeat.
    Map(Repeated<'a, Attribute<'a>>),
    /// Raw bytes.
    Bytes(&'a [u8]),
}

impl<'a> View<'a> for AnyValue<'a> {
    fn view(message: &'a [u8]) -> Self {
        let mut view = AnyValue::Empty;
        for (field, value) in Fields::new(message) {
            view = match field {
                1 => AnyValue::String(value.text()),
                2 => AnyValue::Bool(value.integer() != 0),
                3 => AnyValue::Int(value.integer() as i64),
                4 => AnyValue::Double(value.double()),
                5 => AnyValue::Array(Repeated::new(value.bytes(), 1)),
                6 => AnyValue::Map(Repeated::new(value.bytes(), 1)),
                7 => AnyValue::Bytes(value.bytes()),
                _ => view,
            };
        }
        view
    }
}

impl<'a> AnyValue<'a> {
    /// The text of a string value.
    pub fn as_str(&self) -> Option<&'a str> {
        if let AnyValue::String(text) = self { Some(text) } else { None }
    }
}
