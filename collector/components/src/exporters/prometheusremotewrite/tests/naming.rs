//! Tables of names; most are the cases of Prometheus' translation library.

use super::Role::{Counter, Gauge, Other};
use super::*;

fn naming(escape: bool, suffixes: bool, namespace: &str) -> Naming {
    Naming { escape, suffixes, namespace: namespace.to_owned() }
}

#[test]
fn metric_names_escape_and_get_unit_and_type() {
    let cases = [
        ("", "requests", "", Counter, "requests_total"),
        ("", "requests.total", "", Counter, "requests_total"),
        ("", "total.requests", "", Counter, "requests_total"),
        ("", "cpu_usage", "1", Gauge, "cpu_usage_ratio"),
        ("", "cpu_usage_ratio", "1", Gauge, "cpu_usage_ratio"),
        ("", "items", "1", Counter, "items_total"),
        ("", "response_time", "ms", Gauge, "response_time_milliseconds"),
        ("", "memory_usage", "By", Gauge, "memory_usage_bytes"),
        ("", "requests", "1/s", Gauge, "requests_per_second"),
        ("", "throughput", "By/s", Gauge, "throughput_bytes_per_second"),
        ("", "custom_metric", "custom_unit", Gauge, "custom_metric_custom_unit"),
        ("", "custom_metric", "{custom}", Gauge, "custom_metric"),
        ("", "custom_metric", "By/{custom}", Gauge, "custom_metric_bytes"),
        ("", "codeagent.cost.usage", "{USD}", Counter, "codeagent_cost_usage_total"),
        ("", "claude_code.cost.usage", "USD", Counter, "claude_code_cost_usage_USD_total"),
        ("", "http.server.request.duration", "s", Other, "http_server_request_duration_seconds"),
        ("", "response_time_seconds", "s", Gauge, "response_time_seconds"),
        ("", "system.filesystem.usage", "By", Other, "system_filesystem_usage_bytes"),
        ("", "speed", "m/s", Gauge, "speed_meters_per_second"),
        ("", "speed.meters.per.second", "m/s", Gauge, "speed_meters_per_second_per_second"),
        ("", "a", "  By  ", Gauge, "a_bytes"),
        ("", "a", "%", Gauge, "a_percent"),
        ("", "a", "°C", Gauge, "a_C"),
        ("", "a", "lines/min", Gauge, "a_lines_per_min"),
        ("", "a", "By/", Gauge, "a_bytes"),
        ("", "a..b__c", "", Other, "a_b_c"),
        ("", "a:b", "", Other, "a:b"),
        ("", "123_requests", "", Counter, "_123_requests_total"),
        ("app", "123_requests", "", Counter, "app_123_requests_total"),
        ("app", "requests", "1/s", Counter, "app_requests_per_second_total"),
    ];
    for (namespace, name, unit, role, expected) in cases {
        let built = naming(true, true, namespace).metric(name, unit, role);
        assert_eq!(built.as_deref(), Some(expected), "{name} in {unit}");
    }
}

#[test]
fn metric_names_without_suffixes_are_only_escaped() {
    let cases = [
        ("", "simple_metric", "simple_metric"),
        ("", "metric@with#special$chars", "metric_with_special_chars"),
        ("", "metric@@##$$name", "metric_name"),
        ("", "123metric", "_123metric"),
        ("", "a__b", "a__b"),
        ("test@namespace!!??", "metric", "test_namespace_metric"),
    ];
    for (namespace, name, expected) in cases {
        let built = naming(true, false, namespace).metric(name, "s", Counter);
        assert_eq!(built.as_deref(), Some(expected), "{name}");
    }
}

#[test]
fn metric_names_in_utf8_keep_their_characters() {
    let cases = [
        (true, "requests.total", "", Counter, "requests_total"),
        (true, "http.duration", "s", Other, "http.duration_seconds"),
        (true, "cpu_seconds_total", "s", Counter, "cpu_seconds_total"),
        (true, "cpu_usage_ratio", "1", Gauge, "cpu_usage_ratio"),
        (true, "throughput", "By/s", Counter, "throughput_bytes_per_second_total"),
        (true, "температура", "Cel", Gauge, "температура_celsius"),
        (false, "http.duration", "s", Counter, "http.duration"),
    ];
    for (suffixes, name, unit, role, expected) in cases {
        let built = naming(false, suffixes, "").metric(name, unit, role);
        assert_eq!(built.as_deref(), Some(expected), "{name} in {unit}");
    }
}

#[test]
fn a_name_without_a_usable_character_is_none() {
    for (suffixes, name) in [(true, ""), (false, ""), (true, "@#$%"), (false, "@_#_$_%"), (true, "ようこそ")]
    {
        assert_eq!(naming(true, suffixes, "").metric(name, "s", Counter), None, "{name}");
    }
    assert_eq!(naming(false, true, "").metric("", "s", Counter), None);
}

#[test]
fn label_names_escape() {
    let cases = [
        ("label:with:colons", "label_with_colons"),
        ("LabelWithCapitalLetters", "LabelWithCapitalLetters"),
        ("label!with&special$chars)", "label_with_special_chars_"),
        ("label_with_foreign_characters_字符", "label_with_foreign_characters_"),
        ("label.with.dots", "label_with_dots"),
        ("123label", "key_123label"),
        ("_label_starting_with_underscore", "_label_starting_with_underscore"),
        ("__label_starting_with_2underscores", "_label_starting_with_2underscores"),
        ("label.name__with&&special##chars", "label_name_with_special_chars"),
        ("__reserved__label__name__", "__reserved_label_name__"),
        ("trailing_underscores___", "trailing_underscores_"),
        ("ようこそ", "_"),
    ];
    for (name, expected) in cases {
        assert_eq!(naming(true, true, "").label(name).as_deref(), Some(expected), "{name}");
    }
    assert_eq!(naming(true, true, "").label(""), None);
    assert_eq!(naming(false, true, "").label("a.b").as_deref(), Some("a.b"));
}

#[test]
fn units_get_prometheus_words() {
    let cases =
        [("s", "seconds"), ("By/s", "bytes_per_second"), ("1/s", "per_second"), ("{call}", ""), ("1", "")];
    for (unit, expected) in cases {
        assert_eq!(Naming::unit(unit), expected, "{unit}");
    }
}
