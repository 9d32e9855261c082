// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Attribute, Instrument, Level, Metric, Number};

/// `codeagent.token.usage`: Tokens processed, by disjoint kind.
pub static CODEAGENT_TOKEN_USAGE: Metric = Metric {
    name: "codeagent.token.usage",
    prometheus: "codeagent_token_usage_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{token}",
    brief: "Tokens processed, by disjoint kind.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.token.type", "codeagent_token_type", Level::Required),
        Attribute::new("codeagent.query.source", "codeagent_query_source", Level::Recommended),
        Attribute::new("gen_ai.request.model", "gen_ai_request_model", Level::Recommended),
    ],
    opt_in: false,
};

/// `codeagent.cost.usage`: Money spent in US dollars.
///
/// `reported` and `computed` are kept apart and never added.
pub static CODEAGENT_COST_USAGE: Metric = Metric {
    name: "codeagent.cost.usage",
    prometheus: "codeagent_cost_usage_total",
    instrument: Instrument::Counter,
    number: Number::Double,
    unit: "{USD}",
    brief: "Money spent in US dollars.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.cost.source", "codeagent_cost_source", Level::Required),
        Attribute::new("codeagent.query.source", "codeagent_query_source", Level::Recommended),
        Attribute::new("gen_ai.request.model", "gen_ai_request_model", Level::Recommended),
    ],
    opt_in: false,
};

/// `codeagent.context.utilization`: Share of the context window in use at the start of each model call, from 0 to
/// 1.
pub static CODEAGENT_CONTEXT_UTILIZATION: Metric = Metric {
    name: "codeagent.context.utilization",
    prometheus: "codeagent_context_utilization",
    instrument: Instrument::Histogram,
    number: Number::Double,
    unit: "1",
    brief: "Share of the context window in use at the start of each model call, from 0 to 1.",
    buckets: &[0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("gen_ai.request.model", "gen_ai_request_model", Level::Recommended),
    ],
    opt_in: false,
};

/// `codeagent.compaction.duration`: Duration of compactions of the context.
pub static CODEAGENT_COMPACTION_DURATION: Metric = Metric {
    name: "codeagent.compaction.duration",
    prometheus: "codeagent_compaction_duration_seconds",
    instrument: Instrument::Histogram,
    number: Number::Double,
    unit: "s",
    brief: "Duration of compactions of the context.",
    buckets: &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.compaction.trigger", "codeagent_compaction_trigger", Level::Required),
        Attribute::new("error.type", "error_type", Level::Conditional("When the compaction failed.")),
    ],
    opt_in: false,
};
