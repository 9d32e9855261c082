//! Whether a body is sound, as fast as one can say. What is wrong and where, `validate` finds out afterwards; what came
//! twice, `merge` puts together.

use super::schema::attributes::{ANY_VALUE, KEY_VALUE};
use super::schema::message::{Kind, Message, Presence, VARINT};
use super::wire::varint;

/// What to do with a field, by its tag of one byte: looked up once, instead of number, wire type and kind in turn.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    Illegal,
    SkipVarint,
    SkipFixed(usize),
    SkipBytes,
    Text,
    Id(usize),
    PackedVarints,
    PackedFixed(usize),
    Message(&'static Message),
}

/// Tags of one byte: field numbers up to 15.
pub(crate) const TAGS: usize = 128;

/// The steps of a message with these fields. Unknown numbers are skipped by their wire type.
pub(crate) const fn steps_of(numbers: &[u32], presences: &[Presence], kinds: &[Kind]) -> [Step; TAGS] {
    let mut steps = [Step::Illegal; TAGS];
    let mut tag = 8;
    while tag < TAGS {
        steps[tag] = unknown(tag as u32 & 7);
        tag += 1;
    }
    let mut at = 0;
    while at < numbers.len() {
        let mut wire_type = 0;
        while wire_type < 8 {
            let tag = (numbers[at] << 3 | wire_type) as usize;
            if tag < TAGS {
                steps[tag] = known(kinds[at], presences[at], wire_type);
            }
            wire_type += 1;
        }
        at += 1;
    }
    steps
}

const fn unknown(wire_type: u32) -> Step {
    match wire_type {
        0 => Step::SkipVarint,
        1 => Step::SkipFixed(8),
        2 => Step::SkipBytes,
        5 => Step::SkipFixed(4),
        _ => Step::Illegal,
    }
}

const fn known(kind: Kind, presence: Presence, wire_type: u32) -> Step {
    if wire_type != kind.wire_type() {
        let packed = wire_type == 2 && matches!(presence, Presence::Repeated) && kind.is_packed();
        return match kind.wire_type() {
            _ if !packed => Step::Illegal,
            VARINT => Step::PackedVarints,
            1 => Step::PackedFixed(8),
            _ => Step::PackedFixed(4),
        };
    }
    match kind {
        Kind::String => Step::Text,
        Kind::Id(bytes) => Step::Id(bytes),
        Kind::Message(message) => Step::Message(message),
        _ => unknown(wire_type),
    }
}

/// The bit of a field that may occur once: one for all members of a oneof, none for a repeated field.
const fn once(number: u32, presence: Presence) -> u32 {
    match presence {
        Presence::Repeated => 0,
        Presence::Choice => 1,
        Presence::Implicit | Presence::Explicit => 1 << number,
    }
}

/// The bit of each tag of one byte; none for unknown fields.
pub(crate) const fn once_of(numbers: &[u32], presences: &[Presence]) -> [u32; TAGS] {
    let mut bits = [0; TAGS];
    let mut tag = 8;
    while tag < TAGS {
        let mut at = 0;
        while at < numbers.len() {
            if numbers[at] == tag as u32 >> 3 {
                bits[tag] = once(numbers[at], presences[at]);
            }
            at += 1;
        }
        tag += 1;
    }
    bits
}

/// What a walk over a body found.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Spans, data points, log records.
    pub items: usize,
    /// Whether a field that may occur once occurs again in one message.
    pub again: bool,
}

/// Whether `body` is a sound `message`, nested at most `depth` deep. Adds what is inside to `found`.
pub(super) fn is_sound(message: &'static Message, body: &[u8], depth: usize, found: &mut Found) -> bool {
    if depth == 0 {
        return false;
    }
    found.items += usize::from(message.is_item);
    let (mut seen, mut again) = (0, 0);
    let mut rest = body;
    while let [tag, tail @ ..] = rest {
        let tag = usize::from(*tag);
        let (step, once, tail) = match (message.steps.get(tag), message.once.get(tag)) {
            (Some(step), Some(once)) => (*step, *once, tail),
            _ => match long_tag(message, rest) {
                Some(long) => long,
                None => return false,
            },
        };
        again |= seen & once;
        seen |= once;
        let after = match step {
            Step::Illegal => None,
            Step::SkipVarint => varint(tail).map(|(_, length)| &tail[length..]),
            Step::SkipFixed(bytes) => tail.get(bytes..),
            delimited => {
                value(tail).filter(|(value, _)| fits(delimited, value, depth, found)).map(|(_, after)| after)
            }
        };
        match after {
            Some(after) => rest = after,
            None => return false,
        }
    }
    found.again |= again != 0;
    true
}

/// The step and the bit of a field number above 15, and what follows its tag.
#[inline(never)]
fn long_tag<'a>(message: &'static Message, bytes: &'a [u8]) -> Option<(Step, u32, &'a [u8])> {
    let (tag, length) = varint(bytes)?;
    let (number, wire_type) = (u32::try_from(tag).ok()? >> 3, tag as u32 & 7);
    let (step, once) = match message.numbered(number).map(|position| &message.fields[position]) {
        Some(field) => (known(field.kind, field.presence, wire_type), once(number, field.presence)),
        None if number == 0 => (Step::Illegal, 0),
        None => (unknown(wire_type), 0),
    };
    Some((step, once, &bytes[length..]))
}

/// A length-delimited value, and what follows it.
#[inline]
fn value(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, tail) = match bytes {
        [length, tail @ ..] if *length < 0x80 => (usize::from(*length), tail),
        _ => {
            let (length, skip) = varint(bytes)?;
            (usize::try_from(length).ok()?, &bytes[skip..])
        }
    };
    tail.split_at_checked(length)
}

#[inline]
fn fits(step: Step, value: &[u8], depth: usize, found: &mut Found) -> bool {
    match step {
        Step::Text => is_text(value),
        Step::Message(message) => is_plain(message, value) || is_sound(message, value, depth - 1, found),
        Step::Id(bytes) => value.is_empty() || value.len() == bytes,
        Step::PackedFixed(bytes) => value.len().is_multiple_of(bytes),
        Step::PackedVarints => {
            let mut rest = value;
            while let Some((_, length)) = varint(rest) {
                rest = &rest[length..];
            }
            rest.is_empty()
        }
        _ => true,
    }
}

/// Whether the message has the shape of nearly every attribute (a key and one plain value) or of a plain value, and is
/// right. Whatever has not is left to the steps. Attributes are four fifths of what is checked.
#[inline]
fn is_plain(message: &'static Message, value: &[u8]) -> bool {
    if std::ptr::eq(message, &KEY_VALUE) {
        is_plain_attribute(value).is_some()
    } else {
        std::ptr::eq(message, &ANY_VALUE) && is_plain_value(value).is_some()
    }
}

#[inline]
fn is_plain_attribute(pair: &[u8]) -> Option<()> {
    let (key, rest) = text_after(0x0a, pair)?;
    let (value, rest) = text_after(0x12, rest)?;
    (rest.is_empty() && is_text(key)).then_some(())?;
    is_plain_value(value)
}

#[inline]
fn is_plain_value(value: &[u8]) -> Option<()> {
    let (tag, rest) = value.split_first()?;
    let right = match tag {
        0x0a => text_after(0x0a, value).is_some_and(|(text, rest)| rest.is_empty() && is_text(text)),
        0x10 | 0x18 => varint(rest)?.1 == rest.len(),
        0x21 => rest.len() == 8,
        _ => false,
    };
    right.then_some(())
}

/// The length-delimited field at the head of `bytes`, if it has this tag, and what follows it.
#[inline]
fn text_after(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = bytes.strip_prefix(&[tag])?;
    let (length, size) = varint(rest)?;
    rest.get(size..)?.split_at_checked(usize::try_from(length).ok()?)
}

/// Most texts are short and ASCII, and a look at eight bytes at a time is less than a call.
#[inline]
fn is_text(bytes: &[u8]) -> bool {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    if bytes.len() > 64 {
        return simdutf8::basic::from_utf8(bytes).is_ok();
    }
    let mut seen = 0;
    if let Some(last) = bytes.last_chunk() {
        for chunk in bytes.as_chunks().0 {
            seen |= u64::from_ne_bytes(*chunk);
        }
        seen |= u64::from_ne_bytes(*last);
    } else {
        for byte in bytes {
            seen |= u64::from(*byte);
        }
    }
    seen & HIGH == 0 || std::str::from_utf8(bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::schema::{logs::EXPORT_LOGS, metrics::EXPORT_METRICS, traces::EXPORT_TRACES};
    use super::super::validate::{MAX_DEPTH, check};
    use super::super::wire::{put_bytes, put_message, put_tag, put_uint};
    use super::*;

    /// A request with most kinds of fields, also of numbers above 15.
    fn request() -> Vec<u8> {
        let mut out = Vec::new();
        put_message(&mut out, 1, |out| {
            put_message(out, 2, |out| {
                for text in ["name", "a name with an \u{e4}", &"long ".repeat(40)] {
                    put_message(out, 2, |out| {
                        put_bytes(out, 1, &[7; 16]);
                        put_bytes(out, 2, &[7; 8]);
                        put_bytes(out, 5, text.as_bytes());
                        put_tag(out, 7, 1);
                        out.extend([1; 8]);
                        put_uint(out, 6, 300);
                        put_message(out, 9, |out| {
                            put_bytes(out, 1, b"key");
                            put_message(out, 2, |out| put_bytes(out, 1, text.as_bytes()));
                        });
                        put_tag(out, 16, 5);
                        out.extend([1; 4]);
                        put_bytes(out, 99, b"unknown");
                    });
                }
            });
        });
        out
    }

    #[track_caller]
    fn agree(body: &[u8]) {
        for message in [&EXPORT_TRACES, &EXPORT_METRICS, &EXPORT_LOGS] {
            let (mut fast, mut exact) = (Found::default(), 0);
            let sound = is_sound(message, body, MAX_DEPTH, &mut fast);
            assert_eq!(sound, check(message, body, MAX_DEPTH, &mut exact).is_ok(), "{body:x?}");
            assert!(!sound || fast.items == exact, "{fast:?}, not {exact} items: {body:x?}");
        }
    }

    #[test]
    fn every_cut_and_every_changed_byte_is_judged_as_the_exact_walk_does() {
        let body = request();
        for at in 0..body.len() {
            agree(&body[..at]);
            for value in (0..=255).step_by(3).chain([127, 128, 255]) {
                let mut body = body.clone();
                body[at] = value;
                agree(&body);
            }
        }
    }

    #[test]
    fn texts_of_every_length_are_judged_as_the_standard_library_does() {
        for length in 0..130 {
            let mut text = vec![b'x'; length];
            assert!(is_text(&text));
            for at in 0..length {
                for byte in [0x80, 0xc3, 0xff] {
                    text[at] = byte;
                    assert!(!is_text(&text), "{byte:x} at {at} of {length}");
                }
                text[at] = b'x';
            }
        }
        assert!(is_text("\u{e4}\u{20ac}\u{1f600}".as_bytes()));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_are_judged_as_the_exact_walk_does(body in prop::collection::vec(any::<u8>(), 0..200)) {
            agree(&body);
        }
    }
}
