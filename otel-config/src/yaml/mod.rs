//! Text into a tree that knows its places.

mod merge;
pub(crate) mod node;
mod reader;
mod scalar;
mod syntax;

pub(crate) use merge::{merge, unflatten};
pub(crate) use reader::{Budget, DEPTH, read};
