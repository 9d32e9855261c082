//! Sections into structs, with every mistake reported at once.
//!
//! Serde stops at the first error. So the error's value is noted, left out, and the section is decoded
//! again, until it decodes or nothing is left; what was noted is reported. Unknown keys need no second round:
//! they are noted and skipped where a struct says which keys it has.

mod access;
mod deserializer;
mod fault;
mod fields;
mod words;

use std::cell::RefCell;
use std::collections::HashSet;

use serde::de::DeserializeOwned;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::render::is_secret;
use crate::suggest::suggest;
use crate::yaml::node::{Entry, Node, Span, Value};
use deserializer::{NodeDeserializer, Trail};
use fault::{Fault, Placed, What};
use fields::fields_of;

/// Rounds of one section: a round fixes one wrong or empty value.
const ROUNDS: usize = 500;
/// Reports of one section.
const REPORTS: usize = 100;

/// Identifies a value within one section: its address, stable while the section is borrowed. What several
/// aliases stand for is one value.
type Id = *const Node;

#[derive(Default)]
struct Notes {
    reports: Vec<Diagnostic>,
    /// Values that are read as if they were not written.
    absent: HashSet<Id>,
    /// Those of them that were reported.
    reported: HashSet<Id>,
    /// Null values that read as `None`.
    none: HashSet<Id>,
    /// Unknown keys: reported once, with the field that was probably meant.
    unknown: Vec<(Id, Option<String>)>,
}

/// What the rounds of one section share.
pub(crate) struct Session<'a> {
    notes: RefCell<Notes>,
    unsupported: &'a [(&'a str, &'a str)],
    /// Keys of the section that others read.
    others: &'static [&'static str],
    /// Whether keys of the section that nobody reads are reported; else they were.
    reports_unknown: bool,
}

pub(crate) fn section<T: DeserializeOwned>(
    node: Option<&Node>,
    key: Option<&Span>,
    path: &str,
    unsupported: &[(&str, &str)],
    diags: &mut Diagnostics,
) -> Option<T> {
    let session = Session { notes: RefCell::default(), unsupported, others: &[], reports_unknown: true };
    session.read(node, key, path, diags)
}

/// A section that two structs read, each its own keys: all others are unknown.
pub(crate) fn section_beside<A: DeserializeOwned, B: DeserializeOwned>(
    node: Option<&Node>,
    key: Option<&Span>,
    path: &str,
    unsupported: &[(&str, &str)],
    diags: &mut Diagnostics,
) -> Option<(A, B)> {
    let session =
        |others, reports_unknown| Session { notes: RefCell::default(), unsupported, others, reports_unknown };
    let a = session(fields_of::<B>(), true).read(node, key, path, diags);
    if node.is_some_and(|node| !node.is_null() && !matches!(node.value, Value::Map(_))) {
        // said once
        return None;
    }
    let b = session(fields_of::<A>(), false).read(node, key, path, diags);
    a.zip(b)
}

impl Session<'_> {
    /// Decodes in rounds, and reports what was noted.
    fn read<T: DeserializeOwned>(
        self,
        node: Option<&Node>,
        key: Option<&Span>,
        path: &str,
        diags: &mut Diagnostics,
    ) -> Option<T> {
        let mut result = None;
        for _ in 0..ROUNDS {
            let trail = Trail::Root(path);
            let root = NodeDeserializer::new(node, key, &trail, &self);
            match T::deserialize(root).map_err(|fault| fault.at(node, key, &trail)) {
                Ok(value) => {
                    result = Some(value);
                    break;
                }
                Err(fault) => {
                    if !self.learn(fault, node.map(std::ptr::from_ref), path) {
                        break;
                    }
                }
            }
        }
        let reports = self.notes.into_inner().reports;
        let clean = reports.is_empty();
        diags.extend(reports);
        result.filter(|_| clean)
    }

    /// Notes a fault. Whether another round can tell more.
    fn learn(&self, fault: Fault<'_>, root: Option<Id>, path: &str) -> bool {
        let Fault { what, placed } = fault;
        let Some(placed) = placed else {
            // nothing is written here: only a missing key can be wrong
            let report = Diagnostic::error(what.message(None)).path(path).help(what.help(None));
            self.notes.borrow_mut().reports.push(report);
            return false;
        };
        let notes = &mut *self.notes.borrow_mut();
        let id: Id = std::ptr::from_ref(placed.node);
        if placed.node.is_null() && !matches!(what, What::Missing(_)) {
            // an empty value of an Option is None, any other is not there
            if notes.none.insert(id) || notes.absent.insert(id) {
                return true;
            }
        }
        if !excused(notes, &what, &placed) {
            notes.reports.push(placed.report(&what));
        }
        let progress = notes.absent.insert(id);
        notes.reported.insert(id);
        progress && Some(id) != root && notes.reports.len() < REPORTS
    }

    /// Whether a value is to be read.
    fn wants(&self, node: &Node) -> bool {
        !self.notes.borrow().absent.contains(&std::ptr::from_ref(node))
    }

    fn reads_as_none(&self, node: &Node) -> bool {
        self.notes.borrow().none.contains(&std::ptr::from_ref(node))
    }

    /// Reports a key that the struct does not have, in the first round that meets it.
    fn unknown_key(&self, key: &str, entry: &Entry, fields: &[&'static str], trail: &Trail<'_>) {
        let id: Id = std::ptr::from_ref(&*entry.node);
        let others = if trail.is_below_root() { self.others } else { &[] };
        if others.contains(&key) || (trail.is_below_root() && !self.reports_unknown) {
            return;
        }
        let fields = &[fields, others].concat();
        let notes = &mut *self.notes.borrow_mut();
        if notes.unknown.iter().any(|(known, _)| *known == id) || notes.reports.len() >= REPORTS {
            return;
        }
        let near = suggest(key, fields.iter().copied());
        notes.unknown.push((id, near.map(str::to_owned)));
        let relative = trail.relative();
        let unsupported = self.unsupported.iter().find(|(path, _)| *path == relative);
        let found = match unsupported {
            Some((_, why)) => Diagnostic::error(format!("`{key}` is not supported")).help(*why),
            None => Diagnostic::error(format!("unknown key `{key}`")).help(words::known_keys(near, fields)),
        };
        notes.reports.push(found.at(&entry.key).path(trail.to_string()));
    }
}

/// Whether a fault only follows from one that was reported: a key is missing because its value was wrong or
/// it was misspelt; a list is short because an element was wrong.
fn excused(notes: &Notes, what: &What, placed: &Placed<'_>) -> bool {
    match (what, &placed.node.value) {
        (What::Missing(field), Value::Map(map)) => map.iter().any(|(key, entry)| {
            let id: Id = std::ptr::from_ref(&*entry.node);
            let meant = |(known, near): &(Id, Option<String>)| *known == id && near.as_deref() == Some(field);
            (notes.reported.contains(&id) && **key == **field) || notes.unknown.iter().any(meant)
        }),
        (What::Missing(_), _) => false,
        (_, Value::Map(map)) => map.values().any(|e| notes.reported.contains(&std::ptr::from_ref(&*e.node))),
        (_, Value::Seq(items)) => items.iter().any(|i| notes.reported.contains(&std::ptr::from_ref(&**i))),
        _ => false,
    }
}

impl Placed<'_> {
    fn report(&self, what: &What) -> Diagnostic {
        let scalar = !matches!(self.node.value, Value::Map(_) | Value::Seq(_) | Value::Null);
        let span = if scalar { &self.node.span } else { self.key.unwrap_or(&self.node.span) };
        let secret = self.node.unexpanded.is_some() || self.path.rsplit("::").next().is_some_and(is_secret);
        let message = what.message(Some((self.node, secret)));
        let help = what.help(Some((self.node, secret)));
        Diagnostic::error(message).at(span).path(self.path.clone()).help(help)
    }
}
