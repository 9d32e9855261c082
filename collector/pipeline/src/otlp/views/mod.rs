//! Borrowed views of OTLP messages.
//!
//! A view parses one message's own fields in one pass and leaves what is nested as bytes that iterate into
//! further views. Nothing is copied. A singular field occurs at most once: the door ([`admit`](super::admit)) has put
//! together what came in parts. Field numbers: opentelemetry-proto 1.11.

use std::marker::PhantomData;

use super::wire::{Fields, Value};

mod attributes;
mod logs;
mod metrics;
mod resource;
mod traces;

pub use attributes::{AnyValue, Attribute};
pub use logs::LogRecord;
pub use metrics::{
    Buckets, Exemplar, ExponentialHistogramPoint, HistogramPoint, Metric, MetricKind, Number, NumberPoint,
    Points, Quantile, SummaryPoint, Temporality,
};
pub use resource::{Resource, ResourceGroup, Scope, ScopeGroup};
pub use traces::{Event, Link, Span, Status};

/// A message that can be viewed in place.
pub trait View<'a>: Sized {
    /// Reads the message's own fields. Never fails: the bytes were checked at the door.
    fn view(message: &'a [u8]) -> Self;
}

/// For who wants the bytes.
impl<'a> View<'a> for &'a [u8] {
    fn view(message: &'a [u8]) -> Self {
        message
    }
}

/// All messages of one repeated field of a parent.
#[derive(Clone, Debug)]
pub struct Repeated<'a, T> {
    fields: Fields<'a>,
    number: u32,
    item: PhantomData<T>,
}

impl<'a, T> Repeated<'a, T> {
    /// The messages in field `number` of `parent`.
    pub fn new(parent: &'a [u8], number: u32) -> Self {
        Repeated { fields: Fields::new(parent), number, item: PhantomData }
    }
}

impl<T> Default for Repeated<'_, T> {
    fn default() -> Self {
        Repeated::new(&[], 0)
    }
}

impl<'a, T: View<'a>> Iterator for Repeated<'a, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let number = self.number;
        self.fields.find_map(|(field, value)| match value {
            Value::Bytes(message) if field == number => Some(T::view(message)),
            _ => None,
        })
    }
}

/// A repeated number, packed or not, in one or many pieces.
#[derive(Clone, Debug)]
pub struct Packed<'a> {
    fields: Fields<'a>,
    number: u32,
    piece: &'a [u8],
    fixed64: bool,
}

impl<'a> Packed<'a> {
    /// Little-endian 64-bit values (`fixed64`, `double`) in field `number` of `parent`.
    pub fn fixed64(parent: &'a [u8], number: u32) -> Self {
        Packed { fields: Fields::new(parent), number, piece: &[], fixed64: true }
    }

    /// Varints in field `number` of `parent`.
    pub fn varint(parent: &'a [u8], number: u32) -> Self {
        Packed { fields: Fields::new(parent), number, piece: &[], fixed64: false }
    }

    fn next_in_piece(&mut self) -> Option<u64> {
        let (value, length) = if self.fixed64 {
            (u64::from_le_bytes(*self.piece.first_chunk()?), 8)
        } else {
            super::wire::varint(self.piece)?
        };
        self.piece = &self.piece[length..];
        Some(value)
    }
}

impl Iterator for Packed<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        loop {
            if let Some(value) = self.next_in_piece() {
                return Some(value);
            }
            let (field, value) = self.fields.next()?;
            match value {
                Value::Bytes(piece) if field == self.number => self.piece = piece,
                value if field == self.number => return Some(value.integer()),
                _ => {}
            }
        }
    }
}

/// An optional double: absent is not zero.
pub type Optional = Option<f64>;

#[cfg(test)]
mod tests;
