// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Definition, Double, Int, Key, Text, ValueType, value};

/// `gen_ai.agent.name`: The name of the agent, as the application gives it.
///
/// Examples: `coder`, `reviewer`.
pub const GEN_AI_AGENT_NAME: Key<Text> = Key::new("gen_ai.agent.name");

/// `gen_ai.conversation.id`: The conversation (thread) that the messages belong to.
///
/// Example: `conv_5j66UpCpwteGg4YSxUnt7lPY`.
pub const GEN_AI_CONVERSATION_ID: Key<Text> = Key::new("gen_ai.conversation.id");

/// `gen_ai.evaluation.name`: The name of what an evaluation scores.
///
/// Examples: `Relevance`, `IntentResolution`.
pub const GEN_AI_EVALUATION_NAME: Key<Text> = Key::new("gen_ai.evaluation.name");

/// `gen_ai.operation.name`: The operation that is performed.
pub const GEN_AI_OPERATION_NAME: Key<value::GenAiOperationName<'static>> = Key::new("gen_ai.operation.name");

/// `gen_ai.request.model`: The model that was asked for.
///
/// Examples: `claude-sonnet-5`, `gpt-5.6`.
pub const GEN_AI_REQUEST_MODEL: Key<Text> = Key::new("gen_ai.request.model");

/// `gen_ai.request.reasoning.level`: The reasoning effort that was asked for.
///
/// Examples: `low`, `medium`, `high`, `xhigh`.
pub const GEN_AI_REQUEST_REASONING_LEVEL: Key<Text> = Key::new("gen_ai.request.reasoning.level");

/// `gen_ai.tool.call.id`: The call of a tool, as the model numbers it.
///
/// Example: `call_mszuSIzqtI65i1wAUOE8w5H4`.
pub const GEN_AI_TOOL_CALL_ID: Key<Text> = Key::new("gen_ai.tool.call.id");

/// `gen_ai.tool.name`: The name of the tool, as the product calls it.
///
/// Examples: `Bash`, `apply_patch`.
pub const GEN_AI_TOOL_NAME: Key<Text> = Key::new("gen_ai.tool.name");

/// `gen_ai.usage.input_tokens`: Tokens of the input, cached ones included.
///
/// Example: `100`.
pub const GEN_AI_USAGE_INPUT_TOKENS: Key<Int> = Key::new("gen_ai.usage.input_tokens");

/// `gen_ai.usage.output_tokens`: Tokens of the output, reasoning included.
///
/// Example: `180`.
pub const GEN_AI_USAGE_OUTPUT_TOKENS: Key<Int> = Key::new("gen_ai.usage.output_tokens");

/// `gen_ai.provider.name`: The provider of the model, as the client knows it.
///
/// Examples: `anthropic`, `openai`, `gcp.vertex_ai`.
pub const GEN_AI_PROVIDER_NAME: Key<Text> = Key::new("gen_ai.provider.name");

/// `gen_ai.response.id`: The provider's id of the answer.
///
/// Example: `chatcmpl-123`.
pub const GEN_AI_RESPONSE_ID: Key<Text> = Key::new("gen_ai.response.id");

/// `gen_ai.usage.cache_read.input_tokens`: Input tokens that were read from the provider's cache.
///
/// Example: `50`.
pub const GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: Key<Int> = Key::new("gen_ai.usage.cache_read.input_tokens");

/// `gen_ai.usage.cache_creation.input_tokens`: Input tokens that were written to the provider's cache.
///
/// Example: `25`.
pub const GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS: Key<Int> = Key::new("gen_ai.usage.cache_creation.input_tokens");

/// `gen_ai.evaluation.score.value`: The score that the evaluation gave.
///
/// Example: `4`.
pub const GEN_AI_EVALUATION_SCORE_VALUE: Key<Double> = Key::new("gen_ai.evaluation.score.value");

/// `gen_ai.input.messages`: The messages that were sent to the model.
///
/// Example: `[{"role": "user", "parts": [{"type": "text", "content": "Fix the test"}]}]`.
pub const GEN_AI_INPUT_MESSAGES: Key<Text> = Key::new("gen_ai.input.messages");

/// `gen_ai.output.messages`: The messages that the model answered with.
///
/// Example: `[{"role": "assistant", "parts": [{"type": "text", "content": "Done"}]}]`.
pub const GEN_AI_OUTPUT_MESSAGES: Key<Text> = Key::new("gen_ai.output.messages");

/// `gen_ai.system_instructions`: Instructions that were sent apart from the messages.
///
/// Example: `[{"type": "text", "content": "You are a coding agent"}]`.
pub const GEN_AI_SYSTEM_INSTRUCTIONS: Key<Text> = Key::new("gen_ai.system_instructions");

/// `gen_ai.tool.definitions`: The tools that the model was offered.
///
/// Example: `[{"type": "function", "name": "read_file"}]`.
pub const GEN_AI_TOOL_DEFINITIONS: Key<Text> = Key::new("gen_ai.tool.definitions");

/// `gen_ai.tool.call.arguments`: What a tool was called with.
///
/// Example: `{"path": "src/main.rs"}`.
pub const GEN_AI_TOOL_CALL_ARGUMENTS: Key<Text> = Key::new("gen_ai.tool.call.arguments");

/// `gen_ai.tool.call.result`: What a tool returned.
///
/// Example: `{"lines": 12}`.
pub const GEN_AI_TOOL_CALL_RESULT: Key<Text> = Key::new("gen_ai.tool.call.result");

/// `gen_ai.retrieval.query.text`: What was searched for.
///
/// Example: `where is the parser`.
pub const GEN_AI_RETRIEVAL_QUERY_TEXT: Key<Text> = Key::new("gen_ai.retrieval.query.text");

/// `gen_ai.retrieval.documents`: What a search found.
///
/// Example: `[{"id": "doc_1", "score": 0.9}]`.
pub const GEN_AI_RETRIEVAL_DOCUMENTS: Key<Text> = Key::new("gen_ai.retrieval.documents");

/// `gen_ai.evaluation.explanation`: Why an evaluation gave its score.
///
/// Example: `The answer names a file that does not exist`.
pub const GEN_AI_EVALUATION_EXPLANATION: Key<Text> = Key::new("gen_ai.evaluation.explanation");

/// `gen_ai.prompt`: The prompt, before upstream had messages; deprecated there.
///
/// Example: `Fix the test`.
pub const GEN_AI_PROMPT: Key<Text> = Key::new("gen_ai.prompt");

/// `gen_ai.completion`: The reply, before upstream had messages; deprecated there.
///
/// Example: `Done`.
pub const GEN_AI_COMPLETION: Key<Text> = Key::new("gen_ai.completion");

/// `session.id`: The session that the telemetry belongs to.
///
/// Example: `00112233-4455-6677-8899-aabbccddeeff`.
pub const SESSION_ID: Key<Text> = Key::new("session.id");

/// `error.type`: The class of error with which the operation ended.
///
/// Low cardinality. Absent when the operation succeeded.
///
/// Examples: `timeout`, `java.net.UnknownHostException`, `500`.
pub const ERROR_TYPE: Key<Text> = Key::new("error.type");

/// `service.version`: The version of the service or program.
///
/// Example: `2.0.0`.
pub const SERVICE_VERSION: Key<Text> = Key::new("service.version");

/// `service.instance.id`: Tells the running instances of one service apart.
///
/// Example: `627cc493-f310-47de-96bd-71410b7dec09`.
pub const SERVICE_INSTANCE_ID: Key<Text> = Key::new("service.instance.id");

/// `code.file.path`: The path of a source file.
///
/// Example: `src/main.rs`.
pub const CODE_FILE_PATH: Key<Text> = Key::new("code.file.path");

/// `process.exit.code`: The exit code of the process.
///
/// Example: `127`.
pub const PROCESS_EXIT_CODE: Key<Int> = Key::new("process.exit.code");

/// `process.command_line`: The whole command that started the process, as one string.
///
/// May hold secrets; redact before it leaves the machine.
///
/// Example: `cargo test --workspace`.
pub const PROCESS_COMMAND_LINE: Key<Text> = Key::new("process.command_line");

/// `test.suite.name`: The name of the test suite.
///
/// Example: `integration`.
pub const TEST_SUITE_NAME: Key<Text> = Key::new("test.suite.name");

/// `test.suite.run.status`: How the run of a test suite ended.
pub const TEST_SUITE_RUN_STATUS: Key<value::TestSuiteRunStatus<'static>> = Key::new("test.suite.run.status");

/// `test.case.result.status`: The result of one test case.
pub const TEST_CASE_RESULT_STATUS: Key<value::TestCaseResultStatus<'static>> = Key::new("test.case.result.status");

/// `vcs.repository.name`: The name of the repository, without its owner.
///
/// Example: `semantic-conventions`.
pub const VCS_REPOSITORY_NAME: Key<Text> = Key::new("vcs.repository.name");

/// `vcs.ref.head.name`: The branch or tag that is worked on.
///
/// Example: `my-feature-branch`.
pub const VCS_REF_HEAD_NAME: Key<Text> = Key::new("vcs.ref.head.name");

/// `vcs.ref.head.revision`: The revision that is worked on.
///
/// Example: `9d59409acf479dfa0df1aa568182e43e43df8bbe28d60fcf2bc52e30068802cc`.
pub const VCS_REF_HEAD_REVISION: Key<Text> = Key::new("vcs.ref.head.revision");

/// `vcs.change.id`: The pull or merge request, as the provider numbers it.
///
/// Example: `123`.
pub const VCS_CHANGE_ID: Key<Text> = Key::new("vcs.change.id");

/// `vcs.change.state`: The state of the pull or merge request.
pub const VCS_CHANGE_STATE: Key<value::VcsChangeState<'static>> = Key::new("vcs.change.state");

/// `vcs.line_change.type`: Whether lines were added or removed.
pub const VCS_LINE_CHANGE_TYPE: Key<value::VcsLineChangeType<'static>> = Key::new("vcs.line_change.type");

/// `service.name`: The name of the service or program.
///
/// Example: `shoppingcart`.
pub const SERVICE_NAME: Key<Text> = Key::new("service.name");

/// `process.pid`: The number of the process.
///
/// Example: `1234`.
pub const PROCESS_PID: Key<Int> = Key::new("process.pid");

/// `process.executable.name`: The name of the program file.
///
/// Example: `otelcol`.
pub const PROCESS_EXECUTABLE_NAME: Key<Text> = Key::new("process.executable.name");

/// `host.name`: The name of the machine.
///
/// Example: `opentelemetry-test`.
pub const HOST_NAME: Key<Text> = Key::new("host.name");

/// `host.arch`: The architecture of the machine's processor.
///
/// Examples: `amd64`, `arm64`.
pub const HOST_ARCH: Key<Text> = Key::new("host.arch");

/// `os.type`: The kind of operating system.
///
/// Examples: `linux`, `darwin`, `windows`.
pub const OS_TYPE: Key<Text> = Key::new("os.type");

/// `telemetry.sdk.name`: The name of the SDK.
///
/// Example: `opentelemetry`.
pub const TELEMETRY_SDK_NAME: Key<Text> = Key::new("telemetry.sdk.name");

/// `telemetry.sdk.language`: The language of the SDK.
///
/// Example: `rust`.
pub const TELEMETRY_SDK_LANGUAGE: Key<Text> = Key::new("telemetry.sdk.language");

/// `telemetry.sdk.version`: The version of the SDK.
///
/// Example: `1.2.3`.
pub const TELEMETRY_SDK_VERSION: Key<Text> = Key::new("telemetry.sdk.version");

/// `telemetry.distro.name`: The name of the distribution of the SDK.
///
/// Example: `parts-unlimited-java`.
pub const TELEMETRY_DISTRO_NAME: Key<Text> = Key::new("telemetry.distro.name");

/// `telemetry.distro.version`: The version of the distribution of the SDK.
///
/// Example: `1.2.3`.
pub const TELEMETRY_DISTRO_VERSION: Key<Text> = Key::new("telemetry.distro.version");

/// `exception.type`: The type of the exception.
///
/// Examples: `java.net.ConnectException`, `OSError`.
pub const EXCEPTION_TYPE: Key<Text> = Key::new("exception.type");

/// `exception.message`: What the exception says.
///
/// May hold anything that was in the error; redact before it leaves the machine.
///
/// Example: `Division by zero`.
pub const EXCEPTION_MESSAGE: Key<Text> = Key::new("exception.message");

/// `exception.stacktrace`: The stack at the exception, as text.
///
/// Example: `Exception in thread main`.
pub const EXCEPTION_STACKTRACE: Key<Text> = Key::new("exception.stacktrace");

/// `code.line.number`: The line in the source file.
///
/// Example: `42`.
pub const CODE_LINE_NUMBER: Key<Int> = Key::new("code.line.number");

/// `cpu.mode`: What the processor time was spent on.
pub const CPU_MODE: Key<value::CpuMode<'static>> = Key::new("cpu.mode");

/// `disk.io.direction`: Whether bytes were read or written.
pub const DISK_IO_DIRECTION: Key<value::DiskIoDirection<'static>> = Key::new("disk.io.direction");

/// `network.io.direction`: Whether bytes came or went.
pub const NETWORK_IO_DIRECTION: Key<value::NetworkIoDirection<'static>> = Key::new("network.io.direction");

/// `system.memory.state`: What memory is used for.
pub const SYSTEM_MEMORY_STATE: Key<value::SystemMemoryState<'static>> = Key::new("system.memory.state");

/// `process.command_args`: The words of the command that started the process.
///
/// Examples: `cargo`, `test`.
pub const PROCESS_COMMAND_ARGS: Key<Text> = Key::new("process.command_args");

/// `process.working_directory`: The working directory of the process.
///
/// Example: `/srv/project`.
pub const PROCESS_WORKING_DIRECTORY: Key<Text> = Key::new("process.working_directory");

/// `process.executable.path`: The path of the program.
///
/// Example: `/usr/bin/cargo`.
pub const PROCESS_EXECUTABLE_PATH: Key<Text> = Key::new("process.executable.path");

/// `file.path`: The full path of a file, with its name.
///
/// Example: `/srv/project/src/main.rs`.
pub const FILE_PATH: Key<Text> = Key::new("file.path");

/// `file.directory`: The directory of a file.
///
/// Example: `/srv/project/src`.
pub const FILE_DIRECTORY: Key<Text> = Key::new("file.directory");

/// `file.name`: The name of a file, with its ending, without its directory.
///
/// Example: `main.rs`.
pub const FILE_NAME: Key<Text> = Key::new("file.name");

pub(super) static DEFINED: &[Definition] = &[
    Definition {
        key: "gen_ai.agent.name",
        label: "gen_ai_agent_name",
        value_type: ValueType::Text,
        brief: "The name of the agent, as the application gives it.",
        identifier: false,
    },
    Definition {
        key: "gen_ai.conversation.id",
        label: "gen_ai_conversation_id",
        value_type: ValueType::Text,
        brief: "The conversation (thread) that the messages belong to.",
        identifier: true,
    },
    Definition {
        key: "gen_ai.evaluation.name",
        label: "gen_ai_evaluation_name",
        value_type: ValueType::Text,
        brief: "The name of what an evaluation scores.",
        identifier: false,
    },
    Definition {
        key: "gen_ai.operation.name",
        label: "gen_ai_operation_name",
        value_type: ValueType::Open(&["chat", "generate_content", "text_completion", "embeddings", "retrieval", "create_agent", "invoke_agent", "execute_tool", "invoke_workflow", "plan", "search_memory", "create_memory", "update_memory", "upsert_memory", "delete_memory", "create_memory_store", "delete_memory_store"]),
        brief: "The operation that is performed.",
        identifier: false,
    },
    Definition {
        key: "gen_ai.request.model",
        label: "gen_ai_request_model",
        value_type: ValueType::Text,
        brief: "The model that was asked for.",
        identifier: false,
    },
    Definition {
        key: "gen_ai.request.reasoning.level",
        label: "gen_ai_request_reasoning_level",
        value_type: ValueType::Text,
        brief: "The reasoning effort that was asked for.",
        identifier: false,
    },
    Definition {
        key: "gen_ai.tool.call.id",
        label: "gen_ai_tool_call_id",
        value_type: ValueType::Text,
        brief: "The call of a tool, as the model numbers it.",
        identifier: true,
    },
    Definition {
        key: "gen_ai.tool.name",
        label: "gen_ai_tool_name",
        value_type: ValueType::Text,
        brief: "The name of the tool, as the product calls it.",
        identifier: false,
    },
    Definition {
        key: "gen_ai.usage.input_tokens",
        label: "gen_ai_usage_input_tokens",
        value_type: ValueType::Int,
        brief: "Tokens of the input, cached ones included.",
        identifier: false,
    },
    Definition {
        key: "gen_ai.usage.output_tokens",
        label: "gen_ai_usage_output_tokens",
        value_type: ValueType::Int,
        brief: "Tokens of the output, reasoning included.",
        identifier: false,
    },
    Definition {
        key: "gen_ai.provider.name",
        label: "gen_ai_provider_name",
        value_type: ValueType::Text,
        brief: "The provider of the model, as the client knows it.",
        identifier: false,
    },
    Definition {
        key: "gen_ai.response.id",
        label: "gen_ai_response_id",
        value_type: ValueType::Text,
        brief: "The provider's id of the answer.",
        identifier: true,
    },
    Definition {
        key: "gen_ai.usage.cache_read.input_tokens",
        label: "gen_ai_usage_cache_read_input_tokens",
        value_type: ValueType::Int,
        brief: "Input tokens that were read from the provider's cache.",
        identifier: false,
    },
    Definition {
        key: "gen_ai.usage.cache_creation.input_tokens",
        label: "gen_ai_usage_cache_creation_input_tokens",
        value_type: ValueType::Int,
        brief: "Input tokens that were written to the provider's cache.",
        identifier: false,
    },
    Definition {
        key: "gen_ai.evaluation.score.value",
        label: "gen_ai_evaluation_score_value",
        value_type: ValueType::Double,
        brief: "The score that the evaluation gave.",
        identifier: false,
    },
    Definition {
        key: "gen_ai.input.messages",
        label: "gen_ai_input_messages",
        value_type: ValueType::Text,
        brief: "The messages that were sent to the model.",
        identifier: true,
    },
    Definition {
        key: "gen_ai.output.messages",
        label: "gen_ai_output_messages",
        value_type: ValueType::Text,
        brief: "The messages that the model answered with.",
        identifier: true,
    },
    Definition {
        key: "gen_ai.system_instructions",
        label: "gen_ai_system_instructions",
        value_type: ValueType::Text,
        brief: "Instructions that were sent apart from the messages.",
        identifier: true,
    },
    Definition {
        key: "gen_ai.tool.definitions",
        label: "gen_ai_tool_definitions",
        value_type: ValueType::Text,
        brief: "The tools that the model was offered.",
        identifier: true,
    },
    Definition {
        key: "gen_ai.tool.call.arguments",
        label: "gen_ai_tool_call_arguments",
        value_type: ValueType::Text,
        brief: "What a tool was called with.",
        identifier: true,
    },
    Definition {
        key: "gen_ai.tool.call.result",
        label: "gen_ai_tool_call_result",
        value_type: ValueType::Text,
        brief: "What a tool returned.",
        identifier: true,
    },
    Definition {
        key: "gen_ai.retrieval.query.text",
        label: "gen_ai_retrieval_query_text",
        value_type: ValueType::Text,
        brief: "What was searched for.",
        identifier: true,
    },
    Definition {
        key: "gen_ai.retrieval.documents",
        label: "gen_ai_retrieval_documents",
        value_type: ValueType::Text,
        brief: "What a search found.",
        identifier: true,
    },
    Definition {
        key: "gen_ai.evaluation.explanation",
        label: "gen_ai_evaluation_explanation",
        value_type: ValueType::Text,
        brief: "Why an evaluation gave its score.",
        identifier: true,
    },
    Definition {
        key: "gen_ai.prompt",
        label: "gen_ai_prompt",
        value_type: ValueType::Text,
        brief: "The prompt, before upstream had messages; deprecated there.",
        identifier: true,
    },
    Definition {
        key: "gen_ai.completion",
        label: "gen_ai_completion",
        value_type: ValueType::Text,
        brief: "The reply, before upstream had messages; deprecated there.",
        identifier: true,
    },
    Definition {
        key: "session.id",
        label: "session_id",
        value_type: ValueType::Text,
        brief: "The session that the telemetry belongs to.",
        identifier: true,
    },
    Definition {
        key: "error.type",
        label: "error_type",
        value_type: ValueType::Text,
        brief: "The class of error with which the operation ended.",
        identifier: false,
    },
    Definition {
        key: "service.version",
        label: "service_version",
        value_type: ValueType::Text,
        brief: "The version of the service or program.",
        identifier: false,
    },
    Definition {
        key: "service.instance.id",
        label: "service_instance_id",
        value_type: ValueType::Text,
        brief: "Tells the running instances of one service apart.",
        identifier: true,
    },
    Definition {
        key: "code.file.path",
        label: "code_file_path",
        value_type: ValueType::Text,
        brief: "The path of a source file.",
        identifier: true,
    },
    Definition {
        key: "process.exit.code",
        label: "process_exit_code",
        value_type: ValueType::Int,
        brief: "The exit code of the process.",
        identifier: false,
    },
    Definition {
        key: "process.command_line",
        label: "process_command_line",
        value_type: ValueType::Text,
        brief: "The whole command that started the process, as one string.",
        identifier: true,
    },
    Definition {
        key: "test.suite.name",
        label: "test_suite_name",
        value_type: ValueType::Text,
        brief: "The name of the test suite.",
        identifier: false,
    },
    Definition {
        key: "test.suite.run.status",
        label: "test_suite_run_status",
        value_type: ValueType::Open(&["success", "failure", "skipped", "aborted", "timed_out", "in_progress"]),
        brief: "How the run of a test suite ended.",
        identifier: false,
    },
    Definition {
        key: "test.case.result.status",
        label: "test_case_result_status",
        value_type: ValueType::Open(&["pass", "fail"]),
        brief: "The result of one test case.",
        identifier: false,
    },
    Definition {
        key: "vcs.repository.name",
        label: "vcs_repository_name",
        value_type: ValueType::Text,
        brief: "The name of the repository, without its owner.",
        identifier: false,
    },
    Definition {
        key: "vcs.ref.head.name",
        label: "vcs_ref_head_name",
        value_type: ValueType::Text,
        brief: "The branch or tag that is worked on.",
        identifier: false,
    },
    Definition {
        key: "vcs.ref.head.revision",
        label: "vcs_ref_head_revision",
        value_type: ValueType::Text,
        brief: "The revision that is worked on.",
        identifier: true,
    },
    Definition {
        key: "vcs.change.id",
        label: "vcs_change_id",
        value_type: ValueType::Text,
        brief: "The pull or merge request, as the provider numbers it.",
        identifier: true,
    },
    Definition {
        key: "vcs.change.state",
        label: "vcs_change_state",
        value_type: ValueType::Open(&["open", "wip", "closed", "merged"]),
        brief: "The state of the pull or merge request.",
        identifier: false,
    },
    Definition {
        key: "vcs.line_change.type",
        label: "vcs_line_change_type",
        value_type: ValueType::Open(&["added", "removed"]),
        brief: "Whether lines were added or removed.",
        identifier: false,
    },
    Definition {
        key: "service.name",
        label: "service_name",
        value_type: ValueType::Text,
        brief: "The name of the service or program.",
        identifier: false,
    },
    Definition {
        key: "process.pid",
        label: "process_pid",
        value_type: ValueType::Int,
        brief: "The number of the process.",
        identifier: true,
    },
    Definition {
        key: "process.executable.name",
        label: "process_executable_name",
        value_type: ValueType::Text,
        brief: "The name of the program file.",
        identifier: false,
    },
    Definition {
        key: "host.name",
        label: "host_name",
        value_type: ValueType::Text,
        brief: "The name of the machine.",
        identifier: false,
    },
    Definition {
        key: "host.arch",
        label: "host_arch",
        value_type: ValueType::Text,
        brief: "The architecture of the machine's processor.",
        identifier: false,
    },
    Definition {
        key: "os.type",
        label: "os_type",
        value_type: ValueType::Text,
        brief: "The kind of operating system.",
        identifier: false,
    },
    Definition {
        key: "telemetry.sdk.name",
        label: "telemetry_sdk_name",
        value_type: ValueType::Text,
        brief: "The name of the SDK.",
        identifier: false,
    },
    Definition {
        key: "telemetry.sdk.language",
        label: "telemetry_sdk_language",
        value_type: ValueType::Text,
        brief: "The language of the SDK.",
        identifier: false,
    },
    Definition {
        key: "telemetry.sdk.version",
        label: "telemetry_sdk_version",
        value_type: ValueType::Text,
        brief: "The version of the SDK.",
        identifier: false,
    },
    Definition {
        key: "telemetry.distro.name",
        label: "telemetry_distro_name",
        value_type: ValueType::Text,
        brief: "The name of the distribution of the SDK.",
        identifier: false,
    },
    Definition {
        key: "telemetry.distro.version",
        label: "telemetry_distro_version",
        value_type: ValueType::Text,
        brief: "The version of the distribution of the SDK.",
        identifier: false,
    },
    Definition {
        key: "exception.type",
        label: "exception_type",
        value_type: ValueType::Text,
        brief: "The type of the exception.",
        identifier: false,
    },
    Definition {
        key: "exception.message",
        label: "exception_message",
        value_type: ValueType::Text,
        brief: "What the exception says.",
        identifier: true,
    },
    Definition {
        key: "exception.stacktrace",
        label: "exception_stacktrace",
        value_type: ValueType::Text,
        brief: "The stack at the exception, as text.",
        identifier: true,
    },
    Definition {
        key: "code.line.number",
        label: "code_line_number",
        value_type: ValueType::Int,
        brief: "The line in the source file.",
        identifier: false,
    },
    Definition {
        key: "cpu.mode",
        label: "cpu_mode",
        value_type: ValueType::Open(&["user", "system", "idle", "iowait", "nice", "interrupt", "steal", "kernel"]),
        brief: "What the processor time was spent on.",
        identifier: false,
    },
    Definition {
        key: "disk.io.direction",
        label: "disk_io_direction",
        value_type: ValueType::Open(&["read", "write"]),
        brief: "Whether bytes were read or written.",
        identifier: false,
    },
    Definition {
        key: "network.io.direction",
        label: "network_io_direction",
        value_type: ValueType::Open(&["transmit", "receive"]),
        brief: "Whether bytes came or went.",
        identifier: false,
    },
    Definition {
        key: "system.memory.state",
        label: "system_memory_state",
        value_type: ValueType::Open(&["used", "free", "buffers", "cached", "shared"]),
        brief: "What memory is used for.",
        identifier: false,
    },
    Definition {
        key: "process.command_args",
        label: "process_command_args",
        value_type: ValueType::Text,
        brief: "The words of the command that started the process.",
        identifier: true,
    },
    Definition {
        key: "process.working_directory",
        label: "process_working_directory",
        value_type: ValueType::Text,
        brief: "The working directory of the process.",
        identifier: true,
    },
    Definition {
        key: "process.executable.path",
        label: "process_executable_path",
        value_type: ValueType::Text,
        brief: "The path of the program.",
        identifier: true,
    },
    Definition {
        key: "file.path",
        label: "file_path",
        value_type: ValueType::Text,
        brief: "The full path of a file, with its name.",
        identifier: true,
    },
    Definition {
        key: "file.directory",
        label: "file_directory",
        value_type: ValueType::Text,
        brief: "The directory of a file.",
        identifier: true,
    },
    Definition {
        key: "file.name",
        label: "file_name",
        value_type: ValueType::Text,
        brief: "The name of a file, with its ending, without its directory.",
        identifier: true,
    },
];
