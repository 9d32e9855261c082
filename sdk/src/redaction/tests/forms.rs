//! Texts.

use proptest::prelude::*;
use regex::Regex;

use super::super::rules::{EMAIL, RULES};
use super::super::text::{TEXT_BYTES_MAX, Texts};
use super::{redacted, texts};

#[test]
fn every_rule_compiles() {
    for rule in RULES.iter().chain([&EMAIL]) {
        Regex::new(rule).unwrap();
    }
}

/// Built of parts, so that nobody who searches this repository for secrets finds any.
fn token(prefix: &str, letters: usize) -> String {
    let alphabet = "a1B2c3D4e5F6g7H8i9J0";
    prefix.chars().chain(alphabet.chars().cycle().take(letters)).collect()
}

fn upper(prefix: &str, letters: usize) -> String {
    token(prefix, letters).to_uppercase()
}

#[test]
fn keys_of_providers_are_known_by_their_form() {
    let all = [
        upper("AKIA", 16),
        upper("ASIA", 16),
        token("ghp_", 36),
        token("gho_", 36),
        token("ghs_", 36),
        token("github_pat_", 82),
        token("glpat-", 20),
        token("xoxb-", 40),
        token("xoxp-", 40),
        token("xapp-", 40),
        token("sk-", 48),
        token("sk-proj-", 48),
        token("sk-ant-api03-", 80),
        token("sk_live_", 24),
        token("rk_test_", 24),
        token("whsec_", 32),
        token("AIza", 35),
        token("ya29.", 60),
        token("GOCSPX-", 28),
        token("hf_", 34),
        token("npm_", 36),
        token("pypi-AgE", 100),
        token("gsk_", 52),
        token("xai-", 80),
        token("dckr_pat_", 27),
        token("dop_v1_", 64),
        token("lin_api_", 40),
        token("glsa_", 32),
        token("hvs.", 90),
        token("shpat_", 32),
        token("123456789:AA", 33),
        format!("{}.{}.{}", token("eyJ", 20), token("eyJ", 40), token("", 43)),
        format!("{}.{}.", token("eyJ", 20), token("eyJ", 40)),
        format!("SG.{}.{}", token("", 22), token("", 43)),
        format!("https://hooks.slack.com/services/T0/B0/{}", token("", 24)),
    ];
    for secret in all {
        for text in [
            secret.clone(),
            format!("using {secret}, then"),
            format!("\"{secret}\""),
            format!("k={secret}&x=1"),
        ] {
            let left = redacted(&text);
            assert!(
                left.contains("[redacted]") && !left.contains(&secret[secret.len() - 8..]),
                "{text} became {left}"
            );
        }
    }
}

#[test]
fn values_of_telling_names_are_masked_and_their_surroundings_stay() {
    let cases = [
        ("password=hunter2", "password=[redacted]"),
        ("PGPASSWORD=hunter2 psql", "PGPASSWORD=[redacted] psql"),
        ("passwd: hunter2", "passwd: [redacted]"),
        ("export AWS_SECRET_ACCESS_KEY=wJalr/XUtn+FEMI", "export AWS_SECRET_ACCESS_KEY=[redacted]"),
        (r#"{"password":"hunter 2","user":"bob"}"#, r#"{"password":"[redacted]","user":"bob"}"#),
        (r#"{\"api_key\": \"hunter2\", \"n\": 1}"#, r#"{\"api_key\": \"[redacted]\", \"n\": 1}"#),
        ("Config { token: \"hunter2\", port: 80 }", "Config { token: \"[redacted]\", port: 80 }"),
        ("Config { token: Some(\"hunter2\"), port: 80 }", "Config { token: Some(\"[redacted]\"), port: 80 }"),
        ("Authorization: Bearer hunter2", "Authorization: Bearer [redacted]"),
        ("authorization: Basic aHVudGVyMg==", "authorization: Basic [redacted]"),
        ("curl -H 'X-Api-Key: hunter2' http://x", "curl -H 'X-Api-Key: [redacted]' http://x"),
        ("Cookie: a=hunter2; b=hunter2", "Cookie: [redacted]"),
        ("Set-Cookie: sid=hunter2; HttpOnly", "Set-Cookie: [redacted]"),
        ("deploy --token hunter2 --fast", "deploy --token [redacted] --fast"),
        ("deploy --db-password hunter2", "deploy --db-password [redacted]"),
        ("deploy --api-key=hunter2", "deploy --api-key=[redacted]"),
        ("Server=db;Uid=app;Pwd=hunter2;", "Server=db;Uid=app;Pwd=[redacted];"),
        ("AccountName=a;AccountKey=hunter2==;", "AccountName=a;AccountKey=[redacted];"),
        ("postgres://app:hunter2@db:5432/x", "postgres://app:[redacted]@db:5432/x"),
        ("redis://:hunter2@cache", "redis://:[redacted]@cache"),
        ("amqp://app:hun@ter2@mq/x", "amqp://app:[redacted]@mq/x"),
        ("https://abcdefghij0123456789@github.com/o/r", "https://[redacted]@github.com/o/r"),
        (
            "https://b.example/k?X-Amz-Signature=hunter2&x=1",
            "https://b.example/k?X-Amz-Signature=[redacted]&x=1",
        ),
        ("sent Bearer abcdefghij0123456789", "sent Bearer [redacted]"),
    ];
    for (before, after) in cases {
        assert_eq!(redacted(before), after);
        assert!(!redacted(before).contains("hunter"), "{before}");
    }
}

#[test]
fn a_private_key_is_masked_also_where_its_end_was_cut() {
    let key = |end: &str| format!("key:\n-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2\nhunter2==\n{end}");
    assert_eq!(redacted(&key("-----END OPENSSH PRIVATE KEY-----\nnext")), "key:\n[redacted]\nnext");
    assert_eq!(redacted(&key("")), "key:\n[redacted]");
    let one_line = r"-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----";
    assert_eq!(redacted(one_line), "[redacted]");
}

#[test]
fn the_home_directory_becomes_a_tilde_where_it_is_a_path() {
    let cases = [
        ("/home/alice", "~"),
        ("/home/alice/src/main.rs:12", "~/src/main.rs:12"),
        ("error in '/home/alice/x' and \"/home/alice\"", "error in '~/x' and \"~\""),
        ("file:///home/alice/x", "file:///home/alice/x"),
        ("/home/alice2/x /srv/home/alice", "/home/alice2/x /srv/home/alice"),
        ("PATH=/home/alice/bin:/home/alice/.cargo/bin", "PATH=~/bin:~/.cargo/bin"),
    ];
    for (before, after) in cases {
        assert_eq!(redacted(before), after);
    }
    assert_eq!(Texts::new(Vec::new(), Some("/")).redacted("/srv/x"), None);
}

#[test]
fn equal_addresses_get_equal_marks() {
    let (one, two) =
        (redacted("from Bob.Smith+x@Example.co.uk"), redacted("from bob.smith+x@example.co.uk."));
    assert!(one.starts_with("from [email:") && one.len() == "from [email:0123456789abcdef]".len(), "{one}");
    assert_eq!(two, format!("{one}."));
    assert_ne!(redacted("eve@example.com"), redacted("bob@example.com"));
}

#[test]
fn what_is_no_secret_stays() {
    let texts = [
        "",
        "ok",
        "token",
        "password",
        "reading tokens: 5 of 10",
        "max_tokens=4096",
        "cargo test --workspace -- --nocapture",
        "Unexpected token: `}`",
        "git clone git@github.com:org/repository.git",
        "icon@2x.png",
        "tokio@1.54.1",
        "@types/node@20.1.0",
        "https://example.com:8080/a/b?c=d",
        "https://example.com/@scope/package",
        "npm_config_user_agent",
        "sk-learn is a library",
        "0af7651916cd43dd8448eb211c80319c",
        "PWD=/srv/work",
        "basic understanding of things",
        "the bearer of news",
        "src/main.rs:12:5: error[E0308]: mismatched types",
        "skip-this-very-long-kebab-case-name",
        "session.id",
        "a@b",
        "x => y",
        "Ελληνικά κείμενο με πολλά γράμματα",
        "secretary general",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c",
    ];
    for text in texts {
        assert_eq!(super::texts().redacted(text), None, "{text}");
    }
}

#[test]
fn a_programs_own_patterns_are_masked_too() {
    let texts = Texts::new(vec![Regex::new("ACME-[0-9]+").unwrap()], None);
    assert_eq!(
        texts.redacted("see ACME-123 and password=x").as_deref(),
        Some("see [redacted] and password=[redacted]")
    );
}

#[test]
fn a_long_text_is_cut_after_it_was_searched() {
    let text = format!("{}password=hunter2", "ä".repeat(TEXT_BYTES_MAX / 2 - 6));
    let left = redacted(&text);
    assert!(left.len() <= TEXT_BYTES_MAX && left.ends_with(" [cut]") && !left.contains("hunter"));
    assert_eq!(texts().redacted(&left), None);
}

/// Pieces that rules are made of, so that a random text is not simply harmless.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "password",
            "token",
            "secret",
            "=",
            ":",
            "\"",
            "\\\"",
            "'",
            " ",
            "\n",
            "--",
            "-",
            "://",
            "@",
            "/",
            ".",
            "~",
            "[redacted]",
            "Some(",
            "Bearer ",
            "Basic ",
            "cookie",
            "eyJ",
            "sk-",
            "AKIA",
            "ghp_",
            "-----BEGIN PRIVATE KEY-----",
            "-----END PRIVATE KEY-----",
            "/home/alice",
            "a@b.cc",
            "git@",
            "expected ",
            "pwd=",
            "?sig=",
            "[email:",
            "]",
            "ä",
            "AAAAAAAAAAAAAAAAAAAA",
            "abcdefghij0123456789",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,3}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn what_was_redacted_once_stays_as_it_is(text in pieces()) {
        let once = redacted(&text);
        prop_assert_eq!(texts().redacted(&once), None, "{:?} became {:?}", text, once);
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = redacted(&text);
    }
}
