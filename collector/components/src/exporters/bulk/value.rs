//! Attribute values, times and ids as JSON that a search index takes.

use std::collections::HashSet;

use codeagent_pipeline::json::{write_double, write_string};
use codeagent_pipeline::otlp::views::{AnyValue, Attribute, Repeated};

/// Above this, keys that were seen are looked up in a set.
const KEYS_COMPARED_MAX: usize = 24;

/// The keys of one object. OTLP asks senders for unique keys; where they are not, the first counts, as in the
/// Collector's `Map.Get`, since an index refuses documents with duplicate keys.
#[derive(Debug, Default)]
pub struct Keys<'a> {
    few: smallvec::SmallVec<[&'a str; KEYS_COMPARED_MAX]>,
    many: HashSet<&'a str>,
}

impl<'a> Keys<'a> {
    /// Whether `key` is new.
    pub fn insert(&mut self, key: &'a str) -> bool {
        if self.few.contains(&key) || self.many.contains(key) {
            return false;
        }
        if self.few.len() < KEYS_COMPARED_MAX {
            self.few.push(key);
        } else {
            self.many.insert(key);
        }
        true
    }
}

/// The key as an index takes it: empty names, and names of dots and white space only, refuse the whole document.
pub fn sound_key(key: &str) -> &str {
    let first = key.as_bytes().first();
    if first.is_some_and(u8::is_ascii_alphanumeric) {
        return key;
    }
    if key.chars().all(|c| c == '.' || c.is_whitespace()) { "_" } else { key }
}

/// `"key":`.
pub fn write_key(out: &mut Vec<u8>, key: &str) {
    write_string(out, key);
    out.push(b':');
}

/// Bytes as a string of hex digits, as the Collector does in documents. NaN and infinities as `null`: JSON has no
/// number for them, and an index that expects numbers refuses documents with a string.
pub fn write_value(out: &mut Vec<u8>, value: AnyValue<'_>) {
    match value {
        AnyValue::String(text) => write_string(out, text),
        AnyValue::Int(value) => write_integer(out, value),
        AnyValue::Bool(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
        AnyValue::Double(value) if value.is_finite() => write_double(out, value),
        AnyValue::Bytes(bytes) => write_hex(out, bytes),
        AnyValue::Array(values) => write_array(out, values),
        AnyValue::Map(members) => write_map(out, members),
        AnyValue::Double(_) | AnyValue::Empty => out.extend_from_slice(b"null"),
    }
}

fn write_array<'a>(out: &mut Vec<u8>, values: Repeated<'a, AnyValue<'a>>) {
    out.push(b'[');
    for (at, value) in values.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write_value(out, value);
    }
    out.push(b']');
}

/// An object of all members; of equal keys the first.
pub fn write_map<'a>(out: &mut Vec<u8>, members: Repeated<'a, Attribute<'a>>) {
    let mut keys = Keys::default();
    out.push(b'{');
    for Attribute { key, value, .. } in members {
        let key = sound_key(key);
        if keys.insert(key) {
            write_key(out, key);
            write_value(out, value);
            out.push(b',');
        }
    }
    close(out, b'}');
}

/// Ends an object or array whose members each left a comma behind.
pub fn close(out: &mut Vec<u8>, end: u8) {
    match out.last_mut() {
        Some(last) if *last == b',' => *last = end,
        _ => out.push(end),
    }
}

/// A number.
pub fn write_integer(out: &mut Vec<u8>, value: impl itoa::Integer) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// `"key":"text",`, unless the text is empty. The key needs no escapes.
pub fn text_field(out: &mut Vec<u8>, key: &str, text: &str) {
    if !text.is_empty() {
        field(out, key);
        write_string(out, text);
        out.push(b',');
    }
}

/// `"key":1,`, unless it is 0. The key needs no escapes.
pub fn count_field(out: &mut Vec<u8>, key: &str, count: impl itoa::Integer + Default + PartialEq) {
    if count != Default::default() {
        field(out, key);
        write_integer(out, count);
        out.push(b',');
    }
}

/// `"key":"0a",`, unless there is no id or it is all zero, which means the same. The key needs no escapes.
pub fn id_field(out: &mut Vec<u8>, key: &str, id: &[u8]) {
    if is_id(id) {
        field(out, key);
        write_hex(out, id);
        out.push(b',');
    }
}

/// Whether these bytes are an id rather than none.
pub fn is_id(id: &[u8]) -> bool {
    id.iter().any(|byte| *byte != 0)
}

/// `"key":"1721314113467.654123",`. The key needs no escapes.
pub fn time_field(out: &mut Vec<u8>, key: &str, nanoseconds: u64) {
    field(out, key);
    time_text(out, nanoseconds);
    out.push(b',');
}

/// `"1721314113467.654123"`: milliseconds with six more digits, which date fields read as they are.
pub fn time_text(out: &mut Vec<u8>, nanoseconds: u64) {
    out.push(b'"');
    write_integer(out, nanoseconds / 1_000_000);
    // a leading one keeps the zeros; it is then overwritten by the dot
    let dot = out.len();
    write_integer(out, 1_000_000 + nanoseconds % 1_000_000);
    out[dot] = b'.';
    out.push(b'"');
}

/// `"key":`. The key needs no escapes.
pub fn field(out: &mut Vec<u8>, key: &str) {
    out.push(b'"');
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":");
}

/// A string of lower-case hex digits.
pub fn write_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    let start = out.len();
    out.resize(start + 2 * bytes.len(), 0);
    let (pairs, _) = out[start..].as_chunks_mut::<2>();
    for (pair, byte) in pairs.iter_mut().zip(bytes) {
        *pair = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
    }
    out.push(b'"');
}
