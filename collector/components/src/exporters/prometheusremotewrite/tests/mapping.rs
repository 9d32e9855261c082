//! Which series and labels a request becomes.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::SummaryDataPoint;
use opentelemetry_proto::tonic::metrics::v1::summary_data_point::ValueAtQuantile;

use super::super::labels::Selection;
use super::super::native::STALE;
use super::super::request::Version;
use super::build::*;
use super::{decode, encode, encoder, rules};

#[test]
fn numbers_become_series_with_job_instance_and_target_info() {
    let resource = [
        ("service.name", "shop"),
        ("service.namespace", "eu"),
        ("service.instance.id", "i1"),
        ("host.name", "h"),
        ("os.type", "linux"),
    ];
    let metrics = vec![
        metric(
            "http.requests",
            "{request}",
            sum(true, CUMULATIVE, vec![point(5.0, attributes(&[("code", "200")]))]),
        ),
        metric("queue.size", "By", sum(false, CUMULATIVE, vec![point(7.0, vec![])])),
        metric("cpu", "1", gauge(vec![point(0.5, vec![])])),
    ];
    let (decoded, rejected) = encode(rules(), &request(&resource, metrics));
    assert_eq!(rejected, []);
    let cases = [
        (r#"http_requests_total{code="200",instance="i1",job="eu/shop"}"#, 5.0),
        (r#"queue_size_bytes{instance="i1",job="eu/shop"}"#, 7.0),
        (r#"cpu_ratio{instance="i1",job="eu/shop"}"#, 0.5),
        (r#"target_info{host_name="h",instance="i1",job="eu/shop",os_type="linux"}"#, 1.0),
    ];
    for (series, value) in cases {
        assert_eq!(decoded.value(series), value);
    }
    assert_eq!(decoded.series.len(), cases.len());
    let samples = |name: &str| decoded.series[name].samples[0];
    assert_eq!(samples(cases[0].0), (5f64.to_bits(), MILLIS, MILLIS / 2), "counters have a start");
    assert_eq!(samples(cases[1].0), (7f64.to_bits(), MILLIS, 0), "gauges have none");
    let described = |name: &str| {
        let (kind, help, unit) = &decoded.metadata[name];
        (*kind, help.as_str(), unit.as_str())
    };
    assert_eq!(described("http_requests_total"), (1, "about http.requests", ""));
    assert_eq!(described("queue_size_bytes"), (2, "about queue.size", "bytes"));
    assert_eq!(described("target_info"), (6, "Target metadata", ""));
}

#[test]
fn target_info_needs_a_target_and_something_to_tell() {
    let metrics = || vec![metric("a", "", gauge(vec![point(1.0, vec![])]))];
    for resource in [&[("host.name", "h")][..], &[("service.name", "s")][..], &[][..]] {
        let (decoded, _) = encode(rules(), &request(resource, metrics()));
        assert_eq!(decoded.series.len(), 1, "{resource:?}");
    }
    let mut off = rules();
    off.labels.target_info = false;
    let (decoded, _) = encode(off, &request(&[("service.name", "s"), ("host.name", "h")], metrics()));
    assert_eq!(decoded.names(), [r#"a{job="s"}"#]);
    let mut named = rules();
    named.labels.naming.namespace = "ns".to_owned();
    let (decoded, _) = encode(named, &request(&[("service.name", "s"), ("host.name", "h")], metrics()));
    assert_eq!(decoded.names(), [r#"ns_a{job="s"}"#, r#"ns_target_info{host_name="h",job="s"}"#]);
}

#[test]
fn target_info_is_written_once_a_time_and_never_back_in_time() {
    let at = |time: u64| {
        let mut given = point(1.0, vec![]);
        given.time_unix_nano = time;
        let metrics = vec![metric("a", "", gauge(vec![given]))];
        batch(&request(&[("service.name", "s"), ("host.name", "h")], metrics))
    };
    let mut encoder = encoder(rules());
    let info = r#"target_info{host_name="h",job="s"}"#;
    for (time, written) in [(TIME, true), (TIME, false), (TIME / 2, false), (TIME * 2, true)] {
        let (requests, _) = encoder.encode(&at(time), Version::Two);
        assert_eq!(decode::decode(&requests).series.contains_key(info), written, "{time}");
    }
}

#[test]
fn a_clock_that_is_far_ahead_does_not_take_target_info_with_it() {
    let ahead = 1 << 62;
    let mut given = point(1.0, vec![]);
    given.time_unix_nano = ahead;
    let metrics = vec![metric("a", "", gauge(vec![given]))];
    let (decoded, _) = encode(rules(), &request(&[("service.name", "s"), ("host.name", "h")], metrics));
    assert_eq!(decoded.names(), [r#"a{job="s"}"#]);
}

#[test]
fn names_that_meet_are_joined_in_the_order_of_the_originals() {
    let given =
        attributes(&[("foo.bar", "2"), ("foo-bar", "1"), ("foo_bar", "3"), ("foo bar", "1"), ("x", "")]);
    let (decoded, _) = encode(rules(), &request(&[], vec![metric("a", "", gauge(vec![point(1.0, given)]))]));
    assert_eq!(decoded.names(), [r#"a{foo_bar="1;2;3"}"#]);
}

#[test]
fn resource_and_configuration_beat_or_yield_to_the_point() {
    let given = attributes(&[
        ("job", "mine"),
        ("region", "point"),
        ("zone", "point"),
        ("__name__", "no"),
        ("env", "p"),
    ]);
    let mut rules = rules();
    rules.labels.external =
        vec![("zone".to_owned(), "out".to_owned()), ("cluster".to_owned(), "c".to_owned())];
    rules.labels.promoted = vec!["region".to_owned(), "host.name".to_owned()];
    rules.labels.converted =
        Some(Selection { included: vec!["env*".to_owned()], excluded: vec!["env.x".to_owned()] });
    rules.labels.target_info = false;
    let resource = [
        ("service.name", "s"),
        ("region", "res"),
        ("host.name", "h"),
        ("env", "r"),
        ("env.x", "no"),
        ("env.y", "y"),
    ];
    let (decoded, _) =
        encode(rules, &request(&resource, vec![metric("a", "", gauge(vec![point(1.0, given)]))]));
    let expected = r#"a{cluster="c",env="r",env_y="y",host_name="h",job="s",region="point",zone="point"}"#;
    assert_eq!(decoded.names(), [expected]);
}

#[test]
fn a_scope_becomes_labels() {
    let scope = InstrumentationScope {
        name: "lib".to_owned(),
        version: "1.2".to_owned(),
        attributes: attributes(&[("team.name", "t"), ("version", "ignored")]),
        ..InstrumentationScope::default()
    };
    let given =
        request(&[], vec![metric("a", "", gauge(vec![point(1.0, attributes(&[("otel.scope.name", "x")]))]))]);
    let given = with_scope(given, scope);
    let (decoded, _) = encode(rules(), &given);
    let expected = r#"a{otel_scope_name="lib",otel_scope_team_name="t",otel_scope_version="1.2"}"#;
    assert_eq!(decoded.names(), [expected]);
    let mut off = rules();
    off.labels.scope = false;
    assert_eq!(encode(off, &given).0.names(), [r#"a{otel_scope_name="x"}"#]);
}

#[test]
fn values_of_every_type_become_text() {
    let list = Value::ArrayValue(ArrayValue {
        values: vec![AnyValue { value: Some(text("x")) }, AnyValue { value: Some(Value::IntValue(1)) }],
    });
    let given = vec![
        attribute("i", Value::IntValue(-3)),
        attribute("d", Value::DoubleValue(2.0)),
        attribute("b", Value::BoolValue(true)),
        attribute("l", list),
        KeyValue { key: "none".to_owned(), value: None, ..KeyValue::default() },
    ];
    let (decoded, _) = encode(rules(), &request(&[], vec![metric("a", "", gauge(vec![point(1.0, given)]))]));
    assert_eq!(decoded.names(), [r#"a{b="true",d="2",i="-3",l="[\"x\",1]"}"#]);
}

#[test]
fn names_in_utf8_stay_where_that_is_asked_for() {
    let mut rules = rules();
    (rules.labels.naming.escape, rules.labels.naming.suffixes) = (false, false);
    let given =
        metric("http.requests", "s", sum(true, CUMULATIVE, vec![point(1.0, attributes(&[("код.x", "1")]))]));
    assert_eq!(encode(rules, &request(&[], vec![given])).0.names(), [r#"http.requests{код.x="1"}"#]);
}

#[test]
fn summaries_become_count_sum_and_quantiles() {
    let quantiles = [(0.5, 2.0), (0.99, 9.5)];
    let given = SummaryDataPoint {
        time_unix_nano: TIME,
        start_time_unix_nano: TIME / 2,
        count: 10,
        sum: 30.0,
        quantile_values: quantiles.map(|(quantile, value)| ValueAtQuantile { quantile, value }).to_vec(),
        ..SummaryDataPoint::default()
    };
    let ended =
        SummaryDataPoint { flags: 1, quantile_values: vec![], time_unix_nano: TIME * 2, ..given.clone() };
    let metrics = vec![metric("rpc", "ms", summary(vec![given, ended]))];
    let (decoded, _) = encode(rules(), &request(&[], metrics));
    let cases = [
        ("rpc_milliseconds_count", 10.0),
        ("rpc_milliseconds_sum", 30.0),
        (r#"rpc_milliseconds{quantile="0.5"}"#, 2.0),
        (r#"rpc_milliseconds{quantile="0.99"}"#, 9.5),
    ];
    for (series, value) in cases {
        let samples = &decoded.series[series].samples;
        assert_eq!((f64::from_bits(samples[0].0), samples[1].0), (value, STALE), "{series}");
    }
    assert_eq!(decoded.series.len(), cases.len());
}

#[test]
fn delta_sums_add_up_over_batches_and_keep_their_start() {
    let mut encoder = encoder(rules());
    let series = r#"calls_total{k="v"}"#;
    let mut send = |value: f64, start: u64, end: u64| {
        let mut given = point(value, attributes(&[("k", "v")]));
        (given.start_time_unix_nano, given.time_unix_nano) = (start, end);
        let given = request(&[], vec![metric("calls", "", sum(true, DELTA, vec![given]))]);
        let (requests, rejected) = encoder.encode(&batch(&given), Version::Two);
        (decode::decode(&requests), rejected)
    };
    for (value, at, total) in [(5.0, 1, 5.0), (2.5, 2, 7.5), (0.0, 3, 7.5)] {
        let (decoded, _) = send(value, at * TIME, (at + 1) * TIME);
        let sample = decoded.series[series].samples[0];
        assert_eq!((f64::from_bits(sample.0), sample.1, sample.2), (total, (at as i64 + 1) * MILLIS, MILLIS));
    }
    let (decoded, rejected) = send(1.0, TIME, 2 * TIME);
    assert!(decoded.series.is_empty());
    assert_eq!((rejected[0].items, rejected[0].first_item), (1, Some(0)));
    assert!(rejected[0].message.contains("`calls`") && rejected[0].message.contains("not later"));
}

#[test]
fn the_order_of_attributes_does_not_make_another_series() {
    let mut encoder = encoder(rules());
    for (at, order) in [(1, [("a", "1"), ("b", "2")]), (2, [("b", "2"), ("a", "1")])] {
        let mut given = point(1.0, attributes(&order));
        given.time_unix_nano = at * TIME;
        let given = request(&[], vec![metric("calls", "", sum(true, DELTA, vec![given]))]);
        let (requests, _) = encoder.encode(&batch(&given), Version::Two);
        assert_eq!(decode::decode(&requests).value(r#"calls_total{a="1",b="2"}"#), at as f64);
    }
}
