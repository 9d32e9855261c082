//! The files of a registry as they are written: Weaver's `file_format: definition/2`.
//!
//! Only what this registry uses is accepted; an unknown field is an error with its line, so that a misspelt
//! `requirement_level` cannot pass in silence. What must be there is a field without a default.

mod attribute;
mod signal;

pub use attribute::*;
use serde::Deserialize;
pub use signal::*;

/// One YAML file of a registry.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Must be `definition/2`.
    pub file_format: String,
    /// Attributes that the file defines.
    #[serde(default)]
    pub attributes: Vec<Attribute>,
    /// Groups that signals refer to by `ref_group`.
    #[serde(default)]
    pub attribute_groups: Vec<Group>,
    /// Things that telemetry is about.
    #[serde(default)]
    pub entities: Vec<Entity>,
    /// Kinds of span.
    #[serde(default)]
    pub spans: Vec<Span>,
    /// Events: log records with an event name.
    #[serde(default)]
    pub events: Vec<Event>,
    /// Metrics.
    #[serde(default)]
    pub metrics: Vec<Metric>,
}
