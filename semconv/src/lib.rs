#![doc = include_str!("../README.md")]

#[macro_use]
mod enums;
mod descriptor;
mod key;

#[rustfmt::skip] // generated
pub mod attribute;
#[rustfmt::skip] // generated
pub mod entity;
#[rustfmt::skip] // generated
pub mod event;
#[rustfmt::skip] // generated
pub mod group;
#[rustfmt::skip] // generated
pub mod metric;
#[rustfmt::skip] // generated
pub mod span;
#[rustfmt::skip] // generated
pub mod value;

pub use descriptor::{
    Attribute, Definition, Entity, Event, Group, Instrument, Level, Metric, Number, Span, SpanKind, ValueType,
};
pub use key::{Bool, Double, Int, Key, Kind, Text, Value};
