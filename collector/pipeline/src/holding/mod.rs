//! Holding: spans wait on disk until all of their trace is there and a policy decides.

mod policy;

pub use policy::{Evidence, HoldSettings, Holding, KeySource, Marks, Occasion, Policies, Trigger, Verdict};
