//! What every signal carries so that it can be found again: the session and the task, by context.
//!
//! The pairs ride in OpenTelemetry's `Context`. The processors of spans and log records copy them from there, so that whatever is
//! recorded within a task, by whatever library, can be found by its id.

use std::future::Future;
use std::sync::Arc;

use codeagent_semconv::attribute;
use opentelemetry::context::FutureExt;
use opentelemetry::{Context, ContextGuard, KeyValue, StringValue, Value};

/// The pairs that a context carries. Cheap to clone: a span copies reference counts, not texts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Correlation {
    pairs: Arc<[KeyValue]>,
}

impl Correlation {
    pub(crate) fn pairs(&self) -> &[KeyValue] {
        &self.pairs
    }

    /// The same, and `value` under `key`.
    pub(crate) fn with(&self, key: &'static str, value: &str) -> Self {
        let others = self.pairs.iter().filter(|pair| pair.key.as_str() != key).cloned();
        Self { pairs: others.chain([KeyValue::new(key, StringValue::from(Arc::from(value)))]).collect() }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&StringValue> {
        let pair = self.pairs.iter().find(|pair| pair.key.as_str() == key)?;
        match &pair.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// That of `context`, or `otherwise`.
    pub(crate) fn of<'a>(context: &'a Context, otherwise: &'a Self) -> &'a Self {
        context.get::<Self>().unwrap_or(otherwise)
    }
}

/// A session: everything within belongs to it.
///
/// A program that serves one user has one session, which [`crate::Builder::session_id`] names, and needs none of this. One that serves
/// many enters each.
///
/// ```
/// let session = codeagent_sdk::Session::new("0d5c1f7e");
/// session.run(|| tracing::info!("this carries the id of the session"));
/// ```
#[derive(Clone, Debug)]
pub struct Session {
    context: Context,
}

impl Session {
    /// A session within the current context.
    #[must_use]
    pub fn new(id: &str) -> Self {
        let current = Context::current();
        let correlation =
            current.get::<Correlation>().cloned().unwrap_or_else(crate::telemetry::process_correlation);
        let correlation = correlation.with(attribute::SESSION_ID.name(), id);
        Self { context: current.with_value(correlation) }
    }

    /// Runs `work` within the session.
    pub fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        let _entered = self.context.clone().attach();
        work()
    }

    /// Makes each poll of `work` happen within the session.
    pub fn wrap<F: Future>(&self, work: F) -> impl Future<Output = F::Output> {
        work.with_context(self.context.clone())
    }

    /// Enters the session on this thread until the guard is dropped.
    #[must_use]
    pub fn enter(&self) -> ContextGuard {
        self.context.clone().attach()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_value_replaces_an_earlier_one() {
        let one = Correlation::default().with("a", "1").with("b", "2").with("a", "3");
        assert_eq!(one.pairs().len(), 2);
        assert_eq!(one.pairs()[1], KeyValue::new("a", "3"));
    }
}
