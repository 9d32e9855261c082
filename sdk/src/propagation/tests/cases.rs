//! What is sent to the service, and what must come of it.

pub(super) const TRACE: &str = "12345678901234567890123456789012";
pub(super) const SPAN: &str = "1234567890123456";
pub(super) const PARENT: &str = "00-12345678901234567890123456789012-1234567890123456-01";

pub(super) enum Expect {
    /// The same trace.
    Continued,
    /// A new trace, and nothing kept of `tracestate`.
    Restarted,
    /// The same trace with this `tracestate`; white space does not count between members.
    State(String),
    Flags(&'static str),
}

type Try = (Vec<(String, String)>, Expect);

pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) tries: fn() -> Vec<Try>,
}

/// One request for each value of `traceparent`.
fn parents(values: &[&str], expect: fn() -> Expect) -> Vec<Try> {
    let request = |value: &&str| (vec![("traceparent".to_owned(), (*value).to_owned())], expect());
    values.iter().map(request).collect()
}

/// A request with a good `traceparent` and these `tracestate` headers.
fn state(values: &[&str], expected: &str) -> Try {
    named_state("tracestate", values, expected)
}

fn named_state(name: &str, values: &[&str], expected: &str) -> Try {
    let good = ("traceparent".to_owned(), PARENT.to_owned());
    let states = values.iter().map(|value| (name.to_owned(), (*value).to_owned()));
    ([good].into_iter().chain(states).collect(), Expect::State(expected.to_owned()))
}

fn lines(headers: &[(&str, &str)], expect: Expect) -> Try {
    (headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(), expect)
}

/// `bar01=01` and so on, in four headers.
fn numbered(last: usize) -> Vec<String> {
    let members: Vec<String> = (1..=last).map(|number| format!("bar{number:02}={number:02}")).collect();
    members.chunks(10).map(|chunk| chunk.join(",")).collect()
}

fn all_characters() -> Vec<Try> {
    let key: String = ('a'..='z').chain('0'..='9').chain("_-*/".chars()).collect();
    let value: String = (' '..='~').filter(|char| !matches!(char, ',' | '=')).collect();
    let tenant = format!("{key}@a-z0-9_-*/");
    [key, tenant]
        .iter()
        .map(|key| format!("{key}={value}"))
        .map(|member| state(&[&member], &member))
        .collect()
}

fn white_space() -> Vec<Try> {
    let all = "foo=1,bar=2,baz=3";
    let mut tries = vec![
        state(&["foo=1 \t , \t bar=2, \t baz=3"], all),
        state(&["foo=1\t \t,\t \tbar=2,\t \tbaz=3"], all),
    ];
    tries.extend(
        [" foo=1", "\tfoo=1", "foo=1 ", "foo=1\t", "\t foo=1 \t"].map(|text| state(&[text], "foo=1")),
    );
    tries
}

fn key_lengths() -> Vec<Try> {
    let key = |length: usize| format!("{}=1", "z".repeat(length));
    let tenant = |tenant: usize, vendor: usize| format!("{}@{}=1", "t".repeat(tenant), "v".repeat(vendor));
    // Level 1 had limits for either side of an `@`; in level 2 only the whole has one.
    let fits = [key(256), tenant(241, 14), tenant(242, 1), tenant(1, 15)];
    let mut tries: Vec<Try> =
        fits.iter().map(|member| state(&["foo=1", member], &format!("foo=1,{member}"))).collect();
    tries.extend([key(257), tenant(255, 1)].iter().map(|member| state(&["foo=1", member], "")));
    tries
}

fn member_counts() -> Vec<Try> {
    let (fits, excess) = (numbered(32), numbered(33));
    fn texts(lines: &[String]) -> Vec<&str> {
        lines.iter().map(String::as_str).collect()
    }
    vec![state(&texts(&fits), &fits.join(",")), state(&texts(&excess), "")]
}

macro_rules! cases {
    ($($name:ident: $tries:expr;)*) => {
        pub(super) const CASES: &[Case] = &[$(Case { name: stringify!($name), tries: || $tries }),*];
    };
}

cases! {
    both_traceparent_and_tracestate_missing: vec![lines(&[], Expect::Restarted)];
    traceparent_included_tracestate_missing: parents(&[PARENT], || Expect::State(String::new()));
    traceparent_duplicated: vec![
        lines(&[("traceparent", PARENT), ("traceparent", PARENT)], Expect::Restarted),
        lines(&[("traceparent", PARENT), ("traceparent", "00-12345678901234567890123456789011-1234567890123456-01")], Expect::Restarted),
    ];
    traceparent_header_name: vec![
        lines(&[("trace-parent", PARENT)], Expect::Restarted),
        lines(&[("trace.parent", PARENT)], Expect::Restarted),
    ];
    traceparent_header_name_valid_casing: ["TraceParent", "TrAcEpArEnT", "TRACEPARENT"]
        .map(|name| lines(&[(name, PARENT)], Expect::Continued)).into();
    traceparent_version_0x00: parents(&[
        "00-12345678901234567890123456789012-1234567890123456-01.",
        "00-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like",
    ], || Expect::Restarted);
    traceparent_version_0xcc: parents(&[
        "cc-12345678901234567890123456789012-1234567890123456-01",
        "cc-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like",
    ], || Expect::Continued).into_iter().chain(parents(&[
        "cc-12345678901234567890123456789012-1234567890123456-01.what-the-future-will-be-like",
    ], || Expect::Restarted)).collect();
    traceparent_version_0xff: parents(&["ff-12345678901234567890123456789012-1234567890123456-01"], || Expect::Restarted);
    traceparent_version_illegal_characters: parents(&[
        ".0-12345678901234567890123456789012-1234567890123456-01",
        "0.-12345678901234567890123456789012-1234567890123456-01",
    ], || Expect::Restarted);
    traceparent_version_too_long: parents(&[
        "000-12345678901234567890123456789012-1234567890123456-01",
        "0000-12345678901234567890123456789012-1234567890123456-01",
    ], || Expect::Restarted);
    traceparent_version_too_short: parents(&["0-12345678901234567890123456789012-1234567890123456-01"], || Expect::Restarted);
    traceparent_trace_id_all_zero: parents(&["00-00000000000000000000000000000000-1234567890123456-01"], || Expect::Restarted);
    traceparent_trace_id_illegal_characters: parents(&[
        "00-.2345678901234567890123456789012-1234567890123456-01",
        "00-1234567890123456789012345678901.-1234567890123456-01",
        "00-1234567890123456789012345678901A-1234567890123456-01",
    ], || Expect::Restarted);
    traceparent_trace_id_too_long: parents(&["00-123456789012345678901234567890123-1234567890123456-01"], || Expect::Restarted);
    traceparent_trace_id_too_short: parents(&["00-1234567890123456789012345678901-1234567890123456-01"], || Expect::Restarted);
    traceparent_parent_id_all_zero: parents(&["00-12345678901234567890123456789012-0000000000000000-01"], || Expect::Restarted);
    traceparent_parent_id_illegal_characters: parents(&[
        "00-12345678901234567890123456789012-.234567890123456-01",
        "00-12345678901234567890123456789012-123456789012345.-01",
        "00-12345678901234567890123456789012-123456789012345F-01",
    ], || Expect::Restarted);
    traceparent_parent_id_too_long: parents(&["00-12345678901234567890123456789012-12345678901234567-01"], || Expect::Restarted);
    traceparent_parent_id_too_short: parents(&["00-12345678901234567890123456789012-123456789012345-01"], || Expect::Restarted);
    traceparent_trace_flags_illegal_characters: parents(&[
        "00-12345678901234567890123456789012-1234567890123456-.0",
        "00-12345678901234567890123456789012-1234567890123456-0.",
        "00-12345678901234567890123456789012-1234567890123456-0A",
    ], || Expect::Restarted);
    traceparent_trace_flags_too_long: parents(&["00-12345678901234567890123456789012-1234567890123456-001"], || Expect::Restarted);
    traceparent_trace_flags_too_short: parents(&["00-12345678901234567890123456789012-1234567890123456-1"], || Expect::Restarted);
    traceparent_ows_handling: parents(&[
        " 00-12345678901234567890123456789012-1234567890123456-01",
        "\t00-12345678901234567890123456789012-1234567890123456-01",
        "00-12345678901234567890123456789012-1234567890123456-01 ",
        "00-12345678901234567890123456789012-1234567890123456-01\t",
        "\t 00-12345678901234567890123456789012-1234567890123456-01 \t",
    ], || Expect::Continued);
    traceparent_random_flag_is_handed_on: vec![
        lines(&[("traceparent", "00-12345678901234567890123456789012-1234567890123456-03")], Expect::Flags("03")),
        // Sampled anew by this service, as its sampler takes no notice of parents; random it remains.
        lines(&[("traceparent", "00-12345678901234567890123456789012-1234567890123456-01")], Expect::Flags("01")),
    ];
    traceparent_reserved_flags_are_cleared: vec![
        lines(&[("traceparent", "00-12345678901234567890123456789012-1234567890123456-ff")], Expect::Flags("03")),
        lines(&[("traceparent", "00-12345678901234567890123456789012-1234567890123456-f9")], Expect::Flags("01")),
        // What begins here has random ids.
        lines(&[], Expect::Flags("03")),
    ];
    tracestate_included_traceparent_missing: vec![
        lines(&[("tracestate", "foo=1")], Expect::Restarted),
        lines(&[("tracestate", "foo=1,bar=2")], Expect::Restarted),
    ];
    tracestate_included_traceparent_included: vec![state(&["foo=1,bar=2"], "foo=1,bar=2")];
    tracestate_header_name: ["trace-state", "trace.state"].map(|name| named_state(name, &["foo=1"], "")).into();
    tracestate_header_name_valid_casing: ["TraceState", "TrAcEsTaTe", "TRACESTATE"]
        .map(|name| named_state(name, &["foo=1"], "foo=1")).into();
    tracestate_empty_header: vec![state(&[""], ""), state(&["foo=1", ""], "foo=1"), state(&["", "foo=1"], "foo=1")];
    tracestate_multiple_headers_different_keys: vec![
        state(&["foo=1,bar=2", "rojo=1,congo=2", "baz=3"], "foo=1,bar=2,rojo=1,congo=2,baz=3"),
    ];
    tracestate_duplicated_keys: vec![
        state(&["foo=1,foo=1"], ""), state(&["foo=1,foo=2"], ""), state(&["foo=1", "foo=1"], ""), state(&["foo=1", "foo=2"], ""),
    ];
    tracestate_all_allowed_characters: all_characters();
    tracestate_ows_handling: white_space();
    tracestate_key_illegal_characters: ["foo =1", "FOO=1", "foo.bar=1"].map(|text| state(&[text], "")).into();
    // `foo@` and two `@` were illegal in level 1. In level 2 a key must only not begin with one.
    tracestate_key_illegal_vendor_format: vec![
        state(&["@foo=1,bar=2"], ""),
        state(&["foo@=1,bar=2"], "foo@=1,bar=2"),
        state(&["foo@@bar=1,bar=2"], "foo@@bar=1,bar=2"),
        state(&["foo@bar@baz=1,bar=2"], "foo@bar@baz=1,bar=2"),
    ];
    tracestate_member_count_limit: member_counts();
    tracestate_key_length_limit: key_lengths();
    // A value may not have an `=`, be empty, or have what is not printable ASCII.
    tracestate_value_illegal_characters: ["foo=bar=baz", "foo=,bar=3", "foo=b\tr"].map(|text| state(&[text], "")).into();
}
