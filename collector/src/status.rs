//! `status`: where every item of a running collector went.

use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::cli::{Format, Whom};
use crate::queue::measure::{age, count, seconds_since, shortened};
use crate::table::table;
use crate::{exit, own_page};

/// Asks the collector at the endpoint and prints the answer.
pub fn ask(whom: &Whom, format: Format) -> ExitCode {
    match own_page::get(whom, "/status").and_then(|body| Ok(serde_json::from_str(&body)?)) {
        Ok(answer) => {
            match format {
                Format::Json => crate::print_json(&answer),
                Format::Text => crate::print(&to_text(&answer)),
            };
            exit::DONE.into()
        }
        Err(error) => {
            eprintln!("error: no collector answered at {}: {error:#}", whom.endpoint);
            eprintln!("help: is it running? --endpoint names the address of its own metrics,");
            eprintln!(
                "      `service::telemetry::metrics` in its configuration (127.0.0.1:8888 by default);"
            );
            eprintln!(
                "      --token-file, or --user and --password-file, say who asks, where it wants to know"
            );
            exit::UNREACHABLE.into()
        }
    }
}

fn to_text(answer: &Value) -> String {
    let header = ["NODE", "PIPELINE", "SIGNAL", "IN", "OUT", "DROPPED", "IN FLIGHT", "BALANCED"];
    let mut rows: Vec<[String; 8]> = vec![header.map(str::to_owned)];
    let nodes = answer["nodes"].as_array().map(Vec::as_slice).unwrap_or_default();
    rows.extend(nodes.iter().map(row));
    // numbers stand right
    let mut text = table(&rows, &[3, 4, 5, 6]);
    if nodes.is_empty() {
        text.push_str("\nnothing has arrived yet; send OTLP to 127.0.0.1:4317 (gRPC) or :4318 (HTTP)\n");
    }
    let reasons: Vec<String> = nodes.iter().filter_map(dropped_line).collect();
    if !reasons.is_empty() {
        text.push_str("\ndropped, by reason:\n");
        text.push_str(&reasons.concat());
    }
    let troubles: Vec<String> = nodes.iter().filter_map(trouble_line).collect();
    if !troubles.is_empty() {
        text.push_str("\nnot delivering:\n");
        text.push_str(&troubles.concat());
    }
    let limits: Vec<String> = nodes.iter().filter_map(limit_line).collect();
    text.push_str(&limits.concat());
    let memory = &answer["memory"];
    if let (Some(used), Some(limit)) = (memory["used_bytes"].as_u64(), memory["limit_bytes"].as_u64()) {
        text.push_str(&format!("\nmemory budget: {} of {} MiB held by data\n", used >> 20, limit >> 20));
    }
    text.push_str(&last_reload(&answer["configuration"]["last_reload"]));
    text
}

fn last_reload(reload: &Value) -> String {
    let text = |key: &str| reload[key].as_str().unwrap_or_default();
    let told = match text("outcome") {
        "" => return String::new(),
        "applied" => "the new configuration runs",
        "unchanged" => "nothing had changed",
        "invalid" => "REFUSED for its mistakes, the configuration before it runs on",
        _ => "FAILED, the configuration before it runs on",
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let ago = Duration::from_secs_f64((now - reload["time"].as_f64().unwrap_or(now)).max(0.0)).as_secs();
    let message = text("message").trim_end();
    format!("\nlast reload, {ago} s ago: {told}\n{message}{}", if message.is_empty() { "" } else { "\n" })
}

fn row(node: &Value) -> [String; 8] {
    let text = |key: &str| node[key].as_str().unwrap_or_default().to_owned();
    let number = |key: &str| node[key].as_u64().unwrap_or_default();
    let dropped: u64 = reasons(node).map(|(_, items)| items).sum();
    let balanced = number("items_in") == number("items_out") + dropped + number("in_flight");
    [
        text("node"),
        text("pipeline"),
        text("signal"),
        number("items_in").to_string(),
        number("items_out").to_string(),
        dropped.to_string(),
        number("in_flight").to_string(),
        if balanced { "yes" } else { "NO" }.to_owned(),
    ]
}

fn reasons(node: &Value) -> impl Iterator<Item = (&str, u64)> {
    let reasons = node["dropped"].as_object().into_iter().flatten();
    reasons.map(|(reason, items)| (reason.as_str(), items.as_u64().unwrap_or_default()))
}

fn dropped_line(node: &Value) -> Option<String> {
    let list: Vec<String> = reasons(node).map(|(reason, items)| format!("{reason} {items}")).collect();
    let name = node["node"].as_str().unwrap_or_default();
    let signal = node["signal"].as_str().unwrap_or_default();
    (!list.is_empty()).then(|| format!("  {name} {signal}: {}\n", list.join(", ")))
}

fn trouble_line(node: &Value) -> Option<String> {
    let trouble = node.get("trouble")?;
    let (name, signal) = (node["node"].as_str()?, node["signal"].as_str()?);
    let since = age(seconds_since(trouble["since_ms"].as_u64()?));
    let attempts = count(trouble["attempts"].as_u64()?, "attempt");
    Some(format!(
        "  {name} {signal}: {attempts} failed in {since}: {}\n",
        shortened(trouble["message"].as_str()?)
    ))
}

fn limit_line(node: &Value) -> Option<String> {
    let limit = count(node.get("requests_at_once")?.as_u64()?, "request");
    let (name, signal) = (node["node"].as_str()?, node["signal"].as_str()?);
    Some(format!("\n{name} {signal} sends at most {limit} at a time: its destination took no more\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_that_does_not_balance_is_shown_as_such() {
        let node = |items_in: u64| {
            json!({"node": "exporter/otlp", "pipeline": "", "signal": "traces", "items_in": items_in,
                   "items_out": 7, "dropped": {"rejected": 2}, "in_flight": 1})
        };
        let text = to_text(&json!({"nodes": [node(10), node(11)]}));
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[1].ends_with("yes"), "{text}");
        assert!(lines[2].ends_with("NO"), "{text}");
        assert!(text.contains("exporter/otlp traces: rejected 2"), "{text}");
    }

    #[test]
    fn the_last_reload_is_told_with_what_was_wrong() {
        let told = |last: Value| to_text(&json!({"nodes": [], "configuration": {"last_reload": last}}));
        let reload = |outcome: &str, message: &str| told(json!({"outcome": outcome, "message": message}));
        assert!(!told(Value::Null).contains("reload"));
        assert!(reload("applied", "").ends_with("last reload, 0 s ago: the new configuration runs\n"));
        assert!(reload("invalid", "error: x\n").contains("REFUSED"));
        assert!(reload("failed", "no port\n").ends_with("runs on\nno port\n"));
    }

    #[test]
    fn what_keeps_an_exporter_from_delivering_is_told() {
        let node = json!({"node": "exporter/otlp", "signal": "traces", "requests_at_once": 1,
                          "trouble": {"since_ms": 0, "attempts": 7, "message": "connection refused\nat all"}});
        let text = to_text(&json!({"nodes": [node]}));
        assert!(text.contains("exporter/otlp traces: 7 attempts failed in "), "{text}");
        assert!(
            text.contains(": connection refused\n") && text.contains("at most 1 request at a time"),
            "{text}"
        );
    }

    #[test]
    fn an_empty_ledger_says_what_to_do_next() {
        assert!(to_text(&json!({"nodes": []})).contains("send OTLP to"));
    }
}
