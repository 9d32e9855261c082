//! Serde's view of a node, with the Collector's leniency.

use std::fmt;

use serde::Deserializer;
use serde::de::value::{SeqDeserializer, StrDeserializer};
use serde::de::{Error as _, Unexpected, Visitor};

use super::Session;
use super::access::{Elements, Entries, Variant};
use super::fault::Fault;
use crate::yaml::node::{Map, Node, Span, Value, join};
use serde::de::IntoDeserializer;

/// The way from the section to a value, built into a text only for a report.
pub(super) enum Trail<'t> {
    Root(&'t str),
    Key { parent: &'t Trail<'t>, key: &'t str },
    Index { parent: &'t Trail<'t>, index: usize },
}

impl Trail<'_> {
    /// Whether it is a key of the section itself.
    pub fn is_below_root(&self) -> bool {
        matches!(self, Trail::Key { parent: Trail::Root(_), .. })
    }

    /// Below the section, without the positions in lists.
    pub fn relative(&self) -> String {
        match self {
            Trail::Root(_) => String::new(),
            Trail::Key { parent, key } => join(&parent.relative(), key),
            Trail::Index { parent, .. } => parent.relative(),
        }
    }
}

impl fmt::Display for Trail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trail::Root(path) => f.write_str(path),
            Trail::Key { parent, key } => f.write_str(&join(&parent.to_string(), key)),
            Trail::Index { parent, index } => write!(f, "{parent}[{index}]"),
        }
    }
}

/// One value. `node` is `None` for a section that was not written.
pub(super) struct NodeDeserializer<'a, 't> {
    node: Option<&'a Node>,
    key: Option<&'a Span>,
    trail: &'t Trail<'t>,
    session: &'t Session<'t>,
    /// The field is an `Option`.
    optional: bool,
}

impl<'a, 't> NodeDeserializer<'a, 't> {
    pub fn new(
        node: Option<&'a Node>,
        key: Option<&'a Span>,
        trail: &'t Trail<'t>,
        session: &'t Session<'t>,
    ) -> Self {
        Self { node, key, trail, session, optional: false }
    }

    fn is_null(&self) -> bool {
        self.node.is_none_or(Node::is_null)
    }

    fn map(&self) -> Option<&'a Map> {
        self.node.and_then(Node::as_map)
    }

    fn entries(&self, map: Option<&'a Map>, fields: Option<&'static [&'static str]>) -> Entries<'a, 't> {
        Entries::new(map, fields, self.trail, self.session)
    }

    fn wrong<T>(&self, expected: &dyn serde::de::Expected) -> Result<T, Fault<'a>> {
        Err(Fault::invalid_type(Unexpected::Other("value"), expected).at(self.node, self.key, self.trail))
    }

    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault<'a>> {
        match self.node.map(|node| &node.value) {
            Some(Value::Int(number)) if *number < 0 => visitor.visit_i64(*number),
            Some(Value::Int(number)) => visitor.visit_u64(number.unsigned_abs()),
            Some(Value::Uint(number)) => visitor.visit_u64(*number),
            Some(Value::Float(number)) => visitor.visit_f64(*number),
            _ => self.wrong(&visitor),
        }
    }

    /// `1e6` is an integer.
    fn integer<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault<'a>> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        match self.node.map(|node| &node.value) {
            Some(Value::Float(number)) if number.fract() == 0.0 && number.abs() <= EXACT => {
                visitor.visit_i64(*number as i64)
            }
            _ => self.number(visitor),
        }
    }

    /// A text as it was written or provided: a version `1.10` stays `1.10`.
    fn text(&self) -> Option<&'a str> {
        let node = self.node?;
        match &node.value {
            Value::Null | Value::Seq(_) | Value::Map(_) => {
                // what a variable provided is a text as well, whatever else it could be
                let provided = node.unexpanded.is_some() && !(self.optional && node.is_null());
                provided.then_some(&*node.text)
            }
            _ => Some(&node.text),
        }
    }

    fn string<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault<'a>> {
        match self.text() {
            Some(text) => visitor.visit_str(text),
            None => self.wrong(&visitor),
        }
    }
}

macro_rules! forward {
    ($($method:ident => $to:ident,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault<'a>> {
            self.$to(visitor)
        }
    )*};
}

impl<'de, 'a> Deserializer<'de> for NodeDeserializer<'a, '_> {
    type Error = Fault<'a>;

    forward! {
        deserialize_i8 => integer,
        deserialize_i16 => integer,
        deserialize_i32 => integer,
        deserialize_i64 => integer,
        deserialize_u8 => integer,
        deserialize_u16 => integer,
        deserialize_u32 => integer,
        deserialize_u64 => integer,
        deserialize_f32 => number,
        deserialize_f64 => number,
        deserialize_char => string,
        deserialize_str => string,
        deserialize_string => string,
        deserialize_bytes => string,
        deserialize_byte_buf => string,
        deserialize_identifier => string,
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault<'a>> {
        match self.node.map(|node| &node.value) {
            None | Some(Value::Null) => visitor.visit_unit(),
            Some(Value::Bool(value)) => visitor.visit_bool(*value),
            Some(Value::Int(_) | Value::Uint(_) | Value::Float(_)) => self.number(visitor),
            Some(Value::Text) => self.string(visitor),
            Some(Value::Seq(_)) => self.deserialize_seq(visitor),
            Some(Value::Map(_)) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault<'a>> {
        match self.node.map(|node| (&node.value, &*node.text, &node.unexpanded)) {
            Some((Value::Bool(value), ..)) => visitor.visit_bool(*value),
            // quotes around a variable's name do not make it a text
            Some((Value::Text, "true", Some(_))) => visitor.visit_bool(true),
            Some((Value::Text, "false", Some(_))) => visitor.visit_bool(false),
            _ => self.wrong(&visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault<'a>> {
        match self.node {
            None => visitor.visit_none(),
            Some(node) if node.is_null() && self.session.reads_as_none(node) => visitor.visit_none(),
            Some(_) => visitor.visit_some(Self { optional: true, ..self }),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault<'a>> {
        if self.is_null() { visitor.visit_unit() } else { self.wrong(&visitor) }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault<'a>> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault<'a>> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault<'a>> {
        match self.node.map(|node| (&node.value, &*node.text)) {
            Some((Value::Seq(items), _)) => visitor.visit_seq(Elements::new(items, self.trail, self.session)),
            // the Collector splits a text at its commas
            Some((Value::Text, text)) => {
                let parts = text.split(',').filter(|_| !text.is_empty());
                visitor.visit_seq(SeqDeserializer::new(
                    parts.map(IntoDeserializer::<Fault<'a>>::into_deserializer),
                ))
            }
            _ => self.wrong(&visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault<'a>> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Fault<'a>> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault<'a>> {
        match self.map() {
            None if !self.is_null() => self.wrong(&visitor),
            map => visitor.visit_map(self.entries(map, None)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault<'a>> {
        match self.map() {
            None if !self.is_null() => self.wrong(&visitor),
            map => visitor.visit_map(self.entries(map, Some(fields))),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault<'a>> {
        if let Some((key, entry)) = self.map().filter(|map| map.len() == 1).and_then(|map| map.first()) {
            if !self.session.wants(&entry.node) {
                return self.wrong(&"a word");
            }
            return visitor.visit_enum(Variant { key, entry, trail: self.trail, session: self.session });
        }
        match self.text() {
            Some(text) => visitor.visit_enum(StrDeserializer::<Fault<'a>>::new(text)),
            None => self.wrong(&"a word"),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault<'a>> {
        visitor.visit_unit()
    }
}
