//! What a user writes.

use codeagent_config::{ByteSize, Duration};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::otlp_metrics::Temporality as Wire;

/// The section.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Further dimensions of all metrics.
    pub dimensions: Vec<Dimension>,
    /// Further dimensions of the calls.
    pub calls_dimensions: Vec<Dimension>,
    /// Dimensions that are always there, but not here.
    pub exclude_dimensions: Vec<String>,
    /// Read for compatibility.
    #[allow(dead_code)]
    pub dimensions_cache_size: u64,
    /// Resources at the same time.
    pub resource_metrics_cache_size: usize,
    /// Attributes that tell resources apart; all, when left out.
    pub resource_metrics_key_attributes: Vec<String>,
    /// Delta or cumulative.
    pub aggregation_temporality: Temporality,
    /// How long calls took.
    pub histogram: Histogram,
    /// How often metrics are given.
    pub metrics_flush_interval: Duration,
    /// A resource without spans for so long is forgotten; 0 for never.
    pub metrics_expiration: Duration,
    /// A series without spans for so long is forgotten; 0 for never.
    pub series_expiration: Duration,
    /// Read for compatibility: times of deltas need no cache.
    #[allow(dead_code)]
    pub metric_timestamp_cache_size: Option<u64>,
    /// What stands before the names.
    pub namespace: String,
    /// Spans as examples.
    pub exemplars: Exemplars,
    /// Span events.
    pub events: Events,
    /// Scopes whose name and version become dimensions.
    pub include_instrumentation_scope: Vec<String>,
    /// Series of one metric of one resource; 0 for no limit.
    pub aggregation_cardinality_limit: usize,
    /// Read for compatibility: the resource's attributes are always there.
    #[allow(dead_code)]
    pub add_resource_attributes: bool,
    /// Whether a dimension says how a span was counted.
    pub enable_metrics_sampling_method: bool,
    /// Own: memory of all series together.
    pub series_bytes_max: ByteSize,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            dimensions: Vec::new(),
            calls_dimensions: Vec::new(),
            exclude_dimensions: Vec::new(),
            dimensions_cache_size: 0,
            resource_metrics_cache_size: 1000,
            resource_metrics_key_attributes: Vec::new(),
            aggregation_temporality: Temporality::default(),
            histogram: Histogram::default(),
            metrics_flush_interval: Duration::from_secs(60),
            metrics_expiration: Duration::ZERO,
            series_expiration: Duration::ZERO,
            metric_timestamp_cache_size: None,
            namespace: "traces.span.metrics".to_owned(),
            exemplars: Exemplars::default(),
            events: Events::default(),
            include_instrumentation_scope: Vec::new(),
            aggregation_cardinality_limit: 0,
            add_resource_attributes: false,
            enable_metrics_sampling_method: false,
            series_bytes_max: ByteSize::mib(64),
        }
    }
}

/// A further dimension.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Dimension {
    /// The attribute of the span or its resource.
    pub name: String,
    /// What stands where it is missing; left out, the dimension is.
    pub default: Option<String>,
}

/// Delta or cumulative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Temporality {
    /// Since the start.
    #[default]
    #[serde(rename = "AGGREGATION_TEMPORALITY_CUMULATIVE")]
    Cumulative,
    /// Since the last point.
    #[serde(rename = "AGGREGATION_TEMPORALITY_DELTA")]
    Delta,
}

impl Temporality {
    /// As it stands in OTLP.
    pub fn wire(self) -> Wire {
        match self {
            Temporality::Cumulative => Wire::Cumulative,
            Temporality::Delta => Wire::Delta,
        }
    }
}

/// How long calls took.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Histogram {
    /// Whether there is none.
    pub disable: bool,
    /// Milliseconds or seconds.
    pub unit: Unit,
    /// Buckets whose bounds grow by themselves.
    pub exponential: Option<Exponential>,
    /// Buckets of given bounds.
    pub explicit: Option<Explicit>,
    /// Further dimensions of the durations.
    pub dimensions: Vec<Dimension>,
}

/// Milliseconds or seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Milliseconds.
    #[default]
    Ms,
    /// Seconds.
    S,
}

impl Unit {
    /// Its name in UCUM.
    pub fn as_str(self) -> &'static str {
        match self {
            Unit::Ms => "ms",
            Unit::S => "s",
        }
    }

    /// Nanoseconds in this unit.
    pub fn of_nanos(self, nanoseconds: u64) -> f64 {
        match self {
            Unit::Ms => nanoseconds as f64 / 1e6,
            Unit::S => nanoseconds as f64 / 1e9,
        }
    }
}

/// Buckets whose bounds grow by themselves.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Exponential {
    /// Buckets of a point.
    pub max_size: usize,
}

impl Default for Exponential {
    fn default() -> Self {
        Exponential { max_size: 160 }
    }
}

/// Buckets of given bounds.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Explicit {
    /// Upper bounds, ascending.
    pub buckets: Vec<Duration>,
}

/// Spans as examples.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Exemplars {
    /// Whether there are any.
    pub enabled: bool,
    /// How many a point has.
    pub max_per_data_point: usize,
}

impl Default for Exemplars {
    fn default() -> Self {
        Exemplars { enabled: false, max_per_data_point: 5 }
    }
}

/// Span events.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Events {
    /// Whether they are counted.
    pub enabled: bool,
    /// Attributes of theirs that are dimensions.
    pub dimensions: Vec<Dimension>,
}

/// Dimensions that are always there.
pub const ALWAYS: [&str; 5] =
    ["service.name", "span.name", "span.kind", "status.code", "collector.instance.id"];

const GLOB: &str = "name each dimension in `name`";

/// Keys of the Collector that are explained, not read.
pub const UNSUPPORTED: &[(&str, &str)] = &[
    ("dimensions::glob", GLOB),
    ("calls_dimensions::glob", GLOB),
    ("histogram::dimensions::glob", GLOB),
    ("events::dimensions::glob", GLOB),
];

/// Bounds in milliseconds where none are given.
const BOUNDS_MS: [u64; 16] = [2, 4, 6, 8, 10, 50, 100, 200, 400, 800, 1000, 1400, 2000, 5000, 10_000, 15_000];

impl Config {
    /// The bounds of explicit buckets, in the unit.
    pub fn bounds(&self) -> Vec<f64> {
        let unit = self.histogram.unit;
        let given = self.histogram.explicit.as_ref().filter(|explicit| !explicit.buckets.is_empty());
        match given {
            Some(explicit) => {
                let nanoseconds = |bound: &Duration| u64::try_from(bound.as_nanos()).unwrap_or(u64::MAX);
                explicit.buckets.iter().map(|bound| unit.of_nanos(nanoseconds(bound))).collect()
            }
            None => BOUNDS_MS.iter().map(|bound| unit.of_nanos(bound * 1_000_000)).collect(),
        }
    }

    /// The key of a mistake, what it is, and what to do about it.
    pub fn mistake(&self) -> Option<(&'static str, String, &'static str)> {
        let lists = [
            ("dimensions", &self.dimensions),
            ("calls_dimensions", &self.calls_dimensions),
            ("histogram::dimensions", &self.histogram.dimensions),
            ("events::dimensions", &self.events.dimensions),
        ];
        for (key, list) in lists {
            let mut known: Vec<&str> = ALWAYS.to_vec();
            for dimension in list {
                if dimension.name.is_empty() {
                    return Some((key, "a dimension has no name".to_owned(), "name the attribute in `name`"));
                }
                if known.contains(&dimension.name.as_str()) {
                    let message = format!("the dimension `{}` is there already", dimension.name);
                    return Some((key, message, "take it out"));
                }
                known.push(&dimension.name);
            }
        }
        if self.histogram.explicit.is_some() && self.histogram.exponential.is_some() {
            let message = "buckets are explicit or exponential, not both".to_owned();
            return Some(("histogram", message, "keep one of them"));
        }
        if !self.bounds().is_sorted_by(|one, next| one < next) {
            let message = "the bounds do not ascend".to_owned();
            return Some(("histogram::explicit::buckets", message, "sort them, each once"));
        }
        if self.histogram.exponential.as_ref().is_some_and(|exponential| exponential.max_size < 2) {
            let message = "a histogram needs two buckets at least".to_owned();
            return Some(("histogram::exponential::max_size", message, "160 is usual"));
        }
        if self.metrics_flush_interval.is_zero() {
            let message = "metrics cannot be given all the time".to_owned();
            return Some(("metrics_flush_interval", message, "write an interval, such as 15s"));
        }
        if self.events.enabled && self.events.dimensions.is_empty() {
            let message = "events have no dimensions".to_owned();
            return Some(("events", message, "name some in `dimensions`, such as `{name: exception.type}`"));
        }
        if self.resource_metrics_cache_size == 0 {
            let message = "there is room for no resource".to_owned();
            return Some(("resource_metrics_cache_size", message, "1000 is usual"));
        }
        None
    }
}
