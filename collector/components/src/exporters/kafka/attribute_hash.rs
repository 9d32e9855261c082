//! The Collector's hash of attributes, so that a resource has the same key, and thereby the same partition, whether a
//! Go collector or this one writes it.
//! Source: `pdatautil.MapHash` of opentelemetry-collector-contrib: attributes sorted by key, each part with a mark before
//! it, hashed by XXH64 twice, the second time with a mark at the end.

use codeagent_pipeline::otlp::views::{AnyValue, Attribute};
use twox_hash::XxHash64;

const END: u8 = 0xf3;
const KEY: u8 = 0xf4;
const EMPTY: u8 = 0xf5;
const BYTES: u8 = 0xf6;
const TEXT: u8 = 0xf7;
const TRUE: u8 = 0xf8;
const FALSE: u8 = 0xf9;
const INT: u8 = 0xfa;
const DOUBLE: u8 = 0xfb;
const MAP: u8 = 0xfc;
const MAP_END: u8 = 0xfd;
const LIST: u8 = 0xfe;
const LIST_END: u8 = 0xff;

/// The hash of attributes, whatever their order.
pub(super) fn hash_of<'a>(attributes: impl Iterator<Item = Attribute<'a>>) -> [u8; 16] {
    let mut text = Vec::with_capacity(512);
    put_map(&mut text, attributes);
    let mut hash = [0; 16];
    if !text.is_empty() {
        hash[..8].copy_from_slice(&XxHash64::oneshot(0, &text).to_le_bytes());
        text.push(END);
        hash[8..].copy_from_slice(&XxHash64::oneshot(0, &text).to_le_bytes());
    }
    hash
}

fn put_map<'a>(text: &mut Vec<u8>, attributes: impl Iterator<Item = Attribute<'a>>) {
    let mut sorted: Vec<Attribute<'a>> = attributes.collect();
    // stable: of equal keys the first counts, each time
    sorted.sort_by_key(|attribute| attribute.key);
    let mut first = 0;
    for at in 0..sorted.len() {
        if sorted[at].key != sorted[first].key {
            first = at;
        }
        text.push(KEY);
        text.extend_from_slice(sorted[first].key.as_bytes());
        put_value(text, &sorted[first].value);
    }
}

fn put_value(text: &mut Vec<u8>, value: &AnyValue<'_>) {
    let mut put = |mark: u8, bytes: &[u8]| {
        text.push(mark);
        text.extend_from_slice(bytes);
    };
    match value {
        AnyValue::Empty => put(EMPTY, &[]),
        AnyValue::String(value) => put(TEXT, value.as_bytes()),
        AnyValue::Bool(value) => put(if *value { TRUE } else { FALSE }, &[]),
        AnyValue::Int(value) => put(INT, &value.to_le_bytes()),
        AnyValue::Double(value) => put(DOUBLE, &value.to_bits().to_le_bytes()),
        AnyValue::Bytes(value) => put(BYTES, value),
        AnyValue::Map(entries) => {
            put(MAP, &[]);
            put_map(text, entries.clone());
            text.push(MAP_END);
        }
        AnyValue::Array(values) => {
            put(LIST, &[]);
            values.clone().for_each(|value| put_value(text, &value));
            text.push(LIST_END);
        }
    }
}
