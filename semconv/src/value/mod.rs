//! The values of attributes that have a list of them: an enum for each.
//
// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

mod agent;
mod collector;
mod human;
mod model;
mod quality;
mod sdk;
mod task;
mod tool;
mod upstream;

pub use agent::*;
pub use collector::*;
pub use human::*;
pub use model::*;
pub use quality::*;
pub use sdk::*;
pub use task::*;
pub use tool::*;
pub use upstream::*;
