//! What a user writes.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// The section.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Metrics of spans, by name.
    pub spans: IndexMap<String, Counted>,
    /// Metrics of span events, by name.
    pub spanevents: IndexMap<String, Counted>,
    /// Metrics of metrics, by name.
    pub metrics: IndexMap<String, Counted>,
    /// Metrics of data points, by name.
    pub datapoints: IndexMap<String, Counted>,
    /// Metrics of log records, by name.
    pub logs: IndexMap<String, Counted>,
}

/// What a metric counts.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Counted {
    /// For people.
    pub description: String,
    /// Conditions in OTTL; what meets any one is counted.
    pub conditions: Vec<String>,
    /// Attributes that make series of their own.
    pub attributes: Vec<CountedAttribute>,
}

/// An attribute that makes series of its own.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CountedAttribute {
    /// Its key.
    pub key: String,
    /// What stands where it is missing.
    pub default_value: Option<Value>,
}
