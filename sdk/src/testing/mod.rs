//! For tests of agents: a collector on loopback, with faults on demand. With the feature `testing`.

mod conforms;
mod receiver;

pub use receiver::{Fault, Loopback};
