//! A request taken apart by a key of each item.

use std::collections::HashMap;
use std::hash::Hash;

use super::{Edit, Editor, Fields, Item, Leaf, Resource, Scope, Tree, Value};
use crate::{Chunk, Signal};

/// The items of one key.
#[derive(Clone, Debug)]
pub struct Group<K> {
    /// What they have in common.
    pub key: K,
    /// They, in the order in which they came.
    pub chunk: Chunk,
    /// Where each was in the chunk that was taken apart.
    pub positions: Vec<usize>,
}

/// Takes a chunk apart by `key`: one chunk for each, in the order in which the keys first come. Where there is
/// but one key, the answer shares the chunk's bytes.
pub fn group_by<K: Clone + Eq + Hash>(
    signal: Signal,
    chunk: &Chunk,
    key: impl FnMut(&Item<'_>, &Scope<'_>, &Resource<'_>) -> K,
) -> Vec<Group<K>> {
    let (mut tree, mut keys) = (Tree::default(), Keys { key, found: Vec::with_capacity(chunk.items) });
    for (field, value) in Fields::new(&chunk.bytes) {
        if let (1, Value::Bytes(group)) = (field, value) {
            tree.take_group(signal, group, &mut keys);
        }
    }
    let (mut numbers, mut groups) = (HashMap::new(), Vec::<Group<K>>::new());
    for (position, key) in keys.found.into_iter().enumerate() {
        let number = *numbers.entry(key.clone()).or_insert_with(|| {
            groups.push(Group { key, chunk: chunk.clone(), positions: Vec::new() });
            groups.len() - 1
        });
        groups[number].positions.push(position);
    }
    if groups.len() > 1 {
        for group in &mut groups {
            let leaves: Vec<Leaf<'_>> = group.positions.iter().map(|at| tree.leaves[*at].clone()).collect();
            let mut out = Vec::with_capacity(chunk.bytes.len() / chunk.items.max(1) * leaves.len() + 256);
            tree.write(&leaves, &mut out);
            group.chunk = Chunk::new(out.into(), leaves.len());
        }
    }
    groups
}

/// An editor that keeps everything and notes the key of each item.
struct Keys<F, K> {
    key: F,
    found: Vec<K>,
}

impl<K, F: FnMut(&Item<'_>, &Scope<'_>, &Resource<'_>) -> K> Editor for Keys<F, K> {
    fn item(&mut self, item: &Item<'_>, scope: &Scope<'_>, resource: &Resource<'_>) -> Edit {
        self.found.push((self.key)(item, scope, resource));
        Edit::Keep
    }
}
