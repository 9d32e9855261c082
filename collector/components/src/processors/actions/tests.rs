use codeagent_config::{Diagnostics, Section};
use codeagent_pipeline::otlp::wire::put_message;

use super::*;

fn action(yaml: Value) -> ActionConfig {
    serde_json::from_value(yaml).unwrap()
}

/// A resource-like message with attributes in field 1.
fn message(attributes: &[(&str, Vec<u8>)]) -> Vec<u8> {
    use codeagent_pipeline::otlp::wire::put_bytes;
    let mut out = Vec::new();
    for (key, value) in attributes {
        put_message(&mut out, 1, |out| {
            put_bytes(out, 1, key.as_bytes());
            put_bytes(out, 2, value);
        });
    }
    out
}

fn after(actions: &[Value], attributes: &[(&str, Vec<u8>)]) -> Vec<String> {
    let configs: Vec<ActionConfig> = actions.iter().cloned().map(action).collect();
    let mut diagnostics = Diagnostics::new();
    let actions = compile_all(&configs, &Section::absent("actions"), &mut diagnostics).unwrap();
    let bytes = message(attributes);
    let mut list = AttributeList::read(&bytes, 1);
    run(&actions, &mut list);
    list.iter().map(|(key, value)| format!("{key}={}", describe(value))).collect()
}

fn describe(value: &[u8]) -> String {
    match AnyValue::view(value) {
        AnyValue::String(text) => format!("{text:?}"),
        AnyValue::Double(number) => format!("{number:?}"),
        _ => convert::text(value),
    }
}

#[test]
fn every_action_does_what_the_collectors_does() {
    use serde_json::json;
    let text = any_value::string;
    let int = any_value::int;
    type Case = (Value, Vec<(&'static str, Vec<u8>)>, Vec<&'static str>);
    let cases: Vec<Case> = vec![
        (json!({"key": "a", "value": 1, "action": "insert"}), vec![], vec!["a=1"]),
        (json!({"key": "a", "value": 1, "action": "insert"}), vec![("a", text("x"))], vec!["a=\"x\""]),
        (json!({"key": "a", "value": 1, "action": "update"}), vec![], vec![]),
        (json!({"key": "a", "value": true, "action": "update"}), vec![("a", text("x"))], vec!["a=true"]),
        (json!({"key": "a", "value": 1.5, "action": "upsert"}), vec![("a", text("x"))], vec!["a=1.5"]),
        (json!({"key": "a", "value": [1, "b"], "action": "upsert"}), vec![], vec!["a=[1,\"b\"]"]),
        (
            json!({"key": "b", "from_attribute": "a", "action": "insert"}),
            vec![("a", int(7))],
            vec!["a=7", "b=7"],
        ),
        (json!({"key": "b", "from_attribute": "a", "action": "insert"}), vec![], vec![]),
        (
            json!({"key": "b", "from_attribute": "a", "default_value": "d", "action": "insert"}),
            vec![],
            vec!["b=\"d\""],
        ),
        (json!({"key": "a", "action": "delete"}), vec![("a", int(1)), ("b", int(2))], vec!["b=2"]),
        (
            json!({"pattern": "^x_", "action": "delete"}),
            vec![("x_a", int(1)), ("b", int(2)), ("x_b", int(3))],
            vec!["b=2"],
        ),
        (
            json!({"key": "a", "action": "hash"}),
            vec![("a", text("abc"))],
            vec!["a=\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\""],
        ),
        (
            json!({"key": "url", "pattern": "^/(?P<v>v\\d+)/(?P<rest>.*)$", "action": "extract"}),
            vec![("url", text("/v1/x")), ("v", text("old"))],
            vec!["url=\"/v1/x\"", "v=\"v1\"", "rest=\"x\""],
        ),
        (
            json!({"key": "a", "converted_type": "int", "action": "convert"}),
            vec![("a", text("42"))],
            vec!["a=42"],
        ),
        (
            json!({"key": "a", "converted_type": "int", "action": "convert"}),
            vec![("a", text("x"))],
            vec!["a=\"x\""],
        ),
        (
            json!({"key": "a", "converted_type": "double", "action": "convert"}),
            vec![("a", int(2))],
            vec!["a=2.0"],
        ),
        (
            json!({"key": "a", "converted_type": "string", "action": "convert"}),
            vec![("a", int(2))],
            vec!["a=\"2\""],
        ),
    ];
    for (action, before, expected) in cases {
        assert_eq!(after(std::slice::from_ref(&action), &before), expected, "{action}");
    }
}

#[test]
fn actions_run_in_their_order() {
    use serde_json::json;
    let actions = [
        json!({"key": "a", "value": "x", "action": "insert"}),
        json!({"key": "b", "from_attribute": "a", "action": "insert"}),
        json!({"key": "a", "action": "delete"}),
    ];
    assert_eq!(after(&actions, &[]), ["b=\"x\""]);
}

#[test]
fn what_cannot_work_is_refused_with_advice() {
    use serde_json::json;
    let cases = [
        (json!({"action": "insert", "value": 1}), "action 1: the key is missing"),
        (json!({"key": "a", "action": "insert"}), "action 1 (key `a`): there is nothing to write"),
        (json!({"key": "a", "action": "delete", "pattern": "("}), "is no regular expression: unclosed group"),
        (
            json!({"key": "a", "action": "extract", "pattern": "(x)"}),
            "every group of the pattern needs a name",
        ),
        (json!({"key": "a", "action": "extract"}), "the pattern is missing"),
        (json!({"key": "a", "action": "convert"}), "the type is missing"),
        (json!({"key": "a", "action": "insert", "from_context": "x"}), "`from_context` is not supported yet"),
        (json!({"key": "a", "action": "insert", "value": 1, "from_attribute": "b"}), "exclude each other"),
    ];
    for (config, expected) in cases {
        let mut diagnostics = Diagnostics::new();
        let compiled = compile_all(&[action(config)], &Section::absent("actions"), &mut diagnostics);
        assert!(compiled.is_none());
        let text = diagnostics.render(false);
        assert!(text.contains(expected), "{text}");
    }
}
