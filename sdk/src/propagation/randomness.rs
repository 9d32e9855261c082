//! One decision for a whole session: explicit randomness in the `tracestate` of traces that begin here.
//! <https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/>

use std::fmt;
use std::sync::Arc;

use opentelemetry::trace::{Link, SpanKind, TraceContextExt, TraceId, TraceState};
use opentelemetry::{Context, KeyValue, StringValue};
use opentelemetry_sdk::trace::{SamplingResult, ShouldSample};
use twox_hash::XxHash64;

/// OpenTelemetry's own member of `tracestate`, and its part for randomness.
const VENDOR: &str = "ot";
const RANDOMNESS: &str = "rv";
const VALUE_BYTES_MAX: usize = 256;

type SessionOf = dyn Fn(&Context) -> Option<StringValue> + Send + Sync;

/// A sampler that decides as another one does, and adds `ot=rv:` to the traces that begin here: 56 bits that depend on the session only.
#[derive(Clone)]
pub struct SessionRandomness {
    inner: Box<dyn ShouldSample>,
    session: Arc<SessionOf>,
}

impl SessionRandomness {
    /// `session` tells the id of the session that a context belongs to; `None` leaves the trace as it is.
    pub fn new(
        inner: impl ShouldSample + 'static,
        session: impl Fn(&Context) -> Option<StringValue> + Send + Sync + 'static,
    ) -> Self {
        Self { inner: Box::new(inner), session: Arc::new(session) }
    }
}

impl fmt::Debug for SessionRandomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionRandomness").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl ShouldSample for SessionRandomness {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace_id: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let mut result = self.inner.should_sample(parent, trace_id, name, kind, attributes, links);
        // Only the root may set it: a value that changes within a trace takes its samplers apart.
        let begins = parent.is_none_or(|context| !context.span().span_context().is_valid());
        if let Some(session) = parent.filter(|_| begins).and_then(|context| (self.session)(context)) {
            result.trace_state = with_randomness(result.trace_state, randomness_of(session.as_str()));
        }
        result
    }
}

/// The lower 56 bits of XXH64 (seed 0) of the id: every language has it, so that others can derive the same value.
pub(super) fn randomness_of(session: &str) -> u64 {
    XxHash64::oneshot(0, session.as_bytes()) & ((1 << 56) - 1)
}

/// `state` with `rv` among the parts of `ot`. A value that is there already stays; what does not fit is left out.
fn with_randomness(state: TraceState, randomness: u64) -> TraceState {
    let others = state.get(VENDOR).unwrap_or_default();
    let mut parts = others.split(';').filter(|part| !part.is_empty());
    if parts.any(|part| {
        part.split_once(':').is_some_and(|(key, value)| key == RANDOMNESS && is_randomness(value))
    }) {
        return state;
    }
    let parts =
        others.split(';').filter(|part| !part.is_empty() && part.split(':').next() != Some(RANDOMNESS));
    let mut value = parts.collect::<Vec<_>>().join(";");
    if !value.is_empty() {
        value.push(';');
    }
    value.push_str(&format!("{RANDOMNESS}:{randomness:014x}"));
    if value.len() > VALUE_BYTES_MAX {
        return state;
    }
    state.insert(VENDOR, value).unwrap_or(state)
}

fn is_randomness(value: &str) -> bool {
    value.len() == 14 && value.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Randomness is the highest that fits, to see where it stands.
    const RV: u64 = (1 << 56) - 1;

    #[test]
    fn randomness_is_spliced_into_what_is_there() {
        let long = format!("x:{}", "y".repeat(250));
        let cases = [
            ("", "ot=rv:ffffffffffffff"),
            ("other=1", "ot=rv:ffffffffffffff,other=1"),
            ("other=1,ot=th:c", "ot=th:c;rv:ffffffffffffff,other=1"),
            ("ot=th:c;rv:00000000000001;p:8,other=1", "ot=th:c;rv:00000000000001;p:8,other=1"),
            ("ot=rv:short;th:c", "ot=th:c;rv:ffffffffffffff"),
            ("ot=;", "ot=rv:ffffffffffffff"),
            (&format!("ot={long}"), &format!("ot={long}")),
        ];
        for (before, after) in cases {
            let state: TraceState = before.parse().unwrap();
            assert_eq!(with_randomness(state, RV).header(), after, "{before}");
        }
    }

    #[test]
    fn the_hash_is_the_published_one() {
        // The reference value of XXH64 for no input is ef46db3751d8e999.
        assert_eq!(randomness_of(""), 0x46_db37_51d8_e999);
    }

    #[test]
    fn sessions_spread_evenly() {
        let below =
            (0..10_000).filter(|number| randomness_of(&format!("session-{number}")) < 1 << 54).count();
        assert!((2_300..2_700).contains(&below), "a quarter of 10,000 is 2,500, not {below}");
    }
}
