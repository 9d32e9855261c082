// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

open_enum! {
    /// `codeagent.tool.category`: What a tool does, whatever its product calls it.
    pub enum ToolCategory {
        /// Reads files or resources.
        Read = "read",
        /// Searches the workspace.
        Search = "search",
        /// Writes, patches or deletes files.
        Edit = "edit",
        /// Runs commands or code.
        Execute = "execute",
        /// Fetches from or searches the web.
        Web = "web",
        /// Calls an MCP server for something that none of the others describes.
        Mcp = "mcp",
        /// Keeps a plan or a to-do list.
        Plan = "plan",
        /// Starts another agent.
        Subagent = "subagent",
        /// Asks the user.
        AskUser = "ask_user",
        /// Reads or writes what outlives the session.
        Memory = "memory",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.tool.origin`: Where a tool comes from.
    pub enum ToolOrigin {
        /// Part of the product.
        Builtin = "builtin",
        /// An MCP server.
        Mcp = "mcp",
        /// A plugin or an extension.
        Plugin = "plugin",
        /// A skill.
        Skill = "skill",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.command.kind`: What a command is for.
    pub enum CommandKind {
        /// Builds.
        Build = "build",
        /// Runs tests.
        Test = "test",
        /// Lints or formats.
        Lint = "lint",
        /// Works with version control.
        Vcs = "vcs",
        /// Installs or updates dependencies.
        Package = "package",
        /// Talks to the network.
        Network = "network",
        /// Lists, searches or changes files.
        File = "file",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.edit.operation`: What an edit does to its file.
    pub enum EditOperation {
        /// Creates it.
        Create = "create",
        /// Changes its content.
        Update = "update",
        /// Deletes it.
        Delete = "delete",
        /// Moves it.
        Rename = "rename",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.edit.status`: What became of an edit.
    pub enum EditStatus {
        /// It was written.
        Applied = "applied",
        /// The patch or the text to replace did not match, or the write failed.
        Failed = "failed",
        /// The user or a rule refused it.
        Rejected = "rejected",
        /// It was written and later undone.
        Reverted = "reverted",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.edit.age`: How long after the edit its survival was measured.
    pub enum EditAge {
        /// Five minutes.
        Minutes5 = "5m",
        /// One hour.
        Hour = "1h",
        /// One day.
        Day = "1d",
        /// Seven days.
        Week = "7d",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.sandbox.type`: How the commands of the agent are isolated.
    pub enum SandboxType {
        /// Not at all.
        None = "none",
        /// Seatbelt, of macOS.
        Seatbelt = "seatbelt",
        /// Landlock, of Linux.
        Landlock = "landlock",
        /// Bubblewrap: namespaces without privileges.
        Bubblewrap = "bubblewrap",
        /// A container.
        Container = "container",
        /// A virtual machine.
        Vm = "vm",
        /// Another machine.
        Remote = "remote",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.sandbox.outcome`: What the sandbox did with a call.
    pub enum SandboxOutcome {
        /// It ran inside.
        Allowed = "allowed",
        /// It was refused.
        Denied = "denied",
        /// It was refused, then ran outside after approval.
        Escalated = "escalated",
    }
    other = "other";
}
