//! The values of metrics at one moment, before they are written in any format.

use codeagent_semconv::Metric;

/// The values of one metric.
#[derive(Debug)]
pub struct Family {
    /// What the registry of conventions says of it.
    pub metric: &'static Metric,
    /// One for each set of labels.
    pub points: Vec<Point>,
}

/// One value.
#[derive(Debug)]
pub struct Point {
    /// Labels by their names on a Prometheus page.
    pub labels: OwnedLabels,
    /// The value.
    pub value: Value,
}

/// [`super::Labels`] that are kept.
pub type OwnedLabels = Vec<(&'static str, String)>;

/// What was read.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A count.
    Integer(u64),
    /// A measured number.
    Double(f64),
    /// A distribution.
    Histogram {
        /// Upper bounds, ascending.
        bounds: &'static [f64],
        /// How many values fell below each bound and over the one before; one more than bounds.
        buckets: Vec<u64>,
        /// The sum of all values.
        sum: f64,
    },
}

/// Labels to keep.
pub(super) fn owned(metric: &Metric, labels: super::Labels<'_>) -> OwnedLabels {
    let declared = |name| metric.attributes.iter().any(|attribute| attribute.label == name);
    debug_assert!(labels.iter().all(|(name, _)| declared(*name)), "{}: {labels:?}", metric.name);
    labels.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}
