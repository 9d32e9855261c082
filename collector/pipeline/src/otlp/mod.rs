//! OTLP bytes: checked once, then read through borrowed views and edited by splices.

mod attribute_list;
mod halves;
mod merge;

mod ordinals;
pub(crate) mod schema;
mod sound;
pub mod tree;
mod validate;
pub mod views;
pub mod wire;

pub use attribute_list::{AttributeList, any_value};
pub use halves::halves;
pub use ordinals::{GroupHash, ItemKey, ItemKeys, Ordinals, Raise};
pub use tree::{Edit, Editor, Group, Item, edit, group_by, split};
pub use validate::{MAX_DEPTH, MAX_PARTS, Malformed, Problem, admit, validate};
