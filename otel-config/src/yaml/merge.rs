//! One tree over another, as the Collector merges its sources.

use std::sync::Arc;

use super::node::{Entry, Map, Node, Value};

/// Maps merge key by key; everything else, also a list and an explicit null, replaces what was there.
pub(crate) fn merge(base: &Arc<Node>, over: &Arc<Node>) -> Arc<Node> {
    let (Value::Map(below), Value::Map(above)) = (&base.value, &over.value) else { return over.clone() };
    let mut merged = below.clone();
    for (key, entry) in above {
        let node = match below.get(key) {
            Some(old) => merge(&old.node, &entry.node),
            None => entry.node.clone(),
        };
        merged.insert(key.clone(), Entry { key: entry.key.clone(), node });
    }
    Arc::new(Node::new(over.span.clone(), Value::Map(merged)))
}

/// The Collector's short form: `a::b: x` on the top level of a source stands for `a: {b: x}`.
pub(crate) fn unflatten(root: Arc<Node>) -> Arc<Node> {
    let Value::Map(map) = &root.value else { return root };
    if !map.keys().any(|key| key.contains("::")) {
        return root;
    }
    let mut result = Arc::new(Node::new(root.span.clone(), Value::Map(Map::new())));
    for (key, entry) in map {
        let mut node = entry.node.clone();
        for part in key.rsplit("::") {
            let one = Map::from([(Arc::from(part), Entry { key: entry.key.clone(), node })]);
            node = Arc::new(Node::new(entry.key.clone(), Value::Map(one)));
        }
        result = merge(&result, &node);
    }
    result
}
