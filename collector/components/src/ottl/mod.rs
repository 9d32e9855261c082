//! Conditions in OTTL, the Collector's transformation language: the part of it that decides and changes nothing.
//!
//! A condition is compiled once and then asked for each item; it borrows what it reads. Asking cannot fail: what is not
//! there is `nil`, and a comparison of values that cannot be compared is false (`!=` is true), as in the Collector.
//! What this subset lacks is refused when the condition is read, with what could be meant.
//!
//! Understood: `and`, `or`, `not`, parentheses, `==` `!=` `<` `<=` `>` `>=`, `+` `-` `*` `/`, literals, enums, the paths
//! of [`Context`], and the converters of [`functions`].
//!
//! Source: <https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/main/pkg/ottl/LANGUAGE.md>.

mod evaluate;
mod expression;
mod functions;
mod lexer;
mod parser;
mod path;
#[cfg(test)]
mod tests;
mod value;

use codeagent_pipeline::otlp::views::{Event, LogRecord, Metric, Resource, Scope, Span};

use expression::Truth;

/// What a condition is asked about: it says which paths there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Context {
    /// A resource.
    Resource,
    /// A span, in its scope and resource.
    Span,
    /// A span event, in its span.
    SpanEvent,
    /// A log record.
    Log,
    /// A metric.
    Metric,
    /// A data point, in its metric.
    DataPoint,
}

impl Context {
    /// The word before a path: `span` in `span.name`.
    pub const fn name(self) -> &'static str {
        match self {
            Context::Resource => "resource",
            Context::Span => "span",
            Context::SpanEvent => "spanevent",
            Context::Log => "log",
            Context::Metric => "metric",
            Context::DataPoint => "datapoint",
        }
    }
}

/// What a condition is asked about, now. What is absent reads as `nil`.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The resource.
    pub resource: &'a Resource<'a>,
    /// The scope.
    pub scope: Option<&'a Scope<'a>>,
    /// The rest.
    pub item: Item<'a>,
}

/// The innermost of what a condition is asked about.
#[derive(Clone, Copy, Debug)]
pub enum Item<'a> {
    /// Nothing but the resource.
    None,
    /// A span.
    Span(&'a Span<'a>),
    /// An event of a span.
    Event(&'a Span<'a>, &'a Event<'a>),
    /// A log record.
    Log(&'a LogRecord<'a>),
    /// A metric.
    Metric(&'a Metric<'a>),
    /// A data point: its metric and its bytes.
    Point(&'a Metric<'a>, &'a [u8]),
}

/// Why a condition is not understood, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What and where.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Mistake {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Mistake { message: message.into(), help: help.into() }
    }
}

/// A compiled condition.
#[derive(Debug)]
pub struct Condition(Truth);

impl Condition {
    /// Reads a condition about items of `context`.
    pub fn parse(text: &str, context: Context) -> Result<Self, Mistake> {
        parser::parse(text, context).map(Condition)
    }

    /// Whether it holds.
    pub fn holds(&self, subject: &Subject<'_>) -> bool {
        self.0.holds(subject)
    }
}
