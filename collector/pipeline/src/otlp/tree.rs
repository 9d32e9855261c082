//! Requests taken apart into items and put together again: edits, filters and splits.
//!
//! An item's bytes are borrowed; of what is around it (resource, scope, metric) only the headers are copied, once
//! each. Unknown fields stay where they are. What is read here came through the door ([`admit`](super::admit)), so that
//! a resource, a scope, a metric's data stand in one place: no part of them is kept that an editor did not see.

mod group;

use std::borrow::Cow;

use bytes::Bytes;

use super::views::{LogRecord, Metric, Resource, Scope, Span, View};
use super::wire::{Fields, Value, put_bytes, put_message};
use crate::{Chunk, Signal};

pub use group::{Group, group_by};

/// What becomes of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// It stays as it is.
    Keep,
    /// It goes, with all that is inside.
    Drop,
    /// It becomes these bytes.
    Replace(Vec<u8>),
}

/// One item.
#[derive(Clone, Debug)]
pub enum Item<'a> {
    /// A span.
    Span(Span<'a>),
    /// A log record.
    Log(LogRecord<'a>),
    /// A data point; `metric.points` says of which kind.
    Point {
        /// The metric around it, with all its points.
        metric: &'a Metric<'a>,
        /// The point's bytes.
        raw: &'a [u8],
    },
}

impl<'a> Item<'a> {
    /// The item's bytes.
    pub fn raw(&self) -> &'a [u8] {
        match self {
            Item::Span(span) => span.raw,
            Item::Log(record) => record.raw,
            Item::Point { raw, .. } => raw,
        }
    }

    /// The number of the field that holds the item's attributes.
    pub fn attributes_field(&self) -> u32 {
        use super::views::MetricKind;
        match self {
            Item::Span(_) => 9,
            Item::Log(_) => 6,
            Item::Point { metric, .. } => match metric.points.kind() {
                Some(MetricKind::Histogram) => 9,
                Some(MetricKind::ExponentialHistogram) => 1,
                _ => 7,
            },
        }
    }
}

/// Decides over a request, from the outside in. What is replaced is seen replaced by what is inside it.
pub trait Editor {
    /// Decides over a resource and all its items.
    fn resource(&mut self, _resource: &Resource<'_>) -> Edit {
        Edit::Keep
    }

    /// Decides over a scope and all its items.
    fn scope(&mut self, _scope: &Scope<'_>, _resource: &Resource<'_>) -> Edit {
        Edit::Keep
    }

    /// Decides over a metric and all its points: `Drop` or `Keep`.
    fn keeps_metric(&mut self, _metric: &Metric<'_>, _scope: &Scope<'_>, _resource: &Resource<'_>) -> bool {
        true
    }

    /// Decides over one item.
    fn item(&mut self, item: &Item<'_>, scope: &Scope<'_>, resource: &Resource<'_>) -> Edit;
}

/// Runs `editor` over a chunk. Where it keeps everything, the answer shares the chunk's bytes. Whole requests only: an
/// edit of a piece would not know which of their equals its items are.
pub fn edit(signal: Signal, chunk: &Chunk, editor: &mut impl Editor) -> Chunk {
    debug_assert!(chunk.ordinals.is_none(), "a piece of a request is edited");
    let mut tree = Tree::default();
    let mut changed = false;
    for (field, value) in Fields::new(&chunk.bytes) {
        match value {
            Value::Bytes(group) if field == 1 => changed |= tree.take_group(signal, group, editor),
            _ => {}
        }
    }
    if !changed {
        return chunk.clone();
    }
    let items = tree.leaves.len();
    let mut out = Vec::with_capacity(chunk.bytes.len() + 64);
    tree.write(&tree.leaves, &mut out);
    Chunk::new(Bytes::from(out), items)
}

/// Cuts a chunk into pieces of at most `max_items` items each, in order. Groups without items are left out. Pieces of a
/// chunk with ordinals have theirs.
pub fn split(signal: Signal, chunk: &Chunk, max_items: usize) -> Vec<Chunk> {
    if chunk.items <= max_items || max_items == 0 {
        return vec![chunk.clone()];
    }
    let mut tree = Tree::default();
    for (field, value) in Fields::new(&chunk.bytes) {
        if let (1, Value::Bytes(group)) = (field, value) {
            tree.take_group(signal, group, &mut KeepAll);
        }
    }
    let piece = |(at, leaves): (usize, &[Leaf<'_>])| {
        let mut out = Vec::with_capacity(chunk.bytes.len() / chunk.items * leaves.len() + 256);
        tree.write(leaves, &mut out);
        let ordinals = chunk.ordinals.as_ref().map(|ordinals| ordinals.from(at * max_items));
        Chunk { bytes: Bytes::from(out), items: leaves.len(), ordinals }
    };
    tree.leaves.chunks(max_items).enumerate().map(piece).collect()
}

struct KeepAll;

impl Editor for KeepAll {
    fn item(&mut self, _: &Item<'_>, _: &Scope<'_>, _: &Resource<'_>) -> Edit {
        Edit::Keep
    }
}

/// An item and the positions of its headers.
#[derive(Clone)]
struct Leaf<'a> {
    group: usize,
    scope: usize,
    metric: usize,
    raw: Cow<'a, [u8]>,
}

/// A metric without its points.
struct MetricHeader {
    /// The metric's own fields.
    own: Vec<u8>,
    /// The number of its data field: gauge, sum, histogram ...
    data_field: u32,
    /// The data's own fields: temporality, monotonic.
    data: Vec<u8>,
}

#[derive(Default)]
struct Tree<'a> {
    groups: Vec<Vec<u8>>,
    scopes: Vec<Vec<u8>>,
    metrics: Vec<MetricHeader>,
    leaves: Vec<Leaf<'a>>,
}

/// The bytes of `message` after an edit; nothing where it goes.
fn edited<'a>(edit: Edit, message: &'a [u8], changed: &mut bool) -> Option<Cow<'a, [u8]>> {
    *changed |= edit != Edit::Keep;
    match edit {
        Edit::Keep => Some(Cow::Borrowed(message)),
        Edit::Drop => None,
        Edit::Replace(bytes) => Some(Cow::Owned(bytes)),
    }
}

/// A singular message field, which occurs at most once behind the door; empty where it does not.
fn message_field(parent: &[u8], number: u32) -> &[u8] {
    Fields::new(parent).find(|(field, _)| *field == number).map_or(&[], |(_, value)| value.bytes())
}

/// All fields of `parent` but `children` and `replaced`, byte for byte.
fn header(parent: &[u8], children: u32, replaced: Option<(u32, &[u8])>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut fields = Fields::new(parent);
    while let Some((raw, field, _)) = fields.next_raw() {
        if field != children && replaced.is_none_or(|(number, _)| number != field) {
            out.extend_from_slice(raw);
        }
    }
    if let Some((number, bytes)) = replaced {
        put_bytes(&mut out, number, bytes);
    }
    out
}

impl<'a> Tree<'a> {
    fn take_group(&mut self, signal: Signal, group: &'a [u8], editor: &mut impl Editor) -> bool {
        let mut changed = false;
        let resource = message_field(group, 1);
        let Some(after) = edited(editor.resource(&Resource::view(resource)), resource, &mut changed) else {
            return true;
        };
        self.groups.push(header(group, 2, changed.then_some((1, &*after))));
        let resource = Resource::view(&after);
        for (field, value) in Fields::new(group) {
            if let (2, Value::Bytes(scope)) = (field, value) {
                changed |= self.take_scope(signal, scope, &resource, editor);
            }
        }
        changed
    }

    fn take_scope(
        &mut self,
        signal: Signal,
        group: &'a [u8],
        resource: &Resource<'_>,
        editor: &mut impl Editor,
    ) -> bool {
        let mut changed = false;
        let scope = message_field(group, 1);
        let Some(after) = edited(editor.scope(&Scope::view(scope), resource), scope, &mut changed) else {
            return true;
        };
        self.scopes.push(header(group, 2, changed.then_some((1, &*after))));
        let scope = Scope::view(&after);
        for (field, value) in Fields::new(group) {
            let (2, Value::Bytes(child)) = (field, value) else { continue };
            changed |= match signal {
                Signal::Traces => {
                    self.take_item(child, &Item::Span(Span::view(child)), &scope, resource, editor)
                }
                Signal::Logs => {
                    self.take_item(child, &Item::Log(LogRecord::view(child)), &scope, resource, editor)
                }
                Signal::Metrics => self.take_metric(child, &scope, resource, editor),
            };
        }
        changed
    }

    fn take_metric(
        &mut self,
        raw: &'a [u8],
        scope: &Scope<'_>,
        resource: &Resource<'_>,
        editor: &mut impl Editor,
    ) -> bool {
        let metric = Metric::view(raw);
        if !editor.keeps_metric(&metric, scope, resource) {
            return true;
        }
        let is_data = |field: u32| matches!(field, 5 | 7 | 9 | 10 | 11);
        let data = Fields::new(raw).find(|(field, _)| is_data(*field));
        let Some((data_field, Value::Bytes(data))) = data else { return false };
        let own = header(raw, data_field, None);
        self.metrics.push(MetricHeader { own, data_field, data: header(data, 1, None) });
        let mut changed = false;
        for (field, value) in Fields::new(data) {
            if let (1, Value::Bytes(point)) = (field, value) {
                let item = Item::Point { metric: &metric, raw: point };
                changed |= self.take_item(point, &item, scope, resource, editor);
            }
        }
        changed
    }

    fn take_item(
        &mut self,
        raw: &'a [u8],
        item: &Item<'_>,
        scope: &Scope<'_>,
        resource: &Resource<'_>,
        editor: &mut impl Editor,
    ) -> bool {
        let mut changed = false;
        if let Some(raw) = edited(editor.item(item, scope, resource), raw, &mut changed) {
            let (group, scope) = (self.groups.len() - 1, self.scopes.len() - 1);
            self.leaves.push(Leaf { group, scope, metric: self.metrics.len(), raw });
        }
        changed
    }

    fn write(&self, leaves: &[Leaf<'_>], out: &mut Vec<u8>) {
        for group in leaves.chunk_by(|a, b| a.group == b.group) {
            put_message(out, 1, |out| {
                out.extend_from_slice(&self.groups[group[0].group]);
                for scope in group.chunk_by(|a, b| a.scope == b.scope) {
                    put_message(out, 2, |out| {
                        out.extend_from_slice(&self.scopes[scope[0].scope]);
                        self.write_items(scope, out);
                    });
                }
            });
        }
    }

    fn write_items(&self, leaves: &[Leaf<'_>], out: &mut Vec<u8>) {
        for run in leaves.chunk_by(|a, b| a.metric == b.metric) {
            // Positions count from one: zero is an item outside any metric.
            let Some(metric) = run[0].metric.checked_sub(1).map(|at| &self.metrics[at]) else {
                run.iter().for_each(|leaf| put_bytes(out, 2, &leaf.raw));
                continue;
            };
            put_message(out, 2, |out| {
                out.extend_from_slice(&metric.own);
                put_message(out, metric.data_field, |out| {
                    out.extend_from_slice(&metric.data);
                    run.iter().for_each(|leaf| put_bytes(out, 1, &leaf.raw));
                });
            });
        }
    }
}

#[cfg(test)]
mod tests;
