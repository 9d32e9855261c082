use serde_json::json;

use super::kit::build;

#[test]
fn what_cannot_work_is_refused_with_advice() {
    let cases = [
        (json!({"blocked_values": ["("]}), "`(` is no regular expression: unclosed group"),
        (json!({"ignored_key_patterns": ["["]}), "is no regular expression"),
        (json!({"hash_function": "hmac-sha256"}), "`hmac_key` has 0 bytes; this `hash_function` needs 32"),
        (json!({"hash_function": "hmac-sha512", "hmac_key": "k".repeat(63)}), "has 63 bytes"),
        (json!({"hash_function": "crc"}), "crc"),
        (json!({"summary": "loud"}), "loud"),
        (json!({"url_sanitizer": {"enabled": true}}), "rewriting URLs is not supported yet"),
        (
            json!({"db_sanitizer": {"sql": {"enabled": true}}}),
            "rewriting database queries is not supported yet",
        ),
        (json!({"allowed_key": []}), "allowed_keys"),
    ];
    for (config, expected) in cases {
        let message = build(&config).err().unwrap_or_else(|| panic!("{config} is accepted"));
        assert!(message.contains(expected), "{message}");
        assert!(!message.contains("kkk"), "the key is not shown: {message}");
    }
}
