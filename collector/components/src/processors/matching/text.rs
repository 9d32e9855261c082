//! Lists of texts, equal or by pattern.

use regex::RegexSet;

use super::super::actions::pattern;
use super::config::MatchType;

/// A list of texts, any of which may match.
#[derive(Debug)]
pub enum Texts {
    /// Equal.
    Equal(Vec<String>),
    /// By pattern.
    Patterns(RegexSet),
}

impl Texts {
    /// Compiles a list; the error is a problem and what to do about it.
    pub fn compile(list: &[String], match_type: MatchType) -> Result<Self, (String, String)> {
        if match_type == MatchType::Strict {
            return Ok(Texts::Equal(list.to_vec()));
        }
        for text in list {
            pattern(text)?;
        }
        let too_large = |error: regex::Error| (error.to_string(), "shorten the list".to_owned());
        RegexSet::new(list).map(Texts::Patterns).map_err(too_large)
    }

    /// Whether the list has no entry.
    pub fn is_empty(&self) -> bool {
        match self {
            Texts::Equal(list) => list.is_empty(),
            Texts::Patterns(set) => set.is_empty(),
        }
    }

    /// Whether an entry matches.
    pub fn contains(&self, text: &str) -> bool {
        match self {
            Texts::Equal(list) => list.iter().any(|entry| entry == text),
            Texts::Patterns(set) => set.is_match(text),
        }
    }

    /// Whether an entry matches, or there is none.
    pub fn allows(&self, text: &str) -> bool {
        self.is_empty() || self.contains(text)
    }
}
