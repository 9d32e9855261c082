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

/// Every event.
pub static ALL: &[&crate::Event] = &[
    &CODEAGENT_FLEET_CHANGED,
    &CODEAGENT_PERMISSION_DECIDED,
    &CODEAGENT_HUMAN_INTERVENED,
    &CODEAGENT_RETRY_EXHAUSTED,
    &CODEAGENT_LOOP_DETECTED,
    &CODEAGENT_DEGRADATION_DETECTED,
    &CODEAGENT_DEGRADATION_RESOLVED,
    &CODEAGENT_ACTION_TAKEN,
    &CODEAGENT_PROCESS_PANICKED,
    &CODEAGENT_TASK_BEGAN,
    &CODEAGENT_TASK_JUDGED,
];
