//! Which topic and key an item gets, and the items that share them.

use std::collections::HashMap;
use std::sync::Arc;

use codeagent_config::Signal;
use codeagent_pipeline::otlp::views::{Attribute, Repeated, Resource};
use codeagent_pipeline::otlp::{Item, group_by};
use codeagent_pipeline::{Batch, Chunk};

use super::attribute_hash::hash_of;
use super::message::{Key, Packed, Positions, Route, Shape};

/// What the key of a message is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum KeyBy {
    /// No key: messages spread over the partitions.
    #[default]
    Nothing,
    /// The trace id in hexadecimal digits.
    TraceId,
    /// A hash of the resource's attributes.
    Resource,
    /// The text of this attribute of the item, else of its resource; else the trace id.
    Attribute(String),
}

/// How items are spread over topics and partitions.
#[derive(Clone, Debug, Default)]
pub(super) struct Partition {
    pub key_by: KeyBy,
    /// The resource attribute that names the topic.
    pub topic_from_attribute: Option<String>,
}

impl Partition {
    /// Whether all items go the same way.
    pub fn is_one(&self) -> bool {
        self.key_by == KeyBy::Nothing && self.topic_from_attribute.is_none()
    }

    /// A batch as messages: items of the same topic and key together, in the order of their arrival.
    pub fn pack(&self, batch: &Batch, shape: &Shape) -> Packed {
        let mut packed = Packed::default();
        if self.is_one() {
            let chunks = batch.chunks().iter().cloned();
            shape.pack(&Route::default(), chunks, Positions::From(0), &mut packed);
            return packed;
        }
        for (route, chunks, positions) in self.groups(batch, shape.signal) {
            shape.pack(&route, chunks, Positions::At(positions), &mut packed);
        }
        packed
    }

    fn groups(&self, batch: &Batch, signal: Signal) -> Vec<(Route, Vec<Chunk>, Vec<usize>)> {
        let mut numbers = HashMap::<Route, usize>::new();
        let mut groups = Vec::<(Route, Vec<Chunk>, Vec<usize>)>::new();
        let mut start = 0;
        for chunk in batch.chunks() {
            let mut router = Router { partition: self, last: None };
            for group in group_by(signal, chunk, |item, _, resource| router.route(item, resource)) {
                let number = *numbers.entry(group.key.clone()).or_insert_with(|| {
                    groups.push((group.key, Vec::new(), Vec::new()));
                    groups.len() - 1
                });
                let (_, chunks, positions) = &mut groups[number];
                chunks.push(group.chunk);
                positions.extend(group.positions.iter().map(|at| start + at));
            }
            start += chunk.items;
        }
        groups
    }
}

/// Finds the route of items, one resource after the other.
struct Router<'p> {
    partition: &'p Partition,
    /// What the resource alone decides, for the resource seen last, known by where its bytes are.
    last: Option<((*const u8, usize), Route)>,
}

impl Router<'_> {
    fn route(&mut self, item: &Item<'_>, resource: &Resource<'_>) -> Route {
        let place = (resource.raw.as_ptr(), resource.raw.len());
        let mut route = match &self.last {
            Some((last, route)) if *last == place => route.clone(),
            _ => {
                let route = self.partition.of_resource(resource);
                self.last = Some((place, route.clone()));
                route
            }
        };
        match &self.partition.key_by {
            KeyBy::TraceId => route.key = trace_key(item),
            KeyBy::Attribute(name) => {
                let own = Repeated::new(item.raw(), item.attributes_field());
                route.key = text_of(own, name).or(route.key).or_else(|| trace_key(item));
            }
            KeyBy::Nothing | KeyBy::Resource => {}
        }
        route
    }
}

impl Partition {
    fn of_resource(&self, resource: &Resource<'_>) -> Route {
        let name = self.topic_from_attribute.as_deref();
        let topic = name.and_then(|name| resource.text(name)).filter(|topic| !topic.is_empty());
        let key = match &self.key_by {
            KeyBy::Resource => Some(Key::from_slice(&hash_of(resource.attributes()))),
            KeyBy::Attribute(name) => text_of(resource.attributes(), name),
            KeyBy::Nothing | KeyBy::TraceId => None,
        };
        Route { topic: topic.map(Arc::from), key }
    }
}

fn text_of<'a>(mut attributes: Repeated<'a, Attribute<'a>>, name: &str) -> Option<Key> {
    let found = attributes.find(|attribute| attribute.key == name)?;
    let text = found.value.as_str().filter(|text| !text.is_empty())?;
    Some(Key::from_slice(text.as_bytes()))
}

/// The trace id as the Collector writes it: lower-case hexadecimal digits.
fn trace_key(item: &Item<'_>) -> Option<Key> {
    let id = match item {
        Item::Span(span) => span.trace_id,
        Item::Log(record) => record.trace_id,
        Item::Point { .. } => &[],
    };
    if id.iter().all(|byte| *byte == 0) {
        return None;
    }
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = id.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    Some(digits.collect())
}
