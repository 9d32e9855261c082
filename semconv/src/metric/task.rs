// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Attribute, Instrument, Level, Metric, Number};

/// `codeagent.task.started`: Tasks that were started.
pub static CODEAGENT_TASK_STARTED: Metric = Metric {
    name: "codeagent.task.started",
    prometheus: "codeagent_task_started_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{task}",
    brief: "Tasks that were started.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.task.kind", "codeagent_task_kind", Level::Recommended),
        Attribute::new("codeagent.task.source", "codeagent_task_source", Level::Recommended),
    ],
    opt_in: false,
};

/// `codeagent.task.active`: Tasks in progress.
pub static CODEAGENT_TASK_ACTIVE: Metric = Metric {
    name: "codeagent.task.active",
    prometheus: "codeagent_task_active",
    instrument: Instrument::UpDownCounter,
    number: Number::Int,
    unit: "{task}",
    brief: "Tasks in progress.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.task.kind", "codeagent_task_kind", Level::Recommended),
        Attribute::new("codeagent.task.source", "codeagent_task_source", Level::Recommended),
    ],
    opt_in: false,
};

/// `codeagent.task.duration`: Time from start to end of tasks; its count by outcome is the number that succeeded,
/// failed, timed out or were cancelled.
pub static CODEAGENT_TASK_DURATION: Metric = Metric {
    name: "codeagent.task.duration",
    prometheus: "codeagent_task_duration_seconds",
    instrument: Instrument::Histogram,
    number: Number::Double,
    unit: "s",
    brief: "Time from start to end of tasks; its count by outcome is the number that succeeded, failed, timed out or were cancelled.",
    buckets: &[1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0, 14400.0, 28800.0],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.task.outcome", "codeagent_task_outcome", Level::Required),
        Attribute::new("codeagent.task.judge", "codeagent_task_judge", Level::Recommended),
        Attribute::new("codeagent.task.kind", "codeagent_task_kind", Level::Recommended),
        Attribute::new("codeagent.task.source", "codeagent_task_source", Level::Recommended),
        Attribute::new("codeagent.task.failure.reason", "codeagent_task_failure_reason", Level::Conditional("When the outcome is neither `success` nor `unknown`.")),
        Attribute::new("gen_ai.request.model", "gen_ai_request_model", Level::Conditional("If one model did the task.")),
    ],
    opt_in: false,
};

/// `codeagent.task.duration_max`: The longest of the tasks that ended or were running in the last export interval.
///
/// Prometheus histograms carry no maximum; `max_over_time` of this gauge answers it exactly.
pub static CODEAGENT_TASK_DURATION_MAX: Metric = Metric {
    name: "codeagent.task.duration_max",
    prometheus: "codeagent_task_duration_max_seconds",
    instrument: Instrument::Gauge,
    number: Number::Double,
    unit: "s",
    brief: "The longest of the tasks that ended or were running in the last export interval.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.task.kind", "codeagent_task_kind", Level::Recommended),
    ],
    opt_in: false,
};

/// `codeagent.task.cost`: Cost of ended tasks in US dollars.
pub static CODEAGENT_TASK_COST: Metric = Metric {
    name: "codeagent.task.cost",
    prometheus: "codeagent_task_cost",
    instrument: Instrument::Histogram,
    number: Number::Double,
    unit: "{USD}",
    brief: "Cost of ended tasks in US dollars.",
    buckets: &[0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.task.outcome", "codeagent_task_outcome", Level::Required),
        Attribute::new("codeagent.task.judge", "codeagent_task_judge", Level::Recommended),
        Attribute::new("codeagent.cost.source", "codeagent_cost_source", Level::Required),
        Attribute::new("gen_ai.request.model", "gen_ai_request_model", Level::Conditional("If one model did the task.")),
    ],
    opt_in: false,
};

/// `codeagent.task.tokens`: Tokens of ended tasks, all kinds together.
pub static CODEAGENT_TASK_TOKENS: Metric = Metric {
    name: "codeagent.task.tokens",
    prometheus: "codeagent_task_tokens",
    instrument: Instrument::Histogram,
    number: Number::Int,
    unit: "{token}",
    brief: "Tokens of ended tasks, all kinds together.",
    buckets: &[256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0, 4194304.0, 16777216.0, 67108864.0],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.task.outcome", "codeagent_task_outcome", Level::Required),
        Attribute::new("codeagent.task.judge", "codeagent_task_judge", Level::Recommended),
        Attribute::new("gen_ai.request.model", "gen_ai_request_model", Level::Conditional("If one model did the task.")),
    ],
    opt_in: false,
};

/// `codeagent.task.turns`: Turns of ended tasks.
pub static CODEAGENT_TASK_TURNS: Metric = Metric {
    name: "codeagent.task.turns",
    prometheus: "codeagent_task_turns",
    instrument: Instrument::Histogram,
    number: Number::Int,
    unit: "{turn}",
    brief: "Turns of ended tasks.",
    buckets: &[1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0, 34.0, 55.0, 89.0, 144.0, 233.0],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.task.outcome", "codeagent_task_outcome", Level::Required),
        Attribute::new("codeagent.task.judge", "codeagent_task_judge", Level::Recommended),
        Attribute::new("gen_ai.request.model", "gen_ai_request_model", Level::Conditional("If one model did the task.")),
    ],
    opt_in: false,
};

/// `codeagent.task.attempts`: Attempts of ended tasks.
pub static CODEAGENT_TASK_ATTEMPTS: Metric = Metric {
    name: "codeagent.task.attempts",
    prometheus: "codeagent_task_attempts",
    instrument: Instrument::Histogram,
    number: Number::Int,
    unit: "{attempt}",
    brief: "Attempts of ended tasks.",
    buckets: &[1.0, 2.0, 3.0, 5.0, 8.0, 13.0],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.task.outcome", "codeagent_task_outcome", Level::Required),
        Attribute::new("codeagent.task.judge", "codeagent_task_judge", Level::Recommended),
        Attribute::new("gen_ai.request.model", "gen_ai_request_model", Level::Conditional("If one model did the task.")),
    ],
    opt_in: false,
};
