#![doc = include_str!("README.md")]

mod decisions;
mod gate;
mod headers;
mod held;
mod hold;
mod opened;
mod parcel;
mod pieces;
mod policy;
mod records;
mod remembered;
mod slab;
#[cfg(test)]
mod tests;
mod why;
mod work;

pub use gate::Gate;
pub use hold::{Hold, Plan};
pub use policy::{Evidence, HoldSettings, Holding, KeySource, Marks, Occasion, Policies, Trigger, Verdict};
pub use why::{Answer, State};
