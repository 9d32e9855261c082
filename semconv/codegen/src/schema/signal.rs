//! Signals, and the references by which they carry attributes, as they are written.

use super::Stability;
use serde::Deserialize;

/// A named list of attributes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its name.
    pub id: String,
    /// Whether it is a convention by itself or only a shorthand.
    pub visibility: Visibility,
    /// One sentence, for a public group.
    #[serde(default)]
    pub brief: String,
    /// More sentences.
    #[serde(default)]
    pub note: String,
    /// How much it may still change, for a public group.
    pub stability: Option<Stability>,
    /// Its attributes.
    #[serde(default)]
    pub attributes: Vec<Ref>,
}

/// Whether a group is a convention by itself.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// A shorthand within the registry.
    Internal,
    /// Generated and documented.
    Public,
}

/// A reference to an attribute or to a group: exactly one of `ref` and `ref_group`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ref {
    /// The key of an attribute.
    pub r#ref: Option<String>,
    /// The id of a group.
    pub ref_group: Option<String>,
    /// When it must be there. Unset: recommended.
    pub requirement_level: Option<Level>,
    /// A sampler may decide by it, so that it must be set when the span starts.
    #[serde(default)]
    pub sampling_relevant: bool,
}

/// When an attribute must be there.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Always.
    Required,
    /// Under the condition that the text states.
    ConditionallyRequired(String),
    /// If it is known at no great cost.
    Recommended,
    /// Only where a user asked for it.
    OptIn,
}

/// Whether a signal is on by default.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum SignalLevel {
    /// On by default.
    Recommended,
    /// Off by default.
    OptIn,
}

/// A thing that telemetry is about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entity {
    /// Its name.
    pub r#type: String,
    /// One sentence.
    pub brief: String,
    /// More sentences.
    #[serde(default)]
    pub note: String,
    /// How much it may still change.
    pub stability: Stability,
    /// Whether it is on by default.
    pub requirement_level: SignalLevel,
    /// What tells two of them apart.
    pub identity: Vec<Ref>,
    /// What else is known of it.
    #[serde(default)]
    pub description: Vec<Ref>,
}

/// A kind of span.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// Its name in the registry.
    pub r#type: String,
    /// The `SpanKind` of OTLP.
    pub kind: SpanKind,
    /// How the name on the wire is made.
    pub name: SpanName,
    /// One sentence.
    pub brief: String,
    /// More sentences.
    #[serde(default)]
    pub note: String,
    /// How much it may still change.
    pub stability: Stability,
    /// Whether it is on by default.
    pub requirement_level: SignalLevel,
    /// Its attributes.
    #[serde(default)]
    pub attributes: Vec<Ref>,
}

/// How the name of a span is made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpanName {
    /// Words, and keys of attributes in braces.
    pub note: String,
}

/// The `SpanKind` of OTLP.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// An event: a log record with an event name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Its `event_name`.
    pub name: String,
    /// One sentence.
    pub brief: String,
    /// More sentences.
    #[serde(default)]
    pub note: String,
    /// How much it may still change.
    pub stability: Stability,
    /// Whether it is on by default.
    pub requirement_level: SignalLevel,
    /// Its attributes.
    #[serde(default)]
    pub attributes: Vec<Ref>,
}

/// A metric.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// Its name on the wire.
    pub name: String,
    /// How it is recorded.
    pub instrument: Instrument,
    /// Its unit in UCUM.
    pub unit: String,
    /// One sentence.
    pub brief: String,
    /// More sentences.
    #[serde(default)]
    pub note: String,
    /// How much it may still change.
    pub stability: Stability,
    /// Whether it is on by default.
    pub requirement_level: SignalLevel,
    /// What only our generator reads.
    pub annotations: MetricAnnotations,
    /// Its attributes.
    #[serde(default)]
    pub attributes: Vec<Ref>,
}

/// How a metric is recorded.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Instrument {
    /// Grows.
    Counter,
    /// Grows and shrinks; sums over sources make sense.
    UpDownCounter,
    /// A reading; sums over sources make no sense.
    Gauge,
    /// A distribution.
    Histogram,
}

/// Annotations of a metric.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricAnnotations {
    /// How the code is generated.
    pub code_generation: MetricCode,
    /// How the metric looks on a Prometheus page.
    #[serde(default)]
    pub prometheus: PrometheusName,
}

/// How the code of a metric is generated.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricCode {
    /// The type of its values.
    pub metric_value_type: Number,
    /// The upper bounds of a histogram's buckets.
    #[serde(default)]
    pub explicit_bucket_boundaries: Vec<f64>,
}

/// The type of the values of a metric.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Number {
    /// A signed 64-bit integer.
    Int,
    /// A 64-bit floating-point number.
    Double,
}

/// How a metric looks on a Prometheus page.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PrometheusName {
    /// The name, where it is not the one that the translation of the specification gives.
    pub name: Option<String>,
}
