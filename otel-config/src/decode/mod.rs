//! Sections into structs.

use serde::de::DeserializeOwned;

use crate::diagnostic::Diagnostics;
use crate::node::{Node, Span};

pub(crate) fn section<T: DeserializeOwned>(
    node: Option<&Node>,
    key: Option<&Span>,
    path: &str,
    unsupported: &[(&str, &str)],
    diags: &mut Diagnostics,
) -> Option<T> {
    let _ = (node, key, path, unsupported, diags);
    None
}
