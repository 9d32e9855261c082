//! Traces, metrics, logs.

use std::fmt;
use std::str::FromStr;

/// One of OTLP's stable signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Signal {
    /// Spans.
    Traces,
    /// Data points.
    Metrics,
    /// Log records.
    Logs,
}

impl Signal {
    /// Every signal, in OTLP's order.
    pub const ALL: [Signal; 3] = [Signal::Traces, Signal::Metrics, Signal::Logs];

    /// The name in pipeline ids and metric labels: `traces`, `metrics`, `logs`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Signal::Traces => "traces",
            Signal::Metrics => "metrics",
            Signal::Logs => "logs",
        }
    }

    /// What one item is called in the Collector's metric names: `spans`, `metric_points`, `log_records`.
    pub const fn items_name(self) -> &'static str {
        match self {
            Signal::Traces => "spans",
            Signal::Metrics => "metric_points",
            Signal::Logs => "log_records",
        }
    }

    /// A dense index, for tables by signal.
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Signal {
    type Err = UnknownSignal;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Signal::ALL.into_iter().find(|signal| signal.as_str() == text).ok_or(UnknownSignal)
    }
}

/// The text names no signal that OTLP has a stable protocol for.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a signal: use traces, metrics or logs")]
pub struct UnknownSignal;
