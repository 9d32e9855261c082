//! Numbers of JSON, exactly: no way through floating point for integers.

use super::error::Problem;

/// The end of the number that begins at `at` by JSON's grammar (RFC 8259, section 6); `None` when there is none.
pub(super) fn end_of_number(bytes: &[u8], mut at: usize) -> Option<usize> {
    let digits = |mut at: usize| {
        let start = at;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        (at > start).then_some(at)
    };
    if bytes.get(at) == Some(&b'-') {
        at += 1;
    }
    at = match bytes.get(at) {
        Some(b'0') => at + 1,
        _ => digits(at)?,
    };
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        if matches!(bytes.get(at), Some(b'+' | b'-')) {
            at += 1;
        }
        at = digits(at)?;
    }
    Some(at)
}

/// An integer as sign and magnitude.
pub(super) struct Whole {
    negative: bool,
    magnitude: u64,
}

impl Whole {
    pub(super) fn unsigned(self, max: u64) -> Option<u64> {
        let negative = self.negative && self.magnitude != 0;
        (!negative && self.magnitude <= max).then_some(self.magnitude)
    }

    pub(super) fn signed(self, min: i64, max: i64) -> Option<i64> {
        let value = if self.negative {
            0i64.checked_sub_unsigned(self.magnitude)?
        } else {
            i64::try_from(self.magnitude).ok()?
        };
        (min..=max).contains(&value).then_some(value)
    }
}

/// Reads a whole token or string as an integer. Fractions and exponents are fine when the value is integral, as
/// protojson allows (`1.0`, `15e2`); `None` for values beyond 64 bits.
pub(super) fn whole(text: &[u8]) -> Result<Option<Whole>, Problem> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    // 19 digits always fit, and cover every timestamp.
    let plain = matches!(digits, [b'1'..=b'9', ..]) && digits.len() <= 19 || digits == b"0";
    if plain && digits.iter().all(u8::is_ascii_digit) {
        let magnitude = digits.iter().fold(0u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        return Ok(Some(Whole { negative, magnitude }));
    }
    if end_of_number(text, 0) != Some(text.len()) {
        return Err(Problem::NotANumber);
    }
    magnitude_of(digits).map(|magnitude| magnitude.map(|magnitude| Whole { negative, magnitude }))
}

/// The value of digits with fraction and exponent, which `end_of_number` has checked.
fn magnitude_of(text: &[u8]) -> Result<Option<u64>, Problem> {
    let (mantissa, exponent) = match text.iter().position(|b| matches!(b, b'e' | b'E')) {
        Some(e) => (&text[..e], exponent_of(&text[e + 1..])),
        None => (text, 0),
    };
    let fraction = mantissa.iter().position(|b| *b == b'.').map_or(0, |dot| mantissa.len() - dot - 1);
    let mut digits = mantissa.iter().filter(|b| **b != b'.');
    let trailing = digits.clone().rev().take_while(|b| **b == b'0').count();
    let significant = digits.clone().count() - trailing;
    if significant == 0 {
        return Ok(Some(0));
    }
    // Value = significant digits × 10^power.
    let power = exponent.saturating_sub(fraction as i64).saturating_add(trailing as i64);
    if power < 0 {
        return Err(Problem::NotWhole);
    }
    let mut value = Some(0u64);
    for digit in digits.by_ref().take(significant) {
        value = value.and_then(|v| v.checked_mul(10)?.checked_add(u64::from(digit - b'0')));
    }
    // 10^20 is beyond 64 bits whatever it multiplies.
    let scale = u32::try_from(power).ok().and_then(|power| 10u64.checked_pow(power));
    Ok(value.zip(scale).and_then(|(value, scale)| value.checked_mul(scale)))
}

fn exponent_of(text: &[u8]) -> i64 {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let value =
        digits.iter().fold(0i64, |sum, digit| sum.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    if negative { -value } else { value }
}

/// Reads a number that `end_of_number` has found as a double, rounded to nearest; `None` when it is beyond the largest one.
pub(super) fn double(number: &[u8]) -> Option<f64> {
    let value: f64 = std::str::from_utf8(number).ok()?.parse().ok()?;
    value.is_finite().then_some(value)
}

/// Reads a whole string as a double, one of the special ones included.
pub(super) fn double_in_string(text: &[u8]) -> Result<Option<f64>, Problem> {
    if let Some(value) = named_double(text) {
        return Ok(Some(value));
    }
    if end_of_number(text, 0) != Some(text.len()) {
        return Err(Problem::NotANumber);
    }
    Ok(double(text))
}

/// The doubles that JSON has no number for: protojson's names, and those that the Collector's file exporter writes.
fn named_double(text: &[u8]) -> Option<f64> {
    match text {
        b"NaN" => Some(f64::NAN),
        b"Infinity" | b"+Inf" | b"Inf" => Some(f64::INFINITY),
        b"-Infinity" | b"-Inf" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}
