//! What is refused, where, and with what advice.

use std::time::Duration;

use codeagent_config::Diagnostics;
use codeagent_pipeline::holding::KeySource;

use super::super::config::Config;
use super::kit::*;

#[test]
fn a_mistake_is_refused_with_its_place_and_what_to_write() {
    let list = |policy: &str| format!("policies:\n  - {{name: it, {policy}}}");
    let cases = [
        ("decision_wait: 5s".to_owned(), "without policies every trace is dropped", "status_code"),
        (list("type: latncy"), "latncy", "latency"),
        (list("type: latency"), "settings of the policy are missing: `latency`", "latency: {...}"),
        (list("type: latency, latency: {threshold: 5}"), "policies[0]::latency::threshold", "threshold_ms"),
        (list("type: latency, latency: {threshold_ms: -5}"), "negative", "milliseconds"),
        (list("type: status_code, status_code: {status_codes: [FAILED]}"), "FAILED", "ERROR"),
        (list("type: status_code, status_code: {}"), "policies[0]::status_code", "ERROR"),
        (list("type: numeric_attribute, numeric_attribute: {key: a}"), "there is no bound", "min_value"),
        (list("type: string_attribute, string_attribute: {key: a, values: ['(']}"), "", ""),
        (
            list(
                "type: string_attribute, string_attribute: {key: a, values: ['('], enabled_regex_matching: true}",
            ),
            "no regular expression",
            "RE2",
        ),
        (list("type: string_attribute, string_attribute: {values: [a]}"), "the key is missing", "`key`"),
        (
            list("type: probabilistic, probabilistic: {sampling_percentage: -1}"),
            "not a percentage",
            "0 to 100",
        ),
        (list("type: rate_limiting, rate_limiting: {}"), "`spans_per_second` is not above 0", "rate"),
        (list("type: ottl_condition, ottl_condition: {span: ['nmae == \"x\"']}"), "no path `nmae`", "`name`"),
        (list("type: and, and: {and_sub_policy: []}"), "the list of policies is empty", ""),
        (
            list("type: and, and: {and_sub_policy: [{type: span_count}]}"),
            "policies[0]::and::and_sub_policy[0]",
            "span_count: {...}",
        ),
        (
            list(
                "type: and, and: {and_sub_policy: [{type: drop, drop: {drop_sub_policy: [{type: trace_flags}]}}]}",
            ),
            "`drop` does not stand in another policy",
            "under `policies`",
        ),
        (
            list("type: rule, rule: {when: [{type: trace_flags}], then: {type: always_sample}}"),
            "decides alone",
            "policy_mode: first_match",
        ),
        (
            "policies:\n  - {name: a, type: trace_flags}\n  - {name: a, type: trace_flags}".to_owned(),
            "another policy has the name `a`",
            "of its own",
        ),
        ("policies: [{type: trace_flags}]".to_owned(), "the policy has no name", "`name`"),
        (
            "sampling_strategy: span-ingest\npolicies: [{name: a, type: trace_flags}]".to_owned(),
            "`span-ingest` is not supported",
            "decision_wait_after_root_received",
        ),
        ("tail_storage: x\npolicies: [{name: a, type: trace_flags}]".to_owned(), "tail_storage", "`storage`"),
        ("decision_wait: 0s\npolicies: [{name: a, type: trace_flags}]".to_owned(), "decision_wait", "30s"),
    ];
    for (text, message, help) in cases {
        let (judge, messages) = build(&text);
        if message.is_empty() {
            assert!(judge.is_some(), "a text is no pattern unless it is said: {messages}");
            continue;
        }
        assert!(judge.is_none(), "{text}");
        assert!(messages.contains(message) && messages.contains(help), "{text}\n{messages}");
        assert!(messages.contains("x.yaml:"), "{messages}");
    }
}

#[test]
fn what_has_no_effect_is_told() {
    let cases = [
        ("block_on_overflow: true\npolicies: [{name: a, type: trace_flags}]", "the oldest trace is decided"),
        (
            "drop_pending_traces_on_shutdown: true\npolicies: [{name: a, type: trace_flags}]",
            "after the restart",
        ),
        (
            "policies: [{name: a, type: trace_flags, latency: {threshold_ms: 5}}]",
            "a policy of type `trace_flags` does not read this",
        ),
        (
            "policies: [{name: c, type: composite, composite: {max_total_spans_per_second: 5, policy_order: [b, a], \
                composite_sub_policy: [{name: a, type: trace_flags}, {name: b, type: always_sample}], \
                rate_allocation: [{policy: a, percent: 50}]}}]",
            "`b` has no part of the rate",
        ),
    ];
    for (text, message) in cases {
        let (judge, messages) = build(text);
        assert!(judge.is_some() && messages.contains(message), "{text}\n{messages}");
    }
}

#[test]
fn the_hold_has_the_collectors_defaults_and_our_bounds() {
    let hold = |text: &str| {
        let (section, mut diagnostics) = (section(text), Diagnostics::new());
        let config: Config = section.decode(&mut diagnostics).unwrap();
        config.hold(&section, &mut diagnostics).unwrap()
    };
    let default = hold("policies: [{name: a, type: trace_flags}]");
    assert_eq!((default.wait, default.wait_after_root), (Duration::from_secs(30), None));
    assert_eq!((default.groups_max, default.bytes_max, default.group_bytes_max), (None, None, None));
    assert!(default.decisions_max > 0, "late spans follow the decision by default");
    let all = hold(
        "decision_wait: 10s\ndecision_wait_after_root_received: 2s\nnum_traces: 100\nexpected_new_traces_per_sec: 10\n\
         maximum_trace_size_bytes: 1000\ndecision_cache: {sampled_cache_size: 10, non_sampled_cache_size: 20}\n\
         group_by: session.id\nheld_bytes_max: 1GiB\nkeep_orphan_logs: false\ndry_run: true\nstorage: file_storage/x",
    );
    assert_eq!((all.wait.as_secs(), all.wait_after_root.unwrap().as_secs()), (10, 2));
    assert_eq!((all.groups_max, all.bytes_max, all.group_bytes_max), (Some(100), Some(1 << 30), Some(1000)));
    assert_eq!((all.decisions_max, all.keeps_orphans, all.is_dry_run), (30, false, true));
    assert_eq!(all.key, KeySource::Attribute("session.id".into()));
}
