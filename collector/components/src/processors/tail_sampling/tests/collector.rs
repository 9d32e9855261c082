//! The same traces are kept as by the Collector.
//!
//! `testdata/tail_sampling/collector-0.155.0.txt` is what a real one kept (tailsamplingprocessor v0.155.0, linux/amd64): a line
//! for each configuration with the numbers of the traces. To record it again:
//!
//! ```text
//! export SAMPLING_RECORD=$(mktemp -d)
//! cargo test -p codeagent-components --lib write_what_the_collector_is_asked -- --ignored
//! otelcol --config $SAMPLING_RECORD/otelcol.yaml &
//! curl --data-binary @$SAMPLING_RECORD/input.pb -H 'content-type: application/x-protobuf' http://127.0.0.1:14318/v1/traces
//! sleep 10; kill -INT %1; wait
//! cargo test -p codeagent-components --lib record_what_the_collector_kept -- --ignored
//! ```

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use codeagent_pipeline::holding::Policies as _;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use prost::Message as _;

use super::kit::*;

const RECORD: &str = "testdata/tail_sampling/collector-0.155.0.txt";
const TRACES: u64 = 500;

/// Configurations: a name, and the policies. No rates, which depend on the clock, and nothing of what the manual lists as
/// different.
const CASES: [(&str, &str); 22] = [
    ("latency", "[{name: a, type: latency, latency: {threshold_ms: 700}}]"),
    ("status", "[{name: a, type: status_code, status_code: {status_codes: [ERROR]}}]"),
    ("unset", "[{name: a, type: status_code, status_code: {status_codes: [UNSET, OK]}}]"),
    (
        "number",
        "[{name: a, type: numeric_attribute, numeric_attribute: {key: n, min_value: 40, max_value: 60}}]",
    ),
    ("least", "[{name: a, type: numeric_attribute, numeric_attribute: {key: n, min_value: 90}}]"),
    (
        "not-number",
        "[{name: a, type: numeric_attribute, numeric_attribute: {key: n, min_value: 10, max_value: 90, invert_match: true}}]",
    ),
    ("text", "[{name: a, type: string_attribute, string_attribute: {key: s, values: [alpha, gamma]}}]"),
    (
        "pattern",
        "[{name: a, type: string_attribute, string_attribute: {key: s, values: ['^al', 'a$'], enabled_regex_matching: true, cache_max_size: 3}}]",
    ),
    (
        "not-text",
        "[{name: a, type: string_attribute, string_attribute: {key: s, values: [alpha], invert_match: true}}]",
    ),
    ("resource", "[{name: a, type: string_attribute, string_attribute: {key: region, values: [eu]}}]"),
    ("truth", "[{name: a, type: boolean_attribute, boolean_attribute: {key: b, value: true}}]"),
    (
        "not-truth",
        "[{name: a, type: boolean_attribute, boolean_attribute: {key: b, value: false, invert_match: true}}]",
    ),
    ("spans", "[{name: a, type: span_count, span_count: {min_spans: 3, max_spans: 4}}]"),
    ("state", "[{name: a, type: trace_state, trace_state: {key: vendor, values: [x, y]}}]"),
    ("flags", "[{name: a, type: trace_flags}]"),
    ("tenth", "[{name: a, type: probabilistic, probabilistic: {sampling_percentage: 10}}]"),
    (
        "third",
        "[{name: a, type: probabilistic, probabilistic: {sampling_percentage: 33.3, hash_salt: tier-2}}]",
    ),
    (
        "ottl",
        "[{name: a, type: ottl_condition, ottl_condition: {error_mode: ignore, span: ['attributes[\"n\"] > 50 and \
            (name == \"even\" or resource.attributes[\"region\"] == \"eu\")', 'IsMatch(attributes[\"s\"], \"^g\") and not \
            (kind == SPAN_KIND_SERVER)'], spanevent: ['name == \"boom\" and attributes[\"fatal\"] == true']}}]",
    ),
    (
        "and-not",
        "[{name: a, type: and, and: {and_sub_policy: [{name: b, type: latency, latency: {threshold_ms: 300}}, \
            {name: c, type: not, not: {not_sub_policy: {name: d, type: status_code, status_code: {status_codes: [ERROR]}}}}]}}]",
    ),
    (
        "drop",
        "[{name: a, type: always_sample}, {name: b, type: drop, drop: {drop_sub_policy: [{name: c, type: string_attribute, \
            string_attribute: {key: s, values: [beta]}}, {name: d, type: not, not: {not_sub_policy: {name: e, \
            type: status_code, status_code: {status_codes: [ERROR]}}}}]}}]",
    ),
    (
        "composite",
        "[{name: a, type: composite, composite: {max_total_spans_per_second: 1000000, policy_order: [b, c], \
            composite_sub_policy: [{name: b, type: numeric_attribute, numeric_attribute: {key: n, min_value: 80}}, \
            {name: c, type: probabilistic, probabilistic: {sampling_percentage: 20}}], \
            rate_allocation: [{policy: b, percent: 50}, {policy: c, percent: 50}]}}]",
    ),
    (
        "all",
        "[{name: a, type: status_code, status_code: {status_codes: [ERROR]}}, {name: b, type: latency, latency: {threshold_ms: 900}}, \
            {name: c, type: probabilistic, probabilistic: {sampling_percentage: 10}}, {name: d, type: drop, drop: \
            {drop_sub_policy: [{name: e, type: string_attribute, string_attribute: {key: region, values: [test]}}]}}]",
    ),
];

/// Numbers that look random and are the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }
}

/// The spans of a trace, each under the attributes of its resource.
fn trace(number: u64) -> Vec<(Vec<KeyValue>, Span)> {
    let mut dice = Dice(number + 7);
    let spans = 1 + dice.below(6);
    let one = |at: u64, dice: &mut Dice| {
        let mut attributes = Vec::new();
        if dice.below(3) > 0 {
            attributes.push(attribute("n", Value::IntValue(dice.below(100) as i64)));
        }
        if dice.below(3) > 0 {
            attributes.push(text("s", dice.one_of(&["alpha", "beta", "gamma", "delta", ""])));
        }
        if dice.below(4) == 0 {
            attributes.push(attribute("b", Value::BoolValue(dice.below(2) == 0)));
        }
        let mut events = Vec::new();
        if dice.below(8) == 0 {
            let mut boom = event(dice.one_of(&["boom", "bust"]));
            boom.attributes = vec![attribute("fatal", Value::BoolValue(dice.below(2) == 0))];
            events.push(boom);
        }
        let start = dice.below(400);
        let region = dice.one_of(&["", "", "", "eu", "us", "us", "us", "test"]);
        let resource = if region.is_empty() { Vec::new() } else { vec![text("region", region)] };
        let span = Span {
            trace_id: trace_id(number).to_vec(),
            span_id: ((number << 8) | (at + 1)).to_be_bytes().to_vec(),
            parent_span_id: if at == 0 { Vec::new() } else { ((number << 8) | 1).to_be_bytes().to_vec() },
            name: if number.is_multiple_of(2) { "even" } else { "odd" }.into(),
            kind: 1 + dice.below(5) as i32,
            trace_state: dice
                .one_of(&["", "", "", "vendor=x", "a=1,vendor=y", "vendor=z", "vendor=x,b=", "B=1,vendor=x"])
                .into(),
            flags: dice.one_of(&[0, 0, 0, 0, 1, 0x100, 0x301]),
            attributes,
            events,
            status: Some(Status { code: dice.one_of(&[0, 0, 0, 0, 1, 1, 2]), message: String::new() }),
            ..lasting(start, start + dice.below(700))
        };
        (resource, span)
    };
    (0..spans).map(|at| one(at, &mut dice)).collect()
}

fn kept(policies: &str) -> BTreeSet<u64> {
    let mut judge = judge(&format!("policies: {policies}"));
    let keeps = |number: &u64| {
        let evidence = evidence(&judge, trace_id(*number), &trace(*number));
        judge.decide(&evidence, &occasion(0)).is_kept
    };
    (0..TRACES).filter(keeps).collect()
}

#[test]
fn the_same_traces_are_kept_as_by_the_collector() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(RECORD);
    let record = std::fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = record.lines().collect();
    assert_eq!(lines.len(), CASES.len());
    for ((name, policies), line) in CASES.iter().zip(lines) {
        let (recorded, numbers) = line.split_once(':').unwrap();
        assert_eq!(recorded, *name);
        let expected: BTreeSet<u64> =
            numbers.split_whitespace().map(|number| number.parse().unwrap()).collect();
        assert!(!expected.is_empty() && expected.len() < TRACES as usize, "{name} tells nothing");
        assert_eq!(kept(policies), expected, "{name}");
    }
}

fn folder() -> PathBuf {
    std::env::var_os("SAMPLING_RECORD").expect("SAMPLING_RECORD is a folder").into()
}

#[test]
#[ignore = "writes the input of a recording"]
fn write_what_the_collector_is_asked() {
    let spans = (0..TRACES).flat_map(trace);
    let group = |(attributes, span): (Vec<KeyValue>, Span)| ResourceSpans {
        resource: Some(Resource { attributes, ..Default::default() }),
        scope_spans: vec![ScopeSpans { spans: vec![span], ..Default::default() }],
        ..Default::default()
    };
    let request = ExportTraceServiceRequest { resource_spans: spans.map(group).collect() };
    std::fs::write(folder().join("input.pb"), request.encode_to_vec()).unwrap();
    let (mut processors, mut exporters, mut pipelines) = (String::new(), String::new(), String::new());
    for (name, policies) in CASES {
        writeln!(processors, "  tail_sampling/{name}: {{decision_wait: 3s, policies: {policies}}}").unwrap();
        writeln!(exporters, "  file/{name}: {{path: {}}}", folder().join(format!("{name}.json")).display())
            .unwrap();
        let parts =
            format!("{{receivers: [otlp], processors: [tail_sampling/{name}], exporters: [file/{name}]}}");
        writeln!(pipelines, "    traces/{name}: {parts}").unwrap();
    }
    let config = format!(
        "receivers: {{otlp: {{protocols: {{http: {{endpoint: '127.0.0.1:14318'}}}}}}}}\nprocessors:\n{processors}\
         exporters:\n{exporters}service:\n  telemetry: {{metrics: {{level: none}}}}\n  pipelines:\n{pipelines}"
    );
    std::fs::write(folder().join("otelcol.yaml"), config).unwrap();
}

#[test]
#[ignore = "reads the output of a recording"]
fn record_what_the_collector_kept() {
    let hex = |id: [u8; 16]| id.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut record = String::new();
    for (name, _) in CASES {
        let output = std::fs::read_to_string(folder().join(format!("{name}.json"))).unwrap();
        let kept = (0..TRACES).filter(|number| output.contains(&hex(trace_id(*number))));
        let kept: Vec<String> = kept.map(|number| number.to_string()).collect();
        writeln!(record, "{name}: {}", kept.join(" ")).unwrap();
    }
    std::fs::write(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(RECORD), record).unwrap();
}
