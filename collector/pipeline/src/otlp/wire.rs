//! The protobuf wire format, read in place.
//!
//! Readers here trust their bytes: they were checked at the door by [`admit`](super::admit). On bytes
//! that were not, they stop early; they never panic.
//! Source: <https://protobuf.dev/programming-guides/encoding/>.

/// A field's value, borrowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Wire type 0.
    Varint(u64),
    /// Wire type 1.
    Fixed64(u64),
    /// Wire type 2: bytes, a string, a message or a packed list.
    Bytes(&'a [u8]),
    /// Wire type 5.
    Fixed32(u32),
}

impl<'a> Value<'a> {
    /// The payload of a length-delimited field, else nothing.
    pub fn bytes(self) -> &'a [u8] {
        if let Value::Bytes(bytes) = self { bytes } else { &[] }
    }

    /// The payload as text; empty where it is not UTF-8.
    pub fn text(self) -> &'a str {
        simdutf8::basic::from_utf8(self.bytes()).unwrap_or_default()
    }

    /// An integer of any wire type; 0 for bytes.
    pub fn integer(self) -> u64 {
        match self {
            Value::Varint(value) | Value::Fixed64(value) => value,
            Value::Fixed32(value) => u64::from(value),
            Value::Bytes(_) => 0,
        }
    }

    /// A double.
    pub fn double(self) -> f64 {
        f64::from_bits(self.integer())
    }

    /// A zig-zag encoded `sint32`.
    pub fn sint32(self) -> i32 {
        let raw = self.integer() as u32;
        (raw >> 1) as i32 ^ -((raw & 1) as i32)
    }
}

/// Reads a varint at the head of `bytes`; the value and how many bytes it took.
#[inline(always)] // most are one byte: a call would cost more than the read
pub fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    match bytes.first() {
        Some(byte) if *byte < 0x80 => Some((u64::from(*byte), 1)),
        _ => long_varint(bytes),
    }
}

fn long_varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = u64::from(*bytes.first()? & 0x7f);
    for (at, byte) in bytes.iter().enumerate().skip(1).take(9) {
        value |= u64::from(byte & 0x7f) << (7 * at as u32);
        if *byte < 0x80 {
            // The tenth byte holds one bit only.
            return (at < 9 || *byte <= 1).then_some((value, at + 1));
        }
    }
    None
}

/// The fields of a message, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// Reads `message`.
    pub fn new(message: &'a [u8]) -> Self {
        Fields { rest: message }
    }

    /// The next field as it stands, tag and all, with its number and value.
    #[inline]
    pub fn next_raw(&mut self) -> Option<(&'a [u8], u32, Value<'a>)> {
        let before = self.rest;
        let (number, value) = self.next()?;
        Some((&before[..before.len() - self.rest.len()], number, value))
    }

    /// What is not read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.rest.split_at_checked(length)?;
        self.rest = tail;
        Some(head)
    }

    fn varint(&mut self) -> Option<u64> {
        let (value, length) = varint(self.rest)?;
        self.rest = &self.rest[length..];
        Some(value)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (u32, Value<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let tag = self.varint()?;
        let value = match tag & 7 {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(u64::from_le_bytes(self.take(8)?.try_into().ok()?)),
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Value::Bytes(self.take(length)?)
            }
            5 => Value::Fixed32(u32::from_le_bytes(self.take(4)?.try_into().ok()?)),
            _ => return None,
        };
        Some(((tag >> 3) as u32, value))
    }
}

/// How many bytes a varint takes.
pub fn varint_len(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

/// Appends a varint.
pub fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a tag; wire types: 0 varint, 1 fixed64, 2 bytes, 5 fixed32.
pub fn put_tag(out: &mut Vec<u8>, field: u32, wire_type: u8) {
    put_varint(out, u64::from(field) << 3 | u64::from(wire_type));
}

/// Appends a length-delimited field.
pub fn put_bytes(out: &mut Vec<u8>, field: u32, bytes: &[u8]) {
    put_tag(out, field, 2);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Appends a varint field.
pub fn put_uint(out: &mut Vec<u8>, field: u32, value: u64) {
    put_tag(out, field, 0);
    put_varint(out, value);
}

/// Appends a fixed64 field.
pub fn put_fixed64(out: &mut Vec<u8>, field: u32, value: u64) {
    put_tag(out, field, 1);
    out.extend_from_slice(&value.to_le_bytes());
}

/// Appends a double field.
pub fn put_double(out: &mut Vec<u8>, field: u32, value: f64) {
    put_fixed64(out, field, value.to_bits());
}

/// Appends a length-delimited field whose content `write` appends: the length is put in afterwards.
pub fn put_message(out: &mut Vec<u8>, field: u32, write: impl FnOnce(&mut Vec<u8>)) {
    put_tag(out, field, 2);
    let start = out.len();
    out.push(0);
    write(out);
    let length = out.len() - start - 1;
    let extra = varint_len(length as u64) - 1;
    if extra > 0 {
        out.resize(out.len() + extra, 0);
        out.copy_within(start + 1..start + 1 + length, start + 1 + extra);
    }
    let mut value = length as u64;
    for at in 0..=extra {
        out[start + at] = value as u8 & 0x7f | if at < extra { 0x80 } else { 0 };
        value >>= 7;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_varint_is_read_as_it_was_written() {
        for value in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX - 1, u64::MAX] {
            let mut out = Vec::new();
            put_varint(&mut out, value);
            assert_eq!(varint(&out), Some((value, out.len())));
            assert_eq!(varint_len(value), out.len());
        }
    }

    #[test]
    fn an_overlong_or_cut_varint_is_no_varint() {
        assert_eq!(varint(&[0xff; 10]), None);
        assert_eq!(varint(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02]), None);
        assert_eq!(varint(&[0x80]), None);
        assert_eq!(varint(&[]), None);
    }

    #[test]
    fn a_message_gets_its_length_whatever_its_size() {
        for size in [0usize, 1, 127, 128, 16_383, 16_384, 70_000] {
            let mut out = Vec::new();
            put_message(&mut out, 3, |out| out.resize(out.len() + size, 7));
            let mut plain = Vec::new();
            put_bytes(&mut plain, 3, &vec![7; size]);
            assert_eq!(out, plain, "size {size}");
        }
    }

    #[test]
    fn fields_stop_at_the_first_byte_that_makes_no_sense() {
        let cut = [0x0a, 5, 1];
        assert_eq!(Fields::new(&cut).next(), None);
        let group = [0x0b];
        assert_eq!(Fields::new(&group).next(), None);
    }
}
