//! Text that is not YAML: where, and what to do.

use std::sync::Arc;

use saphyr_parser::ScanError;

use super::node::{SourceText, Span};
use super::reader::DEPTH;
use crate::diagnostic::Diagnostic;

/// The parser takes NUL for the end of the text, and YAML knows no control characters.
pub(super) fn check_characters(source: &Arc<SourceText>) -> Result<(), Diagnostic> {
    let bad = |c: char| (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}')) || c == '\u{fffe}';
    let Some((at, c)) = source.text.char_indices().find(|(_, c)| bad(*c)) else { return Ok(()) };
    let before = &source.text[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let span = Span { source: source.clone(), line, column, width: 1 };
    let code = u32::from(c);
    Err(Diagnostic::error(format!("the control character U+{code:04X} is not allowed in YAML"))
        .at(&span)
        .help("remove it; in a text, write it as an escape between double quotes"))
}

/// What the parser refuses.
pub(super) fn error(source: &Arc<SourceText>, error: &ScanError, path: String) -> Diagnostic {
    let (line, column) = (error.marker().line().max(1), error.marker().col() + 1);
    let mut span = Span { source: source.clone(), line, column, width: 1 };
    if error.info().contains("recursion limit") {
        return too_deep(&span);
    }
    // an error at the end of the text is shown below the last line that has something on it
    let lines = source.lines().max(1);
    if span.line > lines {
        span.line = lines;
        span.column = span.line_text().chars().count() + 1;
    }
    // a text that goes on over lines is reported where it begins, its tab is further down
    let indent =
        |line: &usize| source.line(*line).bytes().take_while(|b| b" \t".contains(b)).position(|b| b == b'\t');
    let near = span.line..=lines.min(span.line + 100);
    let tab = near.filter(|_| error.info().contains("tab")).find_map(|line| Some((line, indent(&line)?)));
    if let Some((line, before)) = tab {
        (span.line, span.column) = (line, before + 1);
    }
    let help = syntax_help(error.info(), span.line_text());
    Diagnostic::error(format!("this is not valid YAML: {}", error.info())).at(&span).path(path).help(help)
}

pub(super) fn too_deep(span: &Span) -> Diagnostic {
    Diagnostic::error(format!("values are nested deeper than {DEPTH} levels")).at(span)
}

/// What to do about the parser's messages that people meet most.
fn syntax_help(info: &str, line: &str) -> &'static str {
    let indent = &line[..line.len() - line.trim_start().len()];
    if indent.contains('\t') || info.contains("tab") {
        "indent with spaces: YAML allows no tabs"
    } else if line.contains("{{") {
        "this looks like a template: render it first, or put the value between quotes"
    } else if line.contains("[${") || line.contains(", ${") {
        "inside [ ] a reference needs quotes: [\"${env:NAME}\"]"
    } else if info.contains("mapping values") {
        "check the indentation, and put a text that contains `: ` between quotes"
    } else if info.contains("anchor") {
        "define it before its use with `&name`, or put a text that begins with `*` or `&` between quotes"
    } else if info.contains("did not find expected")
        || info.contains("indentation")
        || info.contains("simple key")
    {
        "check the indentation of this line and of the one above, and that brackets and quotes are closed"
    } else {
        ""
    }
}
