//! The hash is the Collector's, and thresholds are what the hash does.

use codeagent_pipeline::holding::Policies as _;
use codeagent_pipeline::sampling::Threshold;

use super::super::chance::{Chance, Salt, largest_hash, randomness, threshold_of};
use super::kit::*;

#[test]
fn hash_and_bound_are_those_of_the_collector() {
    // Computed with Go's hash/fnv and math/big, by the lines of the Collector's probabilistic.go.
    let id: [u8; 16] = std::array::from_fn(|at| at as u8 + 1);
    let hashes =
        [("default-hash-seed", [0; 16], HASH_ZERO), ("default-hash-seed", id, HASH_ID), ("x", id, HASH_X)];
    for (salt, id, hash) in hashes {
        assert_eq!(Salt::new(salt).hash(&id), hash, "{salt} {id:?}");
    }
    for (percentage, bound) in BOUNDS {
        assert_eq!(largest_hash(percentage / 100.0), bound, "{percentage}");
    }
}

const HASH_ZERO: u64 = 0xe19536eed1bbac3d;
const HASH_ID: u64 = 0xdbcf64d5420f4cad;
const HASH_X: u64 = 0x34b927bf8af6d067;
const BOUNDS: [(f64, u64); 20] = [
    (0_f64, 0x0),
    (0.0001_f64, 0x10c6f7a0b5ed),
    (0.1_f64, 0x4189374bc6a7ef),
    (1_f64, 0x28f5c28f5c28f5f),
    (3.3_f64, 0x872b020c49ba5ff),
    (5_f64, 0xcccccccccccccff),
    (10_f64, 0x19999999999999ff),
    (12.5_f64, 0x1fffffffffffffff),
    (25_f64, 0x3fffffffffffffff),
    (33.333333_f64, 0x55555547044b6bff),
    (50_f64, 0x7fffffffffffffff),
    (66.7_f64, 0xaac083126e978fff),
    (75_f64, 0xbfffffffffffffff),
    (90_f64, 0xe6666666666667ff),
    (99_f64, 0xfd70a3d70a3d6fff),
    (99.9_f64, 0xffbe76c8b4395fff),
    (99.99999_f64, 0xfffffe5280d64fff),
    (100_f64, 0xffffffffffffffff),
    (250_f64, 0xffffffffffffffff),
    (1e-300_f64, 0x0),
];

/// How many of 20,000 traces a judge keeps, and the threshold of those that only chance kept.
fn share(policies: &str) -> (f64, Vec<Option<Threshold>>) {
    let mut judge = judge(&format!("policies:\n{policies}"));
    let (mut kept, mut thresholds) = (0.0, Vec::new());
    for number in 0..20_000 {
        let evidence = evidence(&judge, trace_id(number), &[(vec![], span())]);
        let verdict = judge.decide(&evidence, &occasion(number));
        kept += f64::from(u8::from(verdict.is_kept));
        if verdict.is_kept && !thresholds.contains(&verdict.threshold) {
            thresholds.push(verdict.threshold);
        }
    }
    (kept / 20_000.0, thresholds)
}

#[test]
fn the_threshold_is_the_share_of_traces_that_are_kept() {
    let ten = "{name: a, type: probabilistic, probabilistic: {sampling_percentage: 10}}";
    let forty = "{name: b, type: probabilistic, probabilistic: {sampling_percentage: 40}}";
    let third = "{name: b, type: probabilistic, probabilistic: {sampling_percentage: 33.333333}}";
    let other = "{name: c, type: probabilistic, probabilistic: {sampling_percentage: 40, hash_salt: x}}";
    let both = "{name: d, type: and, and: {and_sub_policy: [{type: probabilistic, probabilistic: {sampling_percentage: 40}}, \
        {type: probabilistic, probabilistic: {sampling_percentage: 50}}]}}";
    let inverse = "{name: e, type: not, not: {not_sub_policy: {type: probabilistic, probabilistic: {sampling_percentage: 30}}}}";
    let cases = [
        (vec![ten], 0.1, Some(0.1)),
        (vec![third], 0.333, Some(0.333_333)),
        (vec![ten, forty], 0.4, Some(0.4)),
        (vec![both], 0.4, Some(0.4)),
        (vec![ten, other], 0.46, None),
        (vec![inverse], 0.7, None),
        (vec![ten, other, "{name: z, type: always_sample}"], 1.0, Some(1.0)),
    ];
    for (policies, expected, weight) in cases {
        let list: String = policies.iter().map(|policy| format!("  - {policy}\n")).collect();
        let (share, thresholds) = share(&list);
        assert!((share - expected).abs() < 0.012, "{policies:?}: {share}");
        let [threshold] = thresholds[..] else { panic!("{policies:?}: {thresholds:?}") };
        assert_eq!(threshold.is_some(), weight.is_some(), "{policies:?}");
        let distance = threshold.zip(weight).map(|(threshold, weight)| threshold.probability() - weight);
        assert!(distance.unwrap_or_default().abs() < 0.0001, "{policies:?}: {threshold:?}");
    }
}

#[test]
fn the_randomness_of_a_hash_reaches_the_threshold_exactly_where_the_hash_is_kept() {
    for percentage in [0.001, 1.0, 10.0, 33.333_333, 50.0, 66.7, 99.99] {
        let most = largest_hash(percentage / 100.0);
        let chances = [Chance { salt: 0, most }];
        let threshold = threshold_of(&chances, 1, |keeps| keeps(0)).unwrap();
        for hash in [0, most / 2, most] {
            assert!(threshold.keeps(randomness(hash)), "{percentage} {hash:#x}");
        }
        // what is written may round the share up by 1 in 65,536, no more
        let beyond = most.saturating_add(most >> 14).saturating_add(1 << 9);
        assert!(beyond == u64::MAX || !threshold.keeps(randomness(beyond)), "{percentage}");
    }
}

#[test]
fn what_only_a_rate_kept_has_no_threshold() {
    let rate = "  - {name: r, type: rate_limiting, rate_limiting: {spans_per_second: 1}}\n";
    assert_eq!(share(rate).1, [None]);
    let (_, thresholds) = share(&format!("{rate}  - {{name: z, type: always_sample}}\n"));
    assert_eq!(thresholds, [Some(Threshold::ALWAYS)], "chance and rate had no part in it");
}

#[test]
fn each_kept_trace_has_a_randomness_that_reaches_its_threshold() {
    let mut judge =
        judge("policies: [{name: a, type: probabilistic, probabilistic: {sampling_percentage: 20}}]");
    let mut kept = 0;
    for number in 0..2_000 {
        let evidence = evidence(&judge, trace_id(number), &[(vec![], span())]);
        let verdict = judge.decide(&evidence, &occasion(number));
        let randomness = judge.randomness(&evidence.key, Some("a")).unwrap();
        let reaches = verdict.threshold.is_some_and(|threshold| threshold.keeps(randomness));
        assert_eq!(verdict.is_kept, reaches, "{number}");
        kept += usize::from(verdict.is_kept);
    }
    assert!((350..450).contains(&kept), "{kept}");
}
