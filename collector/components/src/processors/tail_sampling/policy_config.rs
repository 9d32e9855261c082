//! What a user writes under `policies`: the Collector's keys. Each policy has a section named as its type.

use schemars::JsonSchema;
use serde::Deserialize;

/// A policy, alone or in another.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyConfig {
    /// What it is called in metrics, on kept traces and in `why`.
    pub name: String,
    /// What it looks at.
    #[serde(rename = "type")]
    pub kind: Option<PolicyType>,
    /// From the earliest start to the latest end.
    pub latency: Option<Latency>,
    /// A number among the attributes of a span or resource.
    pub numeric_attribute: Option<NumericAttribute>,
    /// A share of all traces.
    pub probabilistic: Option<Probabilistic>,
    /// The outcome of a span.
    pub status_code: Option<StatusCode>,
    /// A text among the attributes of a span or resource.
    pub string_attribute: Option<StringAttribute>,
    /// So many spans a second.
    pub rate_limiting: Option<RateLimiting>,
    /// So many bytes a second.
    pub bytes_limiting: Option<BytesLimiting>,
    /// How many spans there are.
    pub span_count: Option<SpanCount>,
    /// An entry of a span's `tracestate`.
    pub trace_state: Option<TraceStateEntry>,
    /// A truth value among the attributes of a span or resource.
    pub boolean_attribute: Option<BooleanAttribute>,
    /// A condition in OTTL.
    pub ottl_condition: Option<OttlCondition>,
    /// All of several policies.
    pub and: Option<And>,
    /// The opposite of a policy.
    pub not: Option<Not>,
    /// Drop what all of several policies keep.
    pub drop: Option<DropPolicies>,
    /// Several policies that share a rate.
    pub composite: Option<Composite>,
    /// Own: what decides over traces that meet conditions.
    pub rule: Option<Rule>,
}

/// What a policy looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PolicyType {
    /// Keeps all.
    AlwaysSample,
    /// From the earliest start to the latest end.
    Latency,
    /// A number among the attributes of a span or resource.
    NumericAttribute,
    /// A share of all traces.
    Probabilistic,
    /// The outcome of a span.
    StatusCode,
    /// A text among the attributes of a span or resource.
    StringAttribute,
    /// So many spans a second.
    RateLimiting,
    /// So many bytes a second.
    BytesLimiting,
    /// How many spans there are.
    SpanCount,
    /// An entry of a span's `tracestate`.
    TraceState,
    /// Whether a span has the W3C flag `sampled`.
    TraceFlags,
    /// A truth value among the attributes of a span or resource.
    BooleanAttribute,
    /// A condition in OTTL.
    OttlCondition,
    /// All of several policies.
    And,
    /// The opposite of a policy.
    Not,
    /// Drop what all of several policies keep.
    Drop,
    /// Several policies that share a rate.
    Composite,
    /// Own: what decides over traces that meet conditions. With `policy_mode: first_match` only.
    Rule,
}

/// From the earliest start to the latest end.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Latency {
    /// Milliseconds from which on a trace is kept. With an upper bound it must be longer than this.
    pub threshold_ms: i64,
    /// Milliseconds up to which a trace is kept; 0 for no bound.
    pub upper_threshold_ms: i64,
}

/// A number among the attributes of a span or resource.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NumericAttribute {
    /// The attribute.
    pub key: String,
    /// The least value that matches.
    pub min_value: Option<i64>,
    /// The largest value that matches.
    pub max_value: Option<i64>,
    /// Keep traces in which nothing matches.
    pub invert_match: bool,
}

/// A share of all traces.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Probabilistic {
    /// What is hashed before the trace id; tiers that sample one after the other need different ones.
    pub hash_salt: String,
    /// The share, 0 to 100.
    pub sampling_percentage: f64,
}

/// The outcome of a span.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StatusCode {
    /// `OK`, `ERROR`, `UNSET`; any of them in any span.
    pub status_codes: Vec<Status>,
}

/// The outcome of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// None was set.
    Unset,
    /// It went well.
    Ok,
    /// It failed.
    Error,
}

/// A text among the attributes of a span or resource.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StringAttribute {
    /// The attribute.
    pub key: String,
    /// Texts, any of which matches; patterns where `enabled_regex_matching`.
    pub values: Vec<String>,
    /// Whether the values are regular expressions, RE2's syntax, that match somewhere.
    pub enabled_regex_matching: bool,
    /// Read for compatibility: compiled patterns need no cache.
    #[allow(dead_code)]
    pub cache_max_size: i64,
    /// Keep traces in which nothing matches.
    pub invert_match: bool,
}

/// So many spans a second.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RateLimiting {
    /// Spans a second in the long run.
    pub spans_per_second: i64,
    /// Spans at once; twice the rate when left out. A larger trace is never kept.
    pub burst_capacity: i64,
}

/// So many bytes a second.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BytesLimiting {
    /// Bytes a second in the long run.
    pub bytes_per_second: i64,
    /// Bytes at once; twice the rate when left out. A larger trace is never kept.
    pub burst_capacity: i64,
}

/// How many spans there are.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SpanCount {
    /// The least number.
    pub min_spans: i32,
    /// The largest number; 0 for no bound.
    pub max_spans: i32,
}

/// An entry of a span's `tracestate`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TraceStateEntry {
    /// The entry's key.
    pub key: String,
    /// Values, any of which matches.
    pub values: Vec<String>,
}

/// A truth value among the attributes of a span or resource.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BooleanAttribute {
    /// The attribute.
    pub key: String,
    /// The value that matches.
    pub value: bool,
    /// Keep traces in which nothing matches.
    pub invert_match: bool,
}

/// Conditions in OTTL, any of which may hold for any span or span event.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OttlCondition {
    /// Read for compatibility: a condition that was read cannot fail.
    #[allow(dead_code)]
    pub error_mode: Option<ErrorMode>,
    /// Conditions about spans.
    pub span: Vec<String>,
    /// Conditions about span events.
    pub spanevent: Vec<String>,
}

/// What to do about a condition that fails.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ErrorMode {
    /// Say so and go on.
    Ignore,
    /// Go on.
    Silent,
    /// Ask no further.
    Propagate,
}

/// All of several policies.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct And {
    /// The policies.
    pub and_sub_policy: Vec<PolicyConfig>,
}

/// The opposite of a policy.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Not {
    /// The policy.
    pub not_sub_policy: Option<Box<PolicyConfig>>,
}

/// Drop what all of several policies keep.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DropPolicies {
    /// The policies.
    pub drop_sub_policy: Vec<PolicyConfig>,
}

/// Several policies that share a rate. The first that keeps a trace decides, within its part of the rate.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Composite {
    /// Spans a second.
    pub max_total_spans_per_second: i64,
    /// The policies' names in the order in which they stand.
    pub policy_order: Vec<String>,
    /// The policies.
    pub composite_sub_policy: Vec<PolicyConfig>,
    /// Their parts of the rate.
    pub rate_allocation: Vec<RateAllocation>,
}

/// A part of a rate.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RateAllocation {
    /// The policy's name.
    pub policy: String,
    /// Its part in percent; 0 for an equal part.
    pub percent: i64,
}

/// Own: what decides over traces that meet conditions.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// Policies that all must keep the trace, so that the rule decides.
    pub when: Vec<PolicyConfig>,
    /// What decides: the trace is kept where this keeps it, and else dropped.
    pub then: Option<Box<PolicyConfig>>,
}
