//! Holding: spans wait on disk until all of their trace is there and a policy decides.

mod decisions;
mod gate;
mod headers;
mod held;
mod hold;
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
