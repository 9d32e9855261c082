//! Takes secrets out of a text.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Match, Regex};

use super::mask;
use super::rules::{EMAIL, MARK, RULES};

/// Longer texts are cut, after they were searched as a whole: half a secret is not recognised.
pub(super) const TEXT_BYTES_MAX: usize = 256 * 1024;
/// The shortest thing that any rule matches, such as `~a@b.cc`, is longer.
const SEARCHED_FROM: usize = 5;

/// More than any text was seen to need.
const PASSES_MAX: usize = 4;

/// One pass for all rules and addresses: most texts match none, and are done with.
static ANY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let patterns = RULES.iter().chain([&EMAIL]);
    let patterns: Vec<String> = patterns.map(|pattern| format!("(?:{})", unnamed(pattern))).collect();
    Regex::new(&patterns.join("|")).ok()
});
/// Each alone, to know what to leave. Compiled when a first text matches.
static EACH: LazyLock<Vec<Option<Regex>>> =
    LazyLock::new(|| RULES.iter().map(|rule| Regex::new(rule).ok()).collect());
static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(EMAIL).ok());

/// Without the names of groups, which may stand in a pattern only once.
fn unnamed(pattern: &str) -> String {
    ["before", "after", "open"]
        .iter()
        .fold(pattern.to_owned(), |text, name| text.replace(&format!("?<{name}>"), "?:"))
}

/// Finds what must not be in a text.
#[derive(Debug)]
pub(super) struct Texts {
    own: Vec<Regex>,
    home: Option<String>,
}

impl Texts {
    /// `own` are masked as a whole, besides the rules.
    pub(super) fn new(own: Vec<Regex>, home: Option<&str>) -> Self {
        // `/` and drives are no one's home.
        let home = home.map(|home| home.trim_end_matches(['/', '\\'])).filter(|home| home.len() > 3);
        Self { own, home: home.map(str::to_owned) }
    }

    /// The text without what must not be in it; `None` where that is what it is already.
    pub(super) fn redacted(&self, text: &str) -> Option<String> {
        if text.len() < SEARCHED_FROM {
            return None;
        }
        let mut now = self.pass(text);
        // What one pass takes out can bring to light what another rule knows.
        for _ in 1..PASSES_MAX {
            let Cow::Owned(changed) = &now else { break };
            match self.pass(changed) {
                Cow::Borrowed(_) => break,
                Cow::Owned(again) if again == *changed => break,
                Cow::Owned(again) => now = Cow::Owned(again),
            }
        }
        match now {
            Cow::Borrowed(_) => None,
            Cow::Owned(now) => (now != text).then_some(now),
        }
    }

    fn pass<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut now = Cow::Borrowed(text);
        if ANY.as_ref().is_none_or(|any| any.is_match(text)) {
            let rules = EACH.iter().flatten();
            rules.for_each(|rule| replace(&mut now, rule, masked));
            ADDRESS
                .iter()
                .for_each(|address| replace(&mut now, address, |found, _| mask::address(&found[0])));
        }
        self.own.iter().for_each(|own| replace(&mut now, own, |_, _| MARK.to_owned()));
        if let Some(home) = self.home.as_deref().filter(|home| now.contains(home)) {
            now = Cow::Owned(mask::home(&now, home));
        }
        if now.len() > TEXT_BYTES_MAX {
            now = Cow::Owned(mask::cut(&now, TEXT_BYTES_MAX));
        }
        now
    }
}

/// Replaces every match by what `by` makes of it and of the text before it.
fn replace(text: &mut Cow<'_, str>, pattern: &Regex, by: impl Fn(&Captures<'_>, &str) -> String) {
    let replaced = pattern.replace_all(text, |found: &Captures<'_>| {
        let start = found.get(0).map_or(0, |whole| whole.start());
        by(found, text.get(..start).unwrap_or_default())
    });
    if let Cow::Owned(replaced) = replaced {
        *text = Cow::Owned(replaced);
    }
}

fn masked(found: &Captures<'_>, text_before: &str) -> String {
    // What a parser says of source code: `unexpected token: x`.
    if text_before.ends_with("xpected ") {
        return found[0].to_owned();
    }
    let group = |name: &str| found.name(name).as_ref().map_or("", Match::as_str);
    [group("before"), group("open"), MARK, group("after")].concat()
}
