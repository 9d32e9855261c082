//! Names in Rust.

/// `codeagent.task.kind` becomes `CODEAGENT_TASK_KIND`.
#[must_use]
pub fn constant(name: &str) -> String {
    name.replace('.', "_").to_ascii_uppercase()
}

/// `rate_limited` becomes `RateLimited`.
#[must_use]
pub fn variant(id: &str) -> String {
    id.split(['_', '.']).map(capitalised).collect()
}

/// The name of an enum's type: the key without the namespaces that are ours alone. `codeagent.task.kind` becomes
/// `TaskKind`, `gen_ai.operation.name` becomes `GenAiOperationName`.
#[must_use]
pub fn type_name(key: &str) -> String {
    let short = ["codeagent.", "otelcol."].iter().find_map(|ours| key.strip_prefix(ours));
    variant(short.unwrap_or(key))
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}
