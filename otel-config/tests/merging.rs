//! Several sources and `--set` make one configuration.

use codeagent_config::{Diagnostics, Environment, Source, load};
use serde_json::{Value, json};

/// The telemetry section, which has no rules of its own.
fn telemetry(sources: &[&str], overrides: &[(&str, &str)]) -> Result<Value, Vec<String>> {
    let sources: Vec<Source> =
        sources.iter().enumerate().map(|(i, text)| Source::new(format!("{i}.yaml"), *text)).collect();
    let overrides: Vec<_> = overrides.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let mut diags = Diagnostics::new();
    let env = Environment::of([("NAME", "value")]);
    let document = load(&sources, &overrides, &env, &mut diags);
    let value = document.and_then(|d| d.service.telemetry.decode::<Value>(&mut Diagnostics::new()));
    let place =
        |d: &codeagent_config::Diagnostic| d.location.as_ref().map(ToString::to_string).unwrap_or_default();
    let errors: Vec<String> = diags
        .sorted()
        .iter()
        .filter(|d| d.path != "service::pipelines" && d.path != "service")
        .map(|d| format!("{} {}", place(d), d.message))
        .collect();
    if errors.is_empty() { Ok(value.unwrap_or_default()) } else { Err(errors) }
}

const BASE: &str = "service: {telemetry: {a: {b: 1, c: [1, 2]}, d: x}}";

/// Sources, overrides, and what they make.
type Case = (&'static [&'static str], &'static [(&'static str, &'static str)], Value);

#[test]
fn maps_merge_and_everything_else_is_replaced() {
    let cases: [Case; 11] = [
        (&[BASE], &[], json!({ "a": { "b": 1, "c": [1, 2] }, "d": "x" })),
        (
            &[BASE, "service: {telemetry: {a: {b: 2}}}"],
            &[],
            json!({ "a": { "b": 2, "c": [1, 2] }, "d": "x" }),
        ),
        (&[BASE, "service: {telemetry: {a: {c: [3]}}}"], &[], json!({ "a": { "b": 1, "c": [3] }, "d": "x" })),
        (&[BASE, "service: {telemetry: {a: }}"], &[], json!({ "a": null, "d": "x" })),
        (&[BASE, ""], &[], json!({ "a": { "b": 1, "c": [1, 2] }, "d": "x" })),
        (&[BASE, "service::telemetry::d: y"], &[], json!({ "a": { "b": 1, "c": [1, 2] }, "d": "y" })),
        (&[BASE], &[("service.telemetry.a.b", "5")], json!({ "a": { "b": 5, "c": [1, 2] }, "d": "x" })),
        (&[BASE], &[("service::telemetry::a", "[x, 1]")], json!({ "a": ["x", 1], "d": "x" })),
        (
            &[BASE],
            &[("service::telemetry::a::b", "x"), ("service::telemetry::a::b", "y")],
            json!({ "a": { "b": "y", "c": [1, 2] }, "d": "x" }),
        ),
        (
            &[BASE],
            &[("service::telemetry::x.y", "${env:NAME}")],
            json!({ "a": { "b": 1, "c": [1, 2] }, "d": "x", "x.y": "value" }),
        ),
        (&[BASE], &[("service::telemetry::a", "")], json!({ "a": null, "d": "x" })),
    ];
    for (sources, overrides, expected) in cases {
        assert_eq!(telemetry(sources, overrides), Ok(expected), "{sources:?} {overrides:?}");
    }
}

#[test]
fn the_syntax_errors_of_all_sources_are_reported_at_once() {
    let found =
        telemetry(&["a: [", "service: {}", "b: 'x"], &[("", "1"), ("a..b", "1"), ("c", "[")]).unwrap_err();
    let places: Vec<&str> = found.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(places, ["--set", "0.yaml:1:5", "2.yaml:1:4", "", ""], "{found:?}");
    assert!(
        found[3].ends_with("`` is not a path of keys") && found[4].ends_with("`a..b` is not a path of keys")
    );
}

#[test]
fn a_value_of_set_that_is_a_secret_is_not_shown() {
    let mut diags = Diagnostics::new();
    let overrides = [("exporters::kafka::password".to_owned(), "hunter2: x: y".to_owned())];
    let _ = load(&[], &overrides, &Environment::empty(), &mut diags);
    let shown = diags.render(true);
    assert!(diags.has_errors() && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_mistake_is_reported_in_the_source_that_made_it() {
    let found =
        telemetry(&["service: {telemetry: {}}", "\n\nservcie: {}"], &[("recievers::x", "1")]).unwrap_err();
    assert_eq!(found, ["--set recievers::x:1:1 unknown key `recievers`", "1.yaml:3:1 unknown key `servcie`"]);
}

#[test]
fn no_source_at_all_is_an_error() {
    let mut diags = Diagnostics::new();
    assert!(load(&[], &[], &Environment::empty(), &mut diags).is_none());
    assert!(diags.has_errors());
}
