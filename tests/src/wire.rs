//! Protobuf written by hand, to be wrong on purpose.

/// A number in groups of seven bits.
pub fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// What stands before each field.
pub fn tag(field: u64, wire_type: u64) -> Vec<u8> {
    varint(field << 3 | wire_type)
}

/// A field with a length: a string, bytes or a message.
pub fn field(number: u64, content: &[u8]) -> Vec<u8> {
    [tag(number, 2), varint(content.len() as u64), content.to_vec()].concat()
}

/// Content in fields within fields, the first of the path outermost.
pub fn nested(path: &[u64], content: &[u8]) -> Vec<u8> {
    path.iter().rev().fold(content.to_vec(), |content, number| field(*number, &content))
}

/// The path to a span, a metric or a log record; the same numbers for all three signals.
pub const ITEM: [u64; 3] = [1, 2, 2];

/// Content of a span, a metric or a log record.
pub fn in_item(content: &[u8]) -> Vec<u8> {
    nested(&ITEM, content)
}
