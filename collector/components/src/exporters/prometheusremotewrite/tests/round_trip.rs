//! Any batch: what goes in comes out, in requests of any size.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::cumulative::Cumulative;
use super::super::encoder::Encoder;
use super::super::request::Version;
use super::super::write::Limits;
use super::build::*;
use super::{decode, rules};

#[derive(Clone, Debug)]
struct Given {
    metric: u8,
    label: u8,
    time: u32,
    value: f64,
}

fn given() -> impl Strategy<Value = Given> {
    let value = prop_oneof![Just(0.0), -1e9..1e9, Just(f64::INFINITY)];
    (0..5u8, 0..6u8, 1..2_000u32, value).prop_map(|(metric, label, time, value)| Given {
        metric,
        label,
        time,
        value,
    })
}

proptest! {
    #[test]
    fn every_value_arrives_in_order_whatever_the_request_size(
        all in prop::collection::vec(given(), 0..80), bytes in 1usize..2_000, two in any::<bool>())
    {
        let mut expected: BTreeMap<String, BTreeMap<i64, f64>> = BTreeMap::new();
        let mut metrics: BTreeMap<u8, Vec<_>> = BTreeMap::new();
        for given in &all {
            let label = format!("l{}", given.label);
            let mut point = point(given.value, attributes(&[("label", &label), ("k", "v")]));
            point.time_unix_nano = u64::from(given.time) * 1_000_000;
            metrics.entry(given.metric).or_default().push(point);
            let series = format!(r#"m{}{{k="v",label="{label}"}}"#, given.metric);
            expected.entry(series).or_default().insert(i64::from(given.time), given.value);
        }
        let metrics = metrics.into_iter().map(|(name, points)| metric(&format!("m{name}"), "", gauge(points)));
        let batch = batch(&request(&[], metrics.collect()));
        let limits = Limits { bytes, parallel: 3, metadata: false };
        let cumulative = Cumulative::new(1, std::time::Duration::from_secs(1));
        let mut encoder = Encoder::new(rules(), cumulative, limits);
        let version = if two { Version::Two } else { Version::One };
        let (requests, rejected) = encoder.encode(&batch, version);
        let lost: usize = rejected.iter().map(|rejection| rejection.items).sum();
        let sent: usize = requests.iter().map(|request| request.items()).sum();
        prop_assert_eq!(lost + sent, all.len());
        let decoded = decode::decode(&requests);
        prop_assert_eq!(decoded.series.len(), expected.len());
        for (name, series) in &decoded.series {
            let wanted: Vec<(f64, i64)> = expected[name].iter().map(|(time, value)| (*value, *time)).collect();
            prop_assert_eq!(series.values(), wanted, "{}", name);
        }
    }
}
