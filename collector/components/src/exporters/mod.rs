//! All exporters. A new one: its folder here, and one line in the list.

use codeagent_pipeline::ExporterFactory;

pub mod prometheusremotewrite;

/// Every exporter of this build.
pub const ALL: &[ExporterFactory] = &[prometheusremotewrite::FACTORY];
