//! Histograms of both kinds.

use opentelemetry_proto::tonic::metrics::v1::ExponentialHistogramDataPoint;
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;

use super::super::native::STALE;
use super::super::request::Version;
use super::build::*;
use super::proto::BucketSpan;
use super::{decode, encode, encoder, rules};

fn spans(given: &[(i32, u32)]) -> Vec<BucketSpan> {
    given.iter().map(|(offset, length)| BucketSpan { offset: *offset, length: *length }).collect()
}

fn exponential_point(scale: i32, offset: i32, counts: &[u64]) -> ExponentialHistogramDataPoint {
    ExponentialHistogramDataPoint {
        time_unix_nano: TIME,
        start_time_unix_nano: TIME / 2,
        scale,
        count: counts.iter().sum(),
        sum: Some(12.5),
        positive: Some(Buckets { offset, bucket_counts: counts.to_vec() }),
        ..ExponentialHistogramDataPoint::default()
    }
}

#[test]
fn explicit_bounds_become_classic_series() {
    let given = histogram_point(&[0.005, 1.0, 2.5, 1e3], &[1, 2, 0, 3, 4], 42.5);
    let (decoded, rejected) =
        encode(rules(), &request(&[], vec![metric("t", "s", histogram(CUMULATIVE, vec![given]))]));
    assert_eq!(rejected, []);
    let cases = [
        ("t_seconds_count", 10.0),
        ("t_seconds_sum", 42.5),
        (r#"t_seconds_bucket{le="0.005"}"#, 1.0),
        (r#"t_seconds_bucket{le="1"}"#, 3.0),
        (r#"t_seconds_bucket{le="2.5"}"#, 3.0),
        (r#"t_seconds_bucket{le="1000"}"#, 6.0),
        (r#"t_seconds_bucket{le="+Inf"}"#, 10.0),
    ];
    for (series, value) in cases {
        assert_eq!(decoded.value(series), value, "{series}");
        assert_eq!(decoded.series[series].samples[0].2, MILLIS / 2);
    }
    assert_eq!(decoded.series.len(), cases.len());
    assert_eq!(decoded.metadata["t_seconds_bucket"].0, 3);
}

#[test]
fn a_histogram_may_lack_sum_and_buckets_or_name_infinity() {
    let mut bare = histogram_point(&[], &[], 0.0);
    (bare.count, bare.sum) = (3, None);
    let (decoded, _) =
        encode(rules(), &request(&[], vec![metric("t", "", histogram(CUMULATIVE, vec![bare]))]));
    assert_eq!(decoded.names(), [r#"t_bucket{le="+Inf"}"#, "t_count"]);
    let infinite = histogram_point(&[1.0, f64::INFINITY], &[1, 2, 0], 5.0);
    let (decoded, _) =
        encode(rules(), &request(&[], vec![metric("t", "", histogram(CUMULATIVE, vec![infinite]))]));
    assert_eq!(decoded.value(r#"t_bucket{le="+Inf"}"#), 3.0);
    assert_eq!(decoded.series.len(), 4);
}

#[test]
fn an_ended_histogram_ends_every_series_it_had() {
    let ended = opentelemetry_proto::tonic::metrics::v1::HistogramDataPoint {
        flags: 1,
        time_unix_nano: 2 * TIME,
        ..Default::default()
    };
    let given = vec![histogram_point(&[1.0, 2.0], &[1, 1, 1], 4.0), ended];
    let (decoded, _) = encode(rules(), &request(&[], vec![metric("t", "", histogram(CUMULATIVE, given))]));
    assert_eq!(decoded.series.len(), 5);
    for (name, series) in &decoded.series {
        assert_eq!((series.samples.len(), series.samples[1].0), (2, STALE), "{name}");
    }
}

#[test]
fn delta_histograms_add_up() {
    let mut encoder = encoder(rules());
    for (at, count, sum) in [(1, 6.0, 9.0), (2, 12.0, 18.0)] {
        let mut given = histogram_point(&[1.0], &[4, 2], 9.0);
        (given.start_time_unix_nano, given.time_unix_nano) = (at * TIME, (at + 1) * TIME);
        let given = request(&[], vec![metric("t", "", histogram(DELTA, vec![given]))]);
        let (requests, _) = encoder.encode(&batch(&given), Version::Two);
        let decoded = decode::decode(&requests);
        assert_eq!(decoded.value("t_count"), count);
        assert_eq!(decoded.value("t_sum"), sum);
        assert_eq!(decoded.value(r#"t_bucket{le="1"}"#), 4.0 * at as f64);
        assert_eq!(decoded.series["t_sum"].samples[0].2, MILLIS, "the start is that of the first");
    }
}

#[test]
fn custom_buckets_replace_or_join_the_classic_series() {
    let given = || {
        let point = histogram_point(&[1.0, 2.0, 4.0], &[0, 3, 0, 1], 9.0);
        request(&[], vec![metric("t", "", histogram(CUMULATIVE, vec![point]))])
    };
    let mut rules = rules();
    (rules.custom_buckets, rules.classic) = (true, false);
    let (decoded, _) = encode(rules.clone(), &given());
    assert_eq!(decoded.names(), ["t"]);
    let native = &decoded.series["t"].histograms[0];
    assert_eq!((native.schema, native.count, native.sum), (-53, 4, 9.0));
    assert_eq!(native.custom_values, [1.0, 2.0, 4.0]);
    assert_eq!(
        (native.positive_spans.clone(), native.positive_deltas.clone()),
        (spans(&[(1, 3)]), vec![3, -3, 1])
    );
    rules.classic = true;
    assert_eq!(encode(rules, &given()).0.series.len(), 7);
}

#[test]
fn exponential_histograms_become_native_ones() {
    let mut given = exponential_point(3, -2, &[1, 0, 0, 0, 5, 2]);
    given.zero_count = 4;
    given.count += 4 + 3;
    given.zero_threshold = 0.001;
    given.negative = Some(Buckets { offset: 0, bucket_counts: vec![3] });
    let (decoded, rejected) =
        encode(rules(), &request(&[], vec![metric("t", "s", exponential(CUMULATIVE, vec![given]))]));
    assert_eq!(rejected, []);
    let native = &decoded.series["t_seconds"].histograms[0];
    assert_eq!((native.schema, native.count, native.sum), (3, 15, 12.5));
    assert_eq!((native.zero_count, native.zero_threshold), (4, 0.001));
    // OTLP's index i is Prometheus' i + 1.
    assert_eq!(native.positive_spans, spans(&[(-1, 1), (3, 2)]));
    assert_eq!(native.positive_deltas, [1, 4, -3]);
    assert_eq!((native.negative_spans.clone(), native.negative_deltas.clone()), (spans(&[(1, 1)]), vec![3]));
    assert_eq!((native.timestamp, native.start_timestamp, native.reset_hint), (MILLIS, MILLIS / 2, 0));
    assert_eq!(decoded.metadata["t_seconds"], (3, "about t".to_owned(), "seconds".to_owned()));
}

#[test]
fn a_finer_scale_is_made_coarser_and_a_coarser_one_refused() {
    let given = exponential_point(10, 3, &[1, 1, 1, 1, 1]);
    let (decoded, _) =
        encode(rules(), &request(&[], vec![metric("t", "", exponential(CUMULATIVE, vec![given]))]));
    let native = &decoded.series["t"].histograms[0];
    assert_eq!((native.schema, native.count), (8, 5));
    assert_eq!(
        (native.positive_spans.clone(), native.positive_deltas.clone()),
        (spans(&[(1, 2)]), vec![1, 3])
    );
    assert_eq!(native.zero_threshold, 1e-128);
    let coarse = exponential_point(-5, 0, &[1]);
    let (decoded, rejected) =
        encode(rules(), &request(&[], vec![metric("t", "", exponential(CUMULATIVE, vec![coarse]))]));
    assert!(decoded.series.is_empty() && rejected[0].message.contains("scale is below -4"));
}

#[test]
fn an_ended_native_histogram_has_the_stale_sum() {
    let given = ExponentialHistogramDataPoint { flags: 1, time_unix_nano: TIME, ..Default::default() };
    let (decoded, _) =
        encode(rules(), &request(&[], vec![metric("t", "", exponential(CUMULATIVE, vec![given]))]));
    assert_eq!(decoded.series["t"].histograms[0].sum.to_bits(), STALE);
}

#[test]
fn delta_exponential_histograms_add_up_at_the_coarser_scale() {
    let mut encoder = encoder(rules());
    let mut send = |at: u64, scale: i32, offset: i32, counts: &[u64]| {
        let mut given = exponential_point(scale, offset, counts);
        (given.start_time_unix_nano, given.time_unix_nano) = (at * TIME, (at + 1) * TIME);
        let given = request(&[], vec![metric("t", "", exponential(DELTA, vec![given]))]);
        let (requests, _) = encoder.encode(&batch(&given), Version::Two);
        decode::decode(&requests).series["t"].histograms[0].clone()
    };
    send(1, 4, 0, &[1, 1, 1, 1]);
    let total = send(2, 3, 1, &[5]);
    assert_eq!((total.schema, total.count, total.sum, total.start_timestamp), (3, 9, 25.0, MILLIS));
    assert_eq!((total.positive_spans, total.positive_deltas), (spans(&[(1, 2)]), vec![2, 5]));
    let far = send(3, 3, 2_000, &[1]);
    assert!(far.schema < 3, "buckets that are far apart are made coarser: {}", far.schema);
    assert_eq!(far.count, 10);
}
