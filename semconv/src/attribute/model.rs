// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Definition, Double, Int, Key, Text, ValueType, value};

/// `codeagent.query.source`: Which part of the agent made the model call.
pub const CODEAGENT_QUERY_SOURCE: Key<value::QuerySource<'static>> = Key::new("codeagent.query.source");

/// `codeagent.token.type`: The kind of token. The kinds are disjoint: their sum is the number of tokens processed.
///
/// Disjoint on purpose. Upstream's `gen_ai.usage.input_tokens` includes cached input, and its
/// `gen_ai.usage.output_tokens` includes reasoning.
pub const CODEAGENT_TOKEN_TYPE: Key<value::TokenType<'static>> = Key::new("codeagent.token.type");

/// `codeagent.cost.source`: Where a figure of cost comes from.
///
/// Figures of different sources are never added.
pub const CODEAGENT_COST_SOURCE: Key<value::CostSource<'static>> = Key::new("codeagent.cost.source");

/// `codeagent.cost.amount`: Cost in US dollars.
///
/// Example: `0.0421`.
pub const CODEAGENT_COST_AMOUNT: Key<Double> = Key::new("codeagent.cost.amount");

/// `codeagent.cost.price_list`: The version of the price list from which a cost was computed.
///
/// Example: `2026-11-20`.
pub const CODEAGENT_COST_PRICE_LIST: Key<Text> = Key::new("codeagent.cost.price_list");

/// `codeagent.context.window`: The size of the model's context window in tokens.
///
/// Example: `200000`.
pub const CODEAGENT_CONTEXT_WINDOW: Key<Int> = Key::new("codeagent.context.window");

/// `codeagent.context.used`: Tokens in the context at the start of the model call.
///
/// Example: `131072`.
pub const CODEAGENT_CONTEXT_USED: Key<Int> = Key::new("codeagent.context.used");

/// `codeagent.compaction.trigger`: Why the context was compacted.
pub const CODEAGENT_COMPACTION_TRIGGER: Key<value::CompactionTrigger<'static>> = Key::new("codeagent.compaction.trigger");

/// `codeagent.compaction.tokens_before`: Tokens in the context before the compaction.
///
/// Example: `167000`.
pub const CODEAGENT_COMPACTION_TOKENS_BEFORE: Key<Int> = Key::new("codeagent.compaction.tokens_before");

/// `codeagent.compaction.tokens_after`: Tokens in the context after the compaction.
///
/// Example: `24000`.
pub const CODEAGENT_COMPACTION_TOKENS_AFTER: Key<Int> = Key::new("codeagent.compaction.tokens_after");

/// `codeagent.operation.duration`: How long the operation took, in seconds.
///
/// Example: `1.25`.
pub const CODEAGENT_OPERATION_DURATION: Key<Double> = Key::new("codeagent.operation.duration");

pub(super) static DEFINED: &[Definition] = &[
    Definition {
        key: "codeagent.query.source",
        label: "codeagent_query_source",
        value_type: ValueType::Open(&["main", "subagent", "auxiliary", "compaction", "judge"]),
        brief: "Which part of the agent made the model call.",
        identifier: false,
    },
    Definition {
        key: "codeagent.token.type",
        label: "codeagent_token_type",
        value_type: ValueType::Open(&["input", "cache_read", "cache_write", "output", "reasoning"]),
        brief: "The kind of token. The kinds are disjoint: their sum is the number of tokens processed.",
        identifier: false,
    },
    Definition {
        key: "codeagent.cost.source",
        label: "codeagent_cost_source",
        value_type: ValueType::Open(&["reported", "computed"]),
        brief: "Where a figure of cost comes from.",
        identifier: false,
    },
    Definition {
        key: "codeagent.cost.amount",
        label: "codeagent_cost_amount",
        value_type: ValueType::Double,
        brief: "Cost in US dollars.",
        identifier: false,
    },
    Definition {
        key: "codeagent.cost.price_list",
        label: "codeagent_cost_price_list",
        value_type: ValueType::Text,
        brief: "The version of the price list from which a cost was computed.",
        identifier: false,
    },
    Definition {
        key: "codeagent.context.window",
        label: "codeagent_context_window",
        value_type: ValueType::Int,
        brief: "The size of the model's context window in tokens.",
        identifier: false,
    },
    Definition {
        key: "codeagent.context.used",
        label: "codeagent_context_used",
        value_type: ValueType::Int,
        brief: "Tokens in the context at the start of the model call.",
        identifier: false,
    },
    Definition {
        key: "codeagent.compaction.trigger",
        label: "codeagent_compaction_trigger",
        value_type: ValueType::Open(&["auto", "manual", "error"]),
        brief: "Why the context was compacted.",
        identifier: false,
    },
    Definition {
        key: "codeagent.compaction.tokens_before",
        label: "codeagent_compaction_tokens_before",
        value_type: ValueType::Int,
        brief: "Tokens in the context before the compaction.",
        identifier: false,
    },
    Definition {
        key: "codeagent.compaction.tokens_after",
        label: "codeagent_compaction_tokens_after",
        value_type: ValueType::Int,
        brief: "Tokens in the context after the compaction.",
        identifier: false,
    },
    Definition {
        key: "codeagent.operation.duration",
        label: "codeagent_operation_duration",
        value_type: ValueType::Double,
        brief: "How long the operation took, in seconds.",
        identifier: false,
    },
];
