//! Spans.

use super::{Attribute, Fields, Repeated, View};

/// `Span`.
#[derive(Clone, Debug, Default)]
pub struct Span<'a> {
    /// 16 bytes, or none.
    pub trace_id: &'a [u8],
    /// 8 bytes, or none.
    pub span_id: &'a [u8],
    /// W3C `tracestate`.
    pub trace_state: &'a str,
    /// 8 bytes; empty for a root.
    pub parent_span_id: &'a [u8],
    /// W3C trace flags and OTLP's own bits.
    pub flags: u32,
    /// The operation.
    pub name: &'a str,
    /// `SpanKind`: 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer.
    pub kind: i32,
    /// Nanoseconds since 1970.
    pub start_time_unix_nano: u64,
    /// Nanoseconds since 1970.
    pub end_time_unix_nano: u64,
    /// Attributes that the sender dropped.
    pub dropped_attributes_count: u32,
    /// Events that the sender dropped.
    pub dropped_events_count: u32,
    /// Links that the sender dropped.
    pub dropped_links_count: u32,
    /// The outcome; unset where the sender gave none.
    pub status: Status<'a>,
    /// The message's bytes.
    pub raw: &'a [u8],
}

impl<'a> Span<'a> {
    /// The attributes.
    pub fn attributes(&self) -> Repeated<'a, Attribute<'a>> {
        Repeated::new(self.raw, 9)
    }

    /// The events.
    pub fn events(&self) -> Repeated<'a, Event<'a>> {
        Repeated::new(self.raw, 11)
    }

    /// The links.
    pub fn links(&self) -> Repeated<'a, Link<'a>> {
        Repeated::new(self.raw, 13)
    }
}

impl<'a> View<'a> for Span<'a> {
    fn view(raw: &'a [u8]) -> Self {
        let mut span = Span { raw, ..Span::default() };
        for (field, value) in Fields::new(raw) {
            match field {
                1 => span.trace_id = value.bytes(),
                2 => span.span_id = value.bytes(),
                3 => span.trace_state = value.text(),
                4 => span.parent_span_id = value.bytes(),
                5 => span.name = value.text(),
                6 => span.kind = value.integer() as i32,
                7 => span.start_time_unix_nano = value.integer(),
                8 => span.end_time_unix_nano = value.integer(),
                10 => span.dropped_attributes_count = value.integer() as u32,
                12 => span.dropped_events_count = value.integer() as u32,
                14 => span.dropped_links_count = value.integer() as u32,
                15 => span.status = Status::view(value.bytes()),
                16 => span.flags = value.integer() as u32,
                _ => {}
            }
        }
        span
    }
}

/// The outcome of a span.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status<'a> {
    /// For people.
    pub message: &'a str,
    /// 0 unset, 1 ok, 2 error.
    pub code: i32,
}

impl<'a> View<'a> for Status<'a> {
    fn view(raw: &'a [u8]) -> Self {
        let mut status = Status::default();
        for (field, value) in Fields::new(raw) {
            match field {
                2 => status.message = value.text(),
                3 => status.code = value.integer() as i32,
                _ => {}
            }
        }
        status
    }
}

/// Something that happened during a span.
#[derive(Clone, Debug, Default)]
pub struct Event<'a> {
    /// Nanoseconds since 1970.
    pub time_unix_nano: u64,
    /// What happened.
    pub name: &'a str,
    /// Attributes that the sender dropped.
    pub dropped_attributes_count: u32,
    /// The message's bytes.
    pub raw: &'a [u8],
}

impl<'a> Event<'a> {
    /// The attributes.
    pub fn attributes(&self) -> Repeated<'a, Attribute<'a>> {
        Repeated::new(self.raw, 3)
    }
}

impl<'a> View<'a> for Event<'a> {
    fn view(raw: &'a [u8]) -> Self {
        let mut event = Event { raw, ..Event::default() };
        for (field, value) in Fields::new(raw) {
            match field {
                1 => event.time_unix_nano = value.integer(),
                2 => event.name = value.text(),
                4 => event.dropped_attributes_count = value.integer() as u32,
                _ => {}
            }
        }
        event
    }
}

/// A pointer to another span.
#[derive(Clone, Debug, Default)]
pub struct Link<'a> {
    /// 16 bytes, or none.
    pub trace_id: &'a [u8],
    /// 8 bytes, or none.
    pub span_id: &'a [u8],
    /// W3C `tracestate`.
    pub trace_state: &'a str,
    /// Attributes that the sender dropped.
    pub dropped_attributes_count: u32,
    /// W3C trace flags.
    pub flags: u32,
    /// The message's bytes.
    pub raw: &'a [u8],
}

impl<'a> Link<'a> {
    /// The attributes.
    pub fn attributes(&self) -> Repeated<'a, Attribute<'a>> {
        Repeated::new(self.raw, 4)
    }
}

impl<'a> View<'a> for Link<'a> {
    fn view(raw: &'a [u8]) -> Self {
        let mut link = Link { raw, ..Link::default() };
        for (field, value) in Fields::new(raw) {
            match field {
                1 => link.trace_id = value.bytes(),
                2 => link.span_id = value.bytes(),
                3 => link.trace_state = value.text(),
                5 => link.dropped_attributes_count = value.integer() as u32,
                6 => link.flags = value.integer() as u32,
                _ => {}
            }
        }
        link
    }
}
