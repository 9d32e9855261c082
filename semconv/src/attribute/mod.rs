//! The attributes: a typed key for each, and what the registry says of it.
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

/// What the registry says of every attribute, an area after the other.
pub static ALL: &[&[crate::Definition]] = &[
    agent::DEFINED,
    collector::DEFINED,
    human::DEFINED,
    model::DEFINED,
    quality::DEFINED,
    sdk::DEFINED,
    task::DEFINED,
    tool::DEFINED,
    upstream::DEFINED,
];

/// What the registry says of an attribute; `None` for a key that it does not have.
#[must_use]
pub fn find(key: &str) -> Option<&'static crate::Definition> {
    ALL.iter().copied().flatten().find(|defined| defined.key == key)
}
