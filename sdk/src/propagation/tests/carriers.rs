//! The environment, baggage, and one decision for a session.

use std::process::Command;

use http::{HeaderMap, HeaderValue};
use opentelemetry::baggage::{BaggageExt, KeyValueMetadata};
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{Span, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue, StringValue};
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};

use super::super::environment::OwnEnvironment;
use super::super::{FromHeaders, IntoHeaders, SessionRandomness, into_child, w3c};
use super::{headers, parent, relay, text};

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03";

fn variables(command: &Command) -> Vec<(String, Option<String>)> {
    let text = |value: &std::ffi::OsStr| value.to_str().unwrap().to_owned();
    command.get_envs().map(|(name, value)| (text(name), value.map(text))).collect()
}

fn received(variables: &[(&str, &str)]) -> Context {
    let find =
        |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    w3c().extract_with_context(&Context::new(), &OwnEnvironment::read(find))
}

#[test]
fn a_child_gets_the_trace_its_state_and_the_baggage() {
    let context =
        received(&[("TRACEPARENT", PARENT), ("TRACESTATE", "ot=rv:00000000000001"), ("BAGGAGE", "a=1")]);
    let mut command = Command::new("true");
    into_child(&context, &mut command);
    let expected = [("BAGGAGE", "a=1"), ("TRACEPARENT", PARENT), ("TRACESTATE", "ot=rv:00000000000001")];
    assert_eq!(variables(&command), expected.map(|(name, value)| (name.to_owned(), Some(value.to_owned()))));
}

#[test]
fn a_child_of_a_span_gets_nothing_that_our_own_parent_gave_us() {
    let mut command = Command::new("true");
    into_child(&received(&[("TRACEPARENT", PARENT)]), &mut command);
    let removed: Vec<String> =
        variables(&command).into_iter().filter(|(_, value)| value.is_none()).map(|pair| pair.0).collect();
    assert_eq!(removed, ["BAGGAGE", "TRACESTATE"]);
}

#[test]
fn a_child_without_a_span_inherits_what_we_have() {
    let mut command = Command::new("true");
    into_child(&Context::new(), &mut command);
    assert_eq!(variables(&command), []);
}

#[test]
fn an_empty_variable_counts_as_none() {
    assert!(!received(&[("TRACEPARENT", "")]).has_active_span());
    let context = received(&[("TRACEPARENT", PARENT), ("TRACESTATE", "")]);
    assert_eq!(context.span().span_context().trace_state().header(), "");
    assert!(!received(&[("traceparent", PARENT)]).has_active_span(), "names have one case");
}

#[cfg(unix)]
#[test]
fn a_real_child_reads_what_was_set() {
    let mut command = Command::new("sh");
    into_child(&received(&[("TRACEPARENT", PARENT)]), &mut command);
    let output = command.args(["-c", "printf %s \"$TRACEPARENT\""]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), PARENT);
}

#[test]
fn a_header_that_is_no_text_is_not_taken_for_a_missing_one() {
    let mut incoming = headers(&[("traceparent", PARENT)]);
    incoming.append("traceparent", HeaderValue::from_bytes(b"\xff").unwrap());
    assert_ne!(parent(&relay(&incoming)).0, "0af7651916cd43dd8448eb211c80319c");
    let mut incoming = headers(&[("traceparent", PARENT), ("tracestate", "a=1")]);
    incoming.append("tracestate", HeaderValue::from_bytes(b"b=\xff").unwrap());
    let outgoing = relay(&incoming);
    assert_eq!(
        (parent(&outgoing).0, text(&outgoing, "tracestate")),
        ("0af7651916cd43dd8448eb211c80319c", "")
    );
}

#[test]
fn the_random_flag_survives_a_span_that_is_not_sampled() {
    let tracer = SdkTracerProvider::builder().with_sampler(Sampler::AlwaysOff).build().tracer("service");
    let incoming =
        w3c().extract_with_context(&Context::new(), &FromHeaders(&headers(&[("traceparent", PARENT)])));
    let calling = incoming.with_span(tracer.start_with_context("call", &incoming));
    let mut outgoing = HeaderMap::new();
    w3c().inject_context(&calling, &mut IntoHeaders(&mut outgoing));
    assert_eq!(parent(&outgoing).2, "02");
}

fn baggage(incoming: &[&str]) -> Vec<(String, String, String)> {
    let incoming: Vec<_> = incoming.iter().map(|value| ("baggage", *value)).collect();
    let context = w3c().extract_with_context(&Context::new(), &FromHeaders(&headers(&incoming)));
    let one = |(key, (value, metadata)): (
        &opentelemetry::Key,
        &(StringValue, opentelemetry::baggage::BaggageMetadata),
    )| { (key.to_string(), value.to_string(), metadata.as_str().to_owned()) };
    let mut pairs: Vec<_> = context.baggage().iter().map(one).collect();
    pairs.sort_unstable();
    pairs
}

#[test]
fn baggage_is_read_as_the_specification_writes_it() {
    type Read = (&'static [&'static str], &'static [(&'static str, &'static str, &'static str)]);
    let cases: &[Read] = &[
        (&["a=1,b=2"], &[("a", "1", ""), ("b", "2", "")]),
        (&["a=1", "b=2"], &[("a", "1", ""), ("b", "2", "")]),
        (&[" a = 1 , b\t=\t2 "], &[("a", "1", ""), ("b", "2", "")]),
        (&["a=1;p;q=r , b=2 ; s "], &[("a", "1", "p;q=r"), ("b", "2", "s")]),
        (&["a=x=y"], &[("a", "x=y", "")]),
        (&["a=%C3%A4%20%2c"], &[("a", "ä ,", "")]),
        (&["a=%ff"], &[("a", "\u{fffd}", "")]),
        (&["a=100%"], &[("a", "100%", "")]),
        (&["a="], &[("a", "", "")]),
        (&["no pair,=1,a b=1,c=\"1\",d=1"], &[("d", "1", "")]),
        (&[""], &[]),
    ];
    for (incoming, expected) in cases {
        let expected: Vec<_> =
            expected.iter().map(|(a, b, c)| ((*a).to_owned(), (*b).to_owned(), (*c).to_owned())).collect();
        assert_eq!(baggage(incoming), expected, "{incoming:?}");
    }
}

#[test]
fn baggage_beyond_its_limits_is_dropped_member_by_member() {
    let many: Vec<String> = (0..100).map(|number| format!("k{number:03}=1")).collect();
    assert_eq!(baggage(&[&many.join(",")]).len(), 64);
    let long: Vec<String> = (0..10).map(|number| format!("k{number}={}", "x".repeat(1000))).collect();
    assert_eq!(baggage(&[&long.join(",")]).len(), 8);
}

fn sent(pairs: Vec<KeyValueMetadata>) -> String {
    let mut outgoing = HeaderMap::new();
    w3c().inject_context(&Context::new().with_baggage(pairs), &mut IntoHeaders(&mut outgoing));
    text(&outgoing, "baggage").to_owned()
}

#[test]
fn baggage_is_sent_escaped_in_order_and_within_its_limits() {
    let pair = |key: &str, value: &str, metadata: &str| {
        KeyValueMetadata::new(key.to_owned(), value.to_owned(), metadata)
    };
    assert_eq!(
        sent(vec![pair("b", "ä ,;\\\"%", ""), pair("a", "1", "p=q")]),
        "a=1;p=q,b=%C3%A4%20%2C%3B%5C%22%25"
    );
    assert_eq!(sent(vec![pair("a", "1", "p,evil=2")]), "a=1");
    // The API counts eight bytes here, the header 24.
    let wide = |number: usize| pair(&format!("k{number:02}"), &"\u{e4}".repeat(60), "");
    let header = sent((0..60).map(wide).collect());
    assert!(
        header.len() <= 8192 && header.starts_with("k00=") && header.ends_with("%A4"),
        "{}",
        header.len()
    );
}

#[test]
fn all_traces_of_a_session_carry_its_randomness_and_their_children_keep_it() {
    let session =
        |context: &Context| context.get::<KeyValue>().map(|pair| StringValue::from(pair.value.to_string()));
    let sampler = SessionRandomness::new(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)), session);
    let tracer = SdkTracerProvider::builder().with_sampler(sampler).build().tracer("agent");
    let state = |session: &'static str| {
        let context = Context::new().with_value(KeyValue::new("session", session));
        let root = context.with_span(tracer.start_with_context("root", &context));
        let other = root.with_value(KeyValue::new("session", "another"));
        let child = tracer.start_with_context("child", &other);
        assert_eq!(child.span_context().trace_state(), root.span().span_context().trace_state());
        root.span().span_context().trace_state().header()
    };
    let (one, again, other) = (state("one"), state("one"), state("other"));
    assert_eq!(one, again);
    assert_ne!(one, other);
    assert!(one.starts_with("ot=rv:") && one.len() == "ot=rv:".len() + 14, "{one}");
    let without = tracer.start_with_context("root", &Context::new());
    assert_eq!(without.span_context().trace_state().header(), "");
}
