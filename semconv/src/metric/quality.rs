// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Attribute, Instrument, Level, Metric, Number};

/// `codeagent.operation.errors`: Errors of any kind in the operations of agents.
pub static CODEAGENT_OPERATION_ERRORS: Metric = Metric {
    name: "codeagent.operation.errors",
    prometheus: "codeagent_operation_errors_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{error}",
    brief: "Errors of any kind in the operations of agents.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("error.type", "error_type", Level::Required),
        Attribute::new("gen_ai.operation.name", "gen_ai_operation_name", Level::Recommended),
        Attribute::new("codeagent.tool.category", "codeagent_tool_category", Level::Conditional("If the operation is a tool call.")),
    ],
    opt_in: false,
};

/// `codeagent.retries`: Things that were tried again, by why.
pub static CODEAGENT_RETRIES: Metric = Metric {
    name: "codeagent.retries",
    prometheus: "codeagent_retries_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{retry}",
    brief: "Things that were tried again, by why.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.retry.reason", "codeagent_retry_reason", Level::Required),
        Attribute::new("gen_ai.request.model", "gen_ai_request_model", Level::Conditional("If a model call was retried.")),
    ],
    opt_in: false,
};

/// `codeagent.loop.detections`: Times that an agent was judged stuck.
pub static CODEAGENT_LOOP_DETECTIONS: Metric = Metric {
    name: "codeagent.loop.detections",
    prometheus: "codeagent_loop_detections_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{detection}",
    brief: "Times that an agent was judged stuck.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.loop.kind", "codeagent_loop_kind", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.evaluation.score`: Scores of evaluations, scaled to 0 to 1.
pub static CODEAGENT_EVALUATION_SCORE: Metric = Metric {
    name: "codeagent.evaluation.score",
    prometheus: "codeagent_evaluation_score",
    instrument: Instrument::Histogram,
    number: Number::Double,
    unit: "1",
    brief: "Scores of evaluations, scaled to 0 to 1.",
    buckets: &[0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("gen_ai.evaluation.name", "gen_ai_evaluation_name", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.degradation.state`: 1 while a signal is judged degraded, else 0.
pub static CODEAGENT_DEGRADATION_STATE: Metric = Metric {
    name: "codeagent.degradation.state",
    prometheus: "codeagent_degradation_state",
    instrument: Instrument::Gauge,
    number: Number::Int,
    unit: "{signal}",
    brief: "1 while a signal is judged degraded, else 0.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.degradation.signal", "codeagent_degradation_signal", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.degradation.deviation`: The last `codeagent.degradation.effect` of a signal.
pub static CODEAGENT_DEGRADATION_DEVIATION: Metric = Metric {
    name: "codeagent.degradation.deviation",
    prometheus: "codeagent_degradation_deviation_ratio",
    instrument: Instrument::Gauge,
    number: Number::Double,
    unit: "1",
    brief: "The last `codeagent.degradation.effect` of a signal.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.degradation.signal", "codeagent_degradation_signal", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.degradation.checks`: Degradation tests that were run.
pub static CODEAGENT_DEGRADATION_CHECKS: Metric = Metric {
    name: "codeagent.degradation.checks",
    prometheus: "codeagent_degradation_checks_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{check}",
    brief: "Degradation tests that were run.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.degradation.signal", "codeagent_degradation_signal", Level::Required),
        Attribute::new("codeagent.degradation.verdict", "codeagent_degradation_verdict", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.actions`: Corrective actions.
pub static CODEAGENT_ACTIONS: Metric = Metric {
    name: "codeagent.actions",
    prometheus: "codeagent_actions_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{action}",
    brief: "Corrective actions.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.action.kind", "codeagent_action_kind", Level::Required),
        Attribute::new("codeagent.action.result", "codeagent_action_result", Level::Required),
    ],
    opt_in: false,
};
