//! Diagnostics as text.

use crate::userinfo;
use std::fmt::Write;

use crate::diagnostic::{Diagnostic, Severity};
use crate::yaml::node::Span;

/// A shown line has at most this many characters.
const SHOWN: usize = 120;

/// A source line, ready for a terminal: control characters replaced, secrets removed, a long line cut around
/// the place.
struct Excerpt {
    line: String,
    /// Characters before the marked ones.
    before: usize,
    width: usize,
}

struct Paint {
    on: bool,
}

impl Paint {
    fn with(&self, code: &str, text: &str) -> String {
        if self.on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

const RED: &str = "1;31";
const YELLOW: &str = "1;33";
const BLUE: &str = "1;34";
const BOLD: &str = "1";

/// `error: message`, the place, the line with a caret, path and help; ends with a line break.
pub(crate) fn diagnostic(found: &Diagnostic, colour: bool) -> String {
    let paint = Paint { on: colour };
    let (word, code) = match found.severity {
        Severity::Error => ("error", RED),
        Severity::Warning => ("warning", YELLOW),
    };
    let mut out = format!(
        "{}{}\n",
        paint.with(code, word),
        paint.with(BOLD, &format!(": {}", printable(&found.message)))
    );
    let number = found.location.as_ref().map(|l| l.line.to_string()).unwrap_or_default();
    let margin = " ".repeat(number.len().max(1));
    let bar = paint.with(BLUE, "|");
    if let Some(location) = &found.location {
        let place = printable(&location.to_string());
        let _ = writeln!(out, "{margin}{} {place}", paint.with(BLUE, "-->"));
    }
    let excerpt = found.context.span.as_ref().map(excerpt).filter(|e| !e.line.trim().is_empty());
    if let Some(Excerpt { line, before, width }) = excerpt {
        let caret = paint.with(code, &"^".repeat(width));
        let _ = writeln!(out, "{margin} {bar}");
        let _ = writeln!(out, "{} {bar} {line}", paint.with(BLUE, &number));
        let _ = writeln!(out, "{margin} {bar} {}{caret}", " ".repeat(before));
    }
    let equals = paint.with(BLUE, "=");
    for (label, location) in &found.context.related {
        let _ = writeln!(out, "{margin} {equals} {label}: {}", printable(&location.to_string()));
    }
    if !found.path.is_empty() {
        let _ = writeln!(out, "{margin} {equals} path: {}", printable(&found.path));
    }
    if let Some(help) = &found.help {
        let _ = writeln!(out, "{margin} {equals} {}: {}", paint.with(BOLD, "help"), printable(help));
    }
    out
}

/// `2 errors, 1 warning`.
pub(crate) fn summary(errors: usize, warnings: usize, more: usize) -> String {
    let count = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    let mut parts = Vec::new();
    if errors > 0 {
        parts.push(count(errors, "error"));
    }
    if warnings > 0 {
        parts.push(count(warnings, "warning"));
    }
    if more > 0 {
        parts.push(format!("{more} more not shown"));
    }
    parts.join(", ") + "\n"
}

fn excerpt(span: &Span) -> Excerpt {
    let column = span.column.saturating_sub(1);
    let line = span.line_text();
    // the window of a long line also has what decides whether its text is a secret
    let skipped = if line.len() <= 10 * SHOWN { 0 } else { column.saturating_sub(5 * SHOWN) };
    let window: String = line.chars().skip(skipped).take(10 * SHOWN).collect();
    let line: Vec<char> = redacted(&window).chars().map(visible).collect();
    let column = (column - skipped).min(line.len());
    let start = if line.len() <= SHOWN { 0 } else { column.saturating_sub(SHOWN / 3) };
    let end = line.len().min(start + SHOWN);
    let width = span.width.clamp(1, (end - column).max(1));
    let mut shown: String = line[start..end].iter().collect();
    let mut before = column - start;
    if start + skipped > 0 {
        shown.insert(0, '…');
        before += 1;
    }
    if end < line.len() {
        shown.push('…');
    }
    Excerpt { line: shown.trim_end().to_owned(), before, width }
}

/// A tab becomes one space, so that carets stay below what they mark; a control character cannot reach the
/// terminal.
fn visible(c: char) -> char {
    match c {
        '\t' => ' ',
        c if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => '\u{fffd}',
        c => c,
    }
}

fn printable(text: &str) -> String {
    text.chars().map(visible).collect()
}

const SECRETS: [&str; 11] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "credential",
    "privatekey",
    "authorization",
    "keypem",
    "htpasswd",
];

/// Whether what is written under this key must not be shown.
pub(crate) fn is_secret(key: &str) -> bool {
    let folded: String =
        key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(256).collect();
    let holds = matches!(folded.as_str(), "headers" | "headerslist" | "responseheaders");
    // The section of a user and a password, where a text stands in its place.
    let holds = holds || folded == "clientauth" || folded.ends_with("pem");
    (holds || SECRETS.iter().any(|word| folded.contains(word)))
        && !folded.ends_with("file")
        && !folded.ends_with("url")
}

/// The line with what follows `password:` (and the like) removed, unless it only refers to a variable.
fn redacted(line: &str) -> String {
    let mut from = 0;
    while let Some(colon) = line[from..].find(": ").map(|at| at + from) {
        let key = line[from..colon].rsplit([',', '{', ' ']).next().unwrap_or_default();
        let value = line[colon + 1..].trim();
        let reference = value.strip_prefix("${").and_then(|v| v.strip_suffix('}')).is_some();
        if is_secret(key) && !value.is_empty() && !reference {
            return format!("{}: [REDACTED]", userinfo::hidden(&line[..colon]));
        }
        from = colon + 2;
    }
    userinfo::hidden(line).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_written_in_the_file_is_not_shown() {
        let cases = [
            ("  password: hunter2", "  password: [REDACTED]"),
            ("  \"api_key\": abc", "  \"api_key\": [REDACTED]"),
            ("a: {user: x, client_secret: y}", "a: {user: x, client_secret: [REDACTED]"),
            ("  Authorization: Bearer x", "  Authorization: [REDACTED]"),
            ("  password: ${env:PASSWORD}", "  password: ${env:PASSWORD}"),
            ("  bearer_token_file: /x", "  bearer_token_file: /x"),
            ("  endpoint: localhost", "  endpoint: localhost"),
            ("  headers: {x-team: y}", "  headers: [REDACTED]"),
            ("  allowed_headers: [x-team]", "  allowed_headers: [x-team]"),
        ];
        for (line, shown) in cases {
            assert_eq!(redacted(line), shown);
        }
    }
}
