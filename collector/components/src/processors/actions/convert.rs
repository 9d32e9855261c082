//! Hashes and conversions of values.

use codeagent_pipeline::json;
use codeagent_pipeline::otlp::any_value;
use codeagent_pipeline::otlp::views::{AnyValue, View};

use super::ConvertedType;

/// The value's SHA-256 in hex, as text. Lists, maps, bytes and empty values become empty, as in the Collector.
pub fn hash(value: &[u8]) -> Vec<u8> {
    let digest = |bytes: &[u8]| ring::digest::digest(&ring::digest::SHA256, bytes);
    let digest = match AnyValue::view(value) {
        AnyValue::String(text) => digest(text.as_bytes()),
        AnyValue::Bool(value) => digest(&[u8::from(value)]),
        AnyValue::Int(value) => digest(&value.to_le_bytes()),
        AnyValue::Double(value) => digest(&value.to_bits().to_le_bytes()),
        AnyValue::Empty | AnyValue::Bytes(_) | AnyValue::Array(_) | AnyValue::Map(_) => {
            return any_value::string("");
        }
    };
    any_value::string(&digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// The value in another type; nothing where it has none, or has it already.
pub fn convert(value: &[u8], to: ConvertedType) -> Option<Vec<u8>> {
    match (AnyValue::view(value), to) {
        (AnyValue::Double(number), ConvertedType::Int) => Some(any_value::int(number as i64)),
        (AnyValue::Bool(number), ConvertedType::Int) => Some(any_value::int(i64::from(number))),
        (AnyValue::String(text), ConvertedType::Int) => text.parse().ok().map(any_value::int),
        (AnyValue::Int(number), ConvertedType::Double) => Some(any_value::double(number as f64)),
        (AnyValue::Bool(number), ConvertedType::Double) => {
            Some(any_value::double(f64::from(u8::from(number))))
        }
        (AnyValue::String(text), ConvertedType::Double) => text.parse().ok().map(any_value::double),
        (AnyValue::String(_) | AnyValue::Empty, ConvertedType::String) => None,
        (_, ConvertedType::String) => Some(any_value::string(&text(value))),
        _ => None,
    }
}

/// The value as text: JSON for lists and maps, without quotes for text.
pub fn text(value: &[u8]) -> String {
    match AnyValue::view(value) {
        AnyValue::Empty => String::new(),
        AnyValue::String(text) => text.to_owned(),
        AnyValue::Bool(value) => value.to_string(),
        AnyValue::Int(value) => value.to_string(),
        AnyValue::Double(value) => value.to_string(),
        AnyValue::Bytes(_) | AnyValue::Array(_) | AnyValue::Map(_) => {
            let mut out = Vec::new();
            // The bytes passed the door: writing them cannot fail.
            let _ = json::write_value(&mut out, value);
            String::from_utf8_lossy(&out).trim_matches('"').to_owned()
        }
    }
}
