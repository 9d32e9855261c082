//! All exporters. A new one: its folder here, and one line in the list.

pub mod bulk;
mod calendar;
pub mod debug;
pub mod elasticsearch;
pub mod file;
pub mod kafka;
pub mod nop;
pub mod opensearch;
pub mod otlp;
pub mod otlphttp;
pub mod prometheusremotewrite;
#[cfg(test)]
mod written;

use codeagent_pipeline::ExporterFactory;

/// Every exporter of this build.
pub const ALL: &[ExporterFactory] = &[
    debug::FACTORY,
    elasticsearch::FACTORY,
    file::FACTORY,
    kafka::FACTORY,
    nop::FACTORY,
    opensearch::FACTORY,
    otlp::FACTORY,
    otlphttp::FACTORY,
    prometheusremotewrite::FACTORY,
];
