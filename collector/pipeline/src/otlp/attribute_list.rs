//! Attributes of one message, taken out to be edited and put back.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::views::{Attribute, View};
use super::wire::{Fields, Value, put_bytes, put_double, put_message, put_uint};

/// The attributes of a resource, a scope, an item, an event. Entries that are not touched keep their bytes.
#[derive(Clone, Debug)]
pub struct AttributeList<'a> {
    message: &'a [u8],
    field: u32,
    entries: SmallVec<[Entry<'a>; 16]>,
    changed: bool,
}

#[derive(Clone, Debug)]
struct Entry<'a> {
    key: Cow<'a, str>,
    value: Cow<'a, [u8]>,
    /// The whole `KeyValue`, as long as nothing is changed in it.
    raw: Option<&'a [u8]>,
}

impl<'a> AttributeList<'a> {
    /// The attributes in field `field` of `message`.
    pub fn read(message: &'a [u8], field: u32) -> Self {
        let entries = Fields::new(message).filter_map(|(number, value)| match value {
            Value::Bytes(raw) if number == field => {
                let attribute = Attribute::view(raw);
                let (key, value) = (Cow::Borrowed(attribute.key), Cow::Borrowed(attribute.raw));
                Some(Entry { key, value, raw: Some(raw) })
            }
            _ => None,
        });
        AttributeList { message, field, entries: entries.collect(), changed: false }
    }

    /// The value's `AnyValue` message of the first entry with `key`.
    pub fn get(&self, key: &str) -> Option<&[u8]> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &*entry.value)
    }

    /// Keys and values in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.entries.iter().map(|entry| (&*entry.key, &*entry.value))
    }

    /// Sets `key` to an `AnyValue` message: the first entry of this key, or a new one at the end.
    pub fn set(&mut self, key: &str, value: Vec<u8>) {
        match self.entries.iter_mut().find(|entry| entry.key == key) {
            Some(entry) if *entry.value == *value => return,
            Some(entry) => (entry.value, entry.raw) = (Cow::Owned(value), None),
            None => {
                let key = Cow::Owned(key.to_owned());
                self.entries.push(Entry { key, value: Cow::Owned(value), raw: None });
            }
        }
        self.changed = true;
    }

    /// Keeps the entries that `keeps` accepts; how many went.
    pub fn retain(&mut self, mut keeps: impl FnMut(&str, &[u8]) -> bool) -> usize {
        let before = self.entries.len();
        self.entries.retain(|entry| keeps(&entry.key, &entry.value));
        let removed = before - self.entries.len();
        self.changed |= removed > 0;
        removed
    }

    /// Gives every entry to `change`; where it answers with a new `AnyValue` message, that is the value.
    pub fn update(&mut self, mut change: impl FnMut(&str, &[u8]) -> Option<Vec<u8>>) {
        for entry in &mut self.entries {
            if let Some(value) = change(&entry.key, &entry.value) {
                (entry.value, entry.raw) = (Cow::Owned(value), None);
                self.changed = true;
            }
        }
    }

    /// Whether anything differs from what was read.
    pub fn is_changed(&self) -> bool {
        self.changed
    }

    /// The message with these attributes: its other fields byte for byte, then the attributes.
    pub fn to_message(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.message.len() + 64);
        let mut fields = Fields::new(self.message);
        while let Some((raw, number, _)) = fields.next_raw() {
            if number != self.field {
                out.extend_from_slice(raw);
            }
        }
        for entry in &self.entries {
            match entry.raw {
                Some(raw) => put_bytes(&mut out, self.field, raw),
                None => put_message(&mut out, self.field, |out| {
                    put_bytes(out, 1, entry.key.as_bytes());
                    put_bytes(out, 2, &entry.value);
                }),
            }
        }
        out
    }
}

/// `AnyValue` messages of plain values.
pub mod any_value {
    use super::{put_bytes, put_double, put_uint};

    /// Text.
    pub fn string(text: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len() + 4);
        put_bytes(&mut out, 1, text.as_bytes());
        out
    }

    /// A truth value.
    pub fn bool(value: bool) -> Vec<u8> {
        let mut out = Vec::with_capacity(2);
        put_uint(&mut out, 2, u64::from(value));
        out
    }

    /// A 64-bit integer.
    pub fn int(value: i64) -> Vec<u8> {
        let mut out = Vec::with_capacity(11);
        put_uint(&mut out, 3, value as u64);
        out
    }

    /// A double.
    pub fn double(value: f64) -> Vec<u8> {
        let mut out = Vec::with_capacity(9);
        put_double(&mut out, 4, value);
        out
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value as Any};
    use opentelemetry_proto::tonic::resource::v1::Resource;
    use prost::Message;

    use super::*;

    fn pair(key: &str, value: Any) -> KeyValue {
        KeyValue { key: key.into(), value: Some(AnyValue { value: Some(value) }), ..Default::default() }
    }

    fn resource(attributes: Vec<KeyValue>) -> Resource {
        Resource { attributes, dropped_attributes_count: 3, ..Default::default() }
    }

    #[test]
    fn an_edited_list_is_what_prost_would_have_written() {
        let before =
            resource(vec![pair("a", Any::IntValue(1)), pair("b", Any::BoolValue(true))]).encode_to_vec();
        let mut list = AttributeList::read(&before, 1);
        assert!(!list.is_changed());
        list.set("a", any_value::int(1));
        assert!(!list.is_changed(), "the same value is no change");
        list.set("a", any_value::string("x"));
        list.set("c", any_value::double(0.5));
        assert_eq!(list.retain(|key, _| key != "b"), 1);
        list.set("d", any_value::int(-7));
        list.set("e", any_value::bool(false));
        assert!(list.is_changed());
        let expected = resource(vec![
            pair("a", Any::StringValue("x".into())),
            pair("c", Any::DoubleValue(0.5)),
            pair("d", Any::IntValue(-7)),
            pair("e", Any::BoolValue(false)),
        ]);
        assert_eq!(Resource::decode(&*list.to_message()).unwrap(), expected);
    }

    #[test]
    fn update_changes_only_what_it_answers() {
        let before = resource(vec![pair("a", Any::IntValue(1)), pair("b", Any::IntValue(2))]);
        let bytes = before.encode_to_vec();
        let mut list = AttributeList::read(&bytes, 1);
        list.update(|_, _| None);
        assert!(!list.is_changed());
        list.update(|key, _| (key == "b").then(|| any_value::int(3)));
        let expected = resource(vec![pair("a", Any::IntValue(1)), pair("b", Any::IntValue(3))]);
        assert_eq!(Resource::decode(&*list.to_message()).unwrap(), expected);
        assert_eq!(list.iter().map(|(key, _)| key).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(list.get("b"), Some(&*any_value::int(3)));
    }
}
