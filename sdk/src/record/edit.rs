//! An edit of one file.

use codeagent_semconv::value::{EditOperation, EditStatus, VcsLineChangeType};
use codeagent_semconv::{attribute as key, event};
use opentelemetry::trace::SpanKind;

use super::node::Node;
use super::scope::scope;
use super::stretch::{self, Stretch};
use super::totals::number;

/// One edit or patch of one file. Dropped without a word it counts as failed.
#[derive(Debug)]
#[must_use = "an edit that is dropped at once counts as failed"]
pub struct Edit {
    inner: Option<Stretch>,
    lines: (u64, u64),
}

impl Edit {
    pub(super) fn begin(parent: Option<&Node>, operation: EditOperation<'_>) -> Self {
        let inner = parent.map(|parent| {
            let mut facts = parent.facts();
            facts.member(key::CODEAGENT_EDIT_OPERATION, operation, operation.bounded());
            Stretch::begin(parent, format!("edit {operation}"), SpanKind::Internal, facts)
        });
        Self { inner, lines: (0, 0) }
    }

    /// The programming language of the file, in lower case.
    pub fn language(mut self, language: &str) -> Self {
        if let Some(inner) = &mut self.inner {
            inner.facts.text(key::CODEAGENT_EDIT_LANGUAGE, language);
        }
        self
    }

    /// Lines that it adds and removes.
    pub fn lines(mut self, added: u64, removed: u64) -> Self {
        self.lines = (added, removed);
        self
    }

    /// It was written.
    pub fn applied(mut self) {
        self.finish(EditStatus::Applied);
    }

    /// The user or a rule refused it.
    pub fn rejected(mut self) {
        self.finish(EditStatus::Rejected);
    }

    /// It could not be written; with the class of the error.
    pub fn fail(mut self, error: &str) {
        stretch::fail(&mut self.inner, error);
        self.finish(EditStatus::Failed);
    }

    fn finish(&mut self, status: EditStatus<'_>) {
        let Some(mut inner) = self.inner.take() else { return };
        let (added, removed) = self.lines;
        inner.facts.member(key::CODEAGENT_EDIT_STATUS, status, status.bounded());
        inner.facts.int(key::CODEAGENT_EDIT_LINES_ADDED, number(added));
        inner.facts.int(key::CODEAGENT_EDIT_LINES_REMOVED, number(removed));
        inner.end(Some(&event::CODEAGENT_EDIT_ENDED), |instruments, _, facts| {
            instruments.add(&instruments.edits, 1, facts);
            if matches!(status, EditStatus::Applied) {
                for (kind, lines) in
                    [(VcsLineChangeType::Added, added), (VcsLineChangeType::Removed, removed)]
                {
                    let mut facts = facts.clone();
                    facts.word(key::VCS_LINE_CHANGE_TYPE, kind.bounded());
                    instruments.add(&instruments.edit_lines, lines, &facts);
                }
            }
        });
    }
}

impl Drop for Edit {
    fn drop(&mut self) {
        if let Some(inner) = &mut self.inner {
            inner.fail("abandoned");
        }
        self.finish(EditStatus::Failed);
    }
}

scope!(Edit);
