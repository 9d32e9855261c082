//! An `AnyValue` as plain JSON, as documents of a search index want it.

use std::collections::HashSet;

use super::text::{write_base64, write_double, write_escaped};
use super::wire::{Cursor, Entry, Value, WireError};
use super::writer::DEPTH_MAX;
use crate::otlp::schema::attributes::{ANY_VALUE, KEY_VALUE};
use crate::otlp::schema::message::Kind;

/// Above this, keys that were seen are looked up in a set.
const KEYS_COMPARED_MAX: usize = 16;

pub(super) fn value(out: &mut Vec<u8>, mut fields: Cursor<'_>, depth: usize) -> Result<(), WireError> {
    if depth > DEPTH_MAX {
        return fields.malformed("values nested too deep");
    }
    let mut last = None;
    while let Some(entry) = fields.entry()? {
        if ANY_VALUE.numbered(entry.number).is_some() {
            last = Some(entry);
        }
    }
    let Some(Entry { number, wire_type, value }) = last else {
        out.extend_from_slice(b"null");
        return Ok(());
    };
    let kind = ANY_VALUE.numbered(number).map(|position| ANY_VALUE.fields[position].kind);
    if kind.is_none_or(|kind| kind.wire_type() != wire_type) {
        return fields.malformed("a wire type that is not the field's");
    }
    match (value, kind) {
        (Value::Range(text), Some(Kind::String)) => write_escaped(out, text.rest()),
        (Value::Range(bytes), Some(Kind::Bytes)) => write_base64(out, bytes.rest()),
        (Value::Range(array), _) if number == ARRAY => return elements(out, array, depth),
        (Value::Range(list), _) => return members(out, list, depth),
        (Value::Bits(bits), Some(Kind::Bool)) => {
            out.extend_from_slice(if bits == 0 { b"false" } else { b"true" })
        }
        (Value::Bits(bits), Some(Kind::Int64)) => {
            out.extend_from_slice(itoa::Buffer::new().format(bits as i64).as_bytes());
        }
        (Value::Bits(bits), Some(Kind::Double)) if f64::from_bits(bits).is_finite() => {
            write_double(out, f64::from_bits(bits));
        }
        // JSON has no number for NaN and the infinities, and an index that expects numbers refuses documents with a string.
        // A reference into a string table has none to refer to outside of profiles.
        (Value::Bits(_), _) => out.extend_from_slice(b"null"),
    }
    Ok(())
}

/// `AnyValue.array_value`.
const ARRAY: u32 = 5;

fn elements(out: &mut Vec<u8>, mut array: Cursor<'_>, depth: usize) -> Result<(), WireError> {
    out.push(b'[');
    let mut first = true;
    while let Some(entry) = array.entry()? {
        if let (1, Value::Range(element)) = (entry.number, entry.value) {
            if !std::mem::replace(&mut first, false) {
                out.push(b',');
            }
            value(out, element, depth + 2)?;
        }
    }
    out.push(b']');
    Ok(())
}

fn members(out: &mut Vec<u8>, mut list: Cursor<'_>, depth: usize) -> Result<(), WireError> {
    out.push(b'{');
    let mut keys = Keys::default();
    while let Some(entry) = list.entry()? {
        let (1, Value::Range(member)) = (entry.number, entry.value) else { continue };
        let (key, content) = key_and_value(member)?;
        if !keys.insert(key) {
            continue;
        }
        if keys.count > 1 {
            out.push(b',');
        }
        write_escaped(out, key);
        out.push(b':');
        match content {
            Some(content) => value(out, content, depth + 3)?,
            None => out.extend_from_slice(b"null"),
        }
    }
    out.push(b'}');
    Ok(())
}

fn key_and_value(mut member: Cursor<'_>) -> Result<(&[u8], Option<Cursor<'_>>), WireError> {
    let (mut key, mut content): (&[u8], _) = (b"", None);
    while let Some(entry) = member.entry()? {
        let position = KEY_VALUE.numbered(entry.number);
        match (position.map(|position| KEY_VALUE.fields[position].kind), entry.value) {
            (Some(Kind::String), Value::Range(text)) => key = text.rest(),
            (Some(Kind::Message(_)), Value::Range(fields)) => content = Some(fields),
            _ => {}
        }
    }
    Ok((key, content))
}

/// The keys of one object. OTLP asks senders for unique keys; where they are not, the first counts, as in the Collector's
/// `Map.Get`, since an index refuses objects with duplicate keys.
#[derive(Default)]
struct Keys<'a> {
    count: usize,
    few: [&'a [u8]; KEYS_COMPARED_MAX],
    many: HashSet<&'a [u8]>,
}

impl<'a> Keys<'a> {
    fn insert(&mut self, key: &'a [u8]) -> bool {
        let few = &self.few[..self.count.min(KEYS_COMPARED_MAX)];
        if few.contains(&key) || self.many.contains(key) {
            return false;
        }
        match self.few.get_mut(self.count) {
            Some(free) => *free = key,
            None => {
                self.many.insert(key);
            }
        }
        self.count += 1;
        true
    }
}
