//! Points that senders should not send.

use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value as Number;
use opentelemetry_proto::tonic::metrics::v1::{ExponentialHistogramDataPoint, NumberDataPoint};

use super::super::native::STALE;
use super::super::request::Version;
use super::build::*;
use super::{encode, encoder, rules};

fn at(time: u64) -> NumberDataPoint {
    NumberDataPoint { time_unix_nano: time, ..point(1.0, vec![]) }
}

fn exponential_point(change: impl FnOnce(&mut ExponentialHistogramDataPoint)) -> Data {
    let mut given = ExponentialHistogramDataPoint {
        time_unix_nano: TIME,
        count: 1,
        positive: Some(Buckets { offset: 0, bucket_counts: vec![1] }),
        ..Default::default()
    };
    change(&mut given);
    exponential(CUMULATIVE, vec![given])
}

#[test]
fn what_prometheus_cannot_express_is_rejected_with_the_metric_and_the_reason() {
    let buckets =
        |bounds: &[f64], counts: &[u64]| histogram(CUMULATIVE, vec![histogram_point(bounds, counts, 1.0)]);
    let cases = [
        ("a", gauge(vec![NumberDataPoint { value: None, ..at(TIME) }]), "no value"),
        ("a", gauge(vec![at(0)]), "no time"),
        ("a", sum(true, CUMULATIVE, vec![at(u64::MAX)]), "past the year 2262"),
        ("a", sum(true, 0, vec![at(TIME)]), "temporality is not given"),
        ("a", sum(false, DELTA, vec![at(TIME)]), "delta sum that can fall"),
        ("a", histogram(0, vec![histogram_point(&[], &[], 0.0)]), "temporality is not given"),
        ("a", buckets(&[1.0, 2.0], &[1, 2]), "do not fit its bounds"),
        ("a", buckets(&[1.0], &[1, 2, 3]), "do not fit its bounds"),
        ("a", buckets(&[1.0], &[]), "do not fit its bounds"),
        ("a", buckets(&[2.0, 1.0], &[1, 2, 3]), "ascending"),
        ("a", buckets(&[1.0, 1.0], &[1, 2, 3]), "ascending"),
        ("a", buckets(&[f64::NAN], &[1, 2]), "ascending"),
        ("a", exponential_point(|point| point.scale = -5), "scale"),
        ("a", exponential_point(|point| point.scale = i32::MIN), "scale"),
        ("a", exponential_point(|point| point.count = 2), "add up"),
        ("a", exponential_point(|point| point.count = u64::MAX), "too large"),
        ("a", exponential_point(|point| point.zero_count = u64::MAX), "add up"),
        (
            "a",
            exponential_point(|point| {
                point.positive = Some(Buckets { offset: i32::MAX, bucket_counts: vec![0, 1] });
            }),
            "too large",
        ),
        ("", gauge(vec![at(TIME)]), "no character"),
        ("@@", gauge(vec![at(TIME)]), "no character"),
    ];
    for (name, data, reason) in cases {
        let good = metric("good", "", gauge(vec![at(TIME)]));
        let (decoded, rejected) = encode(rules(), &request(&[], vec![metric(name, "", data), good]));
        assert_eq!(decoded.names(), ["good"], "{reason}");
        assert_eq!((rejected.len(), rejected[0].items, rejected[0].first_item), (1, 1, Some(0)), "{reason}");
        let message = &rejected[0].message;
        assert!(message.contains(reason) && message.contains(&format!("`{name}`")), "{message}");
    }
}

#[test]
fn values_that_are_no_numbers_pass_and_only_the_flag_ends_a_series() {
    let stale_without_flag = f64::from_bits(STALE);
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, stale_without_flag, -0.0] {
        let given = metric("a", "", gauge(vec![point(value, vec![])]));
        let (decoded, rejected) = encode(rules(), &request(&[], vec![given]));
        let sent = decoded.series["a"].samples[0].0;
        assert!(rejected.is_empty() && sent != STALE);
        assert_eq!(f64::from_bits(sent).is_nan(), value.is_nan());
    }
    let ended = NumberDataPoint { flags: 1, value: None, ..at(TIME) };
    let (decoded, _) = encode(rules(), &request(&[], vec![metric("a", "", gauge(vec![ended]))]));
    assert_eq!(decoded.series["a"].samples[0].0, STALE);
}

#[test]
fn a_start_after_the_end_is_left_out() {
    let given = NumberDataPoint { start_time_unix_nano: u64::MAX, ..at(TIME) };
    let (decoded, _) =
        encode(rules(), &request(&[], vec![metric("a", "", sum(true, CUMULATIVE, vec![given]))]));
    assert_eq!(decoded.series["a_total"].samples[0], (1f64.to_bits(), MILLIS, 0));
}

#[test]
fn labels_without_name_twice_or_of_a_mebibyte_cost_no_sample() {
    let long = "x".repeat(1 << 20);
    let given = attributes(&[("", "nameless"), ("twice", "1"), ("twice", "2"), ("long", &long), ("名", "n")]);
    let given = metric("a", "", gauge(vec![point(1.0, given)]));
    let (decoded, rejected) = encode(rules(), &request(&[], vec![given]));
    assert_eq!(rejected, []);
    assert_eq!(decoded.names(), [format!(r#"a{{_="n",long="{long}",twice="1;2"}}"#)]);
}

#[test]
fn samples_of_a_series_are_sent_in_the_order_of_time_and_once_a_millisecond() {
    let with = |time: u64, value: i64| {
        let value = Some(Number::AsInt(value));
        NumberDataPoint { time_unix_nano: time, value, ..at(time) }
    };
    let points =
        vec![with(3 * TIME, 3), with(TIME, 1), with(2 * TIME, 2), with(TIME, 1), with(3 * TIME + 5, 4)];
    let (decoded, rejected) = encode(rules(), &request(&[], vec![metric("a", "", gauge(points))]));
    assert_eq!(decoded.series["a"].values(), [(1.0, MILLIS), (2.0, 2 * MILLIS), (4.0, 3 * MILLIS)]);
    assert_eq!(rejected.len(), 1, "of two values at one millisecond one is told to be lost");
    assert!(rejected[0].items == 1 && rejected[0].message.contains("same millisecond"));
}

#[test]
fn metrics_without_data_or_points_are_nothing() {
    let nothing =
        opentelemetry_proto::tonic::metrics::v1::Metric { name: "a".to_owned(), ..Default::default() };
    let metrics = vec![nothing, metric("b", "", gauge(vec![])), metric("c", "", sum(false, DELTA, vec![]))];
    let (decoded, rejected) = encode(rules(), &request(&[("service.name", "s"), ("x", "y")], metrics));
    assert_eq!((decoded.series.len(), rejected.len()), (0, 0));
}

#[test]
fn what_is_remembered_is_bounded() {
    let mut small = rules();
    small.known_max = 100_000;
    let mut encoder = encoder(small);
    for round in 0..200u64 {
        let points = (0..50).map(|index| {
            let mut given = point(1.0, attributes(&[("id", &format!("{round}-{index}"))]));
            given.time_unix_nano = TIME + round * 1_000_000;
            given
        });
        let given =
            request(&[("service.name", "s"), ("h", "h")], vec![metric("a", "", gauge(points.collect()))]);
        let (requests, rejected) = encoder.encode(&batch(&given), Version::Two);
        assert!(rejected.is_empty());
        assert_eq!(super::decode::decode(&requests).series.len(), 51, "round {round}");
        assert!(encoder.known_bytes() < 150_000, "round {round}: {}", encoder.known_bytes());
    }
}
