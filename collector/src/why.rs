//! `why`: what tail sampling decided over a trace or session, and for which reason.

use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use codeagent_pipeline::holding::{Answer, State};
use serde::{Deserialize, Serialize};

use crate::cli::{Format, Whom};
use crate::{exit, own_page};

/// Where the question is sent.
pub const PATH: &str = "/why";

/// The question.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// A trace id in hexadecimal, or the id of a session.
    pub id: String,
}

/// Asks the collector at the endpoint and prints the answer.
pub fn ask(whom: &Whom, id: &str, format: Format) -> ExitCode {
    let question = serde_json::json!(Question { id: id.to_owned() });
    let answered = own_page::post(whom, PATH, &question).and_then(|body| {
        let answers: Vec<Answer> = serde_json::from_str(&body)?;
        Ok((body, answers))
    });
    match answered {
        Ok((body, answers)) => {
            match format {
                Format::Json => crate::print(&format!("{body}\n")),
                Format::Text => crate::print(&to_text(id, &answers)),
            };
            exit::DONE.into()
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            eprintln!("help: --endpoint names the address of the running collector's own metrics");
            exit::UNREACHABLE.into()
        }
    }
}

fn to_text(id: &str, answers: &[Answer]) -> String {
    if answers.is_empty() {
        return "no processor of this collector holds traces (tail_sampling does)\n".to_owned();
    }
    answers.iter().map(|answer| told(id, answer)).collect()
}

fn told(id: &str, answer: &Answer) -> String {
    let mut text = format!("{}: {id} ", answer.processor);
    text += &match answer.state {
        State::Unknown => {
            return text + "is not known: it never came, or so long ago that its decision was forgotten\n";
        }
        State::Undecided => {
            let due = answer.due_in_ms.map_or_else(String::new, |left| format!(", due in {}", seconds(left)));
            format!("is undecided{due}\n")
        }
        State::Kept => format!("was kept{}{}\n", by(answer), decided(answer)),
        State::Dropped => format!("was dropped{}{}\n", by(answer), decided(answer)),
    };
    text += &format!("  {} spans, {} bytes, {:.3} ms", answer.spans, answer.bytes, answer.duration_ms);
    text += if answer.has_error { ", with an error" } else { ", no error" };
    text += if answer.has_root { ", its root was there" } else { ", its root was not there" };
    text += &format!("; {} log records\n", answer.logs);
    if let Some(probability) = answer.probability.filter(|_| answer.state == State::Kept) {
        text += &format!("  such traces are kept with a probability of {probability:.4}\n");
    }
    if answer.late_items > 0 {
        let last = answer.late_ms.map_or_else(String::new, |at| format!(", the last {}", ago(at)));
        text += &format!("  {} items came late and followed the decision{last}\n", answer.late_items);
    }
    if answer.state == State::Kept && !answer.is_delivered {
        text += "  it has not gone on yet\n";
    }
    text
}

fn by(answer: &Answer) -> String {
    match (&answer.rule, answer.state) {
        (Some(rule), _) => format!(" by the rule `{rule}`"),
        (None, State::Dropped) => ": no rule kept it".to_owned(),
        (None, _) => String::new(),
    }
}

fn decided(answer: &Answer) -> String {
    let why = match answer.trigger.as_deref() {
        Some("waited") => "its wait was over",
        Some("root_seen") => "its wait after the root was over",
        Some("bytes_full") => "the bytes that may be held were used up and it was the oldest",
        Some("groups_full") => "the number of traces that may be held was reached and it was the oldest",
        Some("group_large") => "it was larger than a trace may be",
        Some("stopping") => "the collector stopped",
        _ => "its time had come",
    };
    let when = answer.decided_ms.map(ago).unwrap_or_default();
    format!(", decided {when} because {why}")
}

fn ago(unix_ms: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let ago = now.saturating_sub(Duration::from_millis(unix_ms));
    format!("{} ago", seconds(u64::try_from(ago.as_millis()).unwrap_or(u64::MAX)))
}

fn seconds(milliseconds: u64) -> String {
    format!("{:.1} s", milliseconds as f64 / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(state: &str) -> Answer {
        let written = serde_json::json!({
            "processor": "tail_sampling", "state": state, "rule": "errors", "trigger": "bytes_full", "decided_ms": 1,
            "due_in_ms": 1500, "probability": 0.25, "spans": 3, "logs": 1, "bytes": 300, "duration_ms": 12.5,
            "has_error": true, "has_root": false, "late_items": 2, "late_ms": 1, "is_delivered": false,
        });
        serde_json::from_value(written).unwrap()
    }

    #[test]
    fn every_state_is_told_with_its_reasons() {
        for (state, parts) in [
            (
                "kept",
                &["kept by the rule `errors`", "used up", "0.2500", "2 items came late", "not gone on"][..],
            ),
            ("dropped", &["dropped by the rule `errors`", "3 spans, 300 bytes, 12.500 ms, with an error"]),
            ("undecided", &["undecided, due in 1.5 s", "root was not there; 1 log records"]),
            ("unknown", &["not known"]),
        ] {
            let text = to_text("x", &[answer(state)]);
            parts.iter().for_each(|part| assert!(text.contains(part), "{part}: {text}"));
        }
        assert!(to_text("x", &[]).contains("tail_sampling"));
    }
}
