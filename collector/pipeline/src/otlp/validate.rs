//! The door's one check: after it, views read without checking again.
//!
//! Checked: the wire format (tags, types, lengths, no groups), nesting, UTF-8 of every string, lengths of ids, packed
//! lists. Unknown fields are skipped, as the protocol demands, but their wire format is checked too.
//!
//! Behind the door every singular field occurs at most once in its message. Protobuf allows more, and says what they
//! mean; a body that makes use of it is rewritten to what it means, so that nobody who reads it can miss a part.

use std::fmt;

use bytes::Bytes;

use super::merge::merge;
use super::schema::{self, message::Kind, message::Message, message::Presence};
use super::sound::{Found, is_sound};
use super::wire::{Fields, varint};
use crate::{Chunk, Signal};

/// How deep messages may nest. An array inside an array costs two levels, a map inside a map three; nine are OTLP's own.
pub const MAX_DEPTH: usize = 200;

/// In how many parts a message may come that is one: an encoder writes one, and who concatenates a few.
pub const MAX_PARTS: usize = 1024;

/// A body that is not OTLP. The sender must change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Where: `resource_spans[0].scope_spans[0].spans[7].span_id`.
    pub path: String,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A varint or fixed number ends after the message does, or a varint has over ten bytes.
    #[error("a number is cut short or too long")]
    Number,
    /// A length reaches past the end of the message around it.
    #[error("a length reaches past the end: the body is cut short or damaged")]
    Length,
    /// Field number 0, groups and wire types 6 and 7 do not exist in OTLP.
    #[error("a field has no legal tag")]
    Tag,
    /// The field's declared type is another.
    #[error("the field has the wrong wire type")]
    WireType,
    /// Strings are UTF-8.
    #[error("the text is not UTF-8")]
    Utf8,
    /// A trace id has 16 bytes, a span id 8, or none.
    #[error("the id has {found} bytes; {expected} or none are legal")]
    IdLength {
        /// The legal length.
        expected: usize,
        /// What was there.
        found: usize,
    },
    /// Deeper than [`MAX_DEPTH`].
    #[error("messages nest deeper than {MAX_DEPTH} levels")]
    Depth,
    /// A message that is one came in more than [`MAX_PARTS`] parts.
    #[error("the message comes in more than {MAX_PARTS} parts")]
    Parts,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            return write!(f, "not an OTLP request: {}", self.problem);
        }
        write!(f, "{}: {}", self.path, self.problem)
    }
}

impl std::error::Error for Malformed {}

/// Lets a request body in: checks it and counts its items. Where a singular field occurs twice in a message, the bytes
/// are other ones of the same meaning.
pub fn admit(signal: Signal, body: Bytes) -> Result<Chunk, Malformed> {
    let found = examine(signal, &body)?;
    if !found.again {
        return Ok(Chunk::new(body, found.items));
    }
    let mut merged = Vec::with_capacity(body.len());
    merge(root(signal), &[&body], &mut merged)?;
    // Counted anew: a metric's data that another kind of data replaced are no items.
    let items = validate(signal, &merged)?;
    Ok(Chunk::new(merged.into(), items))
}

/// Checks a request body and counts its items, spans, data points or log records, as they stand in it. Who takes the
/// body in calls [`admit`].
pub fn validate(signal: Signal, body: &[u8]) -> Result<usize, Malformed> {
    examine(signal, body).map(|found| found.items)
}

fn root(signal: Signal) -> &'static Message {
    match signal {
        Signal::Traces => &schema::traces::EXPORT_TRACES,
        Signal::Metrics => &schema::metrics::EXPORT_METRICS,
        Signal::Logs => &schema::logs::EXPORT_LOGS,
    }
}

fn examine(signal: Signal, body: &[u8]) -> Result<Found, Malformed> {
    let mut found = Found::default();
    if is_sound(root(signal), body, MAX_DEPTH, &mut found) {
        return Ok(found);
    }
    let mut items = 0;
    check(root(signal), body, MAX_DEPTH, &mut items)?;
    Ok(Found { items, again: true })
}

/// A fault on its way up; each level adds where it was. Boxed: the good path pays one word.
pub(super) struct Fault {
    problem: Problem,
    /// Innermost first.
    steps: Vec<(&'static str, Option<usize>)>,
}

impl From<Box<Fault>> for Malformed {
    fn from(fault: Box<Fault>) -> Self {
        Malformed { path: fault.path(), problem: fault.problem }
    }
}

impl Fault {
    /// Adds the field that it was found in.
    #[cold]
    pub(super) fn inside(mut self: Box<Self>, field: &'static str, index: Option<usize>) -> Box<Self> {
        self.steps.push((field, index));
        self
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for (name, index) in self.steps.iter().rev() {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(name);
            if let Some(index) = index {
                path.push_str(&format!("[{index}]"));
            }
        }
        path
    }
}

#[cold]
pub(super) fn fault(problem: Problem) -> Box<Fault> {
    Box::new(Fault { problem, steps: Vec::new() })
}

pub(super) fn check(
    message: &'static Message,
    body: &[u8],
    depth: usize,
    items: &mut usize,
) -> Result<(), Box<Fault>> {
    if depth == 0 {
        return Err(fault(Problem::Depth));
    }
    *items += usize::from(message.is_item);
    let mut rest = body;
    while !rest.is_empty() {
        let at = body.len() - rest.len();
        let (tag, length) = varint(rest).ok_or_else(|| fault(Problem::Number))?;
        rest = &rest[length..];
        let (number, wire_type) = (tag >> 3, tag as u32 & 7);
        if number == 0 || number > MAX_FIELD_NUMBER {
            return Err(fault(Problem::Tag));
        }
        let field = message.numbered(number as u32).map(|position| &message.fields[position]);
        let value = take(&mut rest, wire_type).map_err(|problem| match field {
            Some(field) => locate(fault(problem), message, field.number, body, at),
            None => fault(problem),
        })?;
        if let Some(field) = field {
            check_value(field.kind, field.presence, wire_type, value, depth, items)
                .map_err(|fault| locate(fault, message, field.number, body, at))?;
        }
    }
    Ok(())
}

/// Protobuf's largest field number.
const MAX_FIELD_NUMBER: u64 = (1 << 29) - 1;

/// Takes one value off; the payload of a length-delimited one.
#[inline]
fn take<'a>(rest: &mut &'a [u8], wire_type: u32) -> Result<&'a [u8], Problem> {
    let (skip, length) = match wire_type {
        0 => (varint(rest).ok_or(Problem::Number)?.1, 0),
        1 => (0, 8),
        2 => {
            let (length, skip) = varint(rest).ok_or(Problem::Number)?;
            (skip, usize::try_from(length).map_err(|_| Problem::Length)?)
        }
        5 => (0, 4),
        _ => return Err(Problem::Tag),
    };
    let tail = &rest[skip..];
    let (value, tail) = tail.split_at_checked(length).ok_or(Problem::Length)?;
    *rest = tail;
    Ok(value)
}

#[inline]
fn check_value(
    kind: Kind,
    presence: Presence,
    wire_type: u32,
    value: &[u8],
    depth: usize,
    items: &mut usize,
) -> Result<(), Box<Fault>> {
    if wire_type != kind.wire_type() {
        let packed = wire_type == 2 && presence == Presence::Repeated && kind.is_packed();
        return if packed { check_packed(kind, value) } else { Err(fault(Problem::WireType)) };
    }
    match kind {
        Kind::Message(message) => check(message, value, depth - 1, items),
        Kind::String if simdutf8::basic::from_utf8(value).is_err() => Err(fault(Problem::Utf8)),
        Kind::Id(expected) if !value.is_empty() && value.len() != expected => {
            Err(fault(Problem::IdLength { expected, found: value.len() }))
        }
        _ => Ok(()),
    }
}

fn check_packed(kind: Kind, list: &[u8]) -> Result<(), Box<Fault>> {
    let whole = match kind.wire_type() {
        1 => list.len().is_multiple_of(8),
        5 => list.len().is_multiple_of(4),
        _ => {
            let mut rest = list;
            while let Some((_, length)) = varint(rest) {
                rest = &rest[length..];
            }
            rest.is_empty()
        }
    };
    if whole { Ok(()) } else { Err(fault(Problem::Number)) }
}

/// Adds the field that begins at byte `at` of `body` to the path.
#[cold]
fn locate(fault: Box<Fault>, message: &'static Message, number: u32, body: &[u8], at: usize) -> Box<Fault> {
    let Some(field) = message.numbered(number).map(|position| &message.fields[position]) else {
        return fault;
    };
    let before = || Fields::new(&body[..at]).filter(|(other, _)| *other == number).count();
    let index = (field.presence == Presence::Repeated).then(before);
    fault.inside(field.original, index)
}

#[cfg(test)]
mod tests {
    use super::super::wire::{put_bytes, put_message, put_tag, put_uint, put_varint};
    use super::*;

    /// A traces request around the bytes of one span.
    fn request(span: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
        let mut out = Vec::new();
        put_message(&mut out, 1, |out| {
            put_message(out, 2, |out| {
                put_bytes(out, 2, &[]);
                put_message(out, 2, |out| span(out));
            });
        });
        out
    }

    fn error(span: impl Fn(&mut Vec<u8>)) -> String {
        validate(Signal::Traces, &request(span)).unwrap_err().to_string()
    }

    #[test]
    fn items_are_counted() {
        assert_eq!(validate(Signal::Traces, &[]), Ok(0));
        assert_eq!(validate(Signal::Traces, &request(|span| put_bytes(span, 5, b"name"))), Ok(2));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let place = "resource_spans[0].scope_spans[0].spans[1]";
        type Case = (&'static str, fn(&mut Vec<u8>));
        let cases: [Case; 7] = [
            (".name: the text is not UTF-8", |span| put_bytes(span, 5, &[0xff])),
            (".span_id: the id has 7 bytes; 8 or none are legal", |span| put_bytes(span, 2, &[1; 7])),
            (".name: the field has the wrong wire type", |span| put_uint(span, 5, 1)),
            (": a field has no legal tag", |span| put_tag(span, 99, 3)),
            (": a field has no legal tag", |span| put_tag(span, 0, 0)),
            (".name: a length reaches past the end: the body is cut short or damaged", |span| {
                put_tag(span, 5, 2);
                put_varint(span, u64::MAX);
            }),
            (
                ".attributes[0].value: a length reaches past the end: the body is cut short or damaged",
                |span| {
                    put_message(span, 9, |out| {
                        put_tag(out, 2, 2);
                        put_varint(out, 3);
                    });
                },
            ),
        ];
        for (expected, span) in cases {
            assert_eq!(error(span), format!("{place}{expected}"));
        }
    }

    #[test]
    fn an_unknown_field_is_skipped_but_must_be_well_formed() {
        assert_eq!(validate(Signal::Traces, &request(|span| put_bytes(span, 77, &[0xff; 3]))), Ok(2));
        assert!(error(|span| put_tag(span, 77, 1)).ends_with("the body is cut short or damaged"));
    }

    #[test]
    fn nesting_ends_at_the_limit_and_not_in_the_stack() {
        let nested = |levels: usize| {
            let mut value = Vec::new();
            for _ in 0..levels {
                let mut outer = Vec::new();
                put_message(&mut outer, 5, |out| put_bytes(out, 1, &value));
                value = outer;
            }
            request(|span| put_message(span, 9, |out| put_bytes(out, 2, &value)))
        };
        assert_eq!(validate(Signal::Traces, &nested(90)), Ok(2));
        let error = validate(Signal::Traces, &nested(10_000)).unwrap_err();
        assert_eq!(error.problem, Problem::Depth);
    }
}
