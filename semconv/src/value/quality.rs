// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

open_enum! {
    /// `codeagent.retry.reason`: Why something was tried again.
    pub enum RetryReason {
        /// The provider's rate limit or quota.
        RateLimited = "rate_limited",
        /// The provider answered with an error of its own.
        ServerError = "server_error",
        /// The connection failed.
        Network = "network",
        /// No answer in time.
        Timeout = "timeout",
        /// The answer could not be read.
        InvalidResponse = "invalid_response",
        /// The text to replace was not found.
        EditMismatch = "edit_mismatch",
        /// A tool failed.
        ToolError = "tool_error",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.loop.kind`: The pattern by which the agent was judged stuck.
    pub enum LoopKind {
        /// The same action with the same result.
        RepeatedAction = "repeated_action",
        /// The same error, again and again.
        RepeatedError = "repeated_error",
        /// Messages without any action.
        Monologue = "monologue",
        /// Two actions that undo or repeat each other.
        Alternating = "alternating",
        /// Turns that change nothing.
        NoProgress = "no_progress",
        /// Compaction after compaction of a context that stays too long.
        ContextError = "context_error",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.degradation.verdict`: The result of a degradation test.
    pub enum DegradationVerdict {
        /// No change worth the name.
        Ok = "ok",
        /// Worse than the baseline.
        Degraded = "degraded",
        /// Better than the baseline.
        Improved = "improved",
        /// Too few samples for the configured power.
        Inconclusive = "inconclusive",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.action.kind`: The corrective action.
    pub enum ActionKind {
        /// People are told.
        Alert = "alert",
        /// A rollout is stopped where it is.
        PauseRollout = "pause_rollout",
        /// The configuration goes back to an earlier revision.
        RollbackConfig = "rollback_config",
        /// Another model is used.
        SwitchModel = "switch_model",
        /// Fewer tasks are started.
        Throttle = "throttle",
        /// An agent or a tool gets no more work.
        Quarantine = "quarantine",
        /// The agent is started anew.
        Restart = "restart",
        /// Something outside is called.
        Webhook = "webhook",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.action.result`: What became of the action.
    pub enum ActionResult {
        /// It waits for a person's consent.
        Proposed = "proposed",
        /// It was done.
        Applied = "applied",
        /// It was tried without success.
        Failed = "failed",
        /// A limit or a rule held it back.
        Skipped = "skipped",
        /// It was done and later undone.
        Reverted = "reverted",
    }
    other = "other";
}
