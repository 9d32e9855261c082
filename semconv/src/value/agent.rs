// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

open_enum! {
    /// `codeagent.product`: The code-agent product that produced the telemetry, whatever dialect it spoke.
    ///
    /// A resource attribute. `service.name` and `service.version` keep what the product sent.
    pub enum Product {
        /// CodeAgent, or an agent that links its SDK.
        Codeagent = "codeagent",
        /// Claude Code, by Anthropic.
        ClaudeCode = "claude-code",
        /// Codex CLI and app server, by OpenAI.
        Codex = "codex",
        /// Gemini CLI, by Google.
        GeminiCli = "gemini-cli",
        /// Qwen Code, Alibaba's fork of Gemini CLI.
        QwenCode = "qwen-code",
        /// OpenCode, the open-source terminal agent.
        Opencode = "opencode",
        /// Goose, by Block.
        Goose = "goose",
        /// Aider, pair programming in the terminal.
        Aider = "aider",
        /// Cline, the VS Code extension and its CLI.
        Cline = "cline",
        /// Continue, the editor extension and its CLI.
        Continue = "continue",
        /// GitHub Copilot Chat and its agents.
        Copilot = "copilot",
        /// OpenHands and its agent SDK.
        Openhands = "openhands",
        /// SWE-agent, read from its trajectory files.
        SweAgent = "swe-agent",
        /// Cursor, by its OpenTelemetry export.
        Cursor = "cursor",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.change.kind`: What was changed in the fleet.
    pub enum ChangeKind {
        /// Settings of the agent other than those below.
        Config = "config",
        /// The system prompt or a rules file.
        Prompt = "prompt",
        /// Tools, MCP servers or skills.
        Toolset = "toolset",
        /// The model, or the version behind its name.
        Model = "model",
        /// The version of the agent product.
        AgentVersion = "agent_version",
        /// The version of the telemetry SDK.
        SdkVersion = "sdk_version",
        /// Permissions, sandbox or budgets.
        Policy = "policy",
        /// Machines, network or providers under the agents.
        Infrastructure = "infrastructure",
    }
    other = "other";
}
