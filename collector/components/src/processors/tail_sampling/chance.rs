//! The Collector's hash of a trace id, and what a probability is worth as a threshold.
//!
//! Source: `internal/sampling/probabilistic.go` of the Collector's tail sampling processor: FNV-1a, 64 bits, over salt and
//! trace id; kept where the hash is not above 2^64-1 times the share.

use std::hash::Hasher as _;

use codeagent_pipeline::sampling::{Randomness, Threshold};

/// What the Collector hashes where no salt is given.
pub const DEFAULT_SALT: &str = "default-hash-seed";

/// One `probabilistic` policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chance {
    /// Which of the salts.
    pub salt: usize,
    /// The largest hash that is kept.
    pub most: u64,
}

/// A hasher that has read a salt.
#[derive(Clone, Debug)]
pub struct Salt(Fnv);

impl Salt {
    /// Of this text.
    pub fn new(text: &str) -> Self {
        let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
        hasher.write(text.as_bytes());
        Salt(hasher)
    }

    /// The hash of a trace id.
    pub fn hash(&self, trace_id: &[u8]) -> u64 {
        let mut hasher = self.0.clone();
        hasher.write(trace_id);
        hasher.finish()
    }
}

/// FNV-1a. Source: <http://www.isthe.com/chongo/tech/comp/fnv/>.
#[derive(Clone, Debug)]
struct Fnv(u64);

impl std::hash::Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// 2^64-1 times `ratio`, rounded to 64 significant bits as Go's `big.Float` does, and cut to an integer.
pub fn largest_hash(ratio: f64) -> u64 {
    if ratio.is_nan() || ratio <= 0.0 {
        return 0;
    }
    if ratio >= 1.0 {
        return u64::MAX;
    }
    let bits = ratio.to_bits();
    let exponent = (bits >> 52) as i32;
    let fraction = bits & ((1 << 52) - 1);
    // ratio = mantissa * 2^power, with power < 0
    let (mantissa, power) =
        if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) };
    let mut product = u128::from(u64::MAX) * u128::from(mantissa);
    let significant = 128 - product.leading_zeros();
    if let Some(surplus) = significant.checked_sub(64).filter(|surplus| *surplus > 0) {
        let (cut, half) = (product & ((1 << surplus) - 1), 1 << (surplus - 1));
        let mut kept = product >> surplus;
        if cut > half || (cut == half && kept & 1 == 1) {
            kept += 1;
        }
        product = kept << surplus;
    }
    let shift = power.unsigned_abs();
    if shift >= 128 { 0 } else { u64::try_from(product >> shift).unwrap_or(u64::MAX) }
}

/// Digits of a threshold that are written where the rest says next to nothing, as by the Collector's samplers.
const PRECISION: u32 = 4;

/// What a hash is as randomness: the smaller the hash the likelier it is kept, so the other way around.
pub fn randomness(hash: u64) -> Randomness {
    Randomness::of_bits(!hash >> 8, 56)
}

/// The threshold that `randomness` of every hash up to `most` reaches.
fn threshold(most: u64) -> Threshold {
    let exact = Threshold::of_bits(!most >> 8, 56);
    // the short one may be off by 1 in 65,536, but only to the side on which every hash up to `most` stays
    let short = Threshold::of_probability(exact.probability(), PRECISION);
    short.filter(|short| *short <= exact).unwrap_or(exact)
}

/// Salts beyond whose number nobody is asked about every combination.
const SALTS_MAX: usize = 4;

/// The threshold that says when `keeps` is true, where it asks for each chance whether it keeps. Nothing where no threshold
/// of one randomness would say so: shares of several salts, or the larger hashes are kept.
///
/// What chances decide is constant between their bounds, so each interval is asked about once.
pub fn threshold_of(
    chances: &[Chance],
    salts: usize,
    keeps: impl Fn(&dyn Fn(usize) -> bool) -> bool,
) -> Option<Threshold> {
    if salts > SALTS_MAX {
        return None;
    }
    let bounds: Vec<Vec<u64>> = (0..salts).map(|salt| bounds(chances, salt)).collect();
    let combinations: usize = bounds.iter().map(Vec::len).product();
    let is_kept = |mut combination: usize| {
        let hashes: Vec<u64> = bounds
            .iter()
            .map(|bounds| {
                let hash = bounds[combination % bounds.len()];
                combination /= bounds.len();
                hash
            })
            .collect();
        keeps(&|chance: usize| hashes[chances[chance].salt] <= chances[chance].most)
    };
    let kept: Vec<bool> = (0..combinations).map(is_kept).collect();
    let first = kept.iter().take_while(|kept| **kept).count();
    match (bounds.as_slice(), first) {
        _ if first == combinations => Some(Threshold::ALWAYS),
        ([bounds], 1..) if !kept[first..].contains(&true) => Some(threshold(bounds[first - 1])),
        _ => None,
    }
}

/// The largest hash of each interval of a salt, ascending.
fn bounds(chances: &[Chance], salt: usize) -> Vec<u64> {
    let of_salt = chances.iter().filter(|chance| chance.salt == salt);
    let mut bounds: Vec<u64> = of_salt.map(|chance| chance.most).chain([u64::MAX]).collect();
    bounds.sort_unstable();
    bounds.dedup();
    bounds
}
