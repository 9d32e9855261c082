//! What both agents of `src/bin/` share: the model behind a trait, and a repository with a mistake to correct.

pub mod model;
pub mod repository;
