//! What is asked of each span and resource, once. Equal conditions of several policies are one.

use codeagent_pipeline::holding::{Evidence, Marks};
use codeagent_pipeline::otlp::views::{AnyValue, Resource, Scope, Span};
use regex::RegexSet;

use crate::ottl::{Condition, Item, Subject};

/// What an attribute is compared with.
#[derive(Debug)]
pub enum Test {
    /// One of these texts.
    Texts(Vec<String>),
    /// A text that a pattern matches.
    Patterns(RegexSet),
    /// A number from the first to the second.
    Between(i64, i64),
    /// A truth value.
    Is(bool),
}

impl Test {
    fn passes(&self, value: &AnyValue<'_>) -> bool {
        match (self, value) {
            (Test::Texts(texts), AnyValue::String(text)) => texts.iter().any(|known| known == text),
            (Test::Patterns(patterns), AnyValue::String(text)) => !text.is_empty() && patterns.is_match(text),
            (Test::Between(least, most), AnyValue::Int(number)) => (least..=most).contains(&number),
            (Test::Between(least, most), AnyValue::Double(number)) => {
                *number >= *least as f64 && *number <= *most as f64
            }
            (Test::Is(wanted), AnyValue::Bool(value)) => wanted == value,
            _ => false,
        }
    }
}

/// A condition that one span can meet.
#[derive(Debug)]
pub enum OfSpan {
    /// Its status code is one of these: bit n for code n.
    Status(u8),
    /// Its `tracestate` has an entry with one of the values.
    TraceState(String, Vec<String>),
    /// Its flag `sampled` is set.
    Sampled,
    /// A condition in OTTL holds for it, or for one of its events.
    Ottl(Vec<Condition>, Vec<Condition>),
}

/// All conditions, each with the number of its mark.
#[derive(Debug, Default)]
pub struct Conditions {
    /// By attribute: of spans and resources.
    attributes: Vec<(String, Vec<(usize, Test)>)>,
    spans: Vec<(usize, OfSpan)>,
    /// What tells equal ones, in the order of their numbers.
    known: Vec<String>,
}

impl Conditions {
    /// The number of a condition about attribute `key`. `identity` is the same for equal conditions only.
    pub fn attribute(&mut self, key: &str, identity: String, test: impl FnOnce() -> Test) -> usize {
        let (number, is_new) = self.number(identity);
        if is_new {
            let test = (number, test());
            match self.attributes.iter_mut().find(|(known, _)| known == key) {
                Some((_, tests)) => tests.push(test),
                None => self.attributes.push((key.to_owned(), vec![test])),
            }
        }
        number
    }

    /// The number of a condition about spans. `identity` is the same for equal conditions only.
    pub fn span(&mut self, identity: String, condition: impl FnOnce() -> OfSpan) -> usize {
        let (number, is_new) = self.number(identity);
        if is_new {
            self.spans.push((number, condition()));
        }
        number
    }

    fn number(&mut self, identity: String) -> (usize, bool) {
        if let Some(number) = self.known.iter().position(|known| *known == identity) {
            return (number, false);
        }
        self.known.push(identity);
        (self.known.len() - 1, true)
    }

    fn tests(&self, key: &str) -> &[(usize, Test)] {
        let found = self.attributes.iter().find(|(known, _)| known == key);
        found.map_or(&[], |(_, tests)| tests)
    }

    /// What a resource meets.
    pub fn of_resource(&self, resource: &Resource<'_>) -> Marks {
        let mut marks = Marks::default();
        if !self.attributes.is_empty() {
            for attribute in resource.attributes() {
                for (number, test) in self.tests(attribute.key) {
                    if test.passes(&attribute.value) {
                        marks.set(*number);
                    }
                }
            }
        }
        marks
    }

    /// Marks what a span meets.
    pub fn of_span(
        &self,
        span: &Span<'_>,
        scope: &Scope<'_>,
        resource: &Resource<'_>,
        evidence: &mut Evidence,
    ) {
        let marks = &mut evidence.marks;
        let is_open = |tests: &(String, Vec<(usize, Test)>)| tests.1.iter().any(|(at, _)| !marks.has(*at));
        if self.attributes.iter().any(is_open) {
            for attribute in span.attributes() {
                for (number, test) in self.tests(attribute.key) {
                    if test.passes(&attribute.value) {
                        marks.set(*number);
                    }
                }
            }
        }
        for (number, condition) in &self.spans {
            if !marks.has(*number) && condition.is_met(span, scope, resource) {
                marks.set(*number);
            }
        }
    }
}

impl OfSpan {
    fn is_met(&self, span: &Span<'_>, scope: &Scope<'_>, resource: &Resource<'_>) -> bool {
        match self {
            OfSpan::Status(codes) => (0..8).contains(&span.status.code) && codes >> span.status.code & 1 == 1,
            OfSpan::TraceState(key, values) => {
                let value = trace_state(span.trace_state, key);
                value.is_some_and(|value| values.iter().any(|known| known == value))
            }
            OfSpan::Sampled => span.flags & 1 == 1,
            OfSpan::Ottl(spans, events) => {
                let of_span = Subject { resource, scope: Some(scope), item: Item::Span(span) };
                spans.iter().any(|condition| condition.holds(&of_span))
                    || (!events.is_empty()
                        && span.events().any(|event| {
                            let item = Item::Event(span, &event);
                            let of_event = Subject { resource, scope: Some(scope), item };
                            events.iter().any(|condition| condition.holds(&of_event))
                        }))
            }
        }
    }
}

/// Entries that a `tracestate` may have.
const ENTRIES_MAX: usize = 32;

/// The value of `key`; nothing where the list breaks W3C's rules. Source: <https://www.w3.org/TR/trace-context/#tracestate-header>.
fn trace_state<'a>(list: &'a str, key: &str) -> Option<&'a str> {
    let (mut found, mut count) = (None, 0);
    for entry in
        list.split(',').map(|entry| entry.trim_matches([' ', '\t'])).filter(|entry| !entry.is_empty())
    {
        let (name, value) = entry.split_once('=')?;
        count += 1;
        let is_name = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/' | b'@');
        let is_value = |byte: u8| matches!(byte, b' '..=b'~') && byte != b',' && byte != b'=';
        if count > ENTRIES_MAX
            || name.is_empty()
            || name.len() > 256
            || value.is_empty()
            || value.len() > 256
            || !name.bytes().all(is_name)
            || !value.bytes().all(is_value)
        {
            return None;
        }
        if name == key {
            if found.is_some() {
                return None;
            }
            found = Some(value);
        }
    }
    found
}
