//! A part of the configuration that a component reads.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::decode;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::yaml::node::{Node, Span, Value, join};

/// What is written under a key: its values, where they were written, and the path to it. A key without a
/// body (`otlp:`) and a key that is not there read as an empty map.
#[derive(Clone, Debug)]
pub struct Section {
    path: String,
    /// The place of the key; `None` when it was not written.
    key: Option<Span>,
    node: Option<Arc<Node>>,
}

impl Section {
    pub(crate) fn new(path: String, key: Option<Span>, node: Option<Arc<Node>>) -> Self {
        Self { path, key, node }
    }

    /// A section that nobody wrote: decodes to defaults.
    pub fn absent(path: impl Into<String>) -> Self {
        Self::new(path.into(), None, None)
    }

    /// The keys that lead here, joined by `::`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether nothing is written under the key, or the key is not there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.node.as_ref().is_none_or(|node| node.is_null())
    }

    /// Reads it as `T`. Every unknown key and every wrong value is reported, each with its place, and with
    /// the nearest name where a key was misspelt; `None` when there was any. Keys that `T` does not list are
    /// refused with and without `deny_unknown_fields`.
    ///
    /// Beyond `T`'s own rules: a key without a value keeps its default, except that a struct in an `Option` is
    /// then `Some` with its defaults (`grpc:` switches gRPC on); a text field takes numbers and booleans as
    /// they are written; a list takes a text and splits it at commas. These are the Collector's.
    pub fn decode<T: DeserializeOwned>(&self, diags: &mut Diagnostics) -> Option<T> {
        self.decode_refusing(&[], diags)
    }

    /// [`Section::decode`] that explains known keys which `T` lacks: pairs of a path below this section
    /// (`auth::authenticator`; list elements are left out) and the reason, shown instead of "unknown key".
    pub fn decode_refusing<T: DeserializeOwned>(
        &self,
        unsupported: &[(&str, &str)],
        diags: &mut Diagnostics,
    ) -> Option<T> {
        decode::section(self.node.as_deref(), self.key.as_ref(), &self.path, unsupported, diags)
    }

    /// [`Section::decode_refusing`] for two structs whose keys stand side by side, such as those that several
    /// components share and those of one: what `serde(flatten)` is for, which knows neither places nor unknown keys.
    /// Of a key that both have, both get the value.
    pub fn decode_beside<A: DeserializeOwned, B: DeserializeOwned>(
        &self,
        unsupported: &[(&str, &str)],
        diags: &mut Diagnostics,
    ) -> Option<(A, B)> {
        decode::section_beside(self.node.as_deref(), self.key.as_ref(), &self.path, unsupported, diags)
    }

    /// The section below a key, if the key is written. A path `a::b` goes two levels down.
    #[must_use]
    pub fn at(&self, key: &str) -> Option<Section> {
        let mut here = self.clone();
        for part in key.split("::") {
            let entry = here.node.as_ref()?.as_map()?.get(part)?.clone();
            here = Section::new(join(&here.path, part), Some(entry.key), Some(entry.node));
        }
        Some(here)
    }

    /// The elements of the list that is written here; none where it is no list.
    #[must_use]
    pub fn items(&self) -> Vec<Section> {
        let Some(Value::Seq(elements)) = self.node.as_ref().map(|node| &node.value) else {
            return Vec::new();
        };
        let item = |(at, node): (usize, &Arc<Node>)| {
            Section::new(format!("{}[{at}]", self.path), Some(node.span.clone()), Some(node.clone()))
        };
        elements.iter().enumerate().map(item).collect()
    }

    /// Whether both say the same once merged and expanded, wherever and however it was written. The order of
    /// keys counts, since some components read it.
    #[must_use]
    pub fn is_same(&self, other: &Section) -> bool {
        match (&self.node, &other.node) {
            (Some(one), Some(other)) => one.is_same(other),
            (Some(node), None) | (None, Some(node)) => node.is_null(),
            (None, None) => true,
        }
    }

    /// Whether `text` is one of the values written here, at any depth: so a component names another.
    #[must_use]
    pub fn mentions(&self, text: &str) -> bool {
        self.node.as_ref().is_some_and(|node| node.mentions(text))
    }

    /// The keys written here, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.node.iter().filter_map(|node| node.as_map()).flat_map(|map| map.keys().map(|key| &**key))
    }

    /// An error at this place. An empty help is left away. Push it to the [`Diagnostics`].
    pub fn error(&self, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
        self.place(Diagnostic::error(message)).help(help)
    }

    /// A warning at this place. An empty help is left away. Push it to the [`Diagnostics`].
    pub fn warning(&self, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
        self.place(Diagnostic::warning(message)).help(help)
    }

    fn place(&self, diagnostic: Diagnostic) -> Diagnostic {
        let diagnostic = diagnostic.path(&self.path);
        match &self.key {
            Some(key) => diagnostic.at(key),
            None => diagnostic,
        }
    }
}
