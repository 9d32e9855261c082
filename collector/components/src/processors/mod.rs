//! All processors. A new one: its folder here, and one line in the list.

mod actions;
pub mod attributes;
pub mod batch;
mod editing;
pub mod filter;
mod matching;
pub mod memory_limiter;
pub mod probabilistic_sampler;
pub mod redaction;
pub mod resource;
pub mod tail_sampling;

use codeagent_pipeline::ProcessorFactory;

/// Every processor of this build.
pub const ALL: &[ProcessorFactory] = &[
    attributes::FACTORY,
    batch::FACTORY,
    filter::FACTORY,
    memory_limiter::FACTORY,
    probabilistic_sampler::FACTORY,
    redaction::FACTORY,
    resource::FACTORY,
    tail_sampling::FACTORY,
];
