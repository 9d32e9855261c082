//! A call to a model.

use codeagent_semconv::value::{CostSource, GenAiOperationName, QuerySource, TokenType};
use codeagent_semconv::{attribute as key, event};
use opentelemetry::trace::SpanKind;

use super::node::Node;
use super::scope::scope;
use super::stretch::{self, Stretch};
use super::totals::number;

/// Tokens of a model call, by kind. The kinds are disjoint: their sum is what was processed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Input that no cache held.
    pub input: u64,
    /// Input read from the provider's cache.
    pub cache_read: u64,
    /// Input written to the provider's cache.
    pub cache_write: u64,
    /// Output that is the answer.
    pub output: u64,
    /// Output that is reasoning.
    pub reasoning: u64,
}

/// A call to a model: upstream's `chat`. Dropped without an end it ends as it is, failed where the thread panics.
#[derive(Debug)]
#[must_use = "the call ends when it is dropped"]
pub struct ModelCall {
    inner: Option<Stretch>,
    usage: Usage,
    cost: Option<(f64, CostSource<'static>)>,
    context: Option<(u64, u64)>,
}

impl ModelCall {
    pub(super) fn begin(parent: Option<&Node>, provider: &str, model: &str) -> Self {
        let inner = parent.map(|parent| {
            parent.totals.use_model(model);
            let mut facts = parent.facts();
            facts.word(key::GEN_AI_OPERATION_NAME, GenAiOperationName::Chat.bounded());
            facts.text(key::GEN_AI_PROVIDER_NAME, provider).text(key::GEN_AI_REQUEST_MODEL, model);
            Stretch::begin(parent, format!("chat {model}"), SpanKind::Client, facts)
        });
        Self { inner, usage: Usage::default(), cost: None, context: None }
    }

    /// Which part of the agent asks; the main loop where this is not said.
    pub fn source(mut self, source: QuerySource<'_>) -> Self {
        if let Some(inner) = &mut self.inner {
            inner.facts.member(key::CODEAGENT_QUERY_SOURCE, source, source.bounded());
        }
        self
    }

    /// Tokens in the context at the start, and the size of the model's window.
    pub fn context(mut self, used: u64, window: u64) -> Self {
        if let Some(inner) = &mut self.inner {
            inner.facts.int(key::CODEAGENT_CONTEXT_USED, number(used));
            inner.facts.int(key::CODEAGENT_CONTEXT_WINDOW, number(window));
            self.context = Some((used, window));
        }
        self
    }

    /// The provider's id of the answer.
    pub fn response_id(&mut self, id: &str) -> &mut Self {
        if let Some(inner) = &mut self.inner {
            inner.facts.text(key::GEN_AI_RESPONSE_ID, id);
        }
        self
    }

    /// What it took and gave.
    pub fn usage(&mut self, usage: Usage) -> &mut Self {
        self.usage = usage;
        self
    }

    /// What it cost in US dollars, and where that figure comes from.
    pub fn cost(&mut self, dollars: f64, source: CostSource<'static>) -> &mut Self {
        self.cost = Some((dollars, source));
        self
    }

    /// Gives the answer back, and marks the call as failed where it is an error of class `E`.
    ///
    /// # Errors
    /// Those of `answer`.
    pub fn track<T, E>(&mut self, answer: Result<T, E>) -> Result<T, E> {
        stretch::track(&mut self.inner, answer)
    }

    /// Ends it.
    pub fn end(mut self) {
        self.finish();
    }

    /// Ends it as failed, with an error of this class.
    pub fn fail(mut self, error: &str) {
        stretch::fail(&mut self.inner, error);
        self.finish();
    }

    fn finish(&mut self) {
        let Some(mut inner) = self.inner.take() else { return };
        let Usage { input, cache_read, cache_write, output, reasoning } = self.usage;
        // Upstream's input includes what caches held, its output the reasoning.
        let (all_input, all_output) = (input + cache_read + cache_write, output + reasoning);
        if self.usage != Usage::default() {
            let facts = &mut inner.facts;
            facts.int(key::GEN_AI_USAGE_INPUT_TOKENS, number(all_input));
            facts.int(key::GEN_AI_USAGE_OUTPUT_TOKENS, number(all_output));
            facts.int(key::GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, number(cache_read));
            facts.int(key::GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS, number(cache_write));
            inner.node.totals.spend(all_input, all_output);
        }
        if let Some((dollars, source)) = self.cost {
            let facts = &mut inner.facts;
            facts
                .double(key::CODEAGENT_COST_AMOUNT, dollars)
                .word(key::CODEAGENT_COST_SOURCE, source.bounded());
            inner.node.totals.pay(dollars, source);
        }
        let kinds = [
            (TokenType::Input, input),
            (TokenType::CacheRead, cache_read),
            (TokenType::CacheWrite, cache_write),
            (TokenType::Output, output),
            (TokenType::Reasoning, reasoning),
        ];
        inner.end(Some(&event::CODEAGENT_MODEL_CALLED), |instruments, time, facts| {
            instruments.time(&instruments.model_duration, time, facts);
            for (kind, count) in kinds {
                let mut facts = facts.clone();
                facts.word(key::CODEAGENT_TOKEN_TYPE, kind.bounded());
                instruments.add(&instruments.tokens, count, &facts);
            }
            if let Some((dollars, _)) = self.cost {
                instruments.add_amount(&instruments.cost, dollars, facts);
            }
            if let Some((used, window)) = self.context.filter(|(_, window)| *window > 0) {
                instruments.record(&instruments.context, share(used, window), facts);
            }
        });
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share does not need the last of 2^53 tokens")]
fn share(used: u64, window: u64) -> f64 {
    used as f64 / window as f64
}

impl Drop for ModelCall {
    fn drop(&mut self) {
        self.finish();
    }
}

scope!(ModelCall);
