//! What a message looks like in both encodings: one row per field, read by the reader and by the writer.

use crate::otlp::sound::{Step, TAGS};

/// One protobuf message of OTLP.
pub(crate) struct Message {
    /// The full name in the `.proto`, for the test against the descriptors.
    #[cfg(test)]
    pub name: &'static str,
    pub fields: &'static [Field],
    /// Whether one such message is one item: a span, a data point, a log record.
    pub is_item: bool,
    /// What the door does with each tag of one byte.
    pub steps: [Step; TAGS],
    /// The bit of each tag of one byte that a message may have once.
    pub once: [u32; TAGS],
    /// Field number → position in `fields`, plus one; zero is an unknown number.
    pub by_number: [u8; NUMBERS],
}

/// Field numbers of OTLP end at 16 (`Span.flags`).
const NUMBERS: usize = 17;

pub(crate) struct Field {
    /// The key that is written: lowerCamelCase.
    pub json: &'static str,
    /// The same as it stands in compact JSON, with quotes and colon.
    pub key: &'static str,
    /// The name in the `.proto`; accepted when reading, as the Collector and protojson do.
    pub original: &'static str,
    pub number: u32,
    pub presence: Presence,
    pub kind: Kind,
}

/// When a field is on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Presence {
    /// Proto3 scalar: absent when it has its default value.
    Implicit,
    /// `optional`, or a singular message: written whenever it was given.
    Explicit,
    /// A member of the message's oneof (no message of OTLP has two): at most one is present.
    Choice,
    Repeated,
}

/// What a field holds, and with it both encodings.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    String,
    /// base64 in JSON.
    Bytes,
    /// A trace or span id of this many bytes: hex in JSON, OTLP's deviation from protojson.
    Id(usize),
    Bool,
    Double,
    Fixed32,
    Fixed64,
    Sfixed64,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    /// An integer in JSON; the names are accepted when reading, as the Collector does.
    Enum(&'static [(&'static str, i32)]),
    Message(&'static Message),
}

/// Wire types of protobuf that OTLP uses.
pub(crate) const VARINT: u32 = 0;
pub(crate) const I64: u32 = 1;
pub(crate) const LEN: u32 = 2;
pub(crate) const I32: u32 = 5;

impl Kind {
    pub(crate) const fn wire_type(self) -> u32 {
        match self {
            Kind::String | Kind::Bytes | Kind::Id(_) | Kind::Message(_) => LEN,
            Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => I64,
            Kind::Fixed32 => I32,
            _ => VARINT,
        }
    }

    /// Repeated numbers are packed into one length-delimited field.
    pub(crate) const fn is_packed(self) -> bool {
        self.wire_type() != LEN
    }
}

impl Message {
    /// The position of a key in `fields`. Senders write fields in a stable order, so the search starts at `hint`, the
    /// position after the one found last.
    pub(crate) fn position(&self, key: &[u8], hint: usize) -> Option<usize> {
        let (before, after) = self.fields.split_at(hint.min(self.fields.len()));
        let matches = |field: &Field| field.json.as_bytes() == key || field.original.as_bytes() == key;
        match after.iter().position(matches) {
            Some(found) => Some(found + before.len()),
            None => before.iter().position(matches),
        }
    }

    /// The position of a field number in `fields`.
    pub(crate) fn numbered(&self, number: u32) -> Option<usize> {
        let entry = *self.by_number.get(number as usize)?;
        (entry as usize).checked_sub(1)
    }
}

pub(crate) const fn index_of_numbers(numbers: &[u32]) -> [u8; NUMBERS] {
    let mut index = [0; NUMBERS];
    let mut position = 0;
    while position < numbers.len() {
        index[numbers[position] as usize] = position as u8 + 1;
        position += 1;
    }
    index
}

/// Declares a message: `number "original_name" "jsonName" Presence Kind;` per field.
macro_rules! message {
    ($id:ident $name:literal { $($number:literal $original:literal $json:literal $presence:ident $kind:expr;)* }) => {
        pub(crate) static $id: $crate::otlp::schema::message::Message = $crate::otlp::schema::message::Message {
            #[cfg(test)]
            name: $name,
            is_item: $crate::otlp::schema::message::is_item($name),
            fields: &[$($crate::otlp::schema::message::Field {
                json: $json,
                key: concat!("\"", $json, "\":"),
                original: $original,
                number: $number,
                presence: $crate::otlp::schema::message::Presence::$presence,
                kind: $kind,
            }),*],
            steps: $crate::otlp::sound::steps_of(
                &[$($number),*],
                &[$($crate::otlp::schema::message::Presence::$presence),*],
                &[$($kind),*],
            ),
            once: $crate::otlp::sound::once_of(
                &[$($number),*],
                &[$($crate::otlp::schema::message::Presence::$presence),*],
            ),
            by_number: $crate::otlp::schema::message::index_of_numbers(&[$($number),*]),
        };
    };
}
pub(crate) use message;

/// The messages that are counted as items.
pub(crate) const fn is_item(name: &str) -> bool {
    const NAMES: [&str; 6] = [
        "opentelemetry.proto.trace.v1.Span",
        "opentelemetry.proto.logs.v1.LogRecord",
        "opentelemetry.proto.metrics.v1.NumberDataPoint",
        "opentelemetry.proto.metrics.v1.HistogramDataPoint",
        "opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint",
        "opentelemetry.proto.metrics.v1.SummaryDataPoint",
    ];
    let mut at = 0;
    while at < NAMES.len() {
        if same(NAMES[at].as_bytes(), name.as_bytes()) {
            return true;
        }
        at += 1;
    }
    false
}

const fn same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}
