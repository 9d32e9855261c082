//! All processors. A new one: its folder here, and one line in the list.

pub mod batch;
pub mod memory_limiter;
pub mod probabilistic_sampler;

use codeagent_pipeline::ProcessorFactory;

/// Every processor of this build.
pub const ALL: &[ProcessorFactory] =
    &[batch::FACTORY, memory_limiter::FACTORY, probabilistic_sampler::FACTORY];
