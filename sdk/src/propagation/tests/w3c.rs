//! The 40 cases of the W3C's validation suite (w3c/trace-context, `test/test.py`), at level 2 and its strict setting, and two for the flags
//! of level 2. Each name is that of the suite without `test_`; the service that it calls is a function here.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::cases::{CASES, Case, Expect, PARENT, SPAN, TRACE};
use super::{parent, relay, relays, text};

fn request(case: &Case, headers: &[(String, String)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        // A server trims white space around values before anybody sees them, or it does not; the propagator copes with both.
        let name = HeaderName::try_from(name.as_str()).unwrap();
        map.append(
            name,
            HeaderValue::try_from(value.as_str()).unwrap_or_else(|_| panic!("{}: {value}", case.name)),
        );
    }
    map
}

fn members(state: &str) -> Vec<&str> {
    state.split(',').filter(|member| !member.is_empty()).collect()
}

fn check(case: &Case, incoming: &HeaderMap, expect: &Expect) {
    let outgoing = relay(incoming);
    let (trace, span, flags) = parent(&outgoing);
    let about = format!("{}: {incoming:?} became {outgoing:?}", case.name);
    assert_ne!(span, SPAN, "{about}");
    match expect {
        Expect::Continued => assert_eq!(trace, TRACE, "{about}"),
        Expect::Restarted => {
            assert_ne!(trace, TRACE, "{about}");
            assert!(trace.bytes().any(|digit| digit != b'0'), "{about}");
            assert_eq!(text(&outgoing, "tracestate"), "", "{about}");
        }
        Expect::State(expected) => {
            assert_eq!(trace, TRACE, "{about}");
            assert_eq!(members(text(&outgoing, "tracestate")), members(expected), "{about}");
        }
        Expect::Flags(expected) => assert_eq!(flags, *expected, "{about}"),
    }
}

#[test]
fn every_case_of_the_validation_suite_passes() {
    for case in CASES {
        for (headers, expect) in (case.tries)() {
            check(case, &request(case, &headers), &expect);
        }
    }
}

#[test]
fn the_table_has_all_cases_and_each_tries_something() {
    // Three more are below: they need several calls.
    assert_eq!(CASES.len() + 3, 40 + 2);
    assert!(CASES.iter().all(|case| !(case.tries)().is_empty()));
}

fn distinct(of: impl Fn(&HeaderMap) -> String, calls: &[HeaderMap]) -> usize {
    calls.iter().map(of).collect::<std::collections::BTreeSet<_>>().len()
}

#[test]
fn multiple_requests_with_valid_traceparent() {
    let calls = relays(&super::headers(&[("traceparent", PARENT)]), 3);
    assert!(calls.iter().all(|call| parent(call).0 == TRACE));
    assert_eq!(distinct(|call| parent(call).1.to_owned(), &calls), 3);
}

#[test]
fn multiple_requests_without_traceparent() {
    let calls = relays(&HeaderMap::new(), 3);
    assert_eq!(distinct(|call| parent(call).1.to_owned(), &calls), 3);
}

#[test]
fn multiple_requests_with_illegal_traceparent() {
    let zeros = format!("00-{}-{SPAN}-01", "0".repeat(32));
    let calls = relays(&super::headers(&[("traceparent", &zeros)]), 3);
    assert!(calls.iter().all(|call| parent(call).0 != "0".repeat(32)));
    assert_eq!(distinct(|call| parent(call).1.to_owned(), &calls), 3);
}
