//! What documents look like: a module for each mapping mode.

pub mod ecs;
pub mod otel;
pub mod ss4o;

/// A mapping mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The OpenTelemetry data model.
    Otel,
    /// Elastic Common Schema.
    Ecs,
    /// Simple Schema for Observability.
    Ss4o,
}

impl Mode {
    /// Its name in configurations.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Otel => "otel",
            Mode::Ecs => "ecs",
            Mode::Ss4o => "ss4o",
        }
    }
}

/// Whether an attribute is for the exporter rather than for readers.
pub fn is_for_routing(key: &str) -> bool {
    (key.starts_with("data_stream.") || key.starts_with("elastic"))
        && matches!(
            key,
            "data_stream.type"
                | "data_stream.dataset"
                | "data_stream.namespace"
                | "elasticsearch.index"
                | "elasticsearch.document_id"
                | "elasticsearch.ingest_pipeline"
                | "elasticsearch.mapping.hints"
                | "elastic.mapping.mode"
        )
}
