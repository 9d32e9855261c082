//! A span from its begin to its end.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use codeagent_semconv::{Int, Key, Text, attribute};

use super::Recorder;
use super::context::SpanContext;
use super::encode::{self, Kind};
use crate::otlp::any_value;

/// Requests that the span of a merged batch is linked to; further ones are left out.
const LINKS_MAX: usize = 128;
/// Bytes of an error's message that are kept.
const MESSAGE_BYTES_MAX: usize = 1 << 10;

/// A span that has begun; it ends when it is dropped.
#[derive(Debug)]
#[must_use = "a span ends when it is dropped"]
pub struct Span(State);

#[derive(Debug)]
enum State {
    /// No spans are made.
    Off,
    /// Spans are made, and this one is not recorded.
    Unrecorded(SpanContext),
    Recorded(Box<Open>),
}

/// What is known of a recorded span.
#[derive(Debug)]
pub(super) struct Open {
    pub context: SpanContext,
    pub parent: Option<[u8; 8]>,
    pub name: String,
    pub kind: Kind,
    pub begin: SystemTime,
    begun: Instant,
    /// Keys and encoded values.
    pub attributes: Vec<(&'static str, Vec<u8>)>,
    pub links: Vec<SpanContext>,
    pub error: Option<String>,
    recorder: Arc<Recorder>,
}

impl Span {
    pub(super) fn off() -> Self {
        Span(State::Off)
    }

    pub(super) fn unrecorded(context: SpanContext) -> Self {
        Span(State::Unrecorded(context))
    }

    pub(super) fn recorded(
        context: SpanContext,
        parent: Option<[u8; 8]>,
        links: &[SpanContext],
        recorder: Arc<Recorder>,
    ) -> Self {
        let open = Open {
            context,
            parent,
            name: String::new(),
            kind: Kind::Server,
            begin: SystemTime::now(),
            begun: Instant::now(),
            attributes: Vec::with_capacity(6),
            links: links.iter().filter(|link| !link.own).take(LINKS_MAX).copied().collect(),
            error: None,
            recorder,
        };
        Span(State::Recorded(Box::new(open)))
    }

    pub(super) fn describe(&mut self, name: impl FnOnce() -> String, kind: Kind) {
        if let State::Recorded(open) = &mut self.0 {
            (open.name, open.kind) = (name(), kind);
        }
    }

    /// What spans that follow from this one refer to; nothing where no spans are made.
    pub fn context(&self) -> Option<SpanContext> {
        match &self.0 {
            State::Off => None,
            State::Unrecorded(context) => Some(*context),
            State::Recorded(open) => Some(open.context),
        }
    }

    /// Adds a text attribute.
    pub fn set_text(&mut self, key: Key<Text>, value: &str) {
        if let State::Recorded(open) = &mut self.0 {
            open.attributes.push((key.name(), any_value::string(value)));
        }
    }

    /// Adds a count as an attribute.
    pub fn set_count(&mut self, key: Key<Int>, count: usize) {
        if let State::Recorded(open) = &mut self.0 {
            open.attributes.push((key.name(), any_value::int(i64::try_from(count).unwrap_or(i64::MAX))));
        }
    }

    /// The work that the span is about failed.
    pub fn fail(&mut self, message: &str) {
        if let State::Recorded(open) = &mut self.0 {
            let end = message.floor_char_boundary(MESSAGE_BYTES_MAX);
            open.error = Some(message[..end].to_owned());
        }
    }

    /// Ends the span of a delivery.
    pub(crate) fn exported(mut self, items: usize, failed: usize, message: Option<&str>) {
        self.set_count(attribute::ITEMS_SENT, items.saturating_sub(failed));
        self.set_count(attribute::ITEMS_FAILED, failed);
        if let Some(message) = message {
            self.fail(message);
        }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        if let State::Recorded(open) = &self.0 {
            open.recorder.record(encode::span(open, open.begun.elapsed()));
        }
    }
}
