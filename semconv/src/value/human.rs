// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

open_enum! {
    /// `codeagent.permission.decision`: The result of a permission check.
    pub enum PermissionDecision {
        /// Allowed as asked.
        Allow = "allow",
        /// Allowed with changed input.
        Modify = "modify",
        /// Refused.
        Deny = "deny",
        /// The question was dismissed, or the turn was interrupted.
        Abort = "abort",
        /// Nobody answered in time.
        Timeout = "timeout",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.permission.source`: What decided.
    pub enum PermissionSource {
        /// The rules or the permission mode in the agent's own settings.
        Config = "config",
        /// Rules that the organisation manages.
        Policy = "policy",
        /// A hook: a program that the agent asks.
        Hook = "hook",
        /// A model that rates the risk of the call.
        Classifier = "classifier",
        /// The user, for this call.
        UserOnce = "user_once",
        /// The user, for the rest of the session.
        UserSession = "user_session",
        /// The user, for good.
        UserAlways = "user_always",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.intervention.kind`: How a person stepped in.
    pub enum InterventionKind {
        /// Answered a question for permission.
        Permission = "permission",
        /// Gave a further instruction.
        FollowUp = "follow_up",
        /// Said that the work is wrong.
        Correction = "correction",
        /// Stopped the turn.
        Interrupt = "interrupt",
        /// Finished the work by hand.
        Takeover = "takeover",
        /// Rated the work.
        Feedback = "feedback",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.time.owner`: Whose time was spent.
    pub enum TimeOwner {
        /// The agent's: models, tools and its own work.
        Agent = "agent",
        /// The user's: typing, reading and deciding.
        User = "user",
    }
    other = "other";
}
