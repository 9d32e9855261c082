//! Durations as Go writes them.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A length of time in Go's notation (`time.ParseDuration`): `5s`, `1m30s`, `200ms`, `1.5h`, `0`. A number
/// without a unit is refused: the Collector reads `timeout: 30` as 30 nanoseconds, which nobody means.
/// Negative durations are refused; the longest is Go's, 292 years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Duration(std::time::Duration);

impl Duration {
    /// Zero, which mostly means "without a limit".
    pub const ZERO: Self = Self(std::time::Duration::ZERO);

    /// Whole seconds.
    #[must_use]
    pub const fn from_secs(seconds: u64) -> Self {
        Self(std::time::Duration::from_secs(seconds))
    }

    /// Whole milliseconds.
    #[must_use]
    pub const fn from_millis(milliseconds: u64) -> Self {
        Self(std::time::Duration::from_millis(milliseconds))
    }

    /// The standard library's type.
    #[must_use]
    pub const fn get(self) -> std::time::Duration {
        self.0
    }
}

impl Deref for Duration {
    type Target = std::time::Duration;

    fn deref(&self) -> &std::time::Duration {
        &self.0
    }
}

impl From<Duration> for std::time::Duration {
    fn from(duration: Duration) -> Self {
        duration.0
    }
}

impl From<std::time::Duration> for Duration {
    fn from(duration: std::time::Duration) -> Self {
        Self(duration)
    }
}

/// Why a text is no duration: a sentence with what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidDuration(String);

impl fmt::Display for InvalidDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidDuration {}

const UNITS: [(&str, u128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

impl FromStr for Duration {
    type Err = InvalidDuration;

    fn from_str(text: &str) -> Result<Self, InvalidDuration> {
        let unsigned = text.strip_prefix('+').unwrap_or(text);
        if unsigned == "0" {
            return Ok(Self::ZERO);
        }
        if unsigned.starts_with('-') {
            return Err(InvalidDuration(format!("the duration `{text}` is negative")));
        }
        if !unsigned.is_empty() && unsigned.parse::<f64>().is_ok() {
            let message = format!("the duration `{text}` has no unit; did you mean `{text}s`?");
            return Err(InvalidDuration(message));
        }
        let mut nanoseconds: u128 = 0;
        let mut rest = unsigned;
        while !rest.is_empty() {
            let (one, after) = leading(rest).ok_or_else(|| malformed(text))?;
            nanoseconds += one;
            rest = after;
            if nanoseconds > i64::MAX as u128 {
                return Err(InvalidDuration(format!("the duration `{text}` is longer than 292 years")));
            }
        }
        match u64::try_from(nanoseconds) {
            Ok(nanoseconds) if !unsigned.is_empty() => Ok(Self(std::time::Duration::from_nanos(nanoseconds))),
            _ => Err(malformed(text)),
        }
    }
}

fn malformed(text: &str) -> InvalidDuration {
    let shown: String = text.chars().take(40).collect();
    InvalidDuration(format!(
        "`{shown}` is not a duration; write a number and a unit (ns, us, ms, s, m, h), such as `5s` or `1m30s`"
    ))
}

/// The leading `number unit` of `text` in nanoseconds, and what follows.
fn leading(text: &str) -> Option<(u128, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, rest) = text.split_at(digits);
    let end = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
    let (unit, rest) = rest.split_at(end);
    let (_, scale) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') || whole.len() > 19 {
        return None;
    }
    let whole: u128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    // as Go: digits past the nanosecond are cut off
    let (mut part, mut scale_left) = (0, *scale);
    for digit in fraction.bytes().take(16) {
        scale_left = scale_left.checked_div(10)?;
        part += u128::from(digit - b'0') * scale_left;
    }
    Some((whole * scale + part, rest))
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanoseconds = self.0.as_nanos();
        if nanoseconds == 0 {
            return f.write_str("0s");
        }
        for (unit, scale) in [("ns", 1), ("us", 1_000), ("ms", 1_000_000)] {
            if nanoseconds < scale * 1_000 {
                return write_scaled(f, nanoseconds, scale, unit);
            }
        }
        let (hours, minutes) = (self.0.as_secs() / 3600, self.0.as_secs() / 60 % 60);
        if hours > 0 {
            write!(f, "{hours}h")?;
        }
        if hours > 0 || minutes > 0 {
            write!(f, "{minutes}m")?;
        }
        write_scaled(f, nanoseconds % 60_000_000_000, 1_000_000_000, "s")
    }
}

fn write_scaled(f: &mut fmt::Formatter<'_>, amount: u128, scale: u128, unit: &str) -> fmt::Result {
    write!(f, "{}", amount / scale)?;
    let fraction = amount % scale;
    if fraction > 0 {
        let width = scale.ilog10() as usize;
        let digits = format!("{fraction:0width$}");
        write!(f, ".{}", digits.trim_end_matches('0'))?;
    }
    f.write_str(unit)
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(AsText)
    }
}

struct AsText;

impl de::Visitor<'_> for AsText {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration such as `5s`")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Duration, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Duration, E> {
        number.to_string().parse().map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Duration, E> {
        number.to_string().parse().map_err(E::custom)
    }
}

impl JsonSchema for Duration {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "a duration in Go's notation, such as 5s, 1m30s or 200ms",
            "anyOf": [
                { "type": "string", "pattern": r"^(\+?0|\+?([0-9]*(\.[0-9]*)?(ns|us|µs|μs|ms|s|m|h))+|.*\$\{.*)$" },
                { "const": 0 }
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn go_durations_are_read_and_shown_as_go_does() {
        let cases = [
            ("0", 0, "0s"),
            ("0s", 0, "0s"),
            ("+5s", 5_000_000_000, "5s"),
            ("1m30s", 90_000_000_000, "1m30s"),
            ("90s", 90_000_000_000, "1m30s"),
            ("200ms", 200_000_000, "200ms"),
            ("1.5h", 5_400_000_000_000, "1h30m0s"),
            (".5s", 500_000_000, "500ms"),
            ("1.s", 1_000_000_000, "1s"),
            ("10µs", 10_000, "10us"),
            ("1.0000000009s", 1_000_000_000, "1s"),
            ("1s500ms", 1_500_000_000, "1.5s"),
        ];
        for (text, nanoseconds, shown) in cases {
            let duration: Duration = text.parse().unwrap();
            assert_eq!(duration.as_nanos(), nanoseconds, "{text}");
            assert_eq!(duration.to_string(), shown, "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused_with_what_to_write() {
        let cases = [
            ("30", "did you mean `30s`?"),
            ("1.5", "did you mean `1.5s`?"),
            ("-5s", "negative"),
            ("", "not a duration"),
            ("s", "not a duration"),
            (".s", "not a duration"),
            ("1..5s", "not a duration"),
            ("5 s", "not a duration"),
            ("5d", "not a duration"),
            ("300000000h", "longer than 292 years"),
            ("99999999999999999999h", "not a duration"),
        ];
        for (text, reason) in cases {
            let error = text.parse::<Duration>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text:?}: {error}");
        }
    }

    proptest! {
        #[test]
        fn a_shown_duration_reads_back_equal(nanoseconds in 0..=i64::MAX as u64) {
            let duration = Duration::from(std::time::Duration::from_nanos(nanoseconds));
            prop_assert_eq!(duration.to_string().parse::<Duration>().unwrap(), duration);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[0-9a-zµ.+-]{0,30}|.*") {
            let _ = text.parse::<Duration>();
        }
    }
}
