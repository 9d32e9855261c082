//! What must not leave the process, taken out before anything is encoded.
#![doc = include_str!("README.md")]

mod keys;
mod mask;
mod policy;
mod rules;
mod signals;
mod text;

#[cfg(test)]
mod tests;

pub use policy::Content;
pub(crate) use policy::Policy;

use keys::ContentKeys;
use text::Texts;

/// Takes secrets and content out of messages that are about to be encoded.
#[derive(Debug)]
pub(crate) struct Redactor {
    texts: Texts,
    content: ContentKeys,
}

impl Redactor {
    /// `home` is the directory to write as `~`.
    pub(crate) fn new(policy: &Policy, home: Option<&str>) -> Self {
        Self { texts: Texts::new(policy.patterns.clone(), home), content: ContentKeys::without(&policy.kept) }
    }
}
