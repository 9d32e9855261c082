//! Batches as Kafka messages: concatenated, and cut where they are too large.

use std::sync::Arc;

use codeagent_config::Signal;
use codeagent_pipeline::otlp::split;
use codeagent_pipeline::{Chunk, Reason, Rejection, json};
use smallvec::SmallVec;

use super::named::name_of;

/// The key of a message: it decides the partition.
pub(super) type Key = SmallVec<[u8; 40]>;

/// Bytes of a record batch with one record, beside key and value: at most 61 for the batch and 36 for
/// the record (Kafka protocol, record batch format v2), and some to spare.
const FRAME_BYTES: usize = 128;

/// Where a message goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Route {
    /// The topic, where an item chose it.
    pub topic: Option<Arc<str>>,
    /// The key, where there is one.
    pub key: Option<Key>,
}

/// What a message's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    OtlpProto,
    OtlpJson,
}

/// One Kafka message.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub route: Route,
    /// Requests that concatenate to one.
    pub pieces: SmallVec<[Chunk; 1]>,
    /// Where each item was in its batch.
    pub positions: Positions,
    /// The value, where it is not the pieces one after the other.
    json: Option<Vec<u8>>,
}

/// Places in a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Positions {
    /// One after the other from here on.
    From(usize),
    /// These.
    At(Vec<usize>),
}

impl Positions {
    pub fn first(&self) -> Option<usize> {
        match self {
            Positions::From(first) => Some(*first),
            Positions::At(all) => all.first().copied(),
        }
    }

    fn split_at(self, items: usize) -> [Positions; 2] {
        match self {
            Positions::From(first) => [Positions::From(first), Positions::From(first + items)],
            Positions::At(mut all) => {
                let second = all.split_off(items.min(all.len()));
                [Positions::At(all), Positions::At(second)]
            }
        }
    }
}

type Half = (SmallVec<[Chunk; 1]>, Positions, Route);

impl Message {
    pub fn items(&self) -> usize {
        self.pieces.iter().map(|piece| piece.items).sum()
    }

    fn otlp_bytes(&self) -> usize {
        self.pieces.iter().map(|piece| piece.bytes.len()).sum()
    }

    fn value_bytes(&self) -> usize {
        self.json.as_ref().map_or_else(|| self.otlp_bytes(), Vec::len)
    }

    /// Calls `with` with the value.
    pub fn with_value<T>(&self, with: impl FnOnce(&[u8]) -> T) -> T {
        match (&self.json, self.pieces.as_slice()) {
            (Some(json), _) => with(json),
            (None, [only]) => with(&only.bytes),
            (None, pieces) => {
                let mut value = Vec::with_capacity(self.otlp_bytes());
                pieces.iter().for_each(|piece| value.extend_from_slice(&piece.bytes));
                with(&value)
            }
        }
    }

    /// Two messages of about half the size; gives back what is a single item.
    fn halves(mut self, signal: Signal) -> Result<[Half; 2], Box<Message>> {
        self.pieces.retain(|piece| piece.items > 0);
        if let [only] = self.pieces.as_slice() {
            if only.items < 2 {
                return Err(Box::new(self));
            }
            self.pieces = split(signal, only, only.items.div_ceil(2)).into();
        }
        if self.pieces.len() < 2 {
            return Err(Box::new(self));
        }
        let half = self.pieces.len() / 2;
        let second: SmallVec<[Chunk; 1]> = self.pieces.drain(half..).collect();
        let [head, tail] = self.positions.split_at(self.pieces.iter().map(|piece| piece.items).sum());
        Ok([(self.pieces, head, self.route.clone()), (second, tail, self.route)])
    }
}

/// How messages are made.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub signal: Signal,
    pub encoding: Encoding,
    /// `producer::max_message_bytes`.
    pub bytes_max: usize,
}

/// Messages, and what fits into none.
#[derive(Debug, Default)]
pub(super) struct Packed {
    pub messages: Vec<Message>,
    pub rejected: Vec<Rejection>,
}

impl Shape {
    /// Bytes of OTLP that make a batch worth one message.
    pub fn batch_bytes_max(&self) -> usize {
        let value = self.value_bytes_max(&Route::default());
        match self.encoding {
            Encoding::OtlpProto => value,
            // OTLP as JSON is about twice as large
            Encoding::OtlpJson => value / 2,
        }
    }

    fn value_bytes_max(&self, route: &Route) -> usize {
        let key = route.key.as_ref().map_or(0, SmallVec::len);
        self.bytes_max.saturating_sub(FRAME_BYTES + key).max(1)
    }

    /// Packs `chunks`, which all go the same way, into as few messages as their size allows. They keep their
    /// order.
    pub fn pack(
        &self,
        route: &Route,
        chunks: impl IntoIterator<Item = Chunk>,
        mut positions: Positions,
        packed: &mut Packed,
    ) {
        let bytes_max = self.batch_bytes_max().min(self.value_bytes_max(route));
        let (mut pieces, mut bytes) = (SmallVec::<[Chunk; 1]>::new(), 0);
        let mut close = |pieces: &mut SmallVec<[Chunk; 1]>| {
            let pieces = std::mem::take(pieces);
            let items = pieces.iter().map(|piece| piece.items).sum();
            let taken = std::mem::replace(&mut positions, Positions::From(0));
            let [head, tail] = taken.split_at(items);
            positions = tail;
            self.finish(route.clone(), pieces, head, packed);
        };
        for chunk in chunks.into_iter().filter(|chunk| chunk.items > 0) {
            if !pieces.is_empty() && bytes + chunk.bytes.len() > bytes_max {
                close(&mut pieces);
                bytes = 0;
            }
            bytes += chunk.bytes.len();
            pieces.push(chunk);
        }
        if !pieces.is_empty() {
            close(&mut pieces);
        }
    }

    /// Encodes a message, halved as often as its size demands.
    fn finish(&self, route: Route, pieces: SmallVec<[Chunk; 1]>, positions: Positions, packed: &mut Packed) {
        let mut message = Message { route, pieces, positions, json: None };
        let bytes_max = self.value_bytes_max(&message.route);
        // far too large to be worth an attempt, unless nothing can be cut off
        let hopeless = message.otlp_bytes() > bytes_max.saturating_mul(4) && message.items() > 1;
        if self.encoding == Encoding::OtlpJson
            && !hopeless
            && let Err(rejection) = self.encode_json(&mut message)
        {
            return packed.rejected.push(rejection);
        }
        if !hopeless && message.value_bytes() <= bytes_max {
            return packed.messages.push(message);
        }
        self.halve(message, packed);
    }

    fn encode_json(&self, message: &mut Message) -> Result<(), Rejection> {
        let mut out = Vec::with_capacity(message.otlp_bytes() * 2);
        match message.with_value(|value| json::from_protobuf(self.signal, value, &mut out)) {
            Ok(()) => {
                message.json = Some(out);
                Ok(())
            }
            Err(error) => Err(Rejection {
                reason: Reason::Unrepresentable,
                items: message.items(),
                first_item: message.positions.first(),
                message: format!("cannot be written as JSON: {error:?}"),
            }),
        }
    }

    /// Cuts in two what the broker, or the limit, finds too large. A single item is rejected, by name.
    pub fn halve(&self, message: Message, packed: &mut Packed) {
        match message.halves(self.signal) {
            Ok(halves) => {
                for (pieces, positions, route) in halves {
                    self.finish(route, pieces, positions, packed);
                }
            }
            Err(single) => packed.rejected.push(self.too_large(&single)),
        }
    }

    fn too_large(&self, single: &Message) -> Rejection {
        let bytes = single.value_bytes();
        let name = single.pieces.first().map(|piece| name_of(self.signal, &piece.bytes)).unwrap_or_default();
        Rejection {
            reason: Reason::TooLarge,
            items: single.items(),
            first_item: single.positions.first(),
            message: format!(
                "{name} takes {bytes} bytes, more than a message may have: the limit is the lower of \
                 producer::max_message_bytes ({}) and the topic's max.message.bytes",
                self.bytes_max
            ),
        }
    }
}
