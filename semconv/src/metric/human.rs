// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Attribute, Instrument, Level, Metric, Number};

/// `codeagent.permission.decisions`: Decisions on permissions.
pub static CODEAGENT_PERMISSION_DECISIONS: Metric = Metric {
    name: "codeagent.permission.decisions",
    prometheus: "codeagent_permission_decisions_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{decision}",
    brief: "Decisions on permissions.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.permission.decision", "codeagent_permission_decision", Level::Required),
        Attribute::new("codeagent.permission.source", "codeagent_permission_source", Level::Required),
        Attribute::new("codeagent.tool.category", "codeagent_tool_category", Level::Recommended),
    ],
    opt_in: false,
};

/// `codeagent.permission.wait_time`: How long agents waited for a decision.
pub static CODEAGENT_PERMISSION_WAIT_TIME: Metric = Metric {
    name: "codeagent.permission.wait_time",
    prometheus: "codeagent_permission_wait_time_seconds",
    instrument: Instrument::Histogram,
    number: Number::Double,
    unit: "s",
    brief: "How long agents waited for a decision.",
    buckets: &[0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.permission.source", "codeagent_permission_source", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.human.interventions`: Times that people stepped in.
pub static CODEAGENT_HUMAN_INTERVENTIONS: Metric = Metric {
    name: "codeagent.human.interventions",
    prometheus: "codeagent_human_interventions_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{intervention}",
    brief: "Times that people stepped in.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.intervention.kind", "codeagent_intervention_kind", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.active_time`: Time in which somebody was at work, idle time excluded.
pub static CODEAGENT_ACTIVE_TIME: Metric = Metric {
    name: "codeagent.active_time",
    prometheus: "codeagent_active_time_seconds_total",
    instrument: Instrument::Counter,
    number: Number::Double,
    unit: "s",
    brief: "Time in which somebody was at work, idle time excluded.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.time.owner", "codeagent_time_owner", Level::Required),
    ],
    opt_in: false,
};
