//! Strings and bytes in JSON: escapes, hex, base64.

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, general_purpose};

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);

/// High bits set at the bytes that a JSON string cannot carry as they are: quote, backslash, control characters. Exact
/// for the lowest such byte; bytes above it may be reported too.
#[inline]
const fn special_bytes(word: u64) -> u64 {
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let zeros = (quote.wrapping_sub(ONES) & !quote) | (backslash.wrapping_sub(ONES) & !backslash);
    let controls = word.wrapping_sub(ONES * 0x20) & !word;
    (zeros | controls) & HIGHS
}

/// How many bytes from the start need no escape. Eight at a time in plain integers: most strings of telemetry are shorter
/// than what a vector loop needs to pay off.
#[inline]
pub(super) fn plain_prefix(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let special = special_bytes(u64::from_le_bytes(*word));
        if special != 0 {
            return index * 8 + special.trailing_zeros() as usize / 8;
        }
    }
    if let (false, Some(last)) = (rest.is_empty(), bytes.last_chunk::<8>()) {
        // Overlaps with what is known to be plain.
        let special = special_bytes(u64::from_le_bytes(*last));
        let plain = if special == 0 { 8 } else { special.trailing_zeros() as usize / 8 };
        return bytes.len() - 8 + plain;
    }
    let is_plain = |byte: &&u8| **byte >= 0x20 && **byte != b'"' && **byte != b'\\';
    bytes.len() - rest.len() + rest.iter().take_while(is_plain).count()
}

/// Writes a string as JSON, with its quotes. Escaped are quote, backslash and control characters, nothing else.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    write_escaped(out, text.as_bytes());
}

/// As [`write_string`], for bytes whose UTF-8 is checked elsewhere.
pub(super) fn write_escaped(out: &mut Vec<u8>, mut text: &[u8]) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    loop {
        let (plain, rest) = text.split_at(plain_prefix(text));
        out.extend_from_slice(plain);
        let [byte, after @ ..] = rest else { break };
        write_escape(out, *byte);
        text = after;
    }
    out.push(b'"');
}

fn write_escape(out: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            out.extend_from_slice(b"\\u00");
            return write_hex_digits(out, &[byte]);
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

fn write_hex_digits(out: &mut Vec<u8>, bytes: &[u8]) {
    let start = out.len();
    out.resize(start + bytes.len() * 2, 0);
    let (pairs, _) = out[start..].as_chunks_mut::<2>();
    for (pair, byte) in pairs.iter_mut().zip(bytes) {
        *pair = HEX_PAIRS[usize::from(*byte)];
    }
}

static HEX_PAIRS: [[u8; 2]; 256] = hex_pairs();

const fn hex_pairs() -> [[u8; 2]; 256] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [DIGITS[byte >> 4], DIGITS[byte & 15]];
        byte += 1;
    }
    pairs
}

/// Writes an id as a string of lower-case hex digits, with its quotes.
pub fn write_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    write_hex_digits(out, bytes);
    out.push(b'"');
}

/// Appends the bytes of an even number of hex digits; false when one is none.
pub(super) fn read_hex(text: &[u8], out: &mut Vec<u8>) -> bool {
    let (pairs, _) = text.as_chunks::<2>();
    let mut bad = 0;
    out.extend(pairs.iter().map(|[high, low]| {
        let (high, low) = (NIBBLES[usize::from(*high)], NIBBLES[usize::from(*low)]);
        bad |= high | low;
        high << 4 | low & 15
    }));
    bad & 0x80 == 0
}

/// Hex digit → value; 0x80 is no digit.
static NIBBLES: [u8; 256] = nibbles();

const fn nibbles() -> [u8; 256] {
    let mut table = [0x80; 256];
    let mut value = 0u8;
    while value < 16 {
        let digit = if value < 10 { b'0' + value } else { b'a' + value - 10 };
        table[digit as usize] = value;
        table[digit.to_ascii_uppercase() as usize] = value;
        value += 1;
    }
    table
}

/// Lenient as protojson: padding may be missing, bits beyond the last byte are ignored.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT);

/// Reads base64 in either alphabet.
pub(super) fn read_base64(text: &[u8]) -> Option<Vec<u8>> {
    let is_url_safe = text.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let engine = if is_url_safe { &URL_SAFE } else { &STANDARD };
    engine.decode(text).ok()
}

/// Writes bytes as a string of standard base64 with padding, with its quotes.
pub fn write_base64(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    let start = out.len();
    let length = base64::encoded_len(bytes.len(), true).unwrap_or(0);
    out.resize(start + length, 0);
    // The slice has the exact length, so that encoding cannot fail.
    let written = general_purpose::STANDARD.encode_slice(bytes, &mut out[start..]).unwrap_or(0);
    out.truncate(start + written);
    out.push(b'"');
}

/// Writes a double as a JSON number in the fewest digits that read back as the same value, or as the string that
/// protojson has for NaN and the infinities.
pub fn write_double(out: &mut Vec<u8>, value: f64) {
    if value.is_finite() {
        out.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
    } else if value.is_nan() {
        out.extend_from_slice(b"\"NaN\"");
    } else {
        out.extend_from_slice(if value > 0.0 { b"\"Infinity\"" } else { b"\"-Infinity\"" });
    }
}
