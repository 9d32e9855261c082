//! Groups of attributes that we add to signals of upstream: a descriptor for each.
//
// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Attribute, Group, Level};

/// `codeagent.agent_run`: What we add to upstream's `invoke_agent` spans.
///
/// There is one such span for each prompt of a user, and one for each run of a sub-agent below it.
pub static CODEAGENT_AGENT_RUN: Group = Group {
    id: "codeagent.agent_run",
    brief: "What we add to upstream's `invoke_agent` spans.",
    attributes: &[
        Attribute::new("codeagent.task.id", "codeagent_task_id", Level::Conditional("If the signal belongs to a task.")),
        Attribute::new("session.id", "session_id", Level::Recommended),
        Attribute::new("gen_ai.conversation.id", "gen_ai_conversation_id", Level::Recommended),
        Attribute::new("gen_ai.agent.name", "gen_ai_agent_name", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.subagent.depth", "codeagent_subagent_depth", Level::Recommended),
        Attribute::new("codeagent.prompt.revision", "codeagent_prompt_revision", Level::Recommended),
        Attribute::new("codeagent.toolset.revision", "codeagent_toolset_revision", Level::Recommended),
        Attribute::new("codeagent.turn.count", "codeagent_turn_count", Level::Recommended),
    ],
};

/// `codeagent.content.prompt`: Prompts and replies, in whatever form.
pub static CODEAGENT_CONTENT_PROMPT: Group = Group {
    id: "codeagent.content.prompt",
    brief: "Prompts and replies, in whatever form.",
    attributes: &[
        Attribute::new("gen_ai.input.messages", "gen_ai_input_messages", Level::OptIn),
        Attribute::new("gen_ai.output.messages", "gen_ai_output_messages", Level::OptIn),
        Attribute::new("gen_ai.system_instructions", "gen_ai_system_instructions", Level::OptIn),
        Attribute::new("gen_ai.tool.definitions", "gen_ai_tool_definitions", Level::OptIn),
        Attribute::new("gen_ai.retrieval.query.text", "gen_ai_retrieval_query_text", Level::OptIn),
        Attribute::new("gen_ai.retrieval.documents", "gen_ai_retrieval_documents", Level::OptIn),
        Attribute::new("gen_ai.evaluation.explanation", "gen_ai_evaluation_explanation", Level::OptIn),
        Attribute::new("gen_ai.prompt", "gen_ai_prompt", Level::OptIn),
        Attribute::new("gen_ai.completion", "gen_ai_completion", Level::OptIn),
    ],
};

/// `codeagent.content.tool`: The input and output of tools.
pub static CODEAGENT_CONTENT_TOOL: Group = Group {
    id: "codeagent.content.tool",
    brief: "The input and output of tools.",
    attributes: &[
        Attribute::new("gen_ai.tool.call.arguments", "gen_ai_tool_call_arguments", Level::OptIn),
        Attribute::new("gen_ai.tool.call.result", "gen_ai_tool_call_result", Level::OptIn),
    ],
};

/// `codeagent.content.command`: Command lines.
pub static CODEAGENT_CONTENT_COMMAND: Group = Group {
    id: "codeagent.content.command",
    brief: "Command lines.",
    attributes: &[
        Attribute::new("process.command_line", "process_command_line", Level::OptIn),
        Attribute::new("process.command_args", "process_command_args", Level::OptIn),
    ],
};

/// `codeagent.content.path`: Paths of files and folders that are worked on.
pub static CODEAGENT_CONTENT_PATH: Group = Group {
    id: "codeagent.content.path",
    brief: "Paths of files and folders that are worked on.",
    attributes: &[
        Attribute::new("file.path", "file_path", Level::OptIn),
        Attribute::new("file.directory", "file_directory", Level::OptIn),
        Attribute::new("file.name", "file_name", Level::OptIn),
        Attribute::new("process.working_directory", "process_working_directory", Level::OptIn),
        Attribute::new("process.executable.path", "process_executable_path", Level::OptIn),
    ],
};

/// `codeagent.model_call`: What we add to upstream's inference spans, such as `chat`.
pub static CODEAGENT_MODEL_CALL: Group = Group {
    id: "codeagent.model_call",
    brief: "What we add to upstream's inference spans, such as `chat`.",
    attributes: &[
        Attribute::new("codeagent.task.id", "codeagent_task_id", Level::Conditional("If the signal belongs to a task.")),
        Attribute::new("session.id", "session_id", Level::Recommended),
        Attribute::new("gen_ai.conversation.id", "gen_ai_conversation_id", Level::Recommended),
        Attribute::new("gen_ai.agent.name", "gen_ai_agent_name", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("gen_ai.operation.name", "gen_ai_operation_name", Level::Required),
        Attribute::new("gen_ai.provider.name", "gen_ai_provider_name", Level::Required),
        Attribute::new("gen_ai.request.model", "gen_ai_request_model", Level::Conditional("If available.")),
        Attribute::new("gen_ai.response.id", "gen_ai_response_id", Level::Recommended),
        Attribute::new("gen_ai.usage.input_tokens", "gen_ai_usage_input_tokens", Level::Recommended),
        Attribute::new("gen_ai.usage.output_tokens", "gen_ai_usage_output_tokens", Level::Recommended),
        Attribute::new("gen_ai.usage.cache_read.input_tokens", "gen_ai_usage_cache_read_input_tokens", Level::Recommended),
        Attribute::new("gen_ai.usage.cache_creation.input_tokens", "gen_ai_usage_cache_creation_input_tokens", Level::Recommended),
        Attribute::new("error.type", "error_type", Level::Conditional("When the call failed.")),
        Attribute::new("codeagent.turn.number", "codeagent_turn_number", Level::Recommended),
        Attribute::new("codeagent.query.source", "codeagent_query_source", Level::Recommended),
        Attribute::new("codeagent.context.used", "codeagent_context_used", Level::Recommended),
        Attribute::new("codeagent.context.window", "codeagent_context_window", Level::Recommended),
        Attribute::new("codeagent.cost.amount", "codeagent_cost_amount", Level::Recommended),
        Attribute::new("codeagent.cost.source", "codeagent_cost_source", Level::Conditional("If a cost is given.")),
        Attribute::new("codeagent.cost.price_list", "codeagent_cost_price_list", Level::Conditional("If the cost was computed.")),
        Attribute::new("gen_ai.request.reasoning.level", "gen_ai_request_reasoning_level", Level::Conditional("If a level was asked for.")),
    ],
};

/// `codeagent.tool_call`: What we add to upstream's `execute_tool` spans.
///
/// Children: `codeagent.permission.wait`, `codeagent.command.run`, `codeagent.edit.apply`, `codeagent.test.run`,
/// and the `invoke_agent` span of a sub-agent.
pub static CODEAGENT_TOOL_CALL: Group = Group {
    id: "codeagent.tool_call",
    brief: "What we add to upstream's `execute_tool` spans.",
    attributes: &[
        Attribute::new("codeagent.task.id", "codeagent_task_id", Level::Conditional("If the signal belongs to a task.")),
        Attribute::new("session.id", "session_id", Level::Recommended),
        Attribute::new("gen_ai.conversation.id", "gen_ai_conversation_id", Level::Recommended),
        Attribute::new("gen_ai.agent.name", "gen_ai_agent_name", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("gen_ai.operation.name", "gen_ai_operation_name", Level::Required),
        Attribute::new("gen_ai.tool.name", "gen_ai_tool_name", Level::Required),
        Attribute::new("gen_ai.tool.call.id", "gen_ai_tool_call_id", Level::Recommended),
        Attribute::new("error.type", "error_type", Level::Conditional("When the call failed.")),
        Attribute::new("codeagent.turn.number", "codeagent_turn_number", Level::Recommended),
        Attribute::new("codeagent.tool.category", "codeagent_tool_category", Level::Recommended),
        Attribute::new("codeagent.tool.origin", "codeagent_tool_origin", Level::Recommended),
    ],
};

/// Every group.
pub static ALL: &[&crate::Group] = &[
    &CODEAGENT_AGENT_RUN,
    &CODEAGENT_CONTENT_PROMPT,
    &CODEAGENT_CONTENT_TOOL,
    &CODEAGENT_CONTENT_COMMAND,
    &CODEAGENT_CONTENT_PATH,
    &CODEAGENT_MODEL_CALL,
    &CODEAGENT_TOOL_CALL,
];
