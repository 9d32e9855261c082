// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Attribute, Instrument, Level, Metric, Number};

/// `gen_ai.client.operation.duration`: Duration of calls to models.
pub static GEN_AI_CLIENT_OPERATION_DURATION: Metric = Metric {
    name: "gen_ai.client.operation.duration",
    prometheus: "gen_ai_client_operation_duration_seconds",
    instrument: Instrument::Histogram,
    number: Number::Double,
    unit: "s",
    brief: "Duration of calls to models.",
    buckets: &[0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
    attributes: &[
        Attribute::new("gen_ai.operation.name", "gen_ai_operation_name", Level::Required),
        Attribute::new("gen_ai.provider.name", "gen_ai_provider_name", Level::Required),
        Attribute::new("gen_ai.request.model", "gen_ai_request_model", Level::Conditional("If available.")),
        Attribute::new("error.type", "error_type", Level::Conditional("When the call failed.")),
    ],
    opt_in: false,
};
