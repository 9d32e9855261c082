//! Attributes as one number, the same whether they come from the API or from OTLP, in whatever order.

use opentelemetry::{KeyValue, Value};
use opentelemetry_proto::tonic::common::v1::{KeyValue as Pair, any_value::Value as Any};
use twox_hash::XxHash64;

/// Of attributes as they are recorded.
pub(super) fn of_recorded(attributes: &[KeyValue]) -> u64 {
    sum(attributes.iter().map(|pair| match &pair.value {
        Value::String(text) => one(pair.key.as_str(), 1, text.as_str().as_bytes()),
        Value::I64(number) => one(pair.key.as_str(), 2, &number.to_le_bytes()),
        Value::F64(number) => one(pair.key.as_str(), 3, &number.to_bits().to_le_bytes()),
        Value::Bool(value) => one(pair.key.as_str(), 4, &[u8::from(*value)]),
        _ => one(pair.key.as_str(), 5, &[]),
    }))
}

/// Of attributes as they are exported.
pub(super) fn of_exported(attributes: &[Pair]) -> u64 {
    sum(attributes.iter().map(|pair| match pair.value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(Any::StringValue(text)) => one(&pair.key, 1, text.as_bytes()),
        Some(Any::IntValue(number)) => one(&pair.key, 2, &number.to_le_bytes()),
        Some(Any::DoubleValue(number)) => one(&pair.key, 3, &number.to_bits().to_le_bytes()),
        Some(Any::BoolValue(value)) => one(&pair.key, 4, &[u8::from(*value)]),
        _ => one(&pair.key, 5, &[]),
    }))
}

/// A sum does not know an order.
fn sum(parts: impl Iterator<Item = u64>) -> u64 {
    parts.fold(0, u64::wrapping_add)
}

/// Both halves whole: the streaming form of the hash allocates for each.
fn one(key: &str, kind: u8, value: &[u8]) -> u64 {
    let key = XxHash64::oneshot(u64::from(kind), key.as_bytes());
    XxHash64::oneshot(key, value)
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::transform::common::tonic::Attributes;

    use super::*;

    #[test]
    fn what_is_recorded_and_what_is_exported_give_the_same_number_in_any_order() {
        let pairs = vec![
            KeyValue::new("a", "text"),
            KeyValue::new("b", 7_i64),
            KeyValue::new("c", 0.5),
            KeyValue::new("d", true),
        ];
        let exported = Attributes::from(pairs.clone()).0;
        let reversed: Vec<_> = exported.iter().rev().cloned().collect();
        assert_eq!(of_recorded(&pairs), of_exported(&exported));
        assert_eq!(of_recorded(&pairs), of_exported(&reversed));
        assert_ne!(of_recorded(&pairs), of_recorded(&pairs[..3]));
        let swapped = [KeyValue::new("a", "b"), KeyValue::new("b", "a")];
        let same = [KeyValue::new("a", "a"), KeyValue::new("b", "b")];
        assert_ne!(of_recorded(&swapped), of_recorded(&same));
    }
}
