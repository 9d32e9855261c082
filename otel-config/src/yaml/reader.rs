//! Events of the YAML parser into nodes.

use std::collections::HashMap;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::node::{Entry, Map, Node, SourceText, Span, Value, join};
use super::{scalar, syntax};
use crate::diagnostic::Diagnostic;

/// How deep values may be nested. A configuration needs about ten levels; recursive code below relies on it.
pub(crate) const DEPTH: usize = 64;

/// After so many errors in one text the rest is not read.
const ERRORS: usize = 50;

/// What reading may still cost, over all texts of a configuration. Aliases count as what they expand to.
#[derive(Debug)]
pub(crate) struct Budget {
    pub nodes: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { nodes: 100_000 }
    }
}

/// Reads the one document of a text; an empty text reads as null. A duplicate key and the like go to
/// `errors`, and reading goes on.
///
/// # Errors
/// What leaves nothing to go on with, such as a syntax error.
pub(crate) fn read(
    source: &Arc<SourceText>,
    budget: &mut Budget,
    errors: &mut Vec<Diagnostic>,
) -> Result<Arc<Node>, Diagnostic> {
    let (stack, anchors) = (Vec::new(), HashMap::new());
    let mut builder = Builder { source, budget, stack, anchors, root: None, errors };
    builder.run()?;
    Ok(builder.root.unwrap_or_else(|| {
        let span = Span { source: source.clone(), line: 1, column: 1, width: 1 };
        Arc::new(Node::new(span, Value::Null))
    }))
}

/// A finished value with what it costs: the values in it, and how deep they are nested.
#[derive(Clone)]
struct Built {
    node: Arc<Node>,
    size: usize,
    depth: usize,
    /// Written without quotes: only then `<<` is the merge key.
    plain: bool,
}

/// A list or map whose end has not been seen.
struct Open {
    span: Span,
    anchor: usize,
    size: usize,
    depth: usize,
    content: Content,
}

enum Content {
    Seq(Vec<Arc<Node>>),
    Map { map: Map, key: Option<Key>, merged: Option<Built> },
}

struct Key {
    text: Arc<str>,
    span: Span,
    merge: bool,
}

struct Builder<'a> {
    source: &'a Arc<SourceText>,
    budget: &'a mut Budget,
    stack: Vec<Open>,
    anchors: HashMap<usize, Built>,
    root: Option<Arc<Node>>,
    errors: &'a mut Vec<Diagnostic>,
}

impl Builder<'_> {
    fn run(&mut self) -> Result<(), Diagnostic> {
        syntax::check_characters(self.source)?;
        let source = self.source.clone();
        let mut parser = Parser::new_from_str(&source.text);
        let mut documents = 0;
        while let Some(event) = parser.next_event() {
            let (event, mark) = event.map_err(|error| syntax::error(self.source, &error, self.path()))?;
            let span = self.span(mark);
            match event {
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        return Err(Diagnostic::error("a second YAML document begins here")
                            .at(&span)
                            .help("a source holds one document: remove `---`, or split the file and pass --config twice"));
                    }
                }
                Event::Scalar(text, style, anchor, tag) => {
                    self.scalar(&text, style, anchor, tag.as_deref(), span)?
                }
                Event::SequenceStart(anchor, tag) => {
                    self.open(Content::Seq(Vec::new()), anchor, tag.as_deref(), span)?;
                }
                Event::MappingStart(anchor, tag) => {
                    let content = Content::Map { map: Map::new(), key: None, merged: None };
                    self.open(content, anchor, tag.as_deref(), span)?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.close()?,
                Event::Alias(anchor) => self.alias(anchor, &span)?,
                Event::StreamEnd => break,
                Event::Nothing | Event::StreamStart | Event::DocumentEnd => {}
            }
            if self.errors.len() >= ERRORS {
                return Err(Diagnostic::error("too many errors: the rest of this source was not read")
                    .at(&self.span(mark)));
            }
        }
        Ok(())
    }

    fn span(&self, span: saphyr_parser::Span) -> Span {
        let (line, column) = (span.start.line(), span.start.col() + 1);
        let width =
            if span.end.line() == line { (span.end.col() + 1).saturating_sub(column) } else { usize::MAX };
        Span { source: self.source.clone(), line, column, width: width.max(1) }
    }

    /// The keys that lead to the place being read.
    fn path(&self) -> String {
        let mut path = String::new();
        for open in &self.stack {
            match &open.content {
                Content::Seq(items) => path.push_str(&format!("[{}]", items.len())),
                Content::Map { key: Some(key), .. } => path = join(&path, &key.text),
                Content::Map { key: None, .. } => {}
            }
        }
        path
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<(), Diagnostic> {
        let plain = style == ScalarStyle::Plain;
        let value = match tag.map(|tag| (tag.is_yaml_core_schema(), tag.suffix.as_str())) {
            None if plain => scalar::resolve(text),
            None => Value::Text,
            Some((true, "str")) => Value::Text,
            Some((false, "" | "!")) => Value::Text,
            Some((true, kind @ ("int" | "float" | "bool" | "null"))) => self.tagged(text, kind, &span),
            Some(_) => {
                self.unsupported_tag(tag, &span);
                Value::Null
            }
        };
        let node = Arc::new(Node { span, value, text: Arc::from(text), unexpanded: None });
        self.finish(Built { node, size: 1, depth: 0, plain: plain && tag.is_none() }, anchor, 1)
    }

    fn tagged(&mut self, text: &str, kind: &str, span: &Span) -> Value {
        let value = scalar::resolve(text);
        match (kind, &value) {
            ("int", Value::Int(_) | Value::Uint(_))
            | ("float", Value::Float(_))
            | ("bool", Value::Bool(_)) => value,
            ("null", Value::Null) => value,
            ("float", Value::Int(number)) => Value::Float(*number as f64),
            ("float", Value::Uint(number)) => Value::Float(*number as f64),
            _ => {
                self.error(span, format!("this is not what its tag `!!{kind}` says"), "remove the tag");
                Value::Null
            }
        }
    }

    fn unsupported_tag(&mut self, tag: Option<&Tag>, span: &Span) {
        let shown = match tag {
            Some(tag) if tag.is_yaml_core_schema() => format!("!!{}", tag.suffix),
            Some(tag) => format!("{}{}", tag.handle, tag.suffix),
            None => String::new(),
        };
        self.error(span, format!("the tag `{shown}` is not supported"), "remove the tag");
    }

    fn error(&mut self, span: &Span, message: String, help: &str) {
        self.errors.push(Diagnostic::error(message).at(span).path(self.path()).help(help));
    }

    fn open(
        &mut self,
        content: Content,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<(), Diagnostic> {
        let expected = if matches!(content, Content::Seq(_)) { "seq" } else { "map" };
        let fits = |tag: &Tag| {
            if tag.is_yaml_core_schema() { tag.suffix == expected } else { tag.suffix.is_empty() }
        };
        if tag.is_some_and(|tag| !fits(tag)) {
            self.unsupported_tag(tag, &span);
        }
        if self.stack.len() >= DEPTH {
            return Err(syntax::too_deep(&span));
        }
        self.stack.push(Open { span, anchor, size: 1, depth: 0, content });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Diagnostic> {
        let Some(open) = self.stack.pop() else { return Ok(()) };
        let value = match open.content {
            Content::Seq(items) => Value::Seq(items),
            Content::Map { mut map, merged, .. } => {
                if let Some(merged) = merged {
                    self.merge(&mut map, &merged.node);
                }
                Value::Map(map)
            }
        };
        let node = Arc::new(Node::new(open.span, value));
        self.finish(Built { node, size: open.size, depth: open.depth + 1, plain: false }, open.anchor, 1)
    }

    /// `<<: *map` and `<<: [*first, *second]`: keys that are not there yet; of several maps the first wins.
    fn merge(&mut self, map: &mut Map, merged: &Node) {
        let parts: Vec<&Arc<Node>> = match &merged.value {
            Value::Seq(items) => items.iter().collect(),
            _ => Vec::new(),
        };
        let maps =
            std::iter::once(merged).filter(|_| parts.is_empty()).chain(parts.iter().map(|part| &***part));
        for part in maps {
            match part.as_map() {
                Some(part) => {
                    for (key, entry) in part {
                        map.entry(key.clone()).or_insert_with(|| entry.clone());
                    }
                }
                None => {
                    let message = format!("`<<` takes a map or a list of maps, not {}", part.kind());
                    self.error(&part.span, message, "write `<<: *anchor` of a map");
                }
            }
        }
    }

    fn alias(&mut self, anchor: usize, span: &Span) -> Result<(), Diagnostic> {
        let Some(built) = self.anchors.get(&anchor).cloned() else {
            return Err(Diagnostic::error("this alias is part of the value that it refers to")
                .at(span)
                .path(self.path()));
        };
        if self.stack.len() + built.depth > DEPTH {
            return Err(syntax::too_deep(span));
        }
        let cost = built.size;
        self.finish(built, 0, cost)
    }

    /// Puts a finished value where it belongs. `cost`: 1, as what is inside was counted when it was finished;
    /// of an alias all that it stands for.
    fn finish(&mut self, built: Built, anchor: usize, cost: usize) -> Result<(), Diagnostic> {
        let Some(left) = self.budget.nodes.checked_sub(cost) else {
            return Err(Diagnostic::error("the configuration has too many values")
                .at(&built.node.span)
                .help("at most 100,000, where an alias counts as all that it stands for"));
        };
        self.budget.nodes = left;
        if anchor != 0 {
            self.anchors.insert(anchor, built.clone());
        }
        let Some(parent) = self.stack.last_mut() else {
            self.root = Some(built.node);
            return Ok(());
        };
        parent.size += built.size;
        parent.depth = parent.depth.max(built.depth);
        match &mut parent.content {
            Content::Seq(items) => items.push(built.node),
            Content::Map { key, .. } if key.is_none() => self.key(&built),
            Content::Map { .. } => self.value(built),
        }
        Ok(())
    }

    fn key(&mut self, built: &Built) {
        let span = built.node.span.clone();
        if matches!(built.node.value, Value::Seq(_) | Value::Map(_)) {
            let help = "a key is a word; a value that begins with `{` or `[` needs quotes";
            self.error(&span, format!("a key cannot be {}", built.node.kind()), help);
        }
        let text = built.node.text.clone();
        let merge = built.plain && &*text == "<<";
        let Some(Open { content: Content::Map { map, key, merged }, .. }) = self.stack.last_mut() else {
            return;
        };
        let first = match merge {
            true => merged.as_ref().map(|built| built.node.span.location()),
            false => map.get(&text).map(|entry| entry.key.location()),
        };
        *key = Some(Key { text: text.clone(), span: span.clone(), merge });
        if let Some(first) = first {
            let help = if merge { "write `<<: [*first, *second]`" } else { "remove one of the two" };
            let found = Diagnostic::error(format!("the key `{text}` is written twice"));
            self.errors.push(found.at(&span).path(self.path()).related("first written at", first).help(help));
        }
    }

    fn value(&mut self, built: Built) {
        let Some(Open { content: Content::Map { map, key, merged }, .. }) = self.stack.last_mut() else {
            return;
        };
        match key.take() {
            Some(key) if key.merge => *merged = Some(built),
            Some(key) => {
                map.entry(key.text).or_insert(Entry { key: key.span, node: built.node });
            }
            None => {}
        }
    }
}
