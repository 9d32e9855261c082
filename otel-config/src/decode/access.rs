//! The values inside a list, a map, an enum.

use std::sync::Arc;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::Session;
use super::deserializer::{NodeDeserializer, Trail};
use super::fault::Fault;
use crate::yaml::node::{Entry, Map, Node};

pub(super) struct Entries<'a, 't> {
    rest: Vec<(&'a str, &'a Entry)>,
    value: Option<(&'a str, &'a Entry)>,
    trail: &'t Trail<'t>,
    session: &'t Session<'t>,
}

impl<'a, 't> Entries<'a, 't> {
    /// `fields`: the keys that a struct has; others are reported and skipped.
    pub fn new(
        map: Option<&'a Map>,
        fields: Option<&'static [&'static str]>,
        trail: &'t Trail<'t>,
        session: &'t Session<'t>,
    ) -> Self {
        let mut rest = Vec::new();
        for (key, entry) in map.into_iter().flatten().rev() {
            if !session.wants(&entry.node) {
                continue;
            }
            if fields.is_none_or(|fields| fields.contains(&&**key)) {
                rest.push((&**key, entry));
            }
        }
        for (key, entry) in map.into_iter().flatten() {
            if let Some(fields) = fields.filter(|fields| !fields.contains(&&**key)) {
                session.unknown_key(key, entry, fields, &Trail::Key { parent: trail, key });
            }
        }
        Self { rest, value: None, trail, session }
    }
}

impl<'de, 'a> MapAccess<'de> for Entries<'a, '_> {
    type Error = Fault<'a>;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault<'a>> {
        let Some((key, entry)) = self.rest.pop() else { return Ok(None) };
        self.value = Some((key, entry));
        let trail = Trail::Key { parent: self.trail, key };
        let key = seed.deserialize(KeyDeserializer(key));
        key.map(Some).map_err(|fault| fault.at(Some(&entry.node), Some(&entry.key), &trail))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault<'a>> {
        let Some((key, entry)) = self.value.take() else {
            return Err(serde::de::Error::custom("a value was asked for before its key"));
        };
        let trail = Trail::Key { parent: self.trail, key };
        let (node, key) = (Some(&*entry.node), Some(&entry.key));
        let value = seed.deserialize(NodeDeserializer::new(node, key, &trail, self.session));
        value.map_err(|fault| fault.at(node, key, &trail))
    }
}

/// A key: a text, also for maps whose keys are numbers.
struct KeyDeserializer<'a>(&'a str);

impl<'de, 'a> Deserializer<'de> for KeyDeserializer<'a> {
    type Error = Fault<'a>;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault<'a>> {
        visitor.visit_str(self.0)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault<'a>> {
        match self.0.parse() {
            Ok(number) => visitor.visit_u64(number),
            Err(_) => visitor.visit_str(self.0),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault<'a>> {
        match self.0.parse() {
            Ok(number) => visitor.visit_i64(number),
            Err(_) => visitor.visit_str(self.0),
        }
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault<'a>> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault<'a>> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault<'a>> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault<'a>> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault<'a>> {
        visitor.visit_enum(StrDeserializer::<Fault<'a>>::new(self.0))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i128 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        seq tuple tuple_struct map struct identifier ignored_any
    }
}

pub(super) struct Elements<'a, 't> {
    rest: std::iter::Enumerate<std::slice::Iter<'a, Arc<Node>>>,
    trail: &'t Trail<'t>,
    session: &'t Session<'t>,
}

impl<'a, 't> Elements<'a, 't> {
    pub fn new(items: &'a [Arc<Node>], trail: &'t Trail<'t>, session: &'t Session<'t>) -> Self {
        Self { rest: items.iter().enumerate(), trail, session }
    }
}

impl<'de, 'a> SeqAccess<'de> for Elements<'a, '_> {
    type Error = Fault<'a>;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault<'a>> {
        for (index, node) in self.rest.by_ref() {
            if !self.session.wants(node) {
                continue;
            }
            let trail = Trail::Index { parent: self.trail, index };
            let node = Some(&**node);
            let value = seed.deserialize(NodeDeserializer::new(node, None, &trail, self.session));
            return value.map(Some).map_err(|fault| fault.at(node, None, &trail));
        }
        Ok(None)
    }
}

/// `variant: content`.
pub(super) struct Variant<'a, 't> {
    pub key: &'a str,
    pub entry: &'a Entry,
    pub trail: &'t Trail<'t>,
    pub session: &'t Session<'t>,
}

impl<'de, 'a> EnumAccess<'de> for Variant<'a, '_> {
    type Error = Fault<'a>;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Fault<'a>> {
        let variant = seed.deserialize(StrDeserializer::<Fault<'a>>::new(self.key))?;
        Ok((variant, self))
    }
}

impl<'a> Variant<'a, '_> {
    fn with<T>(
        &self,
        read: impl for<'x> FnOnce(NodeDeserializer<'a, 'x>) -> Result<T, Fault<'a>>,
    ) -> Result<T, Fault<'a>> {
        let trail = Trail::Key { parent: self.trail, key: self.key };
        let (node, key) = (Some(&*self.entry.node), Some(&self.entry.key));
        let value = read(NodeDeserializer::new(node, key, &trail, self.session));
        value.map_err(|fault| fault.at(node, key, &trail))
    }
}

impl<'de, 'a> VariantAccess<'de> for Variant<'a, '_> {
    type Error = Fault<'a>;

    fn unit_variant(self) -> Result<(), Fault<'a>> {
        self.with(|content| serde::Deserialize::deserialize(content))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault<'a>> {
        self.with(|content| seed.deserialize(content))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Fault<'a>> {
        self.with(|content| content.deserialize_tuple(length, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault<'a>> {
        self.with(|content| content.deserialize_struct("", fields, visitor))
    }
}
