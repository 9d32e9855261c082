//! What each policy keeps.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};

use super::kit::*;
use codeagent_pipeline::holding::Policies as _;

fn status(code: i32) -> Span {
    Span { status: Some(Status { code, message: String::new() }), ..span() }
}

fn state(trace_state: &str) -> Span {
    Span { trace_state: trace_state.into(), ..span() }
}

type Case = (&'static str, Vec<Span>, bool);

fn check(cases: Vec<Case>) {
    for (policy, spans, expected) in cases {
        assert_eq!(keeps(&mut one(policy), &spans), expected, "{policy} over {spans:?}");
    }
}

fn number(value: i64) -> Span {
    with(vec![attribute("n", Value::IntValue(value))])
}

#[test]
fn each_policy_keeps_what_the_manual_says() {
    let flagged = |flags| Span { flags, ..span() };
    let evented = |name| Span { events: vec![event("start"), event(name)], ..span() };
    check(vec![
        ("type: always_sample", vec![span()], true),
        ("type: latency, latency: {threshold_ms: 30}", vec![lasting(0, 10), lasting(21, 29)], false),
        ("type: latency, latency: {threshold_ms: 30}", vec![lasting(21, 30), lasting(0, 10)], true),
        ("type: latency, latency: {threshold_ms: 30}", vec![lasting(50, 80), lasting(40, 45)], true),
        ("type: latency, latency: {threshold_ms: 5, upper_threshold_ms: 20}", vec![lasting(0, 20)], true),
        ("type: latency, latency: {threshold_ms: 5, upper_threshold_ms: 20}", vec![lasting(0, 5)], false),
        ("type: latency, latency: {threshold_ms: 5, upper_threshold_ms: 20}", vec![lasting(0, 21)], false),
        (
            "type: latency, latency: {threshold_ms: 5, upper_threshold_ms: 20}",
            vec![lasting(0, 10), lasting(0, 30)],
            false,
        ),
        ("type: status_code, status_code: {status_codes: [ERROR]}", vec![status(1), status(2)], true),
        ("type: status_code, status_code: {status_codes: [ERROR]}", vec![status(1), status(0)], false),
        ("type: status_code, status_code: {status_codes: [OK, UNSET]}", vec![status(0)], true),
        ("type: status_code, status_code: {status_codes: [OK, UNSET]}", vec![status(2)], false),
        ("type: span_count, span_count: {min_spans: 2}", vec![span(), span()], true),
        ("type: span_count, span_count: {min_spans: 2}", vec![span()], false),
        ("type: span_count, span_count: {min_spans: 1, max_spans: 2}", vec![span(), span(), span()], false),
        ("type: trace_state, trace_state: {key: k, values: [v, w]}", vec![state("a=1, k=w")], true),
        ("type: trace_state, trace_state: {key: k, values: [v, w]}", vec![state("k=x"), state("")], false),
        ("type: trace_state, trace_state: {key: k, values: [v]}", vec![state("k=v,BAD")], false),
        ("type: trace_flags", vec![flagged(0x301)], true),
        ("type: trace_flags", vec![flagged(0x300)], false),
        (
            "type: ottl_condition, ottl_condition: {span: ['attributes[\"n\"] > 4'], spanevent: ['name == \"oom\"']}",
            vec![number(5)],
            true,
        ),
        (
            "type: ottl_condition, ottl_condition: {span: ['attributes[\"n\"] > 4'], spanevent: ['name == \"oom\"']}",
            vec![number(4), evented("oom")],
            true,
        ),
        ("type: ottl_condition, ottl_condition: {spanevent: ['name == \"oom\"']}", vec![evented("x")], false),
        ("type: probabilistic, probabilistic: {sampling_percentage: 100}", vec![span()], true),
        ("type: probabilistic, probabilistic: {sampling_percentage: 0}", vec![span()], false),
        ("type: not, not: {not_sub_policy: {type: trace_flags}}", vec![span()], true),
        ("type: not, not: {not_sub_policy: {type: always_sample}}", vec![span()], false),
    ]);
}

#[test]
fn policies_about_attributes_compare_values_of_their_type() {
    let double = |value| with(vec![attribute("n", Value::DoubleValue(value))]);
    let boolean = |value| with(vec![attribute("b", Value::BoolValue(value))]);
    let named = |value| with(vec![text("s", value)]);
    check(vec![
        ("type: numeric_attribute, numeric_attribute: {key: n, min_value: 3}", vec![number(3)], true),
        (
            "type: numeric_attribute, numeric_attribute: {key: n, min_value: 3}",
            vec![number(2), span()],
            false,
        ),
        ("type: numeric_attribute, numeric_attribute: {key: n, max_value: 3}", vec![number(-9)], true),
        (
            "type: numeric_attribute, numeric_attribute: {key: n, min_value: 0, max_value: 3}",
            vec![number(-1)],
            false,
        ),
        ("type: numeric_attribute, numeric_attribute: {key: n, min_value: 3}", vec![double(3.5)], true),
        ("type: numeric_attribute, numeric_attribute: {key: n, min_value: 3}", vec![named("5")], false),
        (
            "type: numeric_attribute, numeric_attribute: {key: n, min_value: 3, invert_match: true}",
            vec![span()],
            true,
        ),
        (
            "type: numeric_attribute, numeric_attribute: {key: n, min_value: 3, invert_match: true}",
            vec![number(1), number(4)],
            false,
        ),
        (
            "type: string_attribute, string_attribute: {key: s, values: [a, b]}",
            vec![named("x"), named("b")],
            true,
        ),
        ("type: string_attribute, string_attribute: {key: s, values: [a, b]}", vec![named("ab")], false),
        (
            "type: string_attribute, string_attribute: {key: s, values: [a], invert_match: true}",
            vec![named("b")],
            true,
        ),
        (
            "type: string_attribute, string_attribute: {key: s, values: [a], invert_match: true}",
            vec![named("b"), named("a")],
            false,
        ),
        (
            "type: string_attribute, string_attribute: {key: s, values: ['^v\\d'], enabled_regex_matching: true}",
            vec![named("v1.2")],
            true,
        ),
        (
            "type: string_attribute, string_attribute: {key: s, values: ['^v\\d'], enabled_regex_matching: true}",
            vec![named("nv1")],
            false,
        ),
        ("type: boolean_attribute, boolean_attribute: {key: b, value: true}", vec![boolean(true)], true),
        ("type: boolean_attribute, boolean_attribute: {key: b, value: true}", vec![boolean(false)], false),
        ("type: boolean_attribute, boolean_attribute: {key: b}", vec![boolean(false)], true),
        (
            "type: boolean_attribute, boolean_attribute: {key: b, value: true, invert_match: true}",
            vec![span()],
            true,
        ),
    ]);
}

#[test]
fn an_attribute_of_the_resource_counts_like_one_of_a_span() {
    let mut judge = one("type: string_attribute, string_attribute: {key: service.name, values: [agent]}");
    let of = |service| vec![(vec![text("service.name", service)], span()), (vec![], span())];
    for (service, expected) in [("agent", true), ("other", false)] {
        let evidence = evidence(&judge, trace_id(1), &of(service));
        assert_eq!(judge.decide(&evidence, &occasion(0)).is_kept, expected);
    }
}

const MANY: &str = "policies:
  - {name: errors, type: status_code, status_code: {status_codes: [ERROR]}}
  - {name: slow, type: latency, latency: {threshold_ms: 1000}}
  - name: health
    type: drop
    drop: {drop_sub_policy: [{type: string_attribute, string_attribute: {key: path, values: [/healthz]}}]}
  - name: slow eu
    type: and
    and:
      and_sub_policy:
        - {type: latency, latency: {threshold_ms: 500}}
        - {type: string_attribute, string_attribute: {key: region, values: [eu]}}
";

#[test]
fn one_policy_that_keeps_is_enough_and_one_that_drops_goes_before() {
    let health = || with(vec![text("path", "/healthz")]);
    let eu = |end| Span { attributes: vec![text("region", "eu")], ..lasting(0, end) };
    let cases = [
        (vec![failed(), lasting(0, 2000)], true, Some(0)),
        (vec![lasting(0, 2000)], true, Some(1)),
        (vec![failed(), health()], false, Some(2)),
        (vec![eu(600)], true, Some(3)),
        (vec![eu(400)], false, None),
        (vec![lasting(0, 600)], false, None),
        (vec![span()], false, None),
    ];
    let mut judge = judge(MANY);
    assert_eq!(judge.rules(), ["errors", "slow", "health", "slow eu"]);
    for (spans, is_kept, rule) in cases {
        let verdict = decide(&mut judge, &spans);
        assert_eq!((verdict.is_kept, verdict.rule), (is_kept, rule), "{spans:?}");
    }
}

#[test]
fn in_first_match_mode_the_first_that_keeps_or_drops_decides() {
    let mut judge = judge(
        "policy_mode: first_match
policies:
  - {name: errors, type: status_code, status_code: {status_codes: [ERROR]}}
  - {name: health, type: drop, drop: {drop_sub_policy: [{type: string_attribute, string_attribute: {key: path, values: [/healthz]}}]}}
  - name: nightly
    type: rule
    rule:
      when: [{type: boolean_attribute, boolean_attribute: {key: nightly, value: true}}]
      then: {type: latency, latency: {threshold_ms: 100}}
  - {name: rest, type: always_sample}
",
    );
    let health = Span { attributes: vec![text("path", "/healthz")], ..failed() };
    let nightly =
        |end| Span { attributes: vec![attribute("nightly", Value::BoolValue(true))], ..lasting(0, end) };
    let cases = [
        (vec![health], true, Some(0)),
        (vec![with(vec![text("path", "/healthz")])], false, Some(1)),
        (vec![nightly(200)], true, Some(2)),
        (vec![nightly(50)], false, Some(2)),
        (vec![span()], true, Some(3)),
    ];
    for (spans, is_kept, rule) in cases {
        let verdict = decide(&mut judge, &spans);
        assert_eq!((verdict.is_kept, verdict.rule), (is_kept, rule), "{spans:?}");
    }
}

#[test]
fn equal_conditions_are_asked_once() {
    let judge = judge(
        "policies:
  - {name: a, type: string_attribute, string_attribute: {key: s, values: [x]}}
  - {name: b, type: not, not: {not_sub_policy: {type: string_attribute, string_attribute: {key: s, values: [x]}}}}
  - {name: c, type: string_attribute, string_attribute: {key: s, values: [x], invert_match: true}}
  - {name: d, type: string_attribute, string_attribute: {key: s, values: [y]}}
",
    );
    let spans = [(vec![], with(vec![text("s", "x")]))];
    let evidence = evidence(&judge, trace_id(1), &spans);
    let marks: Vec<bool> = (0..3).map(|number| evidence.marks.has(number)).collect();
    assert_eq!(marks, [true, false, false], "two conditions, one of them met");
}
