//! A service as it is in the field: headers in, a span of the SDK, headers out.

mod carriers;
mod cases;
mod w3c;

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{TraceContextExt, Tracer, TracerProvider};
use opentelemetry_sdk::trace::SdkTracerProvider;

use super::{FromHeaders, IntoHeaders};

pub(super) fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&str, &str)| {
        (HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap())
    };
    let mut map = HeaderMap::new();
    for (name, value) in pairs.iter().map(pair) {
        map.append(name, value);
    }
    map
}

/// What the service sends with one call that it makes while it serves a request with `incoming`.
pub(super) fn relay(incoming: &HeaderMap) -> HeaderMap {
    relays(incoming, 1).remove(0)
}

/// The same with several calls, each in a span of its own below that of the request.
pub(super) fn relays(incoming: &HeaderMap, calls: usize) -> Vec<HeaderMap> {
    let tracer = SdkTracerProvider::builder().build().tracer("service");
    let propagator = super::w3c();
    let parent = propagator.extract_with_context(&Context::new(), &FromHeaders(incoming));
    let serving = parent.with_span(tracer.start_with_context("serve", &parent));
    let call = |_| {
        let calling = serving.with_span(tracer.start_with_context("call", &serving));
        let mut outgoing = HeaderMap::new();
        propagator.inject_context(&calling, &mut IntoHeaders(&mut outgoing));
        outgoing
    };
    (0..calls).map(call).collect()
}

pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

/// Trace id, span id and flags of what is sent; it must be there once and be well-formed.
pub(super) fn parent(outgoing: &HeaderMap) -> (&str, &str, &str) {
    assert_eq!(outgoing.get_all("traceparent").iter().count(), 1);
    let parts: Vec<&str> = text(outgoing, "traceparent").split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    assert_eq!((parts[0], lengths.as_slice()), ("00", [2, 32, 16, 2].as_slice()));
    assert!(parts.concat().bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')));
    (parts[1], parts[2], parts[3])
}
