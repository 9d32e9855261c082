//! Batches and the documents that become of them.

use codeagent_pipeline::{Batch, Signal};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList, any_value::Value as Any,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use serde_json::Value;

use super::super::mapping::Mode;
use super::super::route::{Naming, Router};
use super::super::{Encoder, Request};

/// An encoder as `elasticsearch` has it without further settings.
pub fn encoder(mode: Mode, signal: Signal) -> Encoder {
    let router = |kind| Router {
        kind,
        naming: Naming::DataStream {
            dataset: "generic".to_owned(),
            namespace: "default".to_owned(),
            suffix: if mode == Mode::Otel { ".otel" } else { "" },
        },
        date: None,
    };
    let items = router(if signal == Signal::Logs { "logs" } else { "traces" });
    Encoder {
        signal,
        mode,
        items,
        events: router("logs"),
        label: None,
        action: "create",
        bytes_max: 5_000_000,
    }
}

/// The action lines and documents of a request; each must be JSON.
pub fn lines(requests: &[Request]) -> Vec<(Value, Value)> {
    let mut found = Vec::new();
    for request in requests {
        let text = std::str::from_utf8(request.lines()).unwrap();
        assert!(text.ends_with('\n'));
        let lines: Vec<&str> = text.lines().collect();
        let (pairs, rest) = lines.as_chunks::<2>();
        assert!(rest.is_empty());
        assert_eq!(pairs.len(), request.documents().len());
        for [action, document] in pairs {
            let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
            assert_unique_keys(document);
            found.push((read(action), read(document)));
        }
    }
    found
}

/// An index refuses an object with a key twice, where `serde_json` takes the last.
fn assert_unique_keys(document: &str) {
    let again = serde_json::to_string(&serde_json::from_str::<Value>(document).unwrap()).unwrap();
    let quotes = |text: &str| text.matches("\":").count();
    assert_eq!(quotes(&again), quotes(document), "a key twice: {document}");
}

pub fn index(action: &Value) -> &str {
    action["create"]["_index"].as_str().unwrap()
}

pub fn id(action: &Value) -> &str {
    action["create"]["_id"].as_str().unwrap()
}

pub fn text(value: &str) -> AnyValue {
    AnyValue { value: Some(Any::StringValue(value.to_owned())) }
}

pub fn value_of(value: Any) -> AnyValue {
    AnyValue { value: Some(value) }
}

pub fn list(values: impl IntoIterator<Item = AnyValue>) -> AnyValue {
    value_of(Any::ArrayValue(ArrayValue { values: values.into_iter().collect() }))
}

pub fn map<'k>(members: impl IntoIterator<Item = (&'k str, AnyValue)>) -> AnyValue {
    value_of(Any::KvlistValue(KeyValueList { values: attributes(members) }))
}

pub fn attributes<'k>(members: impl IntoIterator<Item = (&'k str, AnyValue)>) -> Vec<KeyValue> {
    members
        .into_iter()
        .map(|(key, value)| KeyValue { key: key.to_owned(), value: Some(value), ..KeyValue::default() })
        .collect()
}

pub fn resource(members: Vec<KeyValue>) -> Option<Resource> {
    Some(Resource { attributes: members, dropped_attributes_count: 1, ..Resource::default() })
}

pub fn scope(members: Vec<KeyValue>) -> Option<InstrumentationScope> {
    let (name, version) = ("agent".to_owned(), "1.2".to_owned());
    Some(InstrumentationScope { name, version, attributes: members, dropped_attributes_count: 2 })
}

pub fn logs(
    resource: Option<Resource>,
    scope: Option<InstrumentationScope>,
    records: Vec<LogRecord>,
) -> Batch {
    let items = records.len();
    let scope_logs = vec![ScopeLogs { scope, log_records: records, schema_url: "urn:scope".into() }];
    let resource_logs = vec![ResourceLogs { resource, scope_logs, schema_url: "urn:resource".into() }];
    let bytes = ExportLogsServiceRequest { resource_logs }.encode_to_vec();
    Batch::new(Signal::Logs, bytes.into(), items)
}

pub fn spans(resource: Option<Resource>, scope: Option<InstrumentationScope>, spans: Vec<Span>) -> Batch {
    let items = spans.len();
    let scope_spans = vec![ScopeSpans { scope, spans, schema_url: String::new() }];
    let resource_spans = vec![ResourceSpans { resource, scope_spans, schema_url: String::new() }];
    let bytes = ExportTraceServiceRequest { resource_spans }.encode_to_vec();
    Batch::new(Signal::Traces, bytes.into(), items)
}

/// One log record with this body and these attributes, alone in its request.
pub fn log(body: AnyValue, members: Vec<KeyValue>) -> Batch {
    let record =
        LogRecord { time_unix_nano: 1, body: Some(body), attributes: members, ..LogRecord::default() };
    logs(None, None, vec![record])
}

/// Several requests merged into one batch.
pub fn merged(parts: &[&Batch]) -> Batch {
    let mut batch = Batch::empty(parts[0].signal());
    for chunk in parts.iter().flat_map(|part| part.chunks()) {
        batch.push(chunk.clone());
    }
    batch
}
