// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Definition, Int, Key, Text, ValueType, value};

/// `codeagent.product`: The code-agent product that produced the telemetry, whatever dialect it spoke.
///
/// A resource attribute. `service.name` and `service.version` keep what the product sent.
pub const CODEAGENT_PRODUCT: Key<value::Product<'static>> = Key::new("codeagent.product");

/// `codeagent.dialect`: Name and version of the normalisation map that was applied.
///
/// Absent when the emitter speaks these conventions itself.
///
/// Examples: `claude-code/2`, `codex/3`.
pub const CODEAGENT_DIALECT: Key<Text> = Key::new("codeagent.dialect");

/// `codeagent.config.revision`: Digest of everything that steers the agent apart from the model: system prompt,
/// rules files, tools, skills, permission policy, effort.
///
/// The unit to which a change in quality is attributed. One value for each deployed configuration, so that it may
/// be a metric attribute.
///
/// Example: `c-3f9a1d`.
pub const CODEAGENT_CONFIG_REVISION: Key<Text> = Key::new("codeagent.config.revision");

/// `codeagent.prompt.revision`: Digest or version of the system prompt and the rules files alone.
///
/// Example: `p-81c0`.
pub const CODEAGENT_PROMPT_REVISION: Key<Text> = Key::new("codeagent.prompt.revision");

/// `codeagent.toolset.revision`: Digest of the names and versions of tools, MCP servers and skills.
///
/// Example: `t-55e2`.
pub const CODEAGENT_TOOLSET_REVISION: Key<Text> = Key::new("codeagent.toolset.revision");

/// `codeagent.subagent.depth`: How deep the agent is nested, 0 for the main agent.
///
/// Examples: `0`, `1`.
pub const CODEAGENT_SUBAGENT_DEPTH: Key<Int> = Key::new("codeagent.subagent.depth");

/// `codeagent.change.kind`: What was changed in the fleet.
pub const CODEAGENT_CHANGE_KIND: Key<value::ChangeKind<'static>> = Key::new("codeagent.change.kind");

pub(super) static DEFINED: &[Definition] = &[
    Definition {
        key: "codeagent.product",
        label: "codeagent_product",
        value_type: ValueType::Open(&["codeagent", "claude-code", "codex", "gemini-cli", "qwen-code", "opencode", "goose", "aider", "cline", "continue", "copilot", "openhands", "swe-agent", "cursor", "other"]),
        brief: "The code-agent product that produced the telemetry, whatever dialect it spoke.",
        identifier: false,
    },
    Definition {
        key: "codeagent.dialect",
        label: "codeagent_dialect",
        value_type: ValueType::Text,
        brief: "Name and version of the normalisation map that was applied.",
        identifier: false,
    },
    Definition {
        key: "codeagent.config.revision",
        label: "codeagent_config_revision",
        value_type: ValueType::Text,
        brief: "Digest of everything that steers the agent apart from the model: system prompt, rules files, tools, skills, permission policy, effort.",
        identifier: false,
    },
    Definition {
        key: "codeagent.prompt.revision",
        label: "codeagent_prompt_revision",
        value_type: ValueType::Text,
        brief: "Digest or version of the system prompt and the rules files alone.",
        identifier: false,
    },
    Definition {
        key: "codeagent.toolset.revision",
        label: "codeagent_toolset_revision",
        value_type: ValueType::Text,
        brief: "Digest of the names and versions of tools, MCP servers and skills.",
        identifier: false,
    },
    Definition {
        key: "codeagent.subagent.depth",
        label: "codeagent_subagent_depth",
        value_type: ValueType::Int,
        brief: "How deep the agent is nested, 0 for the main agent.",
        identifier: false,
    },
    Definition {
        key: "codeagent.change.kind",
        label: "codeagent_change_kind",
        value_type: ValueType::Open(&["config", "prompt", "toolset", "model", "agent_version", "sdk_version", "policy", "infrastructure"]),
        brief: "What was changed in the fleet.",
        identifier: false,
    },
];
