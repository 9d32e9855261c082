// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Definition, Key, Text, ValueType, value};

/// `codeagent.permission.decision`: The result of a permission check.
pub const CODEAGENT_PERMISSION_DECISION: Key<value::PermissionDecision<'static>> = Key::new("codeagent.permission.decision");

/// `codeagent.permission.source`: What decided.
pub const CODEAGENT_PERMISSION_SOURCE: Key<value::PermissionSource<'static>> = Key::new("codeagent.permission.source");

/// `codeagent.permission.mode`: The permission mode in force.
///
/// Examples: `default`, `plan`, `accept_edits`, `auto`, `bypass`.
pub const CODEAGENT_PERMISSION_MODE: Key<Text> = Key::new("codeagent.permission.mode");

/// `codeagent.intervention.kind`: How a person stepped in.
pub const CODEAGENT_INTERVENTION_KIND: Key<value::InterventionKind<'static>> = Key::new("codeagent.intervention.kind");

/// `codeagent.time.owner`: Whose time was spent.
pub const CODEAGENT_TIME_OWNER: Key<value::TimeOwner<'static>> = Key::new("codeagent.time.owner");

pub(super) static DEFINED: &[Definition] = &[
    Definition {
        key: "codeagent.permission.decision",
        label: "codeagent_permission_decision",
        value_type: ValueType::Open(&["allow", "modify", "deny", "abort", "timeout"]),
        brief: "The result of a permission check.",
        identifier: false,
    },
    Definition {
        key: "codeagent.permission.source",
        label: "codeagent_permission_source",
        value_type: ValueType::Open(&["config", "policy", "hook", "classifier", "user_once", "user_session", "user_always"]),
        brief: "What decided.",
        identifier: false,
    },
    Definition {
        key: "codeagent.permission.mode",
        label: "codeagent_permission_mode",
        value_type: ValueType::Text,
        brief: "The permission mode in force.",
        identifier: false,
    },
    Definition {
        key: "codeagent.intervention.kind",
        label: "codeagent_intervention_kind",
        value_type: ValueType::Open(&["permission", "follow_up", "correction", "interrupt", "takeover", "feedback"]),
        brief: "How a person stepped in.",
        identifier: false,
    },
    Definition {
        key: "codeagent.time.owner",
        label: "codeagent_time_owner",
        value_type: ValueType::Open(&["agent", "user"]),
        brief: "Whose time was spent.",
        identifier: false,
    },
];
