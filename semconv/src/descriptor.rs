//! What the registry says of a signal, as data: for whoever emits it, shows it, or checks it.

/// What the registry says of an attribute.
#[derive(Debug)]
pub struct Definition {
    /// The key on the wire.
    pub key: &'static str,
    /// The label on a Prometheus page.
    pub label: &'static str,
    /// What it holds.
    pub value_type: ValueType,
    /// One sentence.
    pub brief: &'static str,
    /// It names single things (a task, a session, a file), and must stay off metrics.
    pub identifier: bool,
}

/// What an attribute holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Any text.
    Text,
    /// A signed 64-bit integer.
    Int,
    /// A 64-bit floating-point number.
    Double,
    /// True or false.
    Bool,
    /// A text of this list; others may occur and count as other.
    Open(&'static [&'static str]),
    /// A text of this list and no other.
    Closed(&'static [&'static str]),
}

/// An attribute on a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The key on the wire.
    pub key: &'static str,
    /// The label on a Prometheus page.
    pub label: &'static str,
    /// When it must be there.
    pub level: Level,
    /// A sampler may decide by it: on a span it must be set at the start.
    pub sampling_relevant: bool,
}

impl Attribute {
    pub(crate) const fn new(key: &'static str, label: &'static str, level: Level) -> Self {
        Self { key, label, level, sampling_relevant: false }
    }

    pub(crate) const fn for_samplers(self) -> Self {
        Self { sampling_relevant: true, ..self }
    }
}

/// When an attribute must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Always.
    Required,
    /// Under this condition.
    Conditional(&'static str),
    /// If it is known at no great cost.
    Recommended,
    /// Only where a user asked for it.
    OptIn,
}

/// A metric.
#[derive(Debug)]
pub struct Metric {
    /// The name on the wire.
    pub name: &'static str,
    /// The name on a Prometheus page; of a histogram, without `_bucket`, `_sum` and `_count`.
    pub prometheus: &'static str,
    /// How it is recorded.
    pub instrument: Instrument,
    /// The type of its values.
    pub number: Number,
    /// The unit in UCUM.
    pub unit: &'static str,
    /// One sentence.
    pub brief: &'static str,
    /// The upper bounds of a histogram's buckets, ascending, without the last, infinite one. Else empty.
    pub buckets: &'static [f64],
    /// Its attributes.
    pub attributes: &'static [Attribute],
    /// Off unless a user asked for it.
    pub opt_in: bool,
}

/// How a metric is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instrument {
    /// Grows; a monotonic sum.
    Counter,
    /// Grows and shrinks; a sum that is not monotonic.
    UpDownCounter,
    /// A reading.
    Gauge,
    /// A distribution over buckets.
    Histogram,
}

/// The type of the values of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// A signed 64-bit integer.
    Int,
    /// A 64-bit floating-point number.
    Double,
}

/// A kind of span.
#[derive(Debug)]
pub struct Span {
    /// Its name in the registry.
    pub id: &'static str,
    /// How the name on the wire is made: words, and keys of attributes in braces.
    pub name: &'static str,
    /// The kind on the wire.
    pub kind: SpanKind,
    /// One sentence.
    pub brief: &'static str,
    /// Its attributes.
    pub attributes: &'static [Attribute],
    /// Off unless a user asked for it.
    pub opt_in: bool,
}

/// The kind of a span on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// An outgoing request.
    Client,
    /// An incoming request.
    Server,
    /// A message that is sent.
    Producer,
    /// A message that is received.
    Consumer,
    /// Work within the process.
    Internal,
}

/// An event: a log record with an `event_name`.
#[derive(Debug)]
pub struct Event {
    /// The `event_name` on the wire.
    pub name: &'static str,
    /// One sentence.
    pub brief: &'static str,
    /// Its attributes.
    pub attributes: &'static [Attribute],
    /// Off unless a user asked for it.
    pub opt_in: bool,
}

/// Attributes that go together, for example on spans of upstream.
#[derive(Debug)]
pub struct Group {
    /// Its name in the registry.
    pub id: &'static str,
    /// One sentence.
    pub brief: &'static str,
    /// The attributes.
    pub attributes: &'static [Attribute],
}

/// A thing that telemetry is about: attributes of a resource.
#[derive(Debug)]
pub struct Entity {
    /// Its name in the registry.
    pub id: &'static str,
    /// One sentence.
    pub brief: &'static str,
    /// What tells two of them apart.
    pub identity: &'static [&'static str],
    /// All its attributes, those of the identity first.
    pub attributes: &'static [Attribute],
}
