//! What the agent's process, its children and its machine use: read from `/proc` when metrics are collected, on the exporting thread.
//! Elsewhere than on Linux nothing is told.

mod observe;
mod proc_files;

pub(crate) use observe::observe;
