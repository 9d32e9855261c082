//! Consistent probability sampling: thresholds, randomness, and `tracestate`'s `ot` entry.
//!
//! An item is kept when its 56-bit randomness is not below the threshold. Samplers that agree on both agree on the
//! decision. Source: <https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/>.

use std::fmt::Write as _;

/// Bits of a threshold and of randomness.
const BITS: u32 = 56;
/// One over the largest value.
const RANGE: u64 = 1 << BITS;
/// Hex digits of a full threshold.
const DIGITS: u32 = 14;

/// A 56-bit number: from the trace id, from `rv`, or from a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Randomness(u64);

impl Randomness {
    /// The last seven bytes of a trace id; nothing for one that is absent or all zero.
    pub fn of_trace_id(trace_id: &[u8]) -> Option<Self> {
        let id: &[u8; 16] = trace_id.try_into().ok().filter(|id: &&[u8; 16]| **id != [0; 16])?;
        Some(Randomness(u64::from_be_bytes(*id.last_chunk::<8>()?) & (RANGE - 1)))
    }

    /// The number in the upper bits: how a shorter hash becomes randomness.
    pub const fn of_bits(value: u64, bits: u32) -> Self {
        Randomness((value << (BITS - bits)) & (RANGE - 1))
    }

    /// Reads `rv`: exactly 14 lower-case hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == DIGITS as usize).then(|| parse_hex(text))?.map(Randomness)
    }

    /// Writes `rv`.
    pub fn to_hex(self) -> String {
        format!("{:014x}", self.0)
    }
}

/// The share of items that goes: 0 keeps all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Threshold(u64);

impl Threshold {
    /// Keeps every item.
    pub const ALWAYS: Threshold = Threshold(0);

    /// The threshold that keeps `probability` of all, rounded to `precision` significant hex digits (1 to 14);
    /// nothing where that is no probability or keeps less than one in 2^56.
    pub fn of_probability(probability: f64, precision: u32) -> Option<Self> {
        if !(probability > 0.0 && probability <= 1.0) {
            return None;
        }
        let kept = (probability * RANGE as f64).round() as u64;
        if kept == 0 {
            return None;
        }
        let leading =
            |value: f64| if value > 0.0 { ((-value.log2()).ceil() - 1.0).max(0.0) as u32 / 4 } else { 0 };
        let digits = precision + leading(probability).max(leading(1.0 - probability));
        let shift = 4 * DIGITS.saturating_sub(digits);
        let exact = RANGE - kept;
        let rounded = if shift == 0 { exact } else { (exact + (1 << (shift - 1))) >> shift << shift };
        Some(Threshold(rounded.min(RANGE - 1)))
    }

    /// The threshold in the upper bits: how a shorter one is widened.
    pub const fn of_bits(value: u64, bits: u32) -> Self {
        Threshold((value << (BITS - bits)) & (RANGE - 1))
    }

    /// The threshold as 56 bits.
    pub const fn to_bits(self) -> u64 {
        self.0
    }

    /// Reads `th`: 1 to 14 lower-case hex digits; trailing zeros are left out.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = u32::try_from(text.len()).ok().filter(|digits| (1..=DIGITS).contains(digits))?;
        parse_hex(text).map(|value| Threshold(value << (4 * (DIGITS - digits))))
    }

    /// Writes `th`.
    pub fn to_hex(self) -> String {
        let full = format!("{:014x}", self.0);
        let short = full.trim_end_matches('0');
        if short.is_empty() { "0".to_owned() } else { short.to_owned() }
    }

    /// Whether an item of this randomness is kept.
    pub fn keeps(self, randomness: Randomness) -> bool {
        randomness.0 >= self.0
    }

    /// The share of items that is kept.
    pub fn probability(self) -> f64 {
        (RANGE - self.0) as f64 / RANGE as f64
    }
}

fn parse_hex(text: &str) -> Option<u64> {
    let is_hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_hex.then(|| u64::from_str_radix(text, 16).ok())?
}

/// What sampling knows of an item: `th` and `rv` of `tracestate`'s `ot` entry, and all that stands beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TraceState<'a> {
    /// `th`: how the item was sampled before.
    pub threshold: Option<Threshold>,
    /// `rv`: randomness that goes before the trace id's.
    pub randomness: Option<Randomness>,
    others_of_ot: Vec<&'a str>,
    others: Vec<&'a str>,
}

impl<'a> TraceState<'a> {
    /// Reads a `tracestate`; nothing where its `ot` entry breaks the rules.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut state = TraceState::default();
        for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            match entry.strip_prefix("ot=") {
                Some(value) => state.parse_ot(value)?,
                None => state.others.push(entry),
            }
        }
        Some(state)
    }

    fn parse_ot(&mut self, value: &'a str) -> Option<()> {
        for pair in value.split(';').filter(|pair| !pair.is_empty()) {
            match pair.split_once(':')? {
                ("th", digits) => self.threshold = Some(Threshold::parse(digits)?),
                ("rv", digits) => self.randomness = Some(Randomness::parse(digits)?),
                _ => self.others_of_ot.push(pair),
            }
        }
        Some(())
    }
}

impl std::fmt::Display for TraceState<'_> {
    /// The entry that changed stands first, as W3C asks.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut ot = String::new();
        let mut put = |key: &str, value: &str| {
            let separator = if ot.is_empty() { "" } else { ";" };
            // Writing to a String cannot fail.
            let _ = write!(ot, "{separator}{key}{value}");
        };
        if let Some(threshold) = self.threshold {
            put("th:", &threshold.to_hex());
        }
        if let Some(randomness) = self.randomness {
            put("rv:", &randomness.to_hex());
        }
        for pair in &self.others_of_ot {
            put("", pair);
        }
        let ot = (!ot.is_empty()).then(|| format!("ot={ot}"));
        let entries: Vec<&str> = ot.as_deref().into_iter().chain(self.others.iter().copied()).collect();
        f.write_str(&entries.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_becomes_the_threshold_of_the_specification() {
        // From the specification's examples and the Collector's own tests.
        let cases = [
            (1.0, 4, "0"),
            (0.5, 4, "8"),
            (0.25, 4, "c"),
            (0.1, 4, "e666"),
            (0.01, 4, "fd70a"),
            (1.0 / 3.0, 14, "aaaaaaaaaaaaac"),
            (0.75, 4, "4"),
            (1.0 / 65536.0, 4, "ffff"),
        ];
        for (probability, precision, hex) in cases {
            let threshold = Threshold::of_probability(probability, precision).unwrap();
            assert_eq!(threshold.to_hex(), hex, "{probability}");
            assert_eq!(Threshold::parse(hex), Some(threshold));
            assert!((threshold.probability() - probability).abs() < probability / 1000.0);
        }
    }

    #[test]
    fn what_is_no_probability_has_no_threshold() {
        for probability in [0.0, -0.1, 1.1, f64::NAN, f64::INFINITY, 1e-30] {
            assert_eq!(Threshold::of_probability(probability, 4), None, "{probability}");
        }
    }

    #[test]
    fn a_threshold_keeps_from_itself_on() {
        let randomness = Randomness::parse("9b8233f7e3a151").unwrap();
        assert!(Threshold::parse("8").unwrap().keeps(randomness));
        assert!(Threshold::parse("9b8233f7e3a151").unwrap().keeps(randomness));
        assert!(!Threshold::parse("9b8233f7e3a152").unwrap().keeps(randomness));
    }

    #[test]
    fn randomness_is_the_end_of_the_trace_id() {
        let mut id = [0xff; 16];
        id[9..].copy_from_slice(&[1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(Randomness::of_trace_id(&id).unwrap().to_hex(), "01020304050607");
        assert_eq!(Randomness::of_trace_id(&[0; 16]), None);
        assert_eq!(Randomness::of_trace_id(&[]), None);
    }

    #[test]
    fn a_trace_state_keeps_what_is_not_ours() {
        let state = TraceState::parse("a=1, ot=xy:z;th:c;rv:9b8233f7e3a151,b=2").unwrap();
        assert_eq!(state.threshold.unwrap().to_hex(), "c");
        assert_eq!(state.to_string(), "ot=th:c;rv:9b8233f7e3a151;xy:z,a=1,b=2");
        assert_eq!(TraceState::parse("").unwrap().to_string(), "");
        assert_eq!(TraceState::parse("a=1").unwrap().to_string(), "a=1");
    }

    #[test]
    fn a_broken_ot_entry_is_not_read() {
        for text in ["ot=th:G", "ot=th:", "ot=rv:12", "ot=th", "ot=th:123456789abcdef0"] {
            assert_eq!(TraceState::parse(text), None, "{text}");
        }
    }
}
