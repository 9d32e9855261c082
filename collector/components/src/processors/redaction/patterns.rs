//! Lists of regular expressions, asked in one pass.

use codeagent_config::{Diagnostics, Section};
use regex::{Regex, RegexSet};

use crate::processors::actions::pattern;

/// Some regular expressions. Most texts match none: the set finds that out in one pass over the text.
#[derive(Debug)]
pub(super) struct Patterns {
    any: RegexSet,
    each: Vec<Regex>,
}

impl Patterns {
    /// Compiles the list under `key`; every wrong one is reported.
    pub fn compile(
        texts: &[String],
        section: &Section,
        key: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let place = section.at(key).unwrap_or_else(|| section.clone());
        let mut each = Vec::with_capacity(texts.len());
        for text in texts {
            match pattern(text) {
                Ok(regex) => each.push(regex),
                Err((problem, help)) => diagnostics.push(place.error(problem, help)),
            }
        }
        if each.len() < texts.len() {
            return None;
        }
        match RegexSet::new(texts) {
            Ok(any) => Some(Patterns { any, each }),
            Err(error) => {
                diagnostics.push(place.error(error.to_string(), "write shorter ones, or fewer"));
                None
            }
        }
    }

    /// Whether one of them matches.
    pub fn match_any(&self, text: &str) -> bool {
        !self.each.is_empty() && self.any.is_match(text)
    }

    /// One after the other, in the order of the configuration.
    pub fn each(&self) -> &[Regex] {
        &self.each
    }
}
