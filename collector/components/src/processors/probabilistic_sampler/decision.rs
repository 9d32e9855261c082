//! The decision, the same for spans and log records.
//!
//! The arithmetic is the Collector's, so that collectors of both kinds keep the same traces:
//! <https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/processor/probabilisticsamplerprocessor>.

use codeagent_pipeline::sampling::{Randomness, Threshold};

use super::{AttributeSource, Config, Mode};

/// Bits of the hash that mode `hash_seed` compares.
const HASH_BITS: u32 = 14;
const HASH_BUCKETS: u32 = 1 << HASH_BITS;

/// A configured sampler.
pub struct Sampler {
    mode: Mode,
    /// 0 to 1.
    ratio: f64,
    seed: u32,
    precision: u32,
    /// The threshold of the configured ratio; nothing where no item is kept.
    threshold: Option<Threshold>,
    /// Whether items without randomness go.
    pub fail_closed: bool,
    /// Where a log record's randomness comes from.
    pub attribute_source: AttributeSource,
    /// The attribute whose value is hashed.
    pub from_attribute: String,
    /// The attribute that holds a percentage of its own.
    pub sampling_priority: String,
}

/// What an item says of its own sampling.
pub struct Incoming {
    /// What the decision draws on.
    pub randomness: Randomness,
    /// How the item was sampled before.
    pub threshold: Option<Threshold>,
    /// What goes before the configured percentage: 0 to 1.
    pub priority: Option<f64>,
}

/// Whether an item is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It goes.
    Drop,
    /// It stays, and was sampled by this threshold in all.
    Keep(Threshold),
}

impl Sampler {
    pub fn new(config: Config) -> Self {
        let ratio = (f64::from(config.sampling_percentage) / 100.0).min(1.0);
        let mut sampler = Sampler {
            mode: config.mode,
            ratio,
            seed: config.hash_seed,
            precision: config.sampling_precision,
            threshold: None,
            fail_closed: config.fail_closed,
            attribute_source: config.attribute_source,
            from_attribute: config.from_attribute,
            sampling_priority: config.sampling_priority,
        };
        sampler.threshold = sampler.threshold_of(f64::from(config.sampling_percentage) / 100.0);
        sampler
    }

    /// Whether the randomness is a hash, and not the trace id's own.
    pub fn hashes(&self) -> bool {
        self.mode == Mode::HashSeed
    }

    /// The randomness of a hashed value, by FNV-1a over the seed's little-endian bytes and the value.
    pub fn hash(&self, value: &[u8]) -> Randomness {
        const OFFSET: u32 = 0x811c_9dc5;
        const PRIME: u32 = 0x0100_0193;
        let bytes = self.seed.to_le_bytes();
        let step = |hash: u32, byte: &u8| (hash ^ u32::from(*byte)).wrapping_mul(PRIME);
        let hash = bytes.iter().chain(value).fold(OFFSET, step) & (HASH_BUCKETS - 1);
        Randomness::of_bits(u64::from(HASH_BUCKETS - 1 - hash), HASH_BITS)
    }

    /// Decides. The threshold never falls below the one that the item came with.
    pub fn decide(&self, incoming: &Incoming) -> Decision {
        // A threshold that would not have kept the item cannot be true.
        let before = incoming.threshold.filter(|threshold| threshold.keeps(incoming.randomness));
        let threshold = match incoming.priority {
            Some(priority) => self.threshold_of(priority),
            None if self.mode == Mode::Proportional => {
                let before = before.map_or(1.0, Threshold::probability);
                Threshold::of_probability(before * self.ratio, self.precision)
            }
            None => self.threshold,
        };
        match threshold {
            Some(threshold) if threshold.keeps(incoming.randomness) => {
                Decision::Keep(before.map_or(threshold, |before| before.max(threshold)))
            }
            _ => Decision::Drop,
        }
    }

    fn threshold_of(&self, ratio: f64) -> Option<Threshold> {
        if ratio >= 1.0 {
            return Some(Threshold::ALWAYS);
        }
        if self.mode != Mode::HashSeed {
            return Threshold::of_probability(ratio, self.precision);
        }
        // The Collector scales the percentage in 32-bit floats.
        let kept = ((ratio * 100.0) as f32 * (HASH_BUCKETS as f32 / 100.0)) as u32;
        (kept > 0).then(|| Threshold::of_bits(u64::from(HASH_BUCKETS - kept), HASH_BITS))
    }
}
