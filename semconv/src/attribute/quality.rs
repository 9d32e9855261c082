// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Definition, Double, Int, Key, Text, ValueType, value};

/// `codeagent.retry.reason`: Why something was tried again.
pub const CODEAGENT_RETRY_REASON: Key<value::RetryReason<'static>> = Key::new("codeagent.retry.reason");

/// `codeagent.retry.count`: How often it was tried again before it was given up.
///
/// Example: `10`.
pub const CODEAGENT_RETRY_COUNT: Key<Int> = Key::new("codeagent.retry.count");

/// `codeagent.loop.kind`: The pattern by which the agent was judged stuck.
pub const CODEAGENT_LOOP_KIND: Key<value::LoopKind<'static>> = Key::new("codeagent.loop.kind");

/// `codeagent.degradation.id`: One finding of degradation, the same from detection to resolution.
///
/// Example: `dg_01JA`.
pub const CODEAGENT_DEGRADATION_ID: Key<Text> = Key::new("codeagent.degradation.id");

/// `codeagent.degradation.signal`: The signal of quality that was tested.
///
/// Low cardinality, from the detector's configuration.
///
/// Examples: `task.success_rate`, `task.duration.p90`, `task.cost.mean`, `tool.error_rate`,
/// `process.cpu.utilization`.
pub const CODEAGENT_DEGRADATION_SIGNAL: Key<Text> = Key::new("codeagent.degradation.signal");

/// `codeagent.degradation.verdict`: The result of a degradation test.
pub const CODEAGENT_DEGRADATION_VERDICT: Key<value::DegradationVerdict<'static>> = Key::new("codeagent.degradation.verdict");

/// `codeagent.degradation.method`: The test that gave the verdict.
///
/// Examples: `beta_binomial`, `welch_t`, `mann_whitney`, `e_divisive`, `burn_rate`, `budget`.
pub const CODEAGENT_DEGRADATION_METHOD: Key<Text> = Key::new("codeagent.degradation.method");

/// `codeagent.degradation.baseline.value`: The signal in the baseline.
///
/// Example: `0.91`.
pub const CODEAGENT_DEGRADATION_BASELINE_VALUE: Key<Double> = Key::new("codeagent.degradation.baseline.value");

/// `codeagent.degradation.baseline.samples`: Samples in the baseline.
///
/// Example: `640`.
pub const CODEAGENT_DEGRADATION_BASELINE_SAMPLES: Key<Int> = Key::new("codeagent.degradation.baseline.samples");

/// `codeagent.degradation.baseline.revision`: The `codeagent.config.revision` of the baseline, if it has one.
///
/// Example: `c-3f9a1d`.
pub const CODEAGENT_DEGRADATION_BASELINE_REVISION: Key<Text> = Key::new("codeagent.degradation.baseline.revision");

/// `codeagent.degradation.current.value`: The signal in the window under test.
///
/// Example: `0.78`.
pub const CODEAGENT_DEGRADATION_CURRENT_VALUE: Key<Double> = Key::new("codeagent.degradation.current.value");

/// `codeagent.degradation.current.samples`: Samples in the window under test.
///
/// Example: `112`.
pub const CODEAGENT_DEGRADATION_CURRENT_SAMPLES: Key<Int> = Key::new("codeagent.degradation.current.samples");

/// `codeagent.degradation.current.revision`: The `codeagent.config.revision` of the window under test, if it has
/// one.
///
/// Example: `c-77b012`.
pub const CODEAGENT_DEGRADATION_CURRENT_REVISION: Key<Text> = Key::new("codeagent.degradation.current.revision");

/// `codeagent.degradation.effect`: The relative change: the current value less the baseline's, divided by the
/// baseline's.
///
/// Example: `-0.143`.
pub const CODEAGENT_DEGRADATION_EFFECT: Key<Double> = Key::new("codeagent.degradation.effect");

/// `codeagent.degradation.probability`: The probability that the change is real, from 0 to 1, by the stated method.
///
/// Example: `0.998`.
pub const CODEAGENT_DEGRADATION_PROBABILITY: Key<Double> = Key::new("codeagent.degradation.probability");

/// `codeagent.degradation.dimension.name`: The attribute that best separates good samples from bad.
///
/// Examples: `codeagent.config.revision`, `gen_ai.request.model`.
pub const CODEAGENT_DEGRADATION_DIMENSION_NAME: Key<Text> = Key::new("codeagent.degradation.dimension.name");

/// `codeagent.degradation.dimension.value`: The value of that attribute with the worst change.
///
/// Example: `c-3f9a1d`.
pub const CODEAGENT_DEGRADATION_DIMENSION_VALUE: Key<Text> = Key::new("codeagent.degradation.dimension.value");

/// `codeagent.action.kind`: The corrective action.
pub const CODEAGENT_ACTION_KIND: Key<value::ActionKind<'static>> = Key::new("codeagent.action.kind");

/// `codeagent.action.result`: What became of the action.
pub const CODEAGENT_ACTION_RESULT: Key<value::ActionResult<'static>> = Key::new("codeagent.action.result");

pub(super) static DEFINED: &[Definition] = &[
    Definition {
        key: "codeagent.retry.reason",
        label: "codeagent_retry_reason",
        value_type: ValueType::Open(&["rate_limited", "server_error", "network", "timeout", "invalid_response", "edit_mismatch", "tool_error"]),
        brief: "Why something was tried again.",
        identifier: false,
    },
    Definition {
        key: "codeagent.retry.count",
        label: "codeagent_retry_count",
        value_type: ValueType::Int,
        brief: "How often it was tried again before it was given up.",
        identifier: false,
    },
    Definition {
        key: "codeagent.loop.kind",
        label: "codeagent_loop_kind",
        value_type: ValueType::Open(&["repeated_action", "repeated_error", "monologue", "alternating", "no_progress", "context_error"]),
        brief: "The pattern by which the agent was judged stuck.",
        identifier: false,
    },
    Definition {
        key: "codeagent.degradation.id",
        label: "codeagent_degradation_id",
        value_type: ValueType::Text,
        brief: "One finding of degradation, the same from detection to resolution.",
        identifier: true,
    },
    Definition {
        key: "codeagent.degradation.signal",
        label: "codeagent_degradation_signal",
        value_type: ValueType::Text,
        brief: "The signal of quality that was tested.",
        identifier: false,
    },
    Definition {
        key: "codeagent.degradation.verdict",
        label: "codeagent_degradation_verdict",
        value_type: ValueType::Open(&["ok", "degraded", "improved", "inconclusive"]),
        brief: "The result of a degradation test.",
        identifier: false,
    },
    Definition {
        key: "codeagent.degradation.method",
        label: "codeagent_degradation_method",
        value_type: ValueType::Text,
        brief: "The test that gave the verdict.",
        identifier: false,
    },
    Definition {
        key: "codeagent.degradation.baseline.value",
        label: "codeagent_degradation_baseline_value",
        value_type: ValueType::Double,
        brief: "The signal in the baseline.",
        identifier: false,
    },
    Definition {
        key: "codeagent.degradation.baseline.samples",
        label: "codeagent_degradation_baseline_samples",
        value_type: ValueType::Int,
        brief: "Samples in the baseline.",
        identifier: false,
    },
    Definition {
        key: "codeagent.degradation.baseline.revision",
        label: "codeagent_degradation_baseline_revision",
        value_type: ValueType::Text,
        brief: "The `codeagent.config.revision` of the baseline, if it has one.",
        identifier: false,
    },
    Definition {
        key: "codeagent.degradation.current.value",
        label: "codeagent_degradation_current_value",
        value_type: ValueType::Double,
        brief: "The signal in the window under test.",
        identifier: false,
    },
    Definition {
        key: "codeagent.degradation.current.samples",
        label: "codeagent_degradation_current_samples",
        value_type: ValueType::Int,
        brief: "Samples in the window under test.",
        identifier: false,
    },
    Definition {
        key: "codeagent.degradation.current.revision",
        label: "codeagent_degradation_current_revision",
        value_type: ValueType::Text,
        brief: "The `codeagent.config.revision` of the window under test, if it has one.",
        identifier: false,
    },
    Definition {
        key: "codeagent.degradation.effect",
        label: "codeagent_degradation_effect",
        value_type: ValueType::Double,
        brief: "The relative change: the current value less the baseline's, divided by the baseline's.",
        identifier: false,
    },
    Definition {
        key: "codeagent.degradation.probability",
        label: "codeagent_degradation_probability",
        value_type: ValueType::Double,
        brief: "The probability that the change is real, from 0 to 1, by the stated method.",
        identifier: false,
    },
    Definition {
        key: "codeagent.degradation.dimension.name",
        label: "codeagent_degradation_dimension_name",
        value_type: ValueType::Text,
        brief: "The attribute that best separates good samples from bad.",
        identifier: false,
    },
    Definition {
        key: "codeagent.degradation.dimension.value",
        label: "codeagent_degradation_dimension_value",
        value_type: ValueType::Text,
        brief: "The value of that attribute with the worst change.",
        identifier: true,
    },
    Definition {
        key: "codeagent.action.kind",
        label: "codeagent_action_kind",
        value_type: ValueType::Open(&["alert", "pause_rollout", "rollback_config", "switch_model", "throttle", "quarantine", "restart", "webhook"]),
        brief: "The corrective action.",
        identifier: false,
    },
    Definition {
        key: "codeagent.action.result",
        label: "codeagent_action_result",
        value_type: ValueType::Open(&["proposed", "applied", "failed", "skipped", "reverted"]),
        brief: "What became of the action.",
        identifier: false,
    },
];
