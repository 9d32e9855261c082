//! Policies that remember.

use codeagent_pipeline::holding::Policies as _;

use super::kit::*;

/// Which of the traces, each with its time in ms and its number of spans, are kept.
fn kept(policy: &str, traces: &[(u64, usize)]) -> Vec<bool> {
    let mut judge = one(policy);
    let decide = |(ms, spans): &(u64, usize)| {
        let evidence = evidence(&judge, trace_id(*ms), &vec![(vec![], span()); *spans]);
        judge.decide(&evidence, &occasion(*ms)).is_kept
    };
    traces.iter().map(decide).collect()
}

#[test]
fn a_rate_of_spans_is_a_bucket_that_starts_full() {
    let policy = "type: rate_limiting, rate_limiting: {spans_per_second: 10}";
    let traces = [(0, 15), (0, 6), (0, 5), (99, 1), (100, 1), (1_100, 10), (60_000, 21), (60_000, 20)];
    assert_eq!(kept(policy, &traces), [true, false, true, false, true, true, false, true]);
    let policy = "type: rate_limiting, rate_limiting: {spans_per_second: 10, burst_capacity: 3}";
    assert_eq!(kept(policy, &[(0, 4), (0, 3), (0, 1), (100, 1)]), [false, true, false, true]);
}

#[test]
fn a_rate_of_bytes_counts_the_spans_bytes() {
    let bytes = evidence(&one("type: always_sample"), trace_id(0), &[(vec![], span())]).bytes;
    let policy = format!("type: bytes_limiting, bytes_limiting: {{bytes_per_second: {bytes}}}");
    assert_eq!(kept(&policy, &[(0, 3), (0, 2), (0, 1), (1000, 1)]), [false, true, false, true]);
}

#[test]
fn a_rate_in_an_and_is_used_up_only_by_what_the_others_keep() {
    let policy = "type: and, and: {and_sub_policy: [{type: span_count, span_count: {min_spans: 3}}, \
        {type: rate_limiting, rate_limiting: {spans_per_second: 4}}]}";
    assert_eq!(kept(policy, &[(0, 2), (0, 2), (0, 8), (0, 3)]), [false, false, true, false]);
}

#[test]
fn a_composite_shares_a_rate_out_second_by_second() {
    let policy = "type: composite, composite: {max_total_spans_per_second: 10, policy_order: [long, rest], \
        composite_sub_policy: [{name: long, type: span_count, span_count: {min_spans: 4}}, {name: rest, type: always_sample}], \
        rate_allocation: [{policy: long, percent: 60}, {policy: rest, percent: 40}]}";
    let traces = [(0, 4), (0, 4), (0, 5), (0, 3), (0, 3), (0, 1), (999, 1), (1000, 4), (1000, 7)];
    let expected = [true, false, false, true, false, true, false, true, false];
    assert_eq!(kept(policy, &traces), expected);
}

#[test]
fn a_rate_counts_what_other_policies_keep_too_unless_the_first_match_ends_it() {
    let policies = "policies:
  - {name: errors, type: status_code, status_code: {status_codes: [ERROR]}}
  - {name: rate, type: rate_limiting, rate_limiting: {spans_per_second: 1, burst_capacity: 1}}
";
    for (first, expected) in [("", false), ("sample_on_first_match: true\n", true)] {
        let mut judge = judge(&format!("{first}{policies}"));
        assert!(keeps(&mut judge, &[failed()]));
        assert_eq!(keeps(&mut judge, &[span()]), expected, "{first}");
    }
}
