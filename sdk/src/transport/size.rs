//! What an item weighs in memory, near enough to keep a bound: the structs that it is made of and the text that they own.

use std::mem::size_of;

use opentelemetry::logs::AnyValue;
use opentelemetry::trace::{Event, Link};
use opentelemetry::{Array, InstrumentationScope, Key, KeyValue, Value};
use opentelemetry_sdk::logs::SdkLogRecord;
use opentelemetry_sdk::trace::SpanData;

pub(crate) fn of_span(span: &SpanData) -> usize {
    let events: usize = span.events.iter().map(of_event).sum();
    let links: usize = span.links.iter().map(of_link).sum();
    size_of::<SpanData>() + span.name.len() + of_pairs(&span.attributes) + events + links
}

pub(crate) fn of_log(record: &SdkLogRecord) -> usize {
    let attributes: usize =
        record.attributes_iter().map(|(_, value)| size_of::<(Key, AnyValue)>() + of_any(value)).sum();
    size_of::<(SdkLogRecord, InstrumentationScope)>() + attributes + record.body().map_or(0, of_any)
}

fn of_event(event: &Event) -> usize {
    size_of::<Event>() + event.name.len() + of_pairs(&event.attributes)
}

fn of_link(link: &Link) -> usize {
    size_of::<Link>() + of_pairs(&link.attributes)
}

fn of_pairs(pairs: &[KeyValue]) -> usize {
    pairs.iter().map(|pair| size_of::<KeyValue>() + of_value(&pair.value)).sum()
}

fn of_value(value: &Value) -> usize {
    match value {
        Value::String(text) => text.as_str().len(),
        Value::Array(Array::String(texts)) => {
            texts.iter().map(|text| size_of::<Value>() + text.as_str().len()).sum()
        }
        Value::Array(Array::Bool(values)) => values.len(),
        Value::Array(Array::I64(values)) => values.len() * size_of::<i64>(),
        Value::Array(Array::F64(values)) => values.len() * size_of::<f64>(),
        _ => 0,
    }
}

fn of_any(value: &AnyValue) -> usize {
    match value {
        AnyValue::String(text) => text.as_str().len(),
        AnyValue::Bytes(bytes) => bytes.len(),
        AnyValue::ListAny(values) => values.iter().map(|value| size_of::<AnyValue>() + of_any(value)).sum(),
        AnyValue::Map(map) => map
            .iter()
            .map(|(key, value)| size_of::<(Key, AnyValue)>() + key.as_str().len() + of_any(value))
            .sum(),
        _ => 0,
    }
}
