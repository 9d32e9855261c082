//! What people see when a configuration is wrong.

use codeagent_config::{Diagnostics, Duration, Environment, Secret, Source, load};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Otlp {
    protocols: Protocols,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Protocols {
    grpc: Option<Grpc>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Grpc {
    endpoint: String,
    #[serde(default)]
    max_recv_msg_size_mib: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct MemoryLimiter {
    check_interval: Duration,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Debug {
    verbosity: Verbosity,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Verbosity {
    Basic,
    Normal,
    Detailed,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Kafka {
    password: Secret,
}

/// What `validate` does: loads, decodes every section, and shows everything.
fn validate(text: &str) -> String {
    let mut diags = Diagnostics::new();
    let sources = [Source::new("config.yaml", text)];
    if let Some(document) = load(&sources, &[], &Environment::empty(), &mut diags) {
        for (id, section) in &document.receivers {
            assert_eq!(id.kind, "otlp");
            let _ = section.decode::<Otlp>(&mut diags);
        }
        for (id, section) in &document.processors {
            if id.kind == "memory_limiter" {
                let _ = section.decode::<MemoryLimiter>(&mut diags);
            }
        }
        for (id, section) in &document.exporters {
            match &*id.kind {
                "debug" => drop(section.decode::<Debug>(&mut diags)),
                "kafka" => drop(section.decode::<Kafka>(&mut diags)),
                other => panic!("{other}"),
            }
        }
    }
    diags.render(false)
}

#[test]
fn a_file_with_many_mistakes_shows_each_with_line_and_suggestion() {
    let shown = validate(include_str!("mistakes/eight.yaml"));
    assert_eq!(shown, include_str!("mistakes/eight.txt"), "it now is:\n{shown}");
}
