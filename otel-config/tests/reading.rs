//! YAML that is refused, and where; YAML that is unusual, and what it means.

use codeagent_config::{Diagnostics, Environment, Section, Source};
use serde_json::{Value, json};

fn read(text: &str) -> Result<Value, Vec<String>> {
    let mut diags = Diagnostics::new();
    let section = Section::from_yaml(&Source::new("x.yaml", text), &Environment::empty(), &mut diags);
    let value = section.and_then(|section| section.decode::<Value>(&mut diags));
    if diags.has_errors() {
        let place = |l: &codeagent_config::Location| format!("{}:{}", l.line, l.column);
        let shown = |d: &&codeagent_config::Diagnostic| {
            format!("{} {}", d.location.as_ref().map(place).unwrap_or_default(), d.message)
        };
        return Err(diags.sorted().iter().map(shown).collect());
    }
    Ok(value.unwrap_or_default())
}

#[test]
fn anchors_merge_keys_tags_and_block_texts_are_read() {
    let cases = [
        ("a: &x {k: 1}\nb: *x", json!({ "a": { "k": 1 }, "b": { "k": 1 } })),
        (
            "a: &x {k: 1, l: 2}\nb: {<<: *x, l: 3}",
            json!({ "a": { "k": 1, "l": 2 }, "b": { "k": 1, "l": 3 } }),
        ),
        (
            "a: &x {k: 1}\nb: &y {k: 2, m: 3}\nc: {<<: [*x, *y]}",
            json!({
                "a": { "k": 1 }, "b": { "k": 2, "m": 3 }, "c": { "k": 1, "m": 3 }
            }),
        ),
        ("a: {'<<': 1}", json!({ "a": { "<<": 1 } })),
        ("a: !!str 1", json!({ "a": "1" })),
        ("a: !!int '1'", json!({ "a": 1 })),
        ("a: !!float 1", json!({ "a": 1.0 })),
        ("a: ! 1", json!({ "a": "1" })),
        ("a: |\n  x\n  y\n", json!({ "a": "x\ny\n" })),
        ("a: >-\n  x\n  y\n", json!({ "a": "x y" })),
        ("a: \"\\u00e9\\n\"", json!({ "a": "é\n" })),
        ("1: a\ntrue: b\n~: c", json!({ "1": "a", "true": "b", "~": "c" })),
        ("---\na: 1\n...\n", json!({ "a": 1 })),
        ("# nothing\n", json!(null)),
        ("a:\n- 1\n- - 2\n", json!({ "a": [1, [2]] })),
        ("a: 1\r\nb: 2\r\n", json!({ "a": 1, "b": 2 })),
    ];
    for (text, expected) in cases {
        let read = read(text);
        let read = read.map(|v| if v == json!({}) { json!(null) } else { v });
        assert_eq!(read, Ok(expected), "{text}");
    }
}

#[test]
fn what_is_not_yaml_is_refused_at_its_place() {
    let cases = [
        ("a: 1\na: 2", "2:1 the key `a` is written twice"),
        ("a: {b: 1, b: 2}", "1:11 the key `b` is written twice"),
        ("a: 1\n\tb: 2", "2:1 this is not valid YAML: "),
        ("a:\n  b: 1\n c: 2", "3:2 this is not valid YAML: "),
        ("a: [1, 2", "1:9 this is not valid YAML: "),
        ("a: 'x", "1:4 this is not valid YAML: "),
        ("a: b: c", "1:5 this is not valid YAML: mapping values are not allowed in this context"),
        ("a: *x", "1:4 this is not valid YAML: while parsing node, found unknown anchor"),
        ("a: &x [*x]", "1:8 this alias is part of the value that it refers to"),
        ("a: 1\n---\nb: 2", "2:1 a second YAML document begins here"),
        ("a: !custom 1", "1:4 the tag `!custom` is not supported"),
        ("a: !!int x", "1:4 this is not what its tag `!!int` says"),
        ("a: !!map [1]", "1:4 the tag `!!map` is not supported"),
        ("<<: 1", "1:5 `<<` takes a map or a list of maps, not an integer"),
        ("a: {{ .Values.x }}", "1:5 a key cannot be a map"),
        ("? [a]\n: 1", "1:3 a key cannot be a list"),
        ("a: \u{0}b", "1:4 the control character U+0000 is not allowed in YAML"),
        ("a: 1\nb: \u{1b}[31m", "2:4 the control character U+001B is not allowed in YAML"),
        ("a: @x", "1:4 this is not valid YAML: "),
    ];
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        let found = read(text).err().unwrap_or_default();
        if found.len() != 1 || !found[0].starts_with(expected) {
            wrong.push(format!("{text}\n=> {found:?}\n"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn several_duplicate_keys_are_reported_at_once_with_both_places() {
    let mut diags = Diagnostics::new();
    let source = Source::new("x.yaml", "a: 1\nb: {c: 1, c: 2}\na: 3\n");
    let section = Section::from_yaml(&source, &Environment::empty(), &mut diags);
    assert!(section.is_some());
    assert_eq!(diags.errors(), 2);
    let shown = diags.render(false);
    assert!(shown.contains("= first written at: x.yaml:1:1\n"), "{shown}");
    assert!(shown.contains("= first written at: x.yaml:2:5\n"), "{shown}");
}

#[test]
fn bombs_are_refused_before_they_cost_memory() {
    let mut aliases = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..10 {
        let inner = format!("*a{}", i - 1);
        aliases += &format!("a{i}: &a{i} [{}]\n", vec![inner; 10].join(", "));
    }
    let chain: String = std::iter::once("a0: &a0 {}\n".to_owned())
        .chain((1..10_000).map(|i| format!("a{i}: &a{i} {{x: *a{}}}\n", i - 1)))
        .collect();
    let merged = "a: &a {k: 1}\nb: {<<: [".to_owned() + &"*a, ".repeat(200_000) + "*a]}\n";
    let cases = [
        (aliases, "the configuration has too many values"),
        (merged, "the configuration has too many values"),
        (chain, "values are nested deeper than 64 levels"),
        ("[".repeat(100_000), "values are nested deeper than 64 levels"),
        ("{a: ".repeat(100_000), "values are nested deeper than 64 levels"),
        ("- ".repeat(100_000), "values are nested deeper than 64 levels"),
        ("? ".repeat(100_000), "values are nested deeper than 64 levels"),
        ("a: [".to_owned() + &"x, ".repeat(200_000) + "]", "the configuration has too many values"),
        ((0..20_000).map(|_| "a: 1\n").collect(), "too many errors"),
    ];
    for (text, expected) in cases {
        let found = read(&text).unwrap_err();
        assert!(found.iter().any(|line| line.contains(expected)), "{expected}: {:?}", found.first());
    }
}

#[test]
fn a_shown_line_is_short_and_holds_no_control_characters() {
    let mut diags = Diagnostics::new();
    let long = "{é: \"\u{85}\u{202e}\", b: 1, b: 2, c: ".to_owned() + &"x".repeat(100_000) + "}";
    let _ = Section::from_yaml(&Source::new("\u{1b}[31mx", long), &Environment::empty(), &mut diags);
    let shown = diags.render(false);
    assert!(diags.has_errors() && shown.len() < 2000, "{} bytes", shown.len());
    assert!(!shown.contains(['\u{1b}', '\u{85}', '\u{202e}']), "{shown:?}");
}
