//! Log records.

use super::{AnyValue, Attribute, Fields, Repeated, View};

/// `LogRecord`.
#[derive(Clone, Debug, Default)]
pub struct LogRecord<'a> {
    /// Nanoseconds since 1970; 0 where the source gave none.
    pub time_unix_nano: u64,
    /// Nanoseconds since 1970.
    pub observed_time_unix_nano: u64,
    /// 1 (trace) to 24 (fatal4); 0 unspecified.
    pub severity_number: i32,
    /// The source's own word.
    pub severity_text: &'a str,
    /// The body's `AnyValue` message, where there is one.
    pub body: Option<&'a [u8]>,
    /// Attributes that the sender dropped.
    pub dropped_attributes_count: u32,
    /// W3C trace flags.
    pub flags: u32,
    /// 16 bytes, or none.
    pub trace_id: &'a [u8],
    /// 8 bytes, or none.
    pub span_id: &'a [u8],
    /// The class of the event; empty for a plain log line.
    pub event_name: &'a str,
    /// The message's bytes.
    pub raw: &'a [u8],
}

impl<'a> LogRecord<'a> {
    /// The attributes.
    pub fn attributes(&self) -> Repeated<'a, Attribute<'a>> {
        Repeated::new(self.raw, 6)
    }

    /// The body.
    pub fn body_value(&self) -> AnyValue<'a> {
        AnyValue::view(self.body.unwrap_or_default())
    }
}

impl<'a> View<'a> for LogRecord<'a> {
    fn view(raw: &'a [u8]) -> Self {
        let mut record = LogRecord { raw, ..LogRecord::default() };
        for (field, value) in Fields::new(raw) {
            match field {
                1 => record.time_unix_nano = value.integer(),
                2 => record.severity_number = value.integer() as i32,
                3 => record.severity_text = value.text(),
                5 => record.body = Some(value.bytes()),
                7 => record.dropped_attributes_count = value.integer() as u32,
                8 => record.flags = value.integer() as u32,
                9 => record.trace_id = value.bytes(),
                10 => record.span_id = value.bytes(),
                11 => record.observed_time_unix_nano = value.integer(),
                12 => record.event_name = value.text(),
                _ => {}
            }
        }
        record
    }
}
