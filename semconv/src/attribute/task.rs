// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Definition, Int, Key, Text, ValueType, value};

/// `codeagent.task.id`: The task: one unit of work with one outcome.
///
/// Never an attribute of a metric; exemplars lead from a metric to the task.
///
/// Example: `tsk_01J9Z`.
pub const CODEAGENT_TASK_ID: Key<Text> = Key::new("codeagent.task.id");

/// `codeagent.task.group`: Tasks that may be compared: a benchmark suite, an area of the repository, a queue.
///
/// Low cardinality.
///
/// Examples: `nightly-bench`, `billing-service`.
pub const CODEAGENT_TASK_GROUP: Key<Text> = Key::new("codeagent.task.group");

/// `codeagent.task.kind`: What the task asks for.
pub const CODEAGENT_TASK_KIND: Key<value::TaskKind<'static>> = Key::new("codeagent.task.kind");

/// `codeagent.task.source`: Who or what started the task.
pub const CODEAGENT_TASK_SOURCE: Key<value::TaskSource<'static>> = Key::new("codeagent.task.source");

/// `codeagent.task.outcome`: How the task ended.
///
/// In the words of upstream's `cicd.pipeline.result`: `failed` covers its `failure` and `error`, `cancelled` is its
/// `cancellation`.
pub const CODEAGENT_TASK_OUTCOME: Key<value::TaskOutcome<'static>> = Key::new("codeagent.task.outcome");

/// `codeagent.task.judge`: Who decided the outcome.
///
/// The members are in order of strength, weakest first. A stronger judge may overrule a weaker one later: it emits
/// `codeagent.task.judged` again. Absent while nobody has judged.
pub const CODEAGENT_TASK_JUDGE: Key<value::TaskJudge<'static>> = Key::new("codeagent.task.judge");

/// `codeagent.task.failure.reason`: Why the task did not succeed, in one of few words.
///
/// `error.type` keeps the exact class; this is the grouping that dashboards and tests use.
pub const CODEAGENT_TASK_FAILURE_REASON: Key<value::TaskFailureReason<'static>> = Key::new("codeagent.task.failure.reason");

/// `codeagent.attempt.number`: The attempt within the task, the first is 1.
///
/// Examples: `1`, `2`.
pub const CODEAGENT_ATTEMPT_NUMBER: Key<Int> = Key::new("codeagent.attempt.number");

/// `codeagent.turn.number`: The turn within the attempt, the first is 1.
///
/// A turn is one model call and the tool calls that it asks for. Several turns answer one prompt of the user.
///
/// Examples: `1`, `7`.
pub const CODEAGENT_TURN_NUMBER: Key<Int> = Key::new("codeagent.turn.number");

/// `codeagent.turn.count`: How many turns the task, the attempt or the agent run took.
///
/// Example: `14`.
pub const CODEAGENT_TURN_COUNT: Key<Int> = Key::new("codeagent.turn.count");

/// `codeagent.step.number`: The position in the plan, the first is 1.
///
/// Example: `3`.
pub const CODEAGENT_STEP_NUMBER: Key<Int> = Key::new("codeagent.step.number");

/// `codeagent.step.status`: The state of a step of the plan.
pub const CODEAGENT_STEP_STATUS: Key<value::StepStatus<'static>> = Key::new("codeagent.step.status");

pub(super) static DEFINED: &[Definition] = &[
    Definition {
        key: "codeagent.task.id",
        label: "codeagent_task_id",
        value_type: ValueType::Text,
        brief: "The task: one unit of work with one outcome.",
        identifier: true,
    },
    Definition {
        key: "codeagent.task.group",
        label: "codeagent_task_group",
        value_type: ValueType::Text,
        brief: "Tasks that may be compared: a benchmark suite, an area of the repository, a queue.",
        identifier: false,
    },
    Definition {
        key: "codeagent.task.kind",
        label: "codeagent_task_kind",
        value_type: ValueType::Open(&["feature", "bugfix", "refactor", "test", "review", "docs", "migration", "triage", "question", "benchmark", "other"]),
        brief: "What the task asks for.",
        identifier: false,
    },
    Definition {
        key: "codeagent.task.source",
        label: "codeagent_task_source",
        value_type: ValueType::Open(&["interactive", "ci", "issue", "schedule", "api", "benchmark", "agent"]),
        brief: "Who or what started the task.",
        identifier: false,
    },
    Definition {
        key: "codeagent.task.outcome",
        label: "codeagent_task_outcome",
        value_type: ValueType::Open(&["success", "failed", "cancelled", "timeout", "unknown"]),
        brief: "How the task ended.",
        identifier: false,
    },
    Definition {
        key: "codeagent.task.judge",
        label: "codeagent_task_judge",
        value_type: ValueType::Open(&["self", "rule", "model", "test", "ci", "human", "merge"]),
        brief: "Who decided the outcome.",
        identifier: false,
    },
    Definition {
        key: "codeagent.task.failure.reason",
        label: "codeagent_task_failure_reason",
        value_type: ValueType::Open(&["model_error", "rate_limited", "refusal", "tool_error", "edit_error", "build_failure", "test_failure", "context_overflow", "loop_detected", "permission_denied", "sandbox_violation", "budget_exceeded", "timeout", "user_cancelled", "wrong_result", "infrastructure", "crash", "other"]),
        brief: "Why the task did not succeed, in one of few words.",
        identifier: false,
    },
    Definition {
        key: "codeagent.attempt.number",
        label: "codeagent_attempt_number",
        value_type: ValueType::Int,
        brief: "The attempt within the task, the first is 1.",
        identifier: false,
    },
    Definition {
        key: "codeagent.turn.number",
        label: "codeagent_turn_number",
        value_type: ValueType::Int,
        brief: "The turn within the attempt, the first is 1.",
        identifier: false,
    },
    Definition {
        key: "codeagent.turn.count",
        label: "codeagent_turn_count",
        value_type: ValueType::Int,
        brief: "How many turns the task, the attempt or the agent run took.",
        identifier: false,
    },
    Definition {
        key: "codeagent.step.number",
        label: "codeagent_step_number",
        value_type: ValueType::Int,
        brief: "The position in the plan, the first is 1.",
        identifier: false,
    },
    Definition {
        key: "codeagent.step.status",
        label: "codeagent_step_status",
        value_type: ValueType::Open(&["pending", "in_progress", "completed", "skipped", "failed"]),
        brief: "The state of a step of the plan.",
        identifier: false,
    },
];
