//! Traces and judges for the tests of this folder.

use std::time::Duration;

use codeagent_config::{Diagnostics, Environment, Section, Source, load};
use codeagent_pipeline::holding::{Evidence, Occasion, Policies, Trigger, Verdict};
use codeagent_pipeline::otlp::views::{Resource, Scope, Span as SpanView, View};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource as ResourceMessage;
use opentelemetry_proto::tonic::trace::v1::{Span, Status, span::Event};
use prost::Message as _;

use super::super::config::Config;
use super::super::judge::Judge;

pub fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.into(), value: Some(AnyValue { value: Some(value) }), ..Default::default() }
}

pub fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.into()))
}

/// A trace id that differs in all bytes from that of other numbers.
pub fn trace_id(number: u64) -> [u8; 16] {
    let mix = |salt: u64| {
        let mixed = (number ^ salt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
    };
    let mut id = [0; 16];
    id[..8].copy_from_slice(&mix(0x55).to_be_bytes());
    id[8..].copy_from_slice(&mix(0xaa).to_be_bytes());
    id
}

/// A span of 10 ms.
pub fn span() -> Span {
    Span {
        span_id: vec![1; 8],
        parent_span_id: vec![2; 8],
        name: "span".into(),
        start_time_unix_nano: 1_000_000_000,
        end_time_unix_nano: 1_010_000_000,
        ..Default::default()
    }
}

pub fn with(attributes: Vec<KeyValue>) -> Span {
    Span { attributes, ..span() }
}

pub fn lasting(start_ms: u64, end_ms: u64) -> Span {
    let nanoseconds = |ms: u64| 1_000_000_000 + ms * 1_000_000;
    Span { start_time_unix_nano: nanoseconds(start_ms), end_time_unix_nano: nanoseconds(end_ms), ..span() }
}

pub fn failed() -> Span {
    Span { status: Some(Status { code: 2, message: String::new() }), ..span() }
}

pub fn event(name: &str) -> Event {
    Event { name: name.into(), ..Default::default() }
}

/// What the runtime makes of these spans, each under a resource of these attributes.
pub fn evidence(judge: &Judge, key: [u8; 16], spans: &[(Vec<KeyValue>, Span)]) -> Evidence {
    let mut evidence = Evidence::new(key);
    for (attributes, span) in spans {
        let resource =
            ResourceMessage { attributes: attributes.clone(), ..Default::default() }.encode_to_vec();
        let (resource, span) = (Resource::view(&resource), span.encode_to_vec());
        let span = SpanView::view(&span);
        evidence.add(&span);
        evidence.marks.merge(&judge.observe_resource(&resource));
        judge.observe_span(&span, &Scope::view(&[]), &resource, &mut evidence);
    }
    evidence
}

pub fn occasion(ms: u64) -> Occasion {
    Occasion { trigger: Trigger::Waited, uptime: Duration::from_millis(ms), unix_ms: 1_700_000_000_000 + ms }
}

/// The section `tail_sampling` of this text, which is what stands below its name.
pub fn section(text: &str) -> Section {
    let indented: String = text.lines().map(|line| format!("    {line}\n")).collect();
    let text = format!("processors:\n  tail_sampling:\n{indented}");
    let mut diagnostics = Diagnostics::new();
    let document = load(&[Source::new("x.yaml", text)], &[], &Environment::empty(), &mut diagnostics);
    let document = document.unwrap_or_else(|| panic!("{}", diagnostics.render(false)));
    let id: codeagent_config::ComponentId = "tail_sampling".parse().unwrap();
    document.processors[&id].clone()
}

/// The judge of a section, and what was said about it.
pub fn build(text: &str) -> (Option<Judge>, String) {
    let (section, mut diagnostics) = (section(text), Diagnostics::new());
    let config: Option<Config> = section.decode_refusing(super::super::UNSUPPORTED, &mut diagnostics);
    let judge = config.and_then(|config| {
        let judge = super::super::judge(&config, &section, &mut diagnostics);
        config.hold(&section, &mut diagnostics).and(judge)
    });
    (judge, diagnostics.render(false))
}

pub fn judge(text: &str) -> Judge {
    let (judge, messages) = build(text);
    judge.unwrap_or_else(|| panic!("{messages}"))
}

/// A judge of one policy, whose settings stand here after its name.
pub fn one(policy: &str) -> Judge {
    judge(&format!("policies:\n  - {{name: it, {policy}}}"))
}

/// The decision over a trace of these spans without resource attributes.
pub fn decide(judge: &mut Judge, spans: &[Span]) -> Verdict {
    let spans: Vec<_> = spans.iter().map(|span| (Vec::new(), span.clone())).collect();
    let evidence = evidence(judge, trace_id(1), &spans);
    judge.decide(&evidence, &occasion(0))
}

pub fn keeps(judge: &mut Judge, spans: &[Span]) -> bool {
    decide(judge, spans).is_kept
}
