use codeagent_pipeline::otlp::views::{LogRecord, Span, View};
use opentelemetry_proto::tonic::common::v1::{AnyValue as Any, KeyValue, any_value::Value as AnyKind};
use opentelemetry_proto::tonic::logs::v1::LogRecord as OwnedLog;
use opentelemetry_proto::tonic::resource::v1::Resource as OwnedResource;
use opentelemetry_proto::tonic::trace::v1::Span as OwnedSpan;
use prost::Message;
use serde_json::{Value, json};

use super::*;

fn pair(key: &str, value: AnyKind) -> KeyValue {
    KeyValue { key: key.into(), value: Some(Any { value: Some(value) }), ..Default::default() }
}

fn matcher(signal: Signal, config: Value) -> Result<Matcher, String> {
    let config: MatchConfig = serde_json::from_value(config).unwrap();
    let mut diagnostics = Diagnostics::new();
    let compiled = config.compile(signal, &Section::absent("include"), &mut diagnostics);
    compiled.ok_or_else(|| diagnostics.render(false))
}

#[test]
fn spans_match_by_every_property_they_have() {
    let span = OwnedSpan {
        name: "chat gpt".into(),
        kind: 3,
        attributes: vec![
            pair("tokens", AnyKind::IntValue(7)),
            pair("model", AnyKind::StringValue("m-1".into())),
        ],
        ..Default::default()
    };
    let attributes = vec![pair("service.name", AnyKind::StringValue("agent".into()))];
    let resource = OwnedResource { attributes, ..Default::default() }.encode_to_vec();
    let bytes = span.encode_to_vec();
    let scope_bytes = [0x0a, 3, b'l', b'i', b'b', 0x12, 1, b'2'];
    let item = Item::Span(Span::view(&bytes));
    let cases = [
        (json!({"match_type": "strict", "services": ["agent"]}), true),
        (json!({"match_type": "strict", "services": ["age"]}), false),
        (json!({"match_type": "regexp", "services": ["^ag"]}), true),
        (json!({"match_type": "strict", "span_names": ["x", "chat gpt"]}), true),
        (json!({"match_type": "strict", "span_kinds": ["SPAN_KIND_CLIENT"]}), true),
        (json!({"match_type": "strict", "span_kinds": ["SPAN_KIND_SERVER"]}), false),
        (json!({"match_type": "strict", "attributes": [{"key": "tokens", "value": 7}]}), true),
        (json!({"match_type": "strict", "attributes": [{"key": "tokens", "value": "7"}]}), false),
        (json!({"match_type": "regexp", "attributes": [{"key": "tokens", "value": "^[0-9]$"}]}), true),
        (json!({"match_type": "strict", "attributes": [{"key": "tokens"}, {"key": "none"}]}), false),
        (json!({"match_type": "strict", "libraries": [{"name": "lib"}]}), true),
        (json!({"match_type": "strict", "libraries": [{"name": "lib", "version": "1"}]}), false),
        (json!({"match_type": "strict", "libraries": [{"name": "lib", "version": "2"}]}), true),
        (json!({"match_type": "strict", "resources": [{"Key": "service.name", "Value": "agent"}]}), true),
        (json!({"match_type": "strict", "services": ["agent"], "span_names": ["other"]}), false),
    ];
    for (config, expected) in cases {
        let matcher = matcher(Signal::Traces, config.clone()).unwrap();
        let matches = matcher.matches(&item, &Scope::view(&scope_bytes), &Resource::view(&resource));
        assert_eq!(matches, expected, "{config}");
    }
}

#[test]
fn log_records_match_by_body_and_severity() {
    let log = OwnedLog {
        severity_text: "Info".into(),
        body: Some(Any { value: Some(AnyKind::StringValue("hello".into())) }),
        ..Default::default()
    };
    let at_least = |min, match_undefined| {
        let severity = json!({"min": min, "match_undefined": match_undefined});
        json!({"match_type": "strict", "log_severity_number": severity})
    };
    let cases = [
        (json!({"match_type": "regexp", "log_bodies": ["^he"]}), 9, true),
        (json!({"match_type": "strict", "bodies": ["he"]}), 9, false),
        (json!({"match_type": "strict", "log_severity_texts": ["Info"]}), 9, true),
        (at_least(9, false), 9, true),
        (at_least(10, false), 9, false),
        (at_least(10, false), 0, false),
        (at_least(10, true), 0, true),
    ];
    for (config, severity_number, expected) in cases {
        let bytes = OwnedLog { severity_number, ..log.clone() }.encode_to_vec();
        let item = Item::Log(LogRecord::view(&bytes));
        let matcher = matcher(Signal::Logs, config.clone()).unwrap();
        assert_eq!(matcher.matches(&item, &Scope::view(&[]), &Resource::view(&[])), expected, "{config}");
    }
}

#[test]
fn a_property_of_another_signal_is_refused() {
    let cases = [
        (Signal::Traces, json!({"match_type": "strict", "log_bodies": ["x"]}), "does not apply to traces"),
        (Signal::Metrics, json!({"match_type": "strict"}), "list at least one of metric_names"),
        (Signal::Traces, json!({"match_type": "regexp", "span_names": ["["]}), "no regular expression"),
    ];
    for (signal, config, expected) in cases {
        let error = matcher(signal, config).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
}
