//! When a certificate ends: the one field that operators ask for, read without a parser of X.509.

use rustls::pki_types::CertificateDer;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// `notAfter` in seconds since 1970; nothing when it cannot be found.
/// Source: RFC 5280, 4.1: Certificate ::= { tbs { [0] version, serial, signature, issuer, validity { from, to }, ... } }.
pub(super) fn not_after(certificate: &CertificateDer<'_>) -> Option<i64> {
    let (_, certificate, _) = element(certificate, SEQUENCE)?;
    let (_, mut tbs, _) = element(certificate, SEQUENCE)?;
    if tbs.first() == Some(&VERSION) {
        tbs = any(tbs)?.2;
    }
    for _ in ["serial", "signature", "issuer"] {
        tbs = any(tbs)?.2;
    }
    let (_, validity, _) = element(tbs, SEQUENCE)?;
    let (_, _, rest) = any(validity)?;
    let (tag, time, _) = any(rest)?;
    seconds(tag, time)
}

type Element<'a> = (u8, &'a [u8], &'a [u8]);

/// The element at the beginning: its tag, its content, and what follows it.
fn any(bytes: &[u8]) -> Option<Element<'_>> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (length.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

fn element(bytes: &[u8], tag: u8) -> Option<Element<'_>> {
    any(bytes).filter(|(found, ..)| *found == tag)
}

/// `YYMMDDhhmmssZ` or `YYYYMMDDhhmmssZ`.
fn seconds(tag: u8, time: &[u8]) -> Option<i64> {
    let digits = time.strip_suffix(b"Z")?;
    if !digits.is_ascii() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |digits: &[u8]| digits.iter().fold(0_i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    let (year, rest) = match (tag, digits.len()) {
        (UTC_TIME, 12) => {
            let year = number(&digits[..2]);
            (if year < 50 { 2000 + year } else { 1900 + year }, &digits[2..])
        }
        (GENERALIZED_TIME, 14) => (number(&digits[..4]), &digits[4..]),
        _ => return None,
    };
    let part = |at: usize| number(&rest[at..at + 2]);
    let (month, day) = (part(0), part(2));
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    Some(days(year, month, day) * 86_400 + part(4) * 3600 + part(6) * 60 + part(8))
}

/// Days since 1970-01-01 of the Gregorian calendar; years that begin in March make leap days the last ones.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 719_469
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_found() {
        let key = rcgen::KeyPair::generate().unwrap();
        for (year, month, day, expected) in
            [(2024, 2, 29, 1_709_164_800), (2049, 12, 31, 2_524_521_600), (2100, 3, 1, 4_107_542_400)]
        {
            let mut params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
            params.not_before = rcgen::date_time_ymd(2020, 1, 1);
            params.not_after = rcgen::date_time_ymd(year, month, day);
            let certificate = params.self_signed(&key).unwrap();
            assert_eq!(not_after(certificate.der()), Some(expected), "{year}-{month}-{day}");
        }
    }

    #[test]
    fn what_is_no_certificate_has_no_end() {
        let key = rcgen::KeyPair::generate().unwrap();
        let whole = rcgen::CertificateParams::default().self_signed(&key).unwrap();
        let whole = whole.der().as_ref();
        for length in 0..whole.len() {
            assert_eq!(not_after(&CertificateDer::from(&whole[..length])), None);
        }
        assert_eq!(seconds(UTC_TIME, b"991301000000Z"), None);
        assert_eq!(seconds(UTC_TIME, b"+91201000000Z"), None);
        assert_eq!(seconds(GENERALIZED_TIME, b"991201000000Z"), None);
    }
}
