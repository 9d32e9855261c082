//! A batch of JSON through a processor of YAML.

use codeagent_config::{ComponentId, Diagnostics, Environment, Signal, Source, load};
use codeagent_pipeline::json::{Limits, from_protobuf, to_protobuf};
use codeagent_pipeline::{Batch, BuildContext, BuiltProcessor, Host, Processor};
use serde_json::{Value, json};

use super::super::FACTORY;

/// What is built from the body of `redaction:`, given as JSON; what is wrong with it, otherwise.
pub fn build(config: &Value) -> Result<Box<dyn Processor>, String> {
    // a key a line: errors show lines
    let yaml = serde_json::to_string_pretty(&json!({"processors": {"redaction": config}})).unwrap();
    let mut diagnostics = Diagnostics::new();
    let document =
        load(&[Source::new("test.yaml", yaml)], &[], &Environment::empty(), &mut Diagnostics::new()).unwrap();
    let host = Host::new(1, 1 << 30);
    let id: ComponentId = "redaction".parse().unwrap();
    let section = &document.processors[&id];
    let mut context = BuildContext { id: &id, diagnostics: &mut diagnostics, host: &host, batching: None };
    match (FACTORY.build)(&mut context, section, Signal::Traces) {
        Some(BuiltProcessor::Step(processor)) => Ok(processor),
        _ => Err(diagnostics.render(false)),
    }
}

/// A request of OTLP/JSON after the processor.
pub fn after(config: &Value, signal: Signal, request: &Value) -> Value {
    let bytes = to_protobuf(signal, request.to_string().as_bytes(), Limits::default()).unwrap();
    let batch = Batch::new(signal, bytes.into(), 1);
    let processed = build(config).unwrap().process(batch).unwrap();
    assert!(processed.dropped.is_empty());
    let mut out = Vec::new();
    from_protobuf(signal, &processed.batch.to_contiguous(), &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

/// The attributes of a log record after the processor.
pub fn attributes_after(config: &Value, attributes: &Value) -> Value {
    let request = log(&json!({"attributes": keys_of(attributes)}));
    plain(&after(config, Signal::Logs, &request).pointer(RECORD).unwrap()["attributes"])
}

/// The body and the attributes of a log record after the processor.
pub fn body_after(config: &Value, body: &Value) -> (Value, Value) {
    let out = after(config, Signal::Logs, &log(&json!({"body": value_of(body)})));
    let record = out.pointer(RECORD).unwrap();
    (plain_value(&record["body"]), plain(&record["attributes"]))
}

const RECORD: &str = "/resourceLogs/0/scopeLogs/0/logRecords/0";

fn log(record: &Value) -> Value {
    json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]})
}

/// OTLP's list of attributes from a plain object.
pub fn keys_of(plain: &Value) -> Value {
    plain
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| json!({"key": key, "value": value_of(value)}))
        .collect()
}

fn value_of(plain: &Value) -> Value {
    match plain {
        Value::Null => json!({}),
        Value::Bool(value) => json!({"boolValue": value}),
        Value::Number(value) if value.is_i64() => json!({"intValue": value.to_string()}),
        Value::Number(value) => json!({"doubleValue": value}),
        Value::String(text) => json!({"stringValue": text}),
        Value::Array(list) => json!({"arrayValue": {"values": list.iter().map(value_of).collect::<Value>()}}),
        Value::Object(_) => json!({"kvlistValue": {"values": keys_of(plain)}}),
    }
}

/// The plain object of OTLP's list of attributes.
pub fn plain(attributes: &Value) -> Value {
    let list = attributes.as_array().map(Vec::as_slice).unwrap_or_default();
    let pairs =
        list.iter().map(|pair| (pair["key"].as_str().unwrap().to_owned(), plain_value(&pair["value"])));
    Value::Object(pairs.collect())
}

fn plain_value(value: &Value) -> Value {
    let Some((kind, content)) = value.as_object().and_then(|value| value.iter().next()) else {
        return Value::Null;
    };
    match kind.as_str() {
        "intValue" => json!(content.as_str().unwrap().parse::<i64>().unwrap()),
        "arrayValue" => content["values"].as_array().into_iter().flatten().map(plain_value).collect(),
        "kvlistValue" => plain(&content["values"]),
        _ => content.clone(),
    }
}
