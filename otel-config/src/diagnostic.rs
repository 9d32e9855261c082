//! What is wrong with a configuration: where, what, and what to do.

use std::fmt;
use std::sync::Arc;

use crate::yaml::node::Span;
use crate::{render, userinfo};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The configuration is refused.
    Error,
    /// It runs, but probably not as meant.
    Warning,
}

/// A place in a source. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// The [`crate::Source`]'s name: mostly a file's path.
    pub file: Arc<str>,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a diagnostic that is not pushed is not seen"]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// The keys that lead to the place, as the Collector joins them: `exporters::kafka::producer`. Empty for
    /// a finding about the whole configuration.
    pub path: String,
    /// Where, unless nothing was written anywhere.
    pub location: Option<Location>,
    /// What to do.
    pub help: Option<String>,
    pub(crate) context: Box<Context>,
}

/// What surrounds a finding; boxed, so that `Result<T, Diagnostic>` stays small.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Context {
    /// The line to show; looked up when it is shown, as that costs time.
    pub span: Option<Span>,
    pub related: Vec<(String, Location)>,
}

impl Diagnostic {
    /// A finding that refuses the configuration.
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message.into())
    }

    /// A finding that lets the configuration run.
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message.into())
    }

    fn new(severity: Severity, message: String) -> Self {
        let message = userinfo::hidden(&message).into_owned();
        let (path, context) = (String::new(), Box::default());
        Self { severity, message, path, location: None, help: None, context }
    }

    /// The keys that lead to the place, joined by `::`.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// What to do. An empty text leaves the help away.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(userinfo::hidden(&help.into()).into_owned()).filter(|h| !h.is_empty());
        self
    }

    /// A place without a source line: for texts that the reader never saw.
    pub fn location(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }

    /// A second place that explains the first, such as `first defined here`.
    pub fn related(mut self, label: impl Into<String>, location: Location) -> Self {
        self.context.related.push((label.into(), location));
        self
    }

    pub(crate) fn at(mut self, span: &Span) -> Self {
        self.location = Some(span.location());
        self.context.span = Some(span.clone());
        self
    }
}

/// Without colours; see [`Diagnostics::render`].
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render::diagnostic(self, false))
    }
}

/// All findings about a configuration. It keeps the first 1,000: more help nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
    more: usize,
}

const KEPT: usize = 1000;

impl Diagnostics {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.found.len() < KEPT {
            self.found.push(diagnostic);
        } else {
            self.more += 1;
            // one error past the bound must still refuse the configuration
            if diagnostic.severity == Severity::Error && !self.has_errors() {
                self.found[KEPT - 1] = diagnostic;
            }
        }
    }

    /// Whether the configuration is refused.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.errors() > 0
    }

    /// How many errors.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.found.iter().filter(|d| d.severity == Severity::Error).count()
    }

    /// How many warnings.
    #[must_use]
    pub fn warnings(&self) -> usize {
        self.found.len() - self.errors()
    }

    /// How many findings of both kinds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// By source, line and column; what has no place comes last. Sources come in the order in which they
    /// first appear, equal places in the order in which they were found.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut files: Vec<&str> = Vec::new();
        for location in self.found.iter().filter_map(|d| d.location.as_ref()) {
            if !files.contains(&&*location.file) {
                files.push(&location.file);
            }
        }
        files.sort_unstable();
        let place = |d: &&Diagnostic| match &d.location {
            Some(l) => (files.iter().position(|f| **f == *l.file), l.line, l.column),
            None => (Some(files.len()), 0, 0),
        };
        let mut sorted: Vec<&Diagnostic> = self.found.iter().collect();
        sorted.sort_by_key(place);
        sorted
    }

    /// All of them for people, one after the other with an empty line between, sorted, with a last line
    /// that counts them. Empty when nothing was found. `colour`: with ANSI escapes, for a terminal.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let mut out = String::new();
        for diagnostic in self.sorted() {
            out.push_str(&render::diagnostic(diagnostic, colour));
            out.push('\n');
        }
        if !out.is_empty() {
            out.push_str(&render::summary(self.errors(), self.warnings(), self.more));
        }
        out
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.found.into_iter()
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, more: I) {
        for diagnostic in more {
            self.push(diagnostic);
        }
    }
}
