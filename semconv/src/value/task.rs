// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

open_enum! {
    /// `codeagent.task.kind`: What the task asks for.
    pub enum TaskKind {
        /// New behaviour.
        Feature = "feature",
        /// Wrong behaviour put right.
        Bugfix = "bugfix",
        /// The same behaviour in better code.
        Refactor = "refactor",
        /// Tests written or repaired.
        Test = "test",
        /// A review of somebody's change.
        Review = "review",
        /// Documentation written or corrected.
        Docs = "docs",
        /// A move to another version, library or platform.
        Migration = "migration",
        /// Issues or alerts sorted and investigated.
        Triage = "triage",
        /// An answer, with no change to the code.
        Question = "question",
        /// A task whose result is known beforehand.
        Benchmark = "benchmark",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.task.source`: Who or what started the task.
    pub enum TaskSource {
        /// A person at the agent's prompt.
        Interactive = "interactive",
        /// A CI pipeline.
        Ci = "ci",
        /// An issue, ticket or mention that was assigned to the agent.
        Issue = "issue",
        /// A timer.
        Schedule = "schedule",
        /// A program, through an API.
        Api = "api",
        /// A benchmark harness.
        Benchmark = "benchmark",
        /// Another agent; see `codeagent.subagent.depth`.
        Agent = "agent",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.task.outcome`: How the task ended.
    ///
    /// In the words of upstream's `cicd.pipeline.result`: `failed` covers its `failure` and `error`, `cancelled` is
    /// its `cancellation`.
    pub enum TaskOutcome {
        /// The judge accepted the result.
        Success = "success",
        /// The judge rejected the result, or an error ended the task.
        Failed = "failed",
        /// A person or a policy stopped it.
        Cancelled = "cancelled",
        /// The time budget ran out.
        Timeout = "timeout",
        /// Nobody judged it and nothing marked its end, for example because the process disappeared.
        Unknown = "unknown",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.task.judge`: Who decided the outcome.
    ///
    /// The members are in order of strength, weakest first. A stronger judge may overrule a weaker one later: it
    /// emits `codeagent.task.judged` again. Absent while nobody has judged.
    pub enum TaskJudge {
        /// The agent declared it.
        SelfReported = "self",
        /// A rule: exit code, timeout, budget, crash.
        Rule = "rule",
        /// A model that acts as judge.
        Model = "model",
        /// A test run that the owner of the task defined.
        Test = "test",
        /// The result of a CI pipeline.
        Ci = "ci",
        /// A person.
        Human = "human",
        /// The change was merged, or closed unmerged.
        Merge = "merge",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.task.failure.reason`: Why the task did not succeed, in one of few words.
    ///
    /// `error.type` keeps the exact class; this is the grouping that dashboards and tests use.
    pub enum TaskFailureReason {
        /// The provider answered with an error that retries did not cure.
        ModelError = "model_error",
        /// The provider's rate limit or quota.
        RateLimited = "rate_limited",
        /// The model refused.
        Refusal = "refusal",
        /// A tool failed and the agent did not recover.
        ToolError = "tool_error",
        /// Edits could not be applied.
        EditError = "edit_error",
        /// The result does not build.
        BuildFailure = "build_failure",
        /// The result fails its tests.
        TestFailure = "test_failure",
        /// The context window was full and could not be compacted.
        ContextOverflow = "context_overflow",
        /// The agent was stuck in a loop.
        LoopDetected = "loop_detected",
        /// A permission that the task needs was not given.
        PermissionDenied = "permission_denied",
        /// The sandbox refused what the task needs.
        SandboxViolation = "sandbox_violation",
        /// The budget of money, tokens or turns ran out.
        BudgetExceeded = "budget_exceeded",
        /// The time budget ran out.
        Timeout = "timeout",
        /// A person stopped it.
        UserCancelled = "user_cancelled",
        /// It ended without an error, and the judge rejected the result.
        WrongResult = "wrong_result",
        /// Machine, network, disk or repository failed.
        Infrastructure = "infrastructure",
        /// The agent's process ended unexpectedly.
        Crash = "crash",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.step.status`: The state of a step of the plan.
    pub enum StepStatus {
        /// Not begun.
        Pending = "pending",
        /// Being worked on.
        InProgress = "in_progress",
        /// Done.
        Completed = "completed",
        /// Dropped from the plan.
        Skipped = "skipped",
        /// Given up.
        Failed = "failed",
    }
    other = "other";
}
