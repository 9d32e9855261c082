use serde_json::{Value, json};

use super::kit::body_after;

#[test]
fn bodies_are_judged_at_every_level_as_in_the_collector() {
    let masks = json!({"allow_all_keys": true, "blocked_values": ["x\\d"], "summary": "debug"});
    let by_key = json!({"allowed_keys": ["a", "list"], "ignored_keys": ["i"], "blocked_values": ["x\\d"],
        "allowed_values": ["^x0$"], "summary": "debug"});
    let blocked = json!({"allow_all_keys": true, "blocked_key_patterns": ["pw"], "summary": "info"});
    let cases: [(&Value, Value, Value, Value); 6] = [
        (
            &masks,
            json!("is x1"),
            json!("is ****"),
            json!({"redaction.body.masked.keys": "body", "redaction.body.masked.count": 1}),
        ),
        (&masks, json!("is y"), json!("is y"), json!({})),
        (
            &masks,
            json!(["x1", ["x2", 3]]),
            json!(["****", ["****", 3]]),
            json!({"redaction.body.masked.keys": "[0],[1].[0]", "redaction.body.masked.count": 2}),
        ),
        (
            &by_key,
            json!({"a": {"a": "x1", "no": "x2", "i": "x3"}, "gone": 1, "list": [{"a": "x0"}]}),
            json!({"a": {"a": "****", "i": "x3"}, "list": [{"a": "x0"}]}),
            json!({"redaction.body.redacted.keys": "a.no,gone", "redaction.body.redacted.count": 2,
                "redaction.body.masked.keys": "a.a", "redaction.body.masked.count": 1,
                "redaction.body.allowed.keys": "list.[0].a", "redaction.body.allowed.count": 1,
                "redaction.body.ignored.count": 1}),
        ),
        (
            &blocked,
            json!({"pw": 7, "in": {"pw": "a"}}),
            json!({"pw": "****", "in": {"pw": "****"}}),
            json!({"redaction.body.masked.count": 2}),
        ),
        (&by_key, json!("x0"), json!("x0"), json!({})),
    ];
    for (config, before, expected, attributes) in cases {
        assert_eq!(body_after(config, &before), (expected, attributes), "{config} {before}");
    }
    let numbers = json!({"allow_all_keys": true, "blocked_values": ["^42$"]});
    assert_eq!(body_after(&numbers, &json!(42)).0, json!("****"), "a body that is a number is looked at");
}
