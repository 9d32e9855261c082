//! Spans: randomness and threshold live in `tracestate`.

use codeagent_pipeline::otlp::Edit;
use codeagent_pipeline::otlp::views::{AnyValue, Span};
use codeagent_pipeline::otlp::wire::{Fields, put_bytes};
use codeagent_pipeline::sampling::{Randomness, TraceState};

use super::decision::{Decision, Incoming, Sampler};

/// The attribute that keeps (over 0) or drops (0) a span whatever the percentage says.
const PRIORITY: &str = "sampling.priority";
/// `Span.trace_state`.
const TRACE_STATE: u32 = 3;

/// Decides over a span, and writes what was decided into its `tracestate`.
pub fn sample(sampler: &Sampler, span: &Span<'_>) -> Edit {
    let state = TraceState::parse(span.trace_state);
    let known = state.as_ref().filter(|state| state.threshold.is_some() || state.randomness.is_some());
    let own = Randomness::of_trace_id(span.trace_id);
    let randomness = match known.and_then(|state| state.randomness) {
        _ if sampler.hashes() => own.map(|_| sampler.hash(span.trace_id)),
        Some(explicit) => Some(explicit),
        None => own,
    };
    let Some(randomness) = randomness else {
        return if sampler.fail_closed { Edit::Drop } else { Edit::Keep };
    };
    // Hashed randomness is another one than that of `th`: what is there is not about it.
    let threshold = known.filter(|_| !sampler.hashes()).and_then(|state| state.threshold);
    let incoming = Incoming { randomness, threshold, priority: priority(span) };
    let Decision::Keep(threshold) = sampler.decide(&incoming) else { return Edit::Drop };
    let Some(mut state) = state.filter(|state| {
        let in_use = state.threshold.is_some() || state.randomness.is_some();
        !(sampler.hashes() && in_use)
    }) else {
        return Edit::Keep;
    };
    if sampler.hashes() {
        state.randomness = Some(randomness);
    }
    state.threshold = Some(threshold);
    Edit::Replace(with_trace_state(span, &state.to_string()))
}

fn priority(span: &Span<'_>) -> Option<f64> {
    let value = span.attributes().find(|attribute| attribute.key == PRIORITY)?.value;
    let number = match value {
        AnyValue::Int(number) => number as f64,
        AnyValue::Double(number) => number,
        AnyValue::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    if number > 0.0 { Some(1.0) } else { (number == 0.0).then_some(0.0) }
}

fn with_trace_state(span: &Span<'_>, state: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(span.raw.len() + state.len() + 4);
    let mut fields = Fields::new(span.raw);
    loop {
        let before = fields.rest();
        let Some((field, _)) = fields.next() else { break };
        if field != TRACE_STATE {
            out.extend_from_slice(&before[..before.len() - fields.rest().len()]);
        }
    }
    put_bytes(&mut out, TRACE_STATE, state.as_bytes());
    out
}
