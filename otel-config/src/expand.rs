//! `${env:NAME}`, `${file:path}` and `${yaml:text}` in values, by the Collector's rules.
//!
//! A value that is one reference and nothing else takes the type of what it refers to; a reference inside a
//! text is replaced by the text. What comes in is expanded again. `$$` stands for `$`. Keys are left alone.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::environment::Environment;
use crate::source::scheme;
use crate::yaml::node::{Entry, Node, SourceText, Span, Value, join};
use crate::yaml::{Budget, DEPTH, read};

/// References may refer to references, so deep.
const LEVELS: usize = 16;
/// References in one configuration.
const LOOKUPS: usize = 10_000;
/// Bytes that a reference as written may have.
const LONGEST: usize = 16 * 1024;
/// Unclosed references after which no more are looked for: each costs a search for its end.
const UNCLOSED: usize = 100;
/// Bytes that all expanded texts of a configuration may have.
const BYTES: usize = 8 * 1024 * 1024;

/// Expands every value below `root`. What cannot be expanded is reported and left null.
pub(crate) fn expand(
    root: &Arc<Node>,
    environment: &Environment,
    budget: &mut Budget,
    diags: &mut Diagnostics,
) -> Arc<Node> {
    let mut expander =
        Expander { environment, budget, diags, lookups: LOOKUPS, bytes: BYTES, unclosed: UNCLOSED };
    expander.node(root, &Place { path: "", depth: 0, level: 0 })
}

struct Expander<'a> {
    environment: &'a Environment,
    budget: &'a mut Budget,
    diags: &'a mut Diagnostics,
    lookups: usize,
    bytes: usize,
    unclosed: usize,
}

/// Where the expansion is.
#[derive(Clone, Copy)]
struct Place<'a> {
    path: &'a str,
    /// Of nested values.
    depth: usize,
    /// Of references in what references brought.
    level: usize,
}

/// A reference that cannot be resolved. Inside an expanded value only the fact is told: its text can be a
/// secret.
struct Unresolved {
    message: String,
    help: String,
}

fn unresolved<T>(message: impl Into<String>, help: impl Into<String>) -> Result<T, Unresolved> {
    Err(Unresolved { message: message.into(), help: help.into() })
}

impl Expander<'_> {
    fn node(&mut self, node: &Arc<Node>, place: &Place<'_>) -> Arc<Node> {
        if place.depth > DEPTH {
            let message = format!("expanded values are nested deeper than {DEPTH} levels");
            self.diags.push(Diagnostic::error(message).at(&node.span).path(place.path));
            return Arc::new(Node::new(node.span.clone(), Value::Null));
        }
        match &node.value {
            Value::Text if node.text.contains('$') => self.text(node, place),
            Value::Seq(items) => {
                let below = |i: usize| format!("{}[{i}]", place.path);
                let items = items.iter().enumerate();
                let items = items.map(|(i, item)| self.node(item, &place.inner(&below(i)))).collect();
                Arc::new(Node { value: Value::Seq(items), ..Node::clone(node) })
            }
            Value::Map(map) => {
                let entries = map.iter().map(|(key, entry)| {
                    let path = join(place.path, key);
                    let node = self.node(&entry.node, &place.inner(&path));
                    (key.clone(), Entry { key: entry.key.clone(), node })
                });
                let value = Value::Map(entries.collect());
                Arc::new(Node {
                    value,
                    text: node.text.clone(),
                    span: node.span.clone(),
                    unexpanded: node.unexpanded.clone(),
                })
            }
            _ => node.clone(),
        }
    }

    fn text(&mut self, node: &Arc<Node>, place: &Place<'_>) -> Arc<Node> {
        let unexpanded = node.unexpanded.clone().unwrap_or_else(|| node.text.clone());
        let result = match whole_reference(&node.text) {
            Some(inner) => self.whole(inner, &unexpanded, node, place),
            None => self.embedded(&node.text, &node.span, place).map(|text| {
                let unexpanded = node.text.contains("${").then_some(unexpanded).or(node.unexpanded.clone());
                Node { span: node.span.clone(), value: Value::Text, text: Arc::from(text), unexpanded }
            }),
        };
        Arc::new(result.unwrap_or_else(|error| {
            let secret = place.level > 0 || node.unexpanded.is_some();
            let message = match secret {
                true => "the expanded value contains a reference that cannot be resolved".to_owned(),
                false => error.message,
            };
            let help = if secret { "write `$$` for a literal `$` in it".to_owned() } else { error.help };
            self.diags.push(Diagnostic::error(message).at(&node.span).path(place.path).help(help));
            Node { unexpanded: Some(node.text.clone()), ..Node::new(node.span.clone(), Value::Null) }
        }))
    }

    /// `key: ${env:NAME}`: any value.
    fn whole(
        &mut self,
        inner: &str,
        unexpanded: &Arc<str>,
        node: &Node,
        place: &Place<'_>,
    ) -> Result<Node, Unresolved> {
        let text = self.retrieve(inner, &node.span, place)?;
        let source = Arc::new(SourceText::new(node.span.source.name.clone(), text));
        let level = place.level + 1;
        let mut errors = Vec::new();
        let value = match read(&source, self.budget, &mut errors) {
            Ok(read) if errors.is_empty() => relocate(&read, &node.span, unexpanded),
            // the Collector takes what is not YAML as it is
            _ => Node { value: Value::Text, ..Node::new(node.span.clone(), Value::Text) },
        };
        let deeper = Place { level, ..*place };
        if let Value::Text = value.value {
            // as it is, with its quotes
            let text = Node { text: Arc::from(&*source.text), unexpanded: Some(unexpanded.clone()), ..value };
            return Ok(Node::clone(&self.node(&Arc::new(text), &deeper)));
        }
        let text = self.embedded(&source.text, &node.span, &deeper)?;
        let value = Node::clone(&self.node(&Arc::new(value), &deeper));
        Ok(Node { text: Arc::from(text), unexpanded: Some(unexpanded.clone()), ..value })
    }

    /// `http://${env:HOST}:4317`: a text.
    fn embedded(&mut self, text: &str, span: &Span, place: &Place<'_>) -> Result<String, Unresolved> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            out.push_str(&rest[..dollar]);
            rest = &rest[dollar..];
            if let Some(after) = rest.strip_prefix("$$") {
                out.push('$');
                rest = after;
            } else if let Some(inner) = self.reference(rest) {
                rest = &rest[inner.len() + 3..];
                let found = self.retrieve(inner, span, place)?;
                out.push_str(&self.embedded(&found, span, &Place { level: place.level + 1, ..*place })?);
            } else {
                if rest.starts_with("${") && self.unclosed > 0 {
                    self.unclosed -= 1;
                    let found = Diagnostic::warning("`${` is never closed and is taken as it stands");
                    let help = "write `}`, or `$${` for a literal `${`";
                    self.diags.push(found.at(span).path(place.path).help(help));
                }
                out.push('$');
                rest = &rest[1..];
            }
        }
        out.push_str(rest);
        let Some(left) = self.bytes.checked_sub(out.len()) else {
            return unresolved(format!("the expanded configuration is larger than {BYTES} bytes"), "");
        };
        self.bytes = left;
        Ok(out)
    }

    /// The reference at the beginning of a text, unless too many were never closed.
    fn reference<'t>(&self, text: &'t str) -> Option<&'t str> {
        text.strip_prefix("${").filter(|_| self.unclosed > 0).and_then(reference)
    }

    /// The text that a reference stands for; references inside it are expanded first: `${env:${env:NAME}}`.
    fn retrieve(&mut self, inner: &str, span: &Span, place: &Place<'_>) -> Result<String, Unresolved> {
        if place.level >= LEVELS {
            let message =
                format!("references refer to references more than {LEVELS} times, perhaps to themselves");
            return unresolved(message, "");
        }
        let Some(lookups) = self.lookups.checked_sub(1) else {
            return unresolved(format!("the configuration has more than {LOOKUPS} references"), "");
        };
        self.lookups = lookups;
        let uri = self.embedded(inner, span, &Place { level: place.level + 1, ..*place })?;
        match scheme(&uri) {
            None => self.variable(&uri, span, place),
            Some(("env", name)) => self.variable(name, span, place),
            // `${NAME:-default}`
            Some((_, default)) if default.starts_with('-') => self.variable(&uri, span, place),
            Some(("yaml", text)) => Ok(text.to_owned()),
            Some(("file", path)) => match self.environment.file(path) {
                Ok(text) => {
                    // the line break that editors add at the end is not part of a token
                    let text =
                        text.strip_suffix('\n').map(|t| t.strip_suffix('\r').unwrap_or(t)).unwrap_or(&text);
                    Ok(text.to_owned())
                }
                Err(message) => {
                    unresolved(message, "check the path after `file:`, and that the file may be read")
                }
            },
            Some((scheme @ ("http" | "https"), _)) => unresolved(
                format!("`${{{scheme}:...}}` is not supported: nothing is fetched from the network"),
                "download it and use `${file:path}`",
            ),
            Some((scheme, _)) => unresolved(
                format!("`{scheme}` is not a scheme of a reference"),
                "write `${env:NAME}`, `${file:path}` or `${yaml:text}`; for a literal `$` write `$$`",
            ),
        }
    }

    fn variable(&mut self, reference: &str, span: &Span, place: &Place<'_>) -> Result<String, Unresolved> {
        let (name, default) = match reference.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (reference, None),
        };
        let word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if name.is_empty() || !word || name.starts_with(|c: char| c.is_ascii_digit()) {
            let help =
                "a name has letters, digits and `_` and begins with no digit; write `$$` for a literal `$`";
            return unresolved(format!("`{name}` is not the name of an environment variable"), help);
        }
        match (self.environment.variable(name), default) {
            (Ok(Some(value)), _) => Ok(value),
            (Ok(None), Some(default)) => Ok(default.to_owned()),
            (Ok(None), None) => {
                let found = Diagnostic::warning(format!(
                    "the environment variable `{name}` is not set: the value is empty"
                ));
                let help = format!("set it, or give a default: `${{env:{name}:-default}}`");
                self.diags.push(found.at(span).path(place.path).help(help));
                Ok(String::new())
            }
            (Err(message), _) => unresolved(message, ""),
        }
    }
}

impl Place<'_> {
    fn inner<'b>(&self, path: &'b str) -> Place<'b> {
        Place { path, depth: self.depth + 1, level: self.level }
    }
}

/// What stands between `${` and its `}`, given what follows the `${`.
fn reference(text: &str) -> Option<&str> {
    let mut open = 1usize;
    let mut at = 0;
    while let Some(found) = text[at..].find(['$', '}']) {
        at += found;
        if at > LONGEST {
            return None;
        }
        if text[at..].starts_with("${") {
            open += 1;
            at += 2;
        } else if text[at..].starts_with('}') {
            open -= 1;
            if open == 0 {
                return Some(&text[..at]);
            }
            at += 1;
        } else {
            at += 1;
        }
    }
    None
}

/// The inside of a text that is one reference and nothing else.
fn whole_reference(text: &str) -> Option<&str> {
    let inner = reference(text.strip_prefix("${")?)?;
    (inner.len() + 3 == text.len()).then_some(inner)
}

/// A tree from outside, placed where its reference stands: its own lines can be a secret.
fn relocate(node: &Node, span: &Span, unexpanded: &Arc<str>) -> Node {
    let inner = |node: &Arc<Node>| Arc::new(relocate(node, span, unexpanded));
    let value = match &node.value {
        Value::Seq(items) => Value::Seq(items.iter().map(inner).collect()),
        Value::Map(map) => {
            let entries = map
                .iter()
                .map(|(key, entry)| (key.clone(), Entry { key: span.clone(), node: inner(&entry.node) }));
            Value::Map(entries.collect())
        }
        other => other.clone(),
    };
    Node { span: span.clone(), value, text: node.text.clone(), unexpanded: Some(unexpanded.clone()) }
}
