//! From a value to its trace.

use opentelemetry_proto::tonic::metrics::v1::Exemplar;
use opentelemetry_proto::tonic::metrics::v1::exemplar::Value;

use super::super::request::Version;
use super::build::*;
use super::{decode, encode, encoder, rules};

fn exemplar(value: f64, time: u64, pairs: &[(&str, &str)]) -> Exemplar {
    Exemplar {
        time_unix_nano: time,
        trace_id: vec![0xab; 16],
        span_id: vec![0x01; 8],
        value: Some(Value::AsDouble(value)),
        filtered_attributes: attributes(pairs),
    }
}

const IDS: &str = "span_id=0101010101010101,trace_id=abababababababababababababababab";

#[test]
fn an_exemplar_stands_at_the_bucket_of_its_value() {
    let mut given = histogram_point(&[1.0, 2.0], &[1, 1, 1], 6.0);
    given.exemplars = [0.5, 1.0, 1.5, 9.0].map(|value| exemplar(value, TIME, &[])).to_vec();
    let (decoded, _) =
        encode(rules(), &request(&[], vec![metric("t", "", histogram(CUMULATIVE, vec![given]))]));
    for (bucket, values) in [("1", vec![0.5, 1.0]), ("2", vec![1.5]), ("+Inf", vec![9.0])] {
        let series = &decoded.series[&format!("t_bucket{{le={bucket:?}}}")];
        let expected: Vec<_> = values.iter().map(|value| (IDS.to_owned(), *value, MILLIS)).collect();
        assert_eq!(series.exemplars, expected, "{bucket}");
    }
    assert!(decoded.series["t_count"].exemplars.is_empty());
}

#[test]
fn attributes_go_where_128_characters_are_enough() {
    let mut fits = point(1.0, vec![]);
    fits.exemplars = vec![exemplar(1.0, TIME, &[("user.id", "ü"), ("trace_id", "not mine"), ("", "x")])];
    let long = "x".repeat(100);
    let mut over = point(1.0, attributes(&[("a", "b")]));
    over.exemplars = vec![exemplar(1.0, TIME, &[("k", &long)])];
    let given = vec![metric("c", "", sum(true, CUMULATIVE, vec![fits, over]))];
    let (decoded, _) = encode(rules(), &request(&[], given));
    assert_eq!(decoded.series["c_total"].exemplars[0].0, format!("{IDS},user_id=ü"));
    assert_eq!(decoded.series[r#"c_total{a="b"}"#].exemplars[0].0, IDS);
}

#[test]
fn a_bad_exemplar_costs_no_sample() {
    let mut given = point(1.0, vec![]);
    let bare = Exemplar { value: None, ..exemplar(1.0, TIME, &[]) };
    let huge = Exemplar { trace_id: vec![7; 5_000], ..exemplar(2.0, TIME, &[]) };
    given.exemplars = vec![bare, huge, Exemplar { time_unix_nano: u64::MAX, ..exemplar(3.0, 0, &[]) }];
    let (decoded, rejected) =
        encode(rules(), &request(&[], vec![metric("c", "", sum(true, CUMULATIVE, vec![given]))]));
    assert_eq!((decoded.value("c_total"), rejected), (1.0, vec![]));
}

#[test]
fn gauges_have_no_exemplars() {
    let mut given = point(1.0, vec![]);
    given.exemplars = vec![exemplar(1.0, TIME, &[])];
    let (decoded, _) = encode(rules(), &request(&[], vec![metric("g", "", gauge(vec![given]))]));
    assert!(decoded.series["g"].exemplars.is_empty());
}

#[test]
fn an_exemplar_that_was_sent_is_not_sent_again() {
    let mut encoder = encoder(rules());
    for (at, times, expected) in [
        (1, vec![3, 2], vec![2 * MILLIS, 3 * MILLIS]),
        (2, vec![2, 3], vec![]),
        (3, vec![3, 5], vec![5 * MILLIS]),
    ] {
        let mut given = point(1.0, vec![]);
        given.time_unix_nano = (10 + at) * TIME;
        given.exemplars = times.iter().map(|time| exemplar(1.0, time * TIME, &[])).collect();
        let given = request(&[], vec![metric("c", "", sum(true, CUMULATIVE, vec![given]))]);
        let (requests, _) = encoder.encode(&batch(&given), Version::Two);
        let decoded = decode::decode(&requests);
        let sent: Vec<i64> = decoded.series["c_total"].exemplars.iter().map(|exemplar| exemplar.2).collect();
        assert_eq!(sent, expected, "export {at}");
    }
}
