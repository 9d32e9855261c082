use serde_json::{Value, json};

use super::kit::attributes_after;

fn check(cases: &[(Value, Value, Value)]) {
    for (config, before, expected) in cases {
        assert_eq!(&attributes_after(config, before), expected, "{config} {before}");
    }
}

#[test]
fn keys_and_values_are_judged_as_in_the_collector() {
    check(&[
        (json!({}), json!({"a": 1}), json!({})),
        (json!({"allowed_keys": ["a"]}), json!({"a": 1, "b": 2}), json!({"a": 1})),
        (json!({"allow_all_keys": true}), json!({"a": 1, "b": 2}), json!({"a": 1, "b": 2})),
        (json!({"ignored_keys": ["b"]}), json!({"a": 1, "b": 2}), json!({"b": 2})),
        (json!({"ignored_key_patterns": ["^b"]}), json!({"a": 1, "bc": 2}), json!({"bc": 2})),
        (
            json!({"allow_all_keys": true, "blocked_values": ["4[0-9]{3}", "x+"]}),
            json!({"a": "card 4111 4222 xx", "b": "none", "c": 4111}),
            json!({"a": "card **** **** ****", "b": "none", "c": 4111}),
        ),
        (
            json!({"allow_all_keys": true, "redact_all_types": true, "blocked_values": ["41+", "true", "^1\\.5$"]}),
            json!({"a": 4111, "b": true, "c": 1.5, "d": 2}),
            json!({"a": "****", "b": "****", "c": "****", "d": 2}),
        ),
        (
            json!({"allow_all_keys": true, "allowed_values": ["@ours$"], "blocked_values": [".+@.+"]}),
            json!({"a": "i@ours", "b": "i@theirs"}),
            json!({"a": "i@ours", "b": "****"}),
        ),
        (
            json!({"allow_all_keys": true, "blocked_key_patterns": ["token"], "allowed_values": ["^ok$"]}),
            json!({"my_token": "abc", "token": 7, "token2": "ok", "lines_token": "a\nb", "token_map": {"x": 1}}),
            json!({"my_token": "****", "token": "****", "token2": "ok", "lines_token": "****\n****", "token_map": "****"}),
        ),
        (
            json!({"ignored_keys": ["secret"], "allow_all_keys": true, "blocked_key_patterns": ["secret"]}),
            json!({"secret": "abc"}),
            json!({"secret": "abc"}),
        ),
    ]);
}

#[test]
fn what_is_nested_in_an_attribute_is_masked_where_it_is() {
    let secret = json!({"allow_all_keys": true, "blocked_values": ["sk-\\w+"], "blocked_key_patterns": ["pass"],
        "ignored_keys": ["safe"], "allowed_values": ["^sk-ok$"], "summary": "debug"});
    let before =
        json!({"args": ["a", "sk-1", {"pass": "x", "safe": "sk-2", "n": 7, "d": ["sk-ok", "sk-3"]}]});
    let expected = json!({
        "args": ["a", "****", {"pass": "****", "safe": "sk-2", "n": 7, "d": ["sk-ok", "****"]}],
        "redaction.masked.keys": "args.[1],args.[2].d.[1],args.[2].pass",
        "redaction.masked.count": 3,
        "redaction.allowed.keys": "args.[2].d.[0]",
        "redaction.allowed.count": 1,
        "redaction.ignored.count": 1,
    });
    check(&[(secret, before, expected)]);
    let all_types = |pattern: &str| json!({"allow_all_keys": true, "redact_all_types": true, "blocked_values": [pattern]});
    check(&[
        (all_types("^7$"), json!({"a": [7, 8]}), json!({"a": ["****", 8]})),
        (all_types("\"a\":7"), json!({"m": {"a": 7, "b": 8}}), json!({"m": "{****,\"b\":8}"})),
        // what is inside an allowed attribute stays
        (json!({"allowed_keys": ["m"]}), json!({"m": {"a": 7}}), json!({"m": {"a": 7}})),
    ]);
}

#[test]
fn hashes_are_those_of_the_collector() {
    let long = "k".repeat(64);
    let cases = [
        ("md5", "900150983cd24fb0d6963f7d28e17f72"),
        ("SHA1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("sha3", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"),
        ("hmac-sha256", "ae0c0e4a2340cf50185eb46aaa8723f4769153661612e212fb0d1fa3170c6202"),
        (
            "hmac-sha512",
            "22be598dd2e4425a27eaf71925dc97ec2feb2274e363300211c16d741451004d\
             6888b3234fefe88410b1d50e645f6661ec931978fa3399d9c7fdf0aa905b9ac3",
        ),
    ];
    for (function, expected) in cases {
        let config = json!({"allow_all_keys": true, "blocked_values": ["abc"], "hash_function": function, "hmac_key": long});
        let after = attributes_after(&config, &json!({"a": "<abc>"}));
        assert_eq!(after, json!({"a": format!("<{expected}>")}), "{function}");
    }
}

#[test]
fn a_summary_says_what_was_done_and_adds_up() {
    let config = |summary: &str| {
        json!({"allowed_keys": ["a", "b"], "ignored_keys": ["c"], "blocked_values": ["x"], "allowed_values": ["^y$"],
            "summary": summary})
    };
    let before = json!({"a": "x", "b": "y", "c": "x", "z": 1, "d": 2,
        "redaction.masked.keys": "q", "redaction.masked.count": 4});
    let stays = json!({"a": "****", "b": "y", "c": "x"});
    let with = |more: Value| {
        let mut all = stays.as_object().unwrap().clone();
        all.extend(more.as_object().unwrap().clone());
        Value::Object(all)
    };
    let counts = json!({"redaction.redacted.count": 2, "redaction.allowed.count": 1, "redaction.ignored.count": 1,
        "redaction.masked.keys": "q", "redaction.masked.count": 5});
    let names = json!({"redaction.redacted.count": 2, "redaction.redacted.keys": "d,z", "redaction.allowed.count": 1,
        "redaction.allowed.keys": "b", "redaction.ignored.count": 1,
        "redaction.masked.keys": "a,q", "redaction.masked.count": 5});
    let silent = json!({"redaction.masked.keys": "q", "redaction.masked.count": 4});
    check(&[
        (config("silent"), before.clone(), with(silent)),
        (config("info"), before.clone(), with(counts)),
        (config("debug"), before, with(names)),
    ]);
}
