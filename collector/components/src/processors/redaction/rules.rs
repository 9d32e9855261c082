//! The configuration, compiled, and what it says of one key or one text.

use std::borrow::Cow;
use std::collections::HashSet;

use codeagent_config::{Diagnostics, Section};
use regex::Regex;

use super::config::{Config, Summary};
use super::mask::Mask;
use super::patterns::Patterns;
use super::summary;
use crate::processors::actions::pattern;

#[derive(Debug)]
pub(super) struct Rules {
    /// `None`: all.
    allowed_keys: Option<HashSet<String>>,
    ignored_keys: HashSet<String>,
    ignored_key_patterns: Patterns,
    blocked_keys: Patterns,
    blocked_values: Patterns,
    allowed_values: Patterns,
    mask: Mask,
    /// Every line of a text.
    whole: Regex,
    pub all_types: bool,
    pub summary: Summary,
}

impl Rules {
    pub fn compile(config: Config, section: &Section, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut patterns = |key: &str, texts: &[String]| Patterns::compile(texts, section, key, diagnostics);
        let ignored_key_patterns = patterns("ignored_key_patterns", &config.ignored_key_patterns);
        let blocked_keys = patterns("blocked_key_patterns", &config.blocked_key_patterns);
        let blocked_values = patterns("blocked_values", &config.blocked_values);
        let allowed_values = patterns("allowed_values", &config.allowed_values);
        let mask = Mask::compile(&config).map_err(|(problem, help)| {
            // there, since the line that is shown must not be the key's
            let place = section.at("hash_function").unwrap_or_else(|| section.clone());
            diagnostics.push(place.error(problem, help));
        });
        let own = summary::ALWAYS_ALLOWED.into_iter().map(str::to_owned);
        let allowed_keys = config.allowed_keys.into_iter().chain(own).collect();
        Some(Rules {
            allowed_keys: (!config.allow_all_keys).then_some(allowed_keys),
            ignored_keys: config.ignored_keys.into_iter().collect(),
            ignored_key_patterns: ignored_key_patterns?,
            blocked_keys: blocked_keys?,
            blocked_values: blocked_values?,
            allowed_values: allowed_values?,
            mask: mask.ok()?,
            whole: pattern(".*").ok()?,
            all_types: config.redact_all_types,
            summary: config.summary,
        })
    }

    /// Whether values under `key` are not looked at.
    pub fn ignores(&self, key: &str) -> bool {
        self.ignored_keys.contains(key) || self.ignored_key_patterns.match_any(key)
    }

    /// Whether `key` has to go.
    pub fn removes(&self, key: &str) -> bool {
        self.allowed_keys.as_ref().is_some_and(|allowed| !allowed.contains(key))
    }

    /// Whether values under `key` are masked whatever they are.
    pub fn masks_key(&self, key: &str) -> bool {
        self.blocked_keys.match_any(key)
    }

    /// Whether a text is left alone whatever else matches.
    pub fn allows(&self, text: &str) -> bool {
        self.allowed_values.match_any(text)
    }

    /// The mask over all of a text: line by line, as in the Collector, where `.` does not match their ends.
    pub fn mask_whole(&self, text: &str) -> String {
        self.put_over(&self.whole, text).into_owned()
    }

    /// `text` with masks over all that is blocked, where anything is. A later pattern sees what earlier ones left.
    pub fn masked(&self, text: &str) -> Option<String> {
        if !self.blocked_values.match_any(text) {
            return None;
        }
        let mut now = Cow::Borrowed(text);
        for blocked in self.blocked_values.each() {
            if let Cow::Owned(masked) = self.put_over(blocked, &now) {
                now = Cow::Owned(masked);
            }
        }
        (now != text).then(|| now.into_owned())
    }

    fn put_over<'t>(&self, pattern: &Regex, text: &'t str) -> Cow<'t, str> {
        pattern.replace_all(text, |found: &regex::Captures<'_>| {
            found.get(0).map_or(Cow::Borrowed(""), |secret| self.mask.over(secret.as_str()))
        })
    }
}
