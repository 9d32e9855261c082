//! Programs that use the SDK: a small but real agent, whose model is scripted. See `src/bin/`.

pub mod agent;
