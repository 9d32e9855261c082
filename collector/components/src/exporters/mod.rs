//! All exporters. A new one: its folder here, and one line in the list.

use codeagent_pipeline::ExporterFactory;

/// Every exporter of this build.
pub const ALL: &[ExporterFactory] = &[];
