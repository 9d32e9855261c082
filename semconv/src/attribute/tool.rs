// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Definition, Double, Int, Key, Text, ValueType, value};

/// `codeagent.tool.category`: What a tool does, whatever its product calls it.
pub const CODEAGENT_TOOL_CATEGORY: Key<value::ToolCategory<'static>> = Key::new("codeagent.tool.category");

/// `codeagent.tool.origin`: Where a tool comes from.
pub const CODEAGENT_TOOL_ORIGIN: Key<value::ToolOrigin<'static>> = Key::new("codeagent.tool.origin");

/// `codeagent.command.program`: The program that a shell command runs, with `env`, `sudo`, `timeout` and `bash -c`
/// unwrapped.
///
/// A bare name without path and arguments. On metrics, a name outside the configured list is reported as `other`.
///
/// Examples: `git`, `cargo`, `npm`, `pytest`.
pub const CODEAGENT_COMMAND_PROGRAM: Key<Text> = Key::new("codeagent.command.program");

/// `codeagent.command.kind`: What a command is for.
pub const CODEAGENT_COMMAND_KIND: Key<value::CommandKind<'static>> = Key::new("codeagent.command.kind");

/// `codeagent.command.cpu_time`: Processor time of the command and of the children that it waited for, user and
/// system, in seconds.
///
/// Example: `12.4`.
pub const CODEAGENT_COMMAND_CPU_TIME: Key<Double> = Key::new("codeagent.command.cpu_time");

/// `codeagent.command.memory_max`: The largest resident set of the command or of one of the children that it waited
/// for, in bytes.
///
/// Example: `104857600`.
pub const CODEAGENT_COMMAND_MEMORY_MAX: Key<Int> = Key::new("codeagent.command.memory_max");

/// `codeagent.edit.operation`: What an edit does to its file.
pub const CODEAGENT_EDIT_OPERATION: Key<value::EditOperation<'static>> = Key::new("codeagent.edit.operation");

/// `codeagent.edit.status`: What became of an edit.
pub const CODEAGENT_EDIT_STATUS: Key<value::EditStatus<'static>> = Key::new("codeagent.edit.status");

/// `codeagent.edit.language`: The programming language of the edited file, in lower case; `unknown` if it is not
/// recognised.
///
/// Examples: `rust`, `typescript`, `unknown`.
pub const CODEAGENT_EDIT_LANGUAGE: Key<Text> = Key::new("codeagent.edit.language");

/// `codeagent.edit.lines_added`: Lines that the edit added.
///
/// Example: `12`.
pub const CODEAGENT_EDIT_LINES_ADDED: Key<Int> = Key::new("codeagent.edit.lines_added");

/// `codeagent.edit.lines_removed`: Lines that the edit removed.
///
/// Example: `4`.
pub const CODEAGENT_EDIT_LINES_REMOVED: Key<Int> = Key::new("codeagent.edit.lines_removed");

/// `codeagent.edit.age`: How long after the edit its survival was measured.
pub const CODEAGENT_EDIT_AGE: Key<value::EditAge<'static>> = Key::new("codeagent.edit.age");

/// `codeagent.test.passed`: Cases that passed in a test run.
///
/// Example: `118`.
pub const CODEAGENT_TEST_PASSED: Key<Int> = Key::new("codeagent.test.passed");

/// `codeagent.test.failed`: Cases that failed in a test run.
///
/// Example: `2`.
pub const CODEAGENT_TEST_FAILED: Key<Int> = Key::new("codeagent.test.failed");

/// `codeagent.test.skipped`: Cases that a test run skipped.
///
/// Example: `3`.
pub const CODEAGENT_TEST_SKIPPED: Key<Int> = Key::new("codeagent.test.skipped");

/// `codeagent.sandbox.type`: How the commands of the agent are isolated.
pub const CODEAGENT_SANDBOX_TYPE: Key<value::SandboxType<'static>> = Key::new("codeagent.sandbox.type");

/// `codeagent.sandbox.outcome`: What the sandbox did with a call.
pub const CODEAGENT_SANDBOX_OUTCOME: Key<value::SandboxOutcome<'static>> = Key::new("codeagent.sandbox.outcome");

pub(super) static DEFINED: &[Definition] = &[
    Definition {
        key: "codeagent.tool.category",
        label: "codeagent_tool_category",
        value_type: ValueType::Open(&["read", "search", "edit", "execute", "web", "mcp", "plan", "subagent", "ask_user", "memory", "other"]),
        brief: "What a tool does, whatever its product calls it.",
        identifier: false,
    },
    Definition {
        key: "codeagent.tool.origin",
        label: "codeagent_tool_origin",
        value_type: ValueType::Open(&["builtin", "mcp", "plugin", "skill"]),
        brief: "Where a tool comes from.",
        identifier: false,
    },
    Definition {
        key: "codeagent.command.program",
        label: "codeagent_command_program",
        value_type: ValueType::Text,
        brief: "The program that a shell command runs, with `env`, `sudo`, `timeout` and `bash -c` unwrapped.",
        identifier: false,
    },
    Definition {
        key: "codeagent.command.kind",
        label: "codeagent_command_kind",
        value_type: ValueType::Open(&["build", "test", "lint", "vcs", "package", "network", "file", "other"]),
        brief: "What a command is for.",
        identifier: false,
    },
    Definition {
        key: "codeagent.command.cpu_time",
        label: "codeagent_command_cpu_time",
        value_type: ValueType::Double,
        brief: "Processor time of the command and of the children that it waited for, user and system, in seconds.",
        identifier: false,
    },
    Definition {
        key: "codeagent.command.memory_max",
        label: "codeagent_command_memory_max",
        value_type: ValueType::Int,
        brief: "The largest resident set of the command or of one of the children that it waited for, in bytes.",
        identifier: false,
    },
    Definition {
        key: "codeagent.edit.operation",
        label: "codeagent_edit_operation",
        value_type: ValueType::Open(&["create", "update", "delete", "rename"]),
        brief: "What an edit does to its file.",
        identifier: false,
    },
    Definition {
        key: "codeagent.edit.status",
        label: "codeagent_edit_status",
        value_type: ValueType::Open(&["applied", "failed", "rejected", "reverted"]),
        brief: "What became of an edit.",
        identifier: false,
    },
    Definition {
        key: "codeagent.edit.language",
        label: "codeagent_edit_language",
        value_type: ValueType::Text,
        brief: "The programming language of the edited file, in lower case; `unknown` if it is not recognised.",
        identifier: false,
    },
    Definition {
        key: "codeagent.edit.lines_added",
        label: "codeagent_edit_lines_added",
        value_type: ValueType::Int,
        brief: "Lines that the edit added.",
        identifier: false,
    },
    Definition {
        key: "codeagent.edit.lines_removed",
        label: "codeagent_edit_lines_removed",
        value_type: ValueType::Int,
        brief: "Lines that the edit removed.",
        identifier: false,
    },
    Definition {
        key: "codeagent.edit.age",
        label: "codeagent_edit_age",
        value_type: ValueType::Open(&["5m", "1h", "1d", "7d"]),
        brief: "How long after the edit its survival was measured.",
        identifier: false,
    },
    Definition {
        key: "codeagent.test.passed",
        label: "codeagent_test_passed",
        value_type: ValueType::Int,
        brief: "Cases that passed in a test run.",
        identifier: false,
    },
    Definition {
        key: "codeagent.test.failed",
        label: "codeagent_test_failed",
        value_type: ValueType::Int,
        brief: "Cases that failed in a test run.",
        identifier: false,
    },
    Definition {
        key: "codeagent.test.skipped",
        label: "codeagent_test_skipped",
        value_type: ValueType::Int,
        brief: "Cases that a test run skipped.",
        identifier: false,
    },
    Definition {
        key: "codeagent.sandbox.type",
        label: "codeagent_sandbox_type",
        value_type: ValueType::Open(&["none", "seatbelt", "landlock", "bubblewrap", "container", "vm", "remote", "other"]),
        brief: "How the commands of the agent are isolated.",
        identifier: false,
    },
    Definition {
        key: "codeagent.sandbox.outcome",
        label: "codeagent_sandbox_outcome",
        value_type: ValueType::Open(&["allowed", "denied", "escalated"]),
        brief: "What the sandbox did with a call.",
        identifier: false,
    },
];
