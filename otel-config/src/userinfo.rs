//! Credentials inside addresses: `https://user:password@host`.

use std::borrow::Cow;

const SHOWN: &str = "[REDACTED]";

/// The text without what stands between `//` and `@`, or between `:` and `@`, but for the user's name.
pub(crate) fn hidden(text: &str) -> Cow<'_, str> {
    if !text.contains('@') {
        return Cow::Borrowed(text);
    }
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`');
    text.split_inclusive(ends).map(word).collect::<String>().into()
}

/// The same for a word that may hold an address.
fn word(word: &str) -> Cow<'_, str> {
    let Some(at) = word.rfind('@') else { return Cow::Borrowed(word) };
    let scheme = word[..at].find("//").map(|scheme| scheme + 2);
    let begin = scheme.unwrap_or_else(|| word[..at].rfind(['{', '[', '(', ',']).map_or(0, |open| open + 1));
    let secret = match word[begin..at].find(':') {
        Some(colon) => begin + colon + 1,
        // A token alone.
        None if scheme.is_some() => begin,
        None => return Cow::Borrowed(word),
    };
    format!("{}{SHOWN}{}", &word[..secret], &word[at..]).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_an_address_is_not_shown() {
        for (text, shown) in [
            ("http://user:hunter2@host:1/a", "http://user:[REDACTED]@host:1/a"),
            ("a: 'http://user:hun/te@r2@host' b", "a: 'http://user:[REDACTED]@host' b"),
            ("x `socks9://hunter2@h` y", "x `socks9://[REDACTED]@h` y"),
            ("{endpoint: user:hunter2@host}", "{endpoint: user:[REDACTED]@host}"),
            ("[a:b@c,d:e@f]", "[a:b@c,d:[REDACTED]@f]"),
            ("mail somebody@example.com at 1:2", "mail somebody@example.com at 1:2"),
            ("http://host:1/ü", "http://host:1/ü"),
        ] {
            assert_eq!(hidden(text), shown);
        }
    }
}
