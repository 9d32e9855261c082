use codeagent_config::Signal;
use serde_json::{Value, json};

use super::kit::{after, keys_of, plain};

/// At each of `places` in `request` attributes are put; what is there afterwards.
fn check(signal: Signal, request: &Value, places: &[&str]) {
    let attributes = keys_of(&json!({"keep": "x", "secret": "abc"}));
    let mut request = request.clone();
    for place in places {
        *request.pointer_mut(place).unwrap() = attributes.clone();
    }
    let config = json!({"allow_all_keys": true, "blocked_values": ["abc"]});
    let out = after(&config, signal, &request);
    for place in places {
        assert_eq!(plain(out.pointer(place).unwrap()), json!({"keep": "x", "secret": "****"}), "{place}");
        *request.pointer_mut(place).unwrap() = keys_of(&json!({"keep": "x", "secret": "****"}));
    }
    assert_eq!(out, request, "nothing else changes");
}

#[test]
fn attributes_are_found_wherever_a_signal_has_them() {
    let spans = json!({"resourceSpans": [{"resource": {"attributes": [], "droppedAttributesCount": 2}, "scopeSpans": [{
        "scope": {"name": "s", "attributes": []},
        "spans": [{"name": "n", "attributes": [],
            "events": [{"name": "e", "attributes": []}, {"name": "f"}],
            "links": [{"traceState": "t", "attributes": []}]}],
        "schemaUrl": "u"}]}]});
    let span = "/resourceSpans/0/scopeSpans/0/spans/0";
    let places = [
        "/resourceSpans/0/resource/attributes",
        "/resourceSpans/0/scopeSpans/0/scope/attributes",
        &format!("{span}/attributes"),
        &format!("{span}/events/0/attributes"),
        &format!("{span}/links/0/attributes"),
    ];
    check(Signal::Traces, &spans, &places);
    for kind in ["gauge", "sum", "histogram", "exponentialHistogram", "summary"] {
        let mut point = json!({"timeUnixNano": "7", "attributes": []});
        let place = format!("/resourceMetrics/0/scopeMetrics/0/metrics/0/{kind}/dataPoints/0");
        let mut places = vec![format!("{place}/attributes")];
        if kind != "summary" {
            point["exemplars"] = json!([{"asInt": "3", "filteredAttributes": []}]);
            places.push(format!("{place}/exemplars/0/filteredAttributes"));
        }
        let metric = json!({"name": "m", kind: {"dataPoints": [point]}});
        let metrics = json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]});
        check(Signal::Metrics, &metrics, &places.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[test]
fn an_exemplar_gets_no_summary() {
    let point = json!({"attributes": keys_of(&json!({"a": 1})),
        "exemplars": [{"filteredAttributes": keys_of(&json!({"a": 1}))}]});
    let metrics =
        json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"gauge": {"dataPoints": [point]}}]}]}]});
    let out = after(&json!({"summary": "info"}), Signal::Metrics, &metrics);
    let point = out.pointer("/resourceMetrics/0/scopeMetrics/0/metrics/0/gauge/dataPoints/0").unwrap();
    assert_eq!(plain(&point["attributes"]), json!({"redaction.redacted.count": 1}));
    assert_eq!(point["exemplars"], json!([{}]));
}
