//! What a reload leaves alone: sections and documents that say the same.

use codeagent_config::{Diagnostics, Document, Environment, Section, Source, load};

fn section(text: &str) -> Option<Section> {
    let env = Environment::of([("PORT", "4317"), ("NAME", "basicauth/x")]);
    Section::from_yaml(&Source::new("x.yaml", text), &env, &mut Diagnostics::new())
}

#[test]
fn sections_are_the_same_when_their_values_are() {
    let cases = [
        ("a: {b: 1, c: [x]}", "# moved\n\na:\n  b: 1\n  c:\n    - x\n", true),
        ("a: ${env:PORT}", "a: 4317", true),
        ("a:", "a: null", false), // the text differs, and a text field would see it
        ("a: 1", "a: 2", false),
        ("a: 1", "a: '1'", false),
        ("a: 1.0", "a: 1.00", false),
        ("a: [x, y]", "a: [y, x]", false),
        ("a: {b: 1}", "a: {b: 1, c: 2}", false),
        ("a: 1\nb: 2", "b: 2\na: 1", false),
        ("a: x", "b: x", false),
    ];
    for (one, other, same) in cases {
        let (a, b) = (section(one).unwrap(), section(other).unwrap());
        assert_eq!((a.is_same(&b), b.is_same(&a)), (same, same), "{one} / {other}");
    }
    assert!(Section::absent("a").is_same(&section("").unwrap()));
    assert!(!Section::absent("a").is_same(&section("a: 1").unwrap()));
}

#[test]
fn a_section_mentions_the_values_in_it_and_not_its_keys() {
    let section = section("a: {b: ['x', '${env:NAME}'], c: 7}").unwrap();
    for (text, mentioned) in [("x", true), ("basicauth/x", true), ("7", true), ("b", false), ("", false)] {
        assert_eq!(section.mentions(text), mentioned, "{text}");
    }
}

fn document(text: &str) -> Option<Document> {
    load(&[Source::new("x.yaml", text)], &[], &Environment::empty(), &mut Diagnostics::new())
}

#[test]
fn a_document_differs_where_a_component_or_a_connection_does() {
    const TEXT: &str = "
receivers: {otlp: {protocols: {grpc: }}}
exporters: {nop: , debug: }
extensions: {health_check: }
service:
  extensions: [health_check]
  telemetry: {logs: {level: info}}
  pipelines: {logs: {receivers: [otlp], exporters: [nop, debug]}}
";
    let before = document(TEXT).unwrap();
    assert!(before.is_same(&document(&format!("# a comment\n{TEXT}")).unwrap()));
    for (from, to) in [
        ("grpc: ", "http: "),
        ("extensions: [health_check]", "extensions: []"),
        ("[nop, debug]", "[nop]"),
        ("level: info", "level: warn"),
        ("pipelines: {logs", "pipelines: {traces"),
        ("{nop: , debug: }", "{nop: , debug: , file: {path: x}}"),
    ] {
        assert!(TEXT.contains(from));
        assert!(!before.is_same(&document(&TEXT.replace(from, to)).unwrap()), "{from} / {to}");
    }
}
