//! What is refused, what is only said, and what references become.

use proptest::prelude::*;

use super::super::substitution::substituted;
use super::super::yaml::{Value, read};
use super::applied;

#[test]
fn references_are_replaced_as_the_specification_says() {
    let variable = |name: &str| match name {
        "KEY" => Some("value".to_owned()),
        "REF" => Some("${KEY}".to_owned()),
        "EMPTY" => Some(String::new()),
        _ => None,
    };
    let cases = [
        ("${KEY}", "value"),
        ("${env:KEY}", "value"),
        ("a ${KEY} b ${KEY}", "a value b value"),
        ("${UNSET}", ""),
        ("${UNSET:-x y}", "x y"),
        ("${EMPTY:-x}", "x"),
        ("${KEY:-x}", "value"),
        ("${REF}", "${KEY}"),
        ("$${KEY}", "${KEY}"),
        ("$$${KEY}", "$value"),
        ("$KEY", "$KEY"),
        ("a$", "a$"),
        ("${UNSET:-a:-b}", "a:-b"),
        ("$$", "$"),
    ];
    for (text, expected) in cases {
        assert_eq!(substituted(text, &variable).as_deref(), Ok(expected), "{text}");
    }
    for wrong in ["${1KEY}", "${KEY-x}", "${file:/etc/x}", "${}", "${KEY", "${a b}"] {
        assert!(substituted(wrong, &variable).is_err(), "{wrong}");
    }
}

#[test]
fn a_value_has_its_type_after_it_was_replaced_and_cannot_add_structure() {
    let variable = |name: &str| match name {
        "NUMBER" => Some("12".to_owned()),
        "FLAG" => Some("true".to_owned()),
        "EVIL" => Some("x\nother: 1".to_owned()),
        _ => None,
    };
    let lines = [
        "a: ${NUMBER}",
        "b: \"${NUMBER}\"",
        "c: ${FLAG}",
        "d: ${UNSET}",
        "e: ${EVIL}",
        "f: !!str 1",
        "g: 1.5e3",
        "h: 1.2.3",
        "${NUMBER}: k",
    ];
    let text = lines.join("\n");
    let text_of = |text: &str| Value::Text(text.to_owned());
    let expected = [
        ("a", Value::Int(12)),
        ("b", text_of("12")),
        ("c", Value::Bool(true)),
        ("d", Value::Null),
        ("e", text_of("x\nother: 1")),
        ("f", text_of("1")),
        ("g", Value::Float(1500.0)),
        ("h", text_of("1.2.3")),
        ("${NUMBER}", text_of("k")),
    ];
    let expected = expected.map(|(key, value)| (key.to_owned(), value)).into();
    assert_eq!(read(&text, &variable), Ok(Value::Map(expected)));
}

#[test]
fn an_unknown_key_is_said_with_its_path_and_the_nearest_name() {
    let text = "{file_format: '1.1', tracer_provider: {procesors: [], sampler: {always_on: }}, metre_provider: {}, zzz: 1}";
    let (_, findings) = applied(text, &[]).unwrap();
    let expected = [
        "tracer_provider.procesors is unknown; did you mean `processors`?",
        "metre_provider is unknown; did you mean `meter_provider`?",
        "zzz is unknown",
    ];
    assert_eq!(findings, expected);
}

#[test]
fn what_cannot_be_meant_is_refused_with_its_place() {
    let exporter = |inner: &str| {
        format!(
            "{{file_format: '1.1', tracer_provider: {{processors: [{{batch: {{exporter: {{otlp_http: {inner}}}}}}}]}}}}"
        )
    };
    let path = "tracer_provider.processors[0].batch.exporter.otlp_http";
    let cases = [
        ("", "file_format is missing: write `file_format: \"1.1\"`".to_owned()),
        ("[1]", "the file must hold a map".to_owned()),
        ("file_format: '0.4'", "file_format is `0.4`; 1.0 and 1.1 can be read".to_owned()),
        ("{file_format: '1.1', disabled: maybe}", "disabled must be true or false".to_owned()),
        ("{file_format: '1.1', resource: 1}", "resource must be a map".to_owned()),
        (
            "{file_format: '1.1', tracer_provider: {processors: {}}}",
            "tracer_provider.processors must be a list".to_owned(),
        ),
        (&exporter("{timeout: soon}"), format!("{path}.timeout must be a whole number, and not negative")),
        (&exporter("{timeout: -1}"), format!("{path}.timeout must be a whole number, and not negative")),
        (
            &exporter("{compression: zip}"),
            format!("{path}.compression is `zip`, and must be one of gzip, none"),
        ),
        (&exporter("{endpoint: nowhere at all}"), format!("{path}.endpoint is no address: `nowhere at all`")),
        (&exporter("{headers: [{value: x}]}"), format!("{path}.headers[0].name is missing")),
        (
            &exporter("{headers: [{name: 'a b', value: hunter2}]}"),
            format!("{path}.headers has a header that cannot be sent"),
        ),
        ("a: 1\na: 2", "line 2: `a` stands here twice".to_owned()),
        (
            "a: ${1}",
            "line 1: `${1}` is no reference to a variable of the environment; write `$$` for a `$`"
                .to_owned(),
        ),
        ("a: 1\n---\nb: 1", "line 2: a file holds one document".to_owned()),
    ];
    for (text, problem) in cases {
        assert_eq!(applied(text, &[]).err(), Some(problem), "{text}");
    }
    assert!(applied("a: [", &[]).is_err_and(|problem| problem.starts_with("no YAML: ")));
}

#[test]
fn a_bomb_of_aliases_is_refused() {
    let levels = (1..20)
        .map(|level| format!("a{level}: &a{level} [{}]", vec![format!("*a{}", level - 1); 10].join(", ")));
    let text = format!("a0: &a0 [x, x]\n{}", levels.collect::<Vec<_>>().join("\n"));
    assert!(applied(&text, &[]).is_err_and(|problem| problem.ends_with("more than 100000 values")));
    assert!(applied(&"[".repeat(1000), &[]).is_err());
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[a-c:{}\\[\\]&*<!\"'$ \n-]{0,60}") {
        let _ = applied(&text, &[]);
    }
}
