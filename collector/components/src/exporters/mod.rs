//! All exporters. A new one: its folder here, and one line in the list.

pub mod otlp;
pub mod prometheusremotewrite;
#[cfg(test)]
mod written;

use codeagent_pipeline::ExporterFactory;

/// Every exporter of this build.
pub const ALL: &[ExporterFactory] = &[otlp::FACTORY, prometheusremotewrite::FACTORY];
