//! Events: a descriptor for each.
//
// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Attribute, Event, Level};

/// `codeagent.fleet.changed`: Something that can change the quality of the fleet's work was deployed.
///
/// The mark that charts draw and that degradation tests compare around.
pub static CODEAGENT_FLEET_CHANGED: Event = Event {
    name: "codeagent.fleet.changed",
    brief: "Something that can change the quality of the fleet's work was deployed.",
    attributes: &[
        Attribute::new("codeagent.change.kind", "codeagent_change_kind", Level::Required),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.prompt.revision", "codeagent_prompt_revision", Level::Recommended),
        Attribute::new("codeagent.toolset.revision", "codeagent_toolset_revision", Level::Recommended),
        Attribute::new("gen_ai.request.model", "gen_ai_request_model", Level::Recommended),
        Attribute::new("service.version", "service_version", Level::Recommended),
        Attribute::new("vcs.ref.head.revision", "vcs_ref_head_revision", Level::Recommended),
    ],
    opt_in: false,
};

/// `codeagent.permission.decided`: A permission was given or refused.
pub static CODEAGENT_PERMISSION_DECIDED: Event = Event {
    name: "codeagent.permission.decided",
    brief: "A permission was given or refused.",
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

/// `codeagent.human.intervened`: A person stepped in.
pub static CODEAGENT_HUMAN_INTERVENED: Event = Event {
    name: "codeagent.human.intervened",
    brief: "A person stepped in.",
    attributes: &[
        Attribute::new("codeagent.task.id", "codeagent_task_id", Level::Conditional("If the signal belongs to a task.")),
        Attribute::new("session.id", "session_id", Level::Recommended),
        Attribute::new("gen_ai.conversation.id", "gen_ai_conversation_id", Level::Recommended),
        Attribute::new("gen_ai.agent.name", "gen_ai_agent_name", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.intervention.kind", "codeagent_intervention_kind", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.model.called`: A model call ended.
///
/// Says in one record what the span says, for stores that hold log records only.
pub static CODEAGENT_MODEL_CALLED: Event = Event {
    name: "codeagent.model.called",
    brief: "A model call ended.",
    attributes: &[
        Attribute::new("codeagent.task.id", "codeagent_task_id", Level::Conditional("If the signal belongs to a task.")),
        Attribute::new("session.id", "session_id", Level::Recommended),
        Attribute::new("gen_ai.conversation.id", "gen_ai_conversation_id", Level::Recommended),
        Attribute::new("gen_ai.agent.name", "gen_ai_agent_name", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("gen_ai.provider.name", "gen_ai_provider_name", Level::Required),
        Attribute::new("gen_ai.request.model", "gen_ai_request_model", Level::Recommended),
        Attribute::new("gen_ai.response.id", "gen_ai_response_id", Level::Recommended),
        Attribute::new("codeagent.operation.duration", "codeagent_operation_duration", Level::Required),
        Attribute::new("gen_ai.usage.input_tokens", "gen_ai_usage_input_tokens", Level::Recommended),
        Attribute::new("gen_ai.usage.output_tokens", "gen_ai_usage_output_tokens", Level::Recommended),
        Attribute::new("error.type", "error_type", Level::Conditional("When the call failed.")),
    ],
    opt_in: false,
};

/// `codeagent.evaluation.scored`: An evaluation gave a score.
pub static CODEAGENT_EVALUATION_SCORED: Event = Event {
    name: "codeagent.evaluation.scored",
    brief: "An evaluation gave a score.",
    attributes: &[
        Attribute::new("codeagent.task.id", "codeagent_task_id", Level::Conditional("If the signal belongs to a task.")),
        Attribute::new("session.id", "session_id", Level::Recommended),
        Attribute::new("gen_ai.conversation.id", "gen_ai_conversation_id", Level::Recommended),
        Attribute::new("gen_ai.agent.name", "gen_ai_agent_name", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("gen_ai.evaluation.name", "gen_ai_evaluation_name", Level::Required),
        Attribute::new("gen_ai.evaluation.score.value", "gen_ai_evaluation_score_value", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.retry.exhausted`: Retries ran out.
pub static CODEAGENT_RETRY_EXHAUSTED: Event = Event {
    name: "codeagent.retry.exhausted",
    brief: "Retries ran out.",
    attributes: &[
        Attribute::new("codeagent.task.id", "codeagent_task_id", Level::Conditional("If the signal belongs to a task.")),
        Attribute::new("session.id", "session_id", Level::Recommended),
        Attribute::new("gen_ai.conversation.id", "gen_ai_conversation_id", Level::Recommended),
        Attribute::new("gen_ai.agent.name", "gen_ai_agent_name", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.retry.reason", "codeagent_retry_reason", Level::Required),
        Attribute::new("codeagent.retry.count", "codeagent_retry_count", Level::Recommended),
        Attribute::new("error.type", "error_type", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.loop.detected`: The agent was judged stuck.
pub static CODEAGENT_LOOP_DETECTED: Event = Event {
    name: "codeagent.loop.detected",
    brief: "The agent was judged stuck.",
    attributes: &[
        Attribute::new("codeagent.task.id", "codeagent_task_id", Level::Conditional("If the signal belongs to a task.")),
        Attribute::new("session.id", "session_id", Level::Recommended),
        Attribute::new("gen_ai.conversation.id", "gen_ai_conversation_id", Level::Recommended),
        Attribute::new("gen_ai.agent.name", "gen_ai_agent_name", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.loop.kind", "codeagent_loop_kind", Level::Required),
        Attribute::new("codeagent.turn.number", "codeagent_turn_number", Level::Recommended),
    ],
    opt_in: false,
};

/// `codeagent.degradation.detected`: A signal of quality got worse.
pub static CODEAGENT_DEGRADATION_DETECTED: Event = Event {
    name: "codeagent.degradation.detected",
    brief: "A signal of quality got worse.",
    attributes: &[
        Attribute::new("codeagent.degradation.id", "codeagent_degradation_id", Level::Required),
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
        Attribute::new("codeagent.degradation.dimension.name", "codeagent_degradation_dimension_name", Level::Recommended),
        Attribute::new("codeagent.degradation.dimension.value", "codeagent_degradation_dimension_value", Level::Recommended),
    ],
    opt_in: false,
};

/// `codeagent.degradation.resolved`: A degradation ended.
pub static CODEAGENT_DEGRADATION_RESOLVED: Event = Event {
    name: "codeagent.degradation.resolved",
    brief: "A degradation ended.",
    attributes: &[
        Attribute::new("codeagent.degradation.id", "codeagent_degradation_id", Level::Required),
        Attribute::new("codeagent.degradation.signal", "codeagent_degradation_signal", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.action.taken`: A corrective action was proposed or taken.
pub static CODEAGENT_ACTION_TAKEN: Event = Event {
    name: "codeagent.action.taken",
    brief: "A corrective action was proposed or taken.",
    attributes: &[
        Attribute::new("codeagent.degradation.id", "codeagent_degradation_id", Level::Conditional("If a finding caused it.")),
        Attribute::new("codeagent.action.kind", "codeagent_action_kind", Level::Required),
        Attribute::new("codeagent.action.result", "codeagent_action_result", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.process.panicked`: A thread of the agent panicked.
pub static CODEAGENT_PROCESS_PANICKED: Event = Event {
    name: "codeagent.process.panicked",
    brief: "A thread of the agent panicked.",
    attributes: &[
        Attribute::new("codeagent.task.id", "codeagent_task_id", Level::Conditional("If the signal belongs to a task.")),
        Attribute::new("session.id", "session_id", Level::Recommended),
        Attribute::new("gen_ai.conversation.id", "gen_ai_conversation_id", Level::Recommended),
        Attribute::new("gen_ai.agent.name", "gen_ai_agent_name", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("exception.type", "exception_type", Level::Required),
        Attribute::new("exception.message", "exception_message", Level::Recommended),
        Attribute::new("exception.stacktrace", "exception_stacktrace", Level::OptIn),
        Attribute::new("code.file.path", "code_file_path", Level::Recommended),
        Attribute::new("code.line.number", "code_line_number", Level::Recommended),
    ],
    opt_in: false,
};

/// `codeagent.task.began`: A task began.
///
/// Spans are exported when they end, and a task can take hours; this record is how a task in progress is seen.
pub static CODEAGENT_TASK_BEGAN: Event = Event {
    name: "codeagent.task.began",
    brief: "A task began.",
    attributes: &[
        Attribute::new("codeagent.task.id", "codeagent_task_id", Level::Required),
        Attribute::new("session.id", "session_id", Level::Recommended),
        Attribute::new("gen_ai.conversation.id", "gen_ai_conversation_id", Level::Recommended),
        Attribute::new("gen_ai.agent.name", "gen_ai_agent_name", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.kind", "codeagent_task_kind", Level::Recommended),
        Attribute::new("codeagent.task.source", "codeagent_task_source", Level::Recommended),
        Attribute::new("codeagent.task.group", "codeagent_task_group", Level::Recommended),
    ],
    opt_in: false,
};

/// `codeagent.task.judged`: A judge gave the outcome of a task, or changed it.
///
/// May come long after the span has ended (CI, merge). Carries the trace and span id of the task.
pub static CODEAGENT_TASK_JUDGED: Event = Event {
    name: "codeagent.task.judged",
    brief: "A judge gave the outcome of a task, or changed it.",
    attributes: &[
        Attribute::new("codeagent.task.id", "codeagent_task_id", Level::Required),
        Attribute::new("session.id", "session_id", Level::Recommended),
        Attribute::new("gen_ai.conversation.id", "gen_ai_conversation_id", Level::Recommended),
        Attribute::new("gen_ai.agent.name", "gen_ai_agent_name", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.task.outcome", "codeagent_task_outcome", Level::Required),
        Attribute::new("codeagent.task.judge", "codeagent_task_judge", Level::Required),
        Attribute::new("codeagent.task.failure.reason", "codeagent_task_failure_reason", Level::Conditional("When the outcome is neither `success` nor `unknown`.")),
    ],
    opt_in: false,
};

/// `codeagent.tool.called`: A tool call ended.
///
/// Says in one record what the span says, for stores that hold log records only.
pub static CODEAGENT_TOOL_CALLED: Event = Event {
    name: "codeagent.tool.called",
    brief: "A tool call ended.",
    attributes: &[
        Attribute::new("codeagent.task.id", "codeagent_task_id", Level::Conditional("If the signal belongs to a task.")),
        Attribute::new("session.id", "session_id", Level::Recommended),
        Attribute::new("gen_ai.conversation.id", "gen_ai_conversation_id", Level::Recommended),
        Attribute::new("gen_ai.agent.name", "gen_ai_agent_name", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("gen_ai.tool.name", "gen_ai_tool_name", Level::Required),
        Attribute::new("gen_ai.tool.call.id", "gen_ai_tool_call_id", Level::Recommended),
        Attribute::new("codeagent.tool.category", "codeagent_tool_category", Level::Recommended),
        Attribute::new("codeagent.operation.duration", "codeagent_operation_duration", Level::Required),
        Attribute::new("error.type", "error_type", Level::Conditional("When the call failed.")),
    ],
    opt_in: false,
};

/// `codeagent.command.ended`: A command ended.
pub static CODEAGENT_COMMAND_ENDED: Event = Event {
    name: "codeagent.command.ended",
    brief: "A command ended.",
    attributes: &[
        Attribute::new("codeagent.task.id", "codeagent_task_id", Level::Conditional("If the signal belongs to a task.")),
        Attribute::new("session.id", "session_id", Level::Recommended),
        Attribute::new("gen_ai.conversation.id", "gen_ai_conversation_id", Level::Recommended),
        Attribute::new("gen_ai.agent.name", "gen_ai_agent_name", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.command.program", "codeagent_command_program", Level::Required),
        Attribute::new("codeagent.command.kind", "codeagent_command_kind", Level::Recommended),
        Attribute::new("process.exit.code", "process_exit_code", Level::Conditional("When the process ended by itself.")),
        Attribute::new("codeagent.operation.duration", "codeagent_operation_duration", Level::Required),
        Attribute::new("codeagent.command.cpu_time", "codeagent_command_cpu_time", Level::Recommended),
        Attribute::new("codeagent.command.memory_max", "codeagent_command_memory_max", Level::Recommended),
        Attribute::new("error.type", "error_type", Level::Conditional("When the exit code is not 0, or the process did not start or was killed.")),
    ],
    opt_in: false,
};

/// `codeagent.edit.ended`: An edit was applied, or not.
pub static CODEAGENT_EDIT_ENDED: Event = Event {
    name: "codeagent.edit.ended",
    brief: "An edit was applied, or not.",
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
    ],
    opt_in: false,
};

/// `codeagent.test.ended`: A test run ended.
pub static CODEAGENT_TEST_ENDED: Event = Event {
    name: "codeagent.test.ended",
    brief: "A test run ended.",
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
    ],
    opt_in: false,
};

/// Every event.
pub static ALL: &[&crate::Event] = &[
    &CODEAGENT_FLEET_CHANGED,
    &CODEAGENT_PERMISSION_DECIDED,
    &CODEAGENT_HUMAN_INTERVENED,
    &CODEAGENT_MODEL_CALLED,
    &CODEAGENT_EVALUATION_SCORED,
    &CODEAGENT_RETRY_EXHAUSTED,
    &CODEAGENT_LOOP_DETECTED,
    &CODEAGENT_DEGRADATION_DETECTED,
    &CODEAGENT_DEGRADATION_RESOLVED,
    &CODEAGENT_ACTION_TAKEN,
    &CODEAGENT_PROCESS_PANICKED,
    &CODEAGENT_TASK_BEGAN,
    &CODEAGENT_TASK_JUDGED,
    &CODEAGENT_TOOL_CALLED,
    &CODEAGENT_COMMAND_ENDED,
    &CODEAGENT_EDIT_ENDED,
    &CODEAGENT_TEST_ENDED,
];
