// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

open_enum! {
    /// `codeagent.query.source`: Which part of the agent made the model call.
    pub enum QuerySource {
        /// The main loop.
        Main = "main",
        /// A sub-agent.
        Subagent = "subagent",
        /// Small jobs beside the task: titles, summaries, classification.
        Auxiliary = "auxiliary",
        /// The compaction of the context.
        Compaction = "compaction",
        /// A model that judges the result.
        Judge = "judge",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.token.type`: The kind of token. The kinds are disjoint: their sum is the number of tokens
    /// processed.
    ///
    /// Disjoint on purpose. Upstream's `gen_ai.usage.input_tokens` includes cached input, and its
    /// `gen_ai.usage.output_tokens` includes reasoning.
    pub enum TokenType {
        /// Input that no cache held.
        Input = "input",
        /// Input read from the provider's cache.
        CacheRead = "cache_read",
        /// Input written to the provider's cache.
        CacheWrite = "cache_write",
        /// Output that is the answer.
        Output = "output",
        /// Output that is reasoning, not answer.
        Reasoning = "reasoning",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.cost.source`: Where a figure of cost comes from.
    ///
    /// Figures of different sources are never added.
    pub enum CostSource {
        /// The product or the provider stated it.
        Reported = "reported",
        /// Computed from tokens and a price list.
        Computed = "computed",
    }
    other = "other";
}

open_enum! {
    /// `codeagent.compaction.trigger`: Why the context was compacted.
    pub enum CompactionTrigger {
        /// The context had reached the configured fill.
        Auto = "auto",
        /// The user asked for it.
        Manual = "manual",
        /// The model refused the context as too long.
        Error = "error",
    }
    other = "other";
}
