//! Dates in the names of indices.

use std::fmt::Write as _;

use crate::exporters::calendar::date;

/// A date format: letters that are replaced, and text between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateFormat(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// Letter of strftime.
    Field(char),
}

const FIELDS: &str = "YymdHMSj";

impl DateFormat {
    /// `%Y.%m.%d`: strftime's Y, y, m, d, H, M, S, j, and %% for a percent sign.
    ///
    /// # Errors
    /// The letter that is not supported.
    pub fn strftime(format: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut letters = format.chars();
        while let Some(letter) = letters.next() {
            match (letter == '%').then(|| letters.next()) {
                None => push_text(&mut pieces, letter),
                Some(Some('%')) => push_text(&mut pieces, '%'),
                Some(Some(field)) if FIELDS.contains(field) => pieces.push(Piece::Field(field)),
                Some(Some(field)) => {
                    return Err(format!("`%{field}` is not supported; use %Y %y %m %d %H %M %S %j"));
                }
                Some(None) => return Err("a percent sign stands at the end".to_owned()),
            }
        }
        Ok(DateFormat(pieces))
    }

    /// `yyyy.MM.dd`: Java's yyyy, yy, MM, dd, HH, mm, ss.
    pub fn java(format: &str) -> Self {
        const JAVA: [(&str, char); 7] =
            [("yyyy", 'Y'), ("yy", 'y'), ("MM", 'm'), ("dd", 'd'), ("HH", 'H'), ("mm", 'M'), ("ss", 'S')];
        let mut pieces = Vec::new();
        let mut rest = format;
        while let Some(first) = rest.chars().next() {
            match JAVA.iter().find(|(name, _)| rest.starts_with(name)) {
                Some((name, field)) => {
                    pieces.push(Piece::Field(*field));
                    rest = &rest[name.len()..];
                }
                None => {
                    push_text(&mut pieces, first);
                    rest = &rest[first.len_utf8()..];
                }
            }
        }
        DateFormat(pieces)
    }
}

fn push_text(pieces: &mut Vec<Piece>, letter: char) {
    match pieces.last_mut() {
        Some(Piece::Text(text)) => text.push(letter),
        _ => pieces.push(Piece::Text(letter.to_string())),
    }
}

/// Appends the UTC date of a time in nanoseconds since 1970.
pub fn write_date(out: &mut String, format: &DateFormat, nanoseconds: u64) {
    let seconds = nanoseconds / 1_000_000_000;
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(days);
    for piece in &format.0 {
        let written = match piece {
            Piece::Text(text) => {
                out.push_str(text);
                Ok(())
            }
            Piece::Field('Y') => write!(out, "{year:04}"),
            Piece::Field('y') => write!(out, "{:02}", year % 100),
            Piece::Field('m') => write!(out, "{month:02}"),
            Piece::Field('d') => write!(out, "{day:02}"),
            Piece::Field('H') => write!(out, "{:02}", second / 3600),
            Piece::Field('M') => write!(out, "{:02}", second / 60 % 60),
            Piece::Field('S') => write!(out, "{:02}", second % 60),
            Piece::Field(_) => write!(out, "{:03}", day_of_year(year, month, day)),
        };
        // writing to a string does not fail
        debug_assert!(written.is_ok());
    }
}

/// Appends a time in nanoseconds since 1970 as `2024-07-18T14:48:33.467654123Z`.
pub fn write_rfc3339(out: &mut Vec<u8>, nanoseconds: u64) {
    let (seconds, fraction) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(days);
    let pairs =
        [(b'-', month), (b'-', day), (b'T', second / 3600), (b':', second / 60 % 60), (b':', second % 60)];
    out.extend_from_slice(itoa::Buffer::new().format(year).as_bytes());
    for (before, number) in pairs {
        out.extend_from_slice(&[before, b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]);
    }
    // a leading one keeps the zeros; it is then overwritten by the dot
    let dot = out.len();
    out.extend_from_slice(itoa::Buffer::new().format(1_000_000_000 + fraction).as_bytes());
    out[dot] = b'.';
    out.push(b'Z');
}

fn day_of_year(year: u64, month: u64, day: u64) -> u64 {
    const BEFORE: [u64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let before = BEFORE[(month as usize).saturating_sub(1).min(11)];
    before + day + u64::from(leap && month > 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        let second = 1_000_000_000;
        let cases = [
            (0, "1970-01-01T00:00:00 001"),
            (951_782_400 * second, "2000-02-29T00:00:00 060"),
            (1_735_689_599 * second, "2024-12-31T23:59:59 366"),
            (4_107_542_400 * second, "2100-03-01T00:00:00 060"),
            (u64::MAX, "2554-07-21T23:34:33 202"),
        ];
        let format = DateFormat::strftime("%Y-%m-%dT%H:%M:%S %j").unwrap();
        for (time, expected) in cases {
            let mut date = String::new();
            write_date(&mut date, &format, time);
            assert_eq!(date, expected);
        }
    }

    #[test]
    fn times_have_nine_digits_behind_the_second() {
        let cases = [
            (0, "1970-01-01T00:00:00.000000000Z"),
            (1_721_314_113_467_054_003, "2024-07-18T14:48:33.467054003Z"),
            (u64::MAX, "2554-07-21T23:34:33.709551615Z"),
        ];
        for (time, expected) in cases {
            let mut out = Vec::new();
            write_rfc3339(&mut out, time);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }

    #[test]
    fn the_formats_of_c_and_of_java_mean_the_same() {
        assert_eq!(DateFormat::strftime("%Y.%m.%d").unwrap(), DateFormat::java("yyyy.MM.dd"));
        assert_eq!(DateFormat::strftime("x%y%%").unwrap(), DateFormat::java("xyy%"));
        assert!(DateFormat::strftime("%Q").unwrap_err().contains("`%Q` is not supported"));
        assert!(DateFormat::strftime("%").is_err());
    }
}
