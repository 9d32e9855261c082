// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Attribute, Instrument, Level, Metric, Number};

/// `codeagent.session.started`: Sessions that were started.
pub static CODEAGENT_SESSION_STARTED: Metric = Metric {
    name: "codeagent.session.started",
    prometheus: "codeagent_session_started_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{session}",
    brief: "Sessions that were started.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
    ],
    opt_in: false,
};
