//! Requests made from requests.

use super::super::request::{Request, Version};
use super::super::rewrite::{halves, to_version_one, without_exemplars};
use super::build::{
    self, CUMULATIVE, attributes, gauge, histogram, histogram_point, metric, point, request, sum,
};
use super::{decode, encoder, rules};

fn sent() -> Request {
    let mut counted = point(3.0, attributes(&[("a", "b")]));
    counted.exemplars.push(opentelemetry_proto::tonic::metrics::v1::Exemplar {
        time_unix_nano: build::TIME,
        trace_id: vec![1; 16],
        value: Some(opentelemetry_proto::tonic::metrics::v1::exemplar::Value::AsDouble(1.0)),
        ..Default::default()
    });
    let metrics = vec![
        metric("calls", "", sum(true, CUMULATIVE, vec![counted])),
        metric("load", "", gauge(vec![point(0.5, attributes(&[])), point(0.7, attributes(&[("cpu", "1")]))])),
        metric("time", "s", histogram(CUMULATIVE, vec![histogram_point(&[1.0, 5.0], &[3, 2, 1], 9.0)])),
    ];
    let request = request(&[("service.name", "s"), ("host.name", "h")], metrics);
    let (mut requests, rejected) = encoder(rules()).encode(&build::batch(&request), Version::Two);
    assert!(rejected.is_empty() && requests.len() == 1);
    requests.remove(0)
}

#[test]
fn two_becomes_one_with_the_same_series() {
    let two = sent();
    let one = to_version_one(&two);
    assert_eq!(one.version, Version::One);
    let (two, one) = (decode::decode(&[two]), decode::decode(&[one]));
    assert_eq!(two.without_starts(), one.without_starts());
    assert_eq!(two.series.len(), 9);
}

#[test]
fn exemplars_go_and_samples_stay() {
    for request in [sent(), to_version_one(&sent())] {
        let bare = without_exemplars(&request);
        assert_eq!((request.exemplars, bare.exemplars), (1, 0));
        let (mut full, bare) = (decode::decode(&[request]), decode::decode(&[bare]));
        full.series.values_mut().for_each(|series| series.exemplars.clear());
        assert_eq!(full.series, bare.series);
    }
}

#[test]
fn halves_are_the_whole_and_one_series_has_none() {
    for request in [sent(), to_version_one(&sent())] {
        let [first, second] = halves(&request).unwrap();
        assert_eq!(first.items() + second.items(), request.items());
        assert_eq!(first.samples + second.samples, request.samples);
        let whole = decode::decode(&[request]);
        assert_eq!(decode::decode(&[first.clone(), second]).series, whole.series);
        let mut single = first;
        while let Some([half, _]) = halves(&single) {
            single = half;
        }
        assert_eq!(single.items_by_series.len(), 1);
    }
}
