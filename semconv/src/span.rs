//! Kinds of span: a descriptor for each.
//
// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Attribute, Level, Span, SpanKind};

/// `otelcol.receiver.request`: A request to a receiver, from the end of its body to its answer. MetricsReceived and
/// LogsReceived for the other signals.
pub static OTELCOL_RECEIVER_REQUEST: Span = Span {
    id: "otelcol.receiver.request",
    name: "receiver/{receiver}/TraceDataReceived",
    kind: SpanKind::Server,
    brief: "A request to a receiver, from the end of its body to its answer. MetricsReceived and LogsReceived for the other signals.",
    attributes: &[
        Attribute::new("receiver", "receiver", Level::Required),
        Attribute::new("transport", "transport", Level::Required),
        Attribute::new("format", "format", Level::Required),
        Attribute::new("accepted_spans", "accepted_spans", Level::Conditional("On a request of this signal.")),
        Attribute::new("accepted_metric_points", "accepted_metric_points", Level::Conditional("On a request of this signal.")),
        Attribute::new("accepted_log_records", "accepted_log_records", Level::Conditional("On a request of this signal.")),
        Attribute::new("refused_spans", "refused_spans", Level::Conditional("On a request of this signal.")),
        Attribute::new("refused_metric_points", "refused_metric_points", Level::Conditional("On a request of this signal.")),
        Attribute::new("refused_log_records", "refused_log_records", Level::Conditional("On a request of this signal.")),
    ],
    opt_in: true,
};

/// `otelcol.exporter.delivery`: The delivery of a batch by an exporter, its retries included.
pub static OTELCOL_EXPORTER_DELIVERY: Span = Span {
    id: "otelcol.exporter.delivery",
    name: "exporter/{exporter}/{data_type}",
    kind: SpanKind::Client,
    brief: "The delivery of a batch by an exporter, its retries included.",
    attributes: &[
        Attribute::new("exporter", "exporter", Level::Required),
        Attribute::new("data_type", "data_type", Level::Required),
        Attribute::new("items.sent", "items_sent", Level::Required),
        Attribute::new("items.failed", "items_failed", Level::Required),
    ],
    opt_in: true,
};

/// `codeagent.permission.wait`: The time from the question for a permission to the decision.
pub static CODEAGENT_PERMISSION_WAIT: Span = Span {
    id: "codeagent.permission.wait",
    name: "permission",
    kind: SpanKind::Internal,
    brief: "The time from the question for a permission to the decision.",
    attributes: &[
        Attribute::new("codeagent.task.id", "codeagent_task_id", Level::Conditional("If the signal belongs to a task.")),
        Attribute::new("session.id", "session_id", Level::Recommended),
        Attribute::new("gen_ai.conversation.id", "gen_ai_conversation_id", Level::Recommended),
        Attribute::new("gen_ai.agent.name", "gen_ai_agent_name", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("gen_ai.tool.name", "gen_ai_tool_name", Level::Required),
        Attribute::new("gen_ai.tool.call.id", "gen_ai_tool_call_id", Level::Recommended),
        Attribute::new("codeagent.permission.decision", "codeagent_permission_decision", Level::Required),
        Attribute::new("codeagent.permission.source", "codeagent_permission_source", Level::Required),
        Attribute::new("codeagent.permission.mode", "codeagent_permission_mode", Level::Recommended),
    ],
    opt_in: false,
};

/// `codeagent.context.compact`: A compaction of the context.
pub static CODEAGENT_CONTEXT_COMPACT: Span = Span {
    id: "codeagent.context.compact",
    name: "compact",
    kind: SpanKind::Internal,
    brief: "A compaction of the context.",
    attributes: &[
        Attribute::new("codeagent.task.id", "codeagent_task_id", Level::Conditional("If the signal belongs to a task.")),
        Attribute::new("session.id", "session_id", Level::Recommended),
        Attribute::new("gen_ai.conversation.id", "gen_ai_conversation_id", Level::Recommended),
        Attribute::new("gen_ai.agent.name", "gen_ai_agent_name", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.compaction.trigger", "codeagent_compaction_trigger", Level::Required),
        Attribute::new("codeagent.compaction.tokens_before", "codeagent_compaction_tokens_before", Level::Recommended),
        Attribute::new("codeagent.compaction.tokens_after", "codeagent_compaction_tokens_after", Level::Conditional("When the compaction succeeded.")),
        Attribute::new("codeagent.context.window", "codeagent_context_window", Level::Recommended),
        Attribute::new("error.type", "error_type", Level::Conditional("When the compaction failed.")),
    ],
    opt_in: false,
};

/// `codeagent.degradation.check`: One evaluation of one signal.
pub static CODEAGENT_DEGRADATION_CHECK: Span = Span {
    id: "codeagent.degradation.check",
    name: "degradation check",
    kind: SpanKind::Internal,
    brief: "One evaluation of one signal.",
    attributes: &[
        Attribute::new("codeagent.degradation.signal", "codeagent_degradation_signal", Level::Required),
        Attribute::new("codeagent.degradation.method", "codeagent_degradation_method", Level::Required),
        Attribute::new("codeagent.degradation.baseline.value", "codeagent_degradation_baseline_value", Level::Recommended),
        Attribute::new("codeagent.degradation.baseline.samples", "codeagent_degradation_baseline_samples", Level::Recommended),
        Attribute::new("codeagent.degradation.baseline.revision", "codeagent_degradation_baseline_revision", Level::Conditional("If revisions are compared.")),
        Attribute::new("codeagent.degradation.current.value", "codeagent_degradation_current_value", Level::Recommended),
        Attribute::new("codeagent.degradation.current.samples", "codeagent_degradation_current_samples", Level::Recommended),
        Attribute::new("codeagent.degradation.current.revision", "codeagent_degradation_current_revision", Level::Conditional("If revisions are compared.")),
        Attribute::new("codeagent.degradation.effect", "codeagent_degradation_effect", Level::Recommended),
        Attribute::new("codeagent.degradation.probability", "codeagent_degradation_probability", Level::Recommended),
        Attribute::new("codeagent.degradation.verdict", "codeagent_degradation_verdict", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.task`: One unit of work with one outcome, over all its attempts.
///
/// The status is ERROR for the outcomes `failed` and `timeout`, else unset. Children: `codeagent.attempt`.
pub static CODEAGENT_TASK: Span = Span {
    id: "codeagent.task",
    name: "task {codeagent.task.kind}",
    kind: SpanKind::Internal,
    brief: "One unit of work with one outcome, over all its attempts.",
    attributes: &[
        Attribute::new("codeagent.task.id", "codeagent_task_id", Level::Required).for_samplers(),
        Attribute::new("session.id", "session_id", Level::Recommended),
        Attribute::new("gen_ai.conversation.id", "gen_ai_conversation_id", Level::Recommended),
        Attribute::new("gen_ai.agent.name", "gen_ai_agent_name", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("vcs.repository.name", "vcs_repository_name", Level::Recommended),
        Attribute::new("vcs.ref.head.name", "vcs_ref_head_name", Level::OptIn),
        Attribute::new("vcs.ref.head.revision", "vcs_ref_head_revision", Level::OptIn),
        Attribute::new("vcs.change.id", "vcs_change_id", Level::OptIn),
        Attribute::new("codeagent.task.kind", "codeagent_task_kind", Level::Recommended).for_samplers(),
        Attribute::new("codeagent.task.source", "codeagent_task_source", Level::Recommended).for_samplers(),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Recommended).for_samplers(),
        Attribute::new("codeagent.task.outcome", "codeagent_task_outcome", Level::Conditional("When the task has ended.")),
        Attribute::new("codeagent.task.judge", "codeagent_task_judge", Level::Conditional("When somebody has judged.")),
        Attribute::new("codeagent.task.failure.reason", "codeagent_task_failure_reason", Level::Conditional("When the outcome is neither `success` nor `unknown`.")),
        Attribute::new("error.type", "error_type", Level::Conditional("When the outcome is `failed` or `timeout`.")),
        Attribute::new("codeagent.turn.count", "codeagent_turn_count", Level::Recommended),
        Attribute::new("codeagent.cost.amount", "codeagent_cost_amount", Level::Recommended),
        Attribute::new("codeagent.cost.source", "codeagent_cost_source", Level::Conditional("If a cost is given.")),
        Attribute::new("gen_ai.usage.input_tokens", "gen_ai_usage_input_tokens", Level::Recommended),
        Attribute::new("gen_ai.usage.output_tokens", "gen_ai_usage_output_tokens", Level::Recommended),
    ],
    opt_in: false,
};

/// `codeagent.attempt`: One try at the task; further tries are its siblings.
///
/// Children: upstream's `invoke_agent` spans, and below them `chat`, `execute_tool` and `plan`.
pub static CODEAGENT_ATTEMPT: Span = Span {
    id: "codeagent.attempt",
    name: "attempt",
    kind: SpanKind::Internal,
    brief: "One try at the task; further tries are its siblings.",
    attributes: &[
        Attribute::new("codeagent.task.id", "codeagent_task_id", Level::Conditional("If the signal belongs to a task.")),
        Attribute::new("session.id", "session_id", Level::Recommended),
        Attribute::new("gen_ai.conversation.id", "gen_ai_conversation_id", Level::Recommended),
        Attribute::new("gen_ai.agent.name", "gen_ai_agent_name", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.attempt.number", "codeagent_attempt_number", Level::Required),
        Attribute::new("codeagent.task.outcome", "codeagent_task_outcome", Level::Conditional("When the attempt has ended.")),
        Attribute::new("error.type", "error_type", Level::Conditional("When the attempt failed.")),
        Attribute::new("codeagent.turn.count", "codeagent_turn_count", Level::Recommended),
    ],
    opt_in: false,
};

/// `codeagent.step`: The execution of one step of the plan.
pub static CODEAGENT_STEP: Span = Span {
    id: "codeagent.step",
    name: "step {codeagent.step.number}",
    kind: SpanKind::Internal,
    brief: "The execution of one step of the plan.",
    attributes: &[
        Attribute::new("codeagent.task.id", "codeagent_task_id", Level::Conditional("If the signal belongs to a task.")),
        Attribute::new("session.id", "session_id", Level::Recommended),
        Attribute::new("gen_ai.conversation.id", "gen_ai_conversation_id", Level::Recommended),
        Attribute::new("gen_ai.agent.name", "gen_ai_agent_name", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.step.number", "codeagent_step_number", Level::Required),
        Attribute::new("codeagent.step.status", "codeagent_step_status", Level::Required),
        Attribute::new("error.type", "error_type", Level::Conditional("When the step failed.")),
    ],
    opt_in: false,
};

/// `codeagent.command.run`: A command that the agent ran.
///
/// Child of the `execute_tool` span. The command's process gets TRACEPARENT, TRACESTATE and BAGGAGE.
pub static CODEAGENT_COMMAND_RUN: Span = Span {
    id: "codeagent.command.run",
    name: "run {codeagent.command.program}",
    kind: SpanKind::Internal,
    brief: "A command that the agent ran.",
    attributes: &[
        Attribute::new("codeagent.task.id", "codeagent_task_id", Level::Conditional("If the signal belongs to a task.")),
        Attribute::new("session.id", "session_id", Level::Recommended),
        Attribute::new("gen_ai.conversation.id", "gen_ai_conversation_id", Level::Recommended),
        Attribute::new("gen_ai.agent.name", "gen_ai_agent_name", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.command.program", "codeagent_command_program", Level::Required).for_samplers(),
        Attribute::new("codeagent.command.kind", "codeagent_command_kind", Level::Recommended),
        Attribute::new("process.exit.code", "process_exit_code", Level::Conditional("When the process ended by itself.")),
        Attribute::new("codeagent.command.cpu_time", "codeagent_command_cpu_time", Level::Recommended),
        Attribute::new("codeagent.command.memory_max", "codeagent_command_memory_max", Level::Recommended),
        Attribute::new("codeagent.sandbox.type", "codeagent_sandbox_type", Level::Recommended),
        Attribute::new("codeagent.sandbox.outcome", "codeagent_sandbox_outcome", Level::Conditional("If there is a sandbox.")),
        Attribute::new("error.type", "error_type", Level::Conditional("When the exit code is not 0, or the process did not start or was killed.")),
        Attribute::new("process.command_line", "process_command_line", Level::OptIn),
    ],
    opt_in: false,
};

/// `codeagent.edit.apply`: One edit or patch applied to one file.
pub static CODEAGENT_EDIT_APPLY: Span = Span {
    id: "codeagent.edit.apply",
    name: "edit {codeagent.edit.operation}",
    kind: SpanKind::Internal,
    brief: "One edit or patch applied to one file.",
    attributes: &[
        Attribute::new("codeagent.task.id", "codeagent_task_id", Level::Conditional("If the signal belongs to a task.")),
        Attribute::new("session.id", "session_id", Level::Recommended),
        Attribute::new("gen_ai.conversation.id", "gen_ai_conversation_id", Level::Recommended),
        Attribute::new("gen_ai.agent.name", "gen_ai_agent_name", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.edit.operation", "codeagent_edit_operation", Level::Required),
        Attribute::new("codeagent.edit.status", "codeagent_edit_status", Level::Required),
        Attribute::new("codeagent.edit.language", "codeagent_edit_language", Level::Recommended),
        Attribute::new("codeagent.edit.lines_added", "codeagent_edit_lines_added", Level::Recommended),
        Attribute::new("codeagent.edit.lines_removed", "codeagent_edit_lines_removed", Level::Recommended),
        Attribute::new("error.type", "error_type", Level::Conditional("When the edit failed.")),
        Attribute::new("code.file.path", "code_file_path", Level::OptIn),
    ],
    opt_in: false,
};

/// `codeagent.test.run`: A test run that the agent or its judge started.
///
/// The span's name is `test` where the suite is not known.
pub static CODEAGENT_TEST_RUN: Span = Span {
    id: "codeagent.test.run",
    name: "test {test.suite.name}",
    kind: SpanKind::Internal,
    brief: "A test run that the agent or its judge started.",
    attributes: &[
        Attribute::new("codeagent.task.id", "codeagent_task_id", Level::Conditional("If the signal belongs to a task.")),
        Attribute::new("session.id", "session_id", Level::Recommended),
        Attribute::new("gen_ai.conversation.id", "gen_ai_conversation_id", Level::Recommended),
        Attribute::new("gen_ai.agent.name", "gen_ai_agent_name", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("test.suite.name", "test_suite_name", Level::Conditional("If known.")),
        Attribute::new("test.suite.run.status", "test_suite_run_status", Level::Required),
        Attribute::new("codeagent.test.passed", "codeagent_test_passed", Level::Recommended),
        Attribute::new("codeagent.test.failed", "codeagent_test_failed", Level::Recommended),
        Attribute::new("codeagent.test.skipped", "codeagent_test_skipped", Level::Recommended),
        Attribute::new("error.type", "error_type", Level::Conditional("When the run did not complete.")),
    ],
    opt_in: false,
};

/// Every kind of span.
pub static ALL: &[&crate::Span] = &[
    &OTELCOL_RECEIVER_REQUEST,
    &OTELCOL_EXPORTER_DELIVERY,
    &CODEAGENT_PERMISSION_WAIT,
    &CODEAGENT_CONTEXT_COMPACT,
    &CODEAGENT_DEGRADATION_CHECK,
    &CODEAGENT_TASK,
    &CODEAGENT_ATTEMPT,
    &CODEAGENT_STEP,
    &CODEAGENT_COMMAND_RUN,
    &CODEAGENT_EDIT_APPLY,
    &CODEAGENT_TEST_RUN,
];
