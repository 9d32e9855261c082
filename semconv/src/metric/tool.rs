// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Attribute, Instrument, Level, Metric, Number};

/// `codeagent.tool.duration`: Duration of tool calls; its count by `error.type` is the number that failed.
///
/// On metrics, a name outside the configured list is reported as `other`.
pub static CODEAGENT_TOOL_DURATION: Metric = Metric {
    name: "codeagent.tool.duration",
    prometheus: "codeagent_tool_duration_seconds",
    instrument: Instrument::Histogram,
    number: Number::Double,
    unit: "s",
    brief: "Duration of tool calls; its count by `error.type` is the number that failed.",
    buckets: &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("gen_ai.tool.name", "gen_ai_tool_name", Level::Required),
        Attribute::new("codeagent.tool.category", "codeagent_tool_category", Level::Recommended),
        Attribute::new("error.type", "error_type", Level::Conditional("When the call failed.")),
    ],
    opt_in: false,
};

/// `codeagent.command.duration`: Duration of commands.
pub static CODEAGENT_COMMAND_DURATION: Metric = Metric {
    name: "codeagent.command.duration",
    prometheus: "codeagent_command_duration_seconds",
    instrument: Instrument::Histogram,
    number: Number::Double,
    unit: "s",
    brief: "Duration of commands.",
    buckets: &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 1800.0],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.command.kind", "codeagent_command_kind", Level::Required),
        Attribute::new("codeagent.command.program", "codeagent_command_program", Level::OptIn),
        Attribute::new("error.type", "error_type", Level::Conditional("When the command failed.")),
    ],
    opt_in: false,
};

/// `codeagent.edit.attempts`: Edits that were tried, by what became of them.
pub static CODEAGENT_EDIT_ATTEMPTS: Metric = Metric {
    name: "codeagent.edit.attempts",
    prometheus: "codeagent_edit_attempts_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{edit}",
    brief: "Edits that were tried, by what became of them.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.edit.status", "codeagent_edit_status", Level::Required),
        Attribute::new("codeagent.edit.operation", "codeagent_edit_operation", Level::Recommended),
        Attribute::new("codeagent.edit.language", "codeagent_edit_language", Level::OptIn),
    ],
    opt_in: false,
};

/// `codeagent.edit.lines`: Lines that applied edits changed.
pub static CODEAGENT_EDIT_LINES: Metric = Metric {
    name: "codeagent.edit.lines",
    prometheus: "codeagent_edit_lines_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{line}",
    brief: "Lines that applied edits changed.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("vcs.line_change.type", "vcs_line_change_type", Level::Required),
        Attribute::new("codeagent.edit.language", "codeagent_edit_language", Level::OptIn),
    ],
    opt_in: false,
};

/// `codeagent.edit.survival`: Share of the lines that the agent wrote which are still there, from 0 to 1.
pub static CODEAGENT_EDIT_SURVIVAL: Metric = Metric {
    name: "codeagent.edit.survival",
    prometheus: "codeagent_edit_survival",
    instrument: Instrument::Histogram,
    number: Number::Double,
    unit: "1",
    brief: "Share of the lines that the agent wrote which are still there, from 0 to 1.",
    buckets: &[0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.edit.age", "codeagent_edit_age", Level::Required),
    ],
    opt_in: true,
};

/// `codeagent.vcs.commits`: Commits that agents made.
pub static CODEAGENT_VCS_COMMITS: Metric = Metric {
    name: "codeagent.vcs.commits",
    prometheus: "codeagent_vcs_commits_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{commit}",
    brief: "Commits that agents made.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
    ],
    opt_in: false,
};

/// `codeagent.vcs.changes`: Pull or merge requests of agents, by the state that they reached.
pub static CODEAGENT_VCS_CHANGES: Metric = Metric {
    name: "codeagent.vcs.changes",
    prometheus: "codeagent_vcs_changes_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{change}",
    brief: "Pull or merge requests of agents, by the state that they reached.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("vcs.change.state", "vcs_change_state", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.test.duration`: Duration of test runs; its count by status is the number of runs.
pub static CODEAGENT_TEST_DURATION: Metric = Metric {
    name: "codeagent.test.duration",
    prometheus: "codeagent_test_duration_seconds",
    instrument: Instrument::Histogram,
    number: Number::Double,
    unit: "s",
    brief: "Duration of test runs; its count by status is the number of runs.",
    buckets: &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 1800.0],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("test.suite.run.status", "test_suite_run_status", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.test.cases`: Test cases that were run, by result.
///
/// Upstream knows no result for a skipped case; skipped cases are on the span alone.
pub static CODEAGENT_TEST_CASES: Metric = Metric {
    name: "codeagent.test.cases",
    prometheus: "codeagent_test_cases_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{case}",
    brief: "Test cases that were run, by result.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("test.case.result.status", "test_case_result_status", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.sandbox.outcomes`: Calls in a sandbox, by what it did with them.
pub static CODEAGENT_SANDBOX_OUTCOMES: Metric = Metric {
    name: "codeagent.sandbox.outcomes",
    prometheus: "codeagent_sandbox_outcomes_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{call}",
    brief: "Calls in a sandbox, by what it did with them.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Conditional("If configured.")),
        Attribute::new("codeagent.sandbox.outcome", "codeagent_sandbox_outcome", Level::Required),
        Attribute::new("codeagent.sandbox.type", "codeagent_sandbox_type", Level::Recommended),
    ],
    opt_in: false,
};
