//! Receivers, processors, exporters, connectors and extensions: a folder each, one const list per kind.

pub mod connectors;
pub mod exporters;
pub mod extensions;
#[cfg(test)]
mod manuals;
pub mod net;
mod ottl;
pub mod processors;
pub mod receivers;
