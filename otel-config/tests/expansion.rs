//! What references stand for.

#![allow(clippy::expect_used)] // a test may fail

use codeagent_config::{Diagnostics, Environment, Section, Source};
use serde_json::{Value, json};

fn environment() -> Environment {
    let variables = [
        ("HOST", "example.org"),
        ("PORT", "4317"),
        ("EMPTY", ""),
        ("NAME", "HOST"),
        ("LIST", "[a, b]"),
        ("MAP", "{k: '${env:HOST}', n: 1}"),
        ("QUOTED", "'x'"),
        ("BAD_YAML", "*not an alias"),
        ("COMMENT", "#abc"),
        ("NESTED", "${env:HOST}:${env:PORT}"),
        ("DOLLARS", "pa$$word$1"),
        ("SELF", "${env:SELF}"),
        ("TWICE", "x${env:TWICE}${env:TWICE}"),
        ("BAD_INSIDE", "s3cr3t${1}"),
    ];
    let files = [("token", "abc\n"), ("part.yaml", "a: 1\nb:\n  - ${env:HOST}\n"), ("/path with space", "x")];
    Environment::of(variables).with_files(files)
}

/// The value of `v`, and what was reported.
fn expand(text: &str) -> (Option<Value>, Vec<String>) {
    let mut diags = Diagnostics::new();
    let source = Source::new("x.yaml", format!("v: {text}"));
    let section = Section::from_yaml(&source, &environment(), &mut diags).expect("it is YAML");
    let value = section.decode::<Value>(&mut diags).map(|mut map| map["v"].take());
    (value, diags.sorted().iter().map(|d| d.message.clone()).collect())
}

#[test]
fn references_stand_for_what_the_collector_makes_of_them() {
    let cases = [
        ("${env:HOST}", json!("example.org")),
        ("${HOST}", json!("example.org")),
        ("'${env:HOST}'", json!("example.org")),
        ("${env:PORT}", json!(4317)),
        ("http://${env:HOST}:${env:PORT}/x", json!("http://example.org:4317/x")),
        ("${env:EMPTY}", json!(null)),
        ("x${env:EMPTY}y", json!("xy")),
        ("${env:UNSET:-5}", json!(5)),
        ("${UNSET:-5}", json!(5)),
        ("${env:UNSET:-}", json!(null)),
        ("${env:EMPTY:-5}", json!(null)),
        ("${env:UNSET:-http://x:1/}", json!("http://x:1/")),
        ("'${env:UNSET:-{a: 1}}'", json!("{a: 1}")),
        ("${env:${env:NAME}}", json!("example.org")),
        ("${env:UNSET:-${env:HOST}}", json!("example.org")),
        ("${env:UNSET:-a${env:OTHER:-b}c}", json!("abc")),
        ("${env:LIST}", json!(["a", "b"])),
        ("${env:MAP}", json!({ "k": "example.org", "n": 1 })),
        ("x${env:LIST}", json!("x[a, b]")),
        ("${env:QUOTED}", json!("'x'")),
        ("${env:BAD_YAML}", json!("*not an alias")),
        ("${env:COMMENT}", json!(null)),
        ("${env:NESTED}", json!("example.org:4317")),
        ("${env:DOLLARS}", json!("pa$word$1")),
        ("${file:token}", json!("abc")),
        ("Bearer ${file:token}", json!("Bearer abc")),
        ("${file:/path with space}", json!("x")),
        ("${file:part.yaml}", json!({ "a": 1, "b": ["example.org"] })),
        ("'${yaml:a: ${env:PORT}}'", json!({ "a": 4317 })),
        ("[a, '${env:HOST}']", json!(["a", "example.org"])),
        ("$$", json!("$")),
        ("$$${env:HOST}", json!("$example.org")),
        ("'$${env:HOST}'", json!("${env:HOST}")),
        ("'$$$${env:HOST}'", json!("$${env:HOST}")),
        ("$HOST", json!("$HOST")),
        ("^a$", json!("^a$")),
        ("a}b", json!("a}b")),
    ];
    for (text, expected) in cases {
        let (value, messages) = expand(text);
        assert_eq!((value, messages), (Some(expected), vec![]), "{text}");
    }
}

#[test]
fn what_cannot_be_resolved_is_reported() {
    let cases = [
        ("${env:1x}", "`1x` is not the name of an environment variable"),
        ("${1}", "`1` is not the name of an environment variable"),
        ("${}", "`` is not the name of an environment variable"),
        ("'${env:A B}'", "`A B` is not the name of an environment variable"),
        ("${file:nowhere}", "cannot read `nowhere`: no such file"),
        ("${https://example.org/}", "`${https:...}` is not supported: nothing is fetched from the network"),
        ("${vault:x}", "`vault` is not a scheme of a reference"),
        ("${env:SELF}", "the expanded value contains a reference that cannot be resolved"),
        ("a${env:SELF}", "references refer to references more than 16 times, perhaps to themselves"),
        ("a${env:TWICE}", "references refer to references more than 16 times, perhaps to themselves"),
    ];
    for (text, expected) in cases {
        let (_, messages) = expand(text);
        assert_eq!(messages, [expected], "{text}");
    }
}

#[test]
fn an_unset_variable_is_a_warning_and_empty() {
    let (value, messages) = expand("a${env:UNSET}b");
    assert_eq!(value, Some(json!("ab")));
    assert_eq!(messages, ["the environment variable `UNSET` is not set: the value is empty"]);
    let (value, messages) = expand("${env:UNSET}");
    assert_eq!((value, messages.len()), (Some(json!(null)), 1));
}

#[test]
fn an_open_reference_is_a_warning_and_stands_as_it_is() {
    let (value, messages) = expand("'a${env:HOST'");
    assert_eq!(value, Some(json!("a${env:HOST")));
    assert_eq!(messages, ["`${` is never closed and is taken as it stands"]);
}

#[test]
fn a_bad_reference_inside_a_variable_does_not_show_the_variables_text() {
    for text in ["${env:BAD_INSIDE}", "a${env:BAD_INSIDE}"] {
        let mut diags = Diagnostics::new();
        let source = Source::new("x.yaml", format!("v: {text}"));
        let _ = Section::from_yaml(&source, &environment(), &mut diags);
        assert!(diags.has_errors());
        assert!(!diags.render(false).contains("s3cr3t"), "{}", diags.render(false));
    }
}

#[test]
fn expansion_is_bounded_in_time_and_memory() {
    let doubling: Vec<(String, String)> =
        (0..40).map(|i| (format!("A{i}"), format!("${{env:A{}}}${{env:A{}}}", i + 1, i + 1))).collect();
    let env = Environment::of(doubling);
    let texts = [
        "v: x${env:A0}".to_owned(),
        format!("v: '{}'", "${".repeat(500_000)),
        format!("v: '{}'", "${a".repeat(300_000) + "}"),
        format!("v: '{}'", "${".repeat(30_000) + &"}".repeat(30_000)),
    ];
    for text in texts {
        let mut diags = Diagnostics::new();
        let section = Section::from_yaml(&Source::new("x.yaml", text), &env, &mut diags);
        assert!(section.is_some() && !diags.is_empty());
    }
}
