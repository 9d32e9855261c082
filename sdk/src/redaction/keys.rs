//! What the key of an attribute tells of its value.

use codeagent_semconv::{attribute, group};

use super::Content;

/// The keys of the content that is not kept.
#[derive(Debug)]
pub(super) struct ContentKeys {
    keys: Vec<&'static str>,
    /// Bit `n`: one of them begins with the `n`th letter. Most keys are done with here.
    initials: u32,
    pub(super) drops_prompts: bool,
}

impl ContentKeys {
    pub(super) fn without(kept: &[Content]) -> Self {
        let dropped = Content::ALL.iter().filter(|kind| !kept.contains(kind));
        let keys: Vec<&'static str> = dropped.flat_map(|kind| carried(*kind)).collect();
        let initials = keys.iter().filter_map(|key| initial(key)).fold(0, |bits, bit| bits | bit);
        Self { keys, initials, drops_prompts: !kept.contains(&Content::Prompts) }
    }

    /// Whether `key` is one of them or below one: `gen_ai.prompt.0.content`.
    pub(super) fn contains(&self, key: &str) -> bool {
        let is_below = |above: &&'static str| {
            key.strip_prefix(*above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        initial(key).is_some_and(|bit| self.initials & bit != 0) && self.keys.iter().any(is_below)
    }
}

fn carried(kind: Content) -> impl Iterator<Item = &'static str> {
    let group = match kind {
        Content::Prompts => &group::CODEAGENT_CONTENT_PROMPT,
        Content::Tools => &group::CODEAGENT_CONTENT_TOOL,
        Content::Commands => &group::CODEAGENT_CONTENT_COMMAND,
        Content::Paths => &group::CODEAGENT_CONTENT_PATH,
    };
    group.attributes.iter().map(|attribute| attribute.key)
}

fn initial(key: &str) -> Option<u32> {
    let first = key.bytes().next()?;
    first.is_ascii_lowercase().then(|| 1 << (first - b'a'))
}

/// How the last word of a key ends whose value is a secret, in lower case and without `-` and `_`.
const TELLING: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "signingkey",
    "authorization",
    "cookie",
    "credential",
    "credentials",
];
/// Longer than any of them with its prefix is likely to be.
const WORD_MAX: usize = 48;

/// Whether a key says that its value is a secret: `db.password`, `X-Api-Key`. Keys of the registry say what they are there.
pub(super) fn tells_of_a_secret(key: &str) -> bool {
    // Every word ends in one of these; most keys end in something else.
    if !key.bytes().last().is_some_and(|last| b"dDeEtTnNyYlLsS".contains(&last)) {
        return false;
    }
    let word = key.rsplit('.').next().unwrap_or(key);
    let mut letters = [0_u8; WORD_MAX];
    let mut length = 0;
    for byte in word.bytes().filter(|byte| !matches!(byte, b'-' | b'_')) {
        let Some(place) = letters.get_mut(length) else { break };
        *place = byte.to_ascii_lowercase();
        length += 1;
    }
    let letters = letters.get(..length).unwrap_or_default();
    TELLING.iter().any(|telling| letters.ends_with(telling.as_bytes())) && attribute::find(key).is_none()
}
