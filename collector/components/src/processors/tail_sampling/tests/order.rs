//! Properties: the order of spans does not matter, and evidence in parts is the same evidence.

use codeagent_pipeline::holding::{Evidence, Policies as _};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use proptest::prelude::*;

use super::super::judge::Judge;
use super::kit::*;

const POLICIES: &str = "policies:
  - {name: health, type: drop, drop: {drop_sub_policy: [{type: string_attribute, string_attribute: {key: s, values: [drop]}}]}}
  - {name: errors, type: status_code, status_code: {status_codes: [ERROR]}}
  - {name: band, type: latency, latency: {threshold_ms: 20, upper_threshold_ms: 60}}
  - {name: number, type: and, and: {and_sub_policy: [
      {type: numeric_attribute, numeric_attribute: {key: n, min_value: 3}},
      {type: string_attribute, string_attribute: {key: s, values: ['^a'], enabled_regex_matching: true, invert_match: true}}]}}
  - {name: count, type: span_count, span_count: {min_spans: 4, max_spans: 5}}
  - {name: state, type: trace_state, trace_state: {key: k, values: [v]}}
  - {name: ottl, type: ottl_condition, ottl_condition: {span: ['attributes[\"n\"] == 2 and resource.attributes[\"s\"] == nil']}}
  - {name: chance, type: probabilistic, probabilistic: {sampling_percentage: 30}}
";

fn attributes() -> impl Strategy<Value = Vec<KeyValue>> {
    let number = prop::option::of((0..5_i64).prop_map(|n| attribute("n", Value::IntValue(n))));
    let word = prop::sample::select(vec!["a", "ab", "b", "drop"]);
    let word = prop::option::weighted(0.4, word.prop_map(|word| text("s", word)));
    (number, word).prop_map(|(number, word)| number.into_iter().chain(word).collect())
}

fn spans() -> impl Strategy<Value = Vec<(Vec<KeyValue>, Span)>> {
    let state = prop::sample::select(vec!["", "k=v", "k=w", "k=v,k=v"]);
    let one = (attributes(), attributes(), 0..80_u64, 0..80_u64, 0..3_i32, state);
    let one = one.prop_map(|(resource, attributes, start, length, code, trace_state)| {
        let status = Some(Status { code: if code == 2 { 2 } else { 0 }, message: String::new() });
        let trace_state = trace_state.to_owned();
        (resource, Span { attributes, status, trace_state, ..lasting(start, start + length) })
    });
    prop::collection::vec(one, 1..8)
}

/// What the runtime does with evidence that was gathered in two places.
fn merged(mut one: Evidence, other: &Evidence) -> Evidence {
    one.start_nano = one.start_nano.min(other.start_nano);
    one.end_nano = one.end_nano.max(other.end_nano);
    one.bytes += other.bytes;
    one.spans += other.spans;
    one.has_error |= other.has_error;
    one.has_root |= other.has_root;
    one.marks.merge(&other.marks);
    one
}

fn verdict(judge: &mut Judge, evidence: &Evidence) -> (bool, Option<u8>) {
    let verdict = judge.decide(evidence, &occasion(0));
    (verdict.is_kept, verdict.rule)
}

proptest! {
    #[test]
    fn the_order_of_spans_does_not_matter(
        (spans, shuffled) in spans().prop_flat_map(|spans| (Just(spans.clone()), Just(spans).prop_shuffle())),
        number in any::<u64>(),
    ) {
        let mut judge = judge(POLICIES);
        let one = evidence(&judge, trace_id(number), &spans);
        let other = evidence(&judge, trace_id(number), &shuffled);
        prop_assert_eq!(&one, &other);
        prop_assert_eq!(verdict(&mut judge, &one), verdict(&mut judge, &other));
    }

    #[test]
    fn evidence_in_parts_is_the_same_however_the_parts_are_put_together(
        spans in spans(),
        first in 0..8_usize,
        second in 0..8_usize,
    ) {
        let judge = judge(POLICIES);
        let (first, second) = (first.min(spans.len()), second.min(spans.len()));
        let (first, second) = (first.min(second), first.max(second));
        let part = |spans: &[(Vec<KeyValue>, Span)]| evidence(&judge, trace_id(1), spans);
        let (a, b, c) = (part(&spans[..first]), part(&spans[first..second]), part(&spans[second..]));
        let left = merged(merged(a.clone(), &b), &c);
        let right = merged(a, &merged(b, &c));
        prop_assert_eq!(&left, &right);
        prop_assert_eq!(left, part(&spans));
    }
}
