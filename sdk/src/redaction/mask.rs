//! What stands for what is taken out.

use std::fmt::Write;

use sha3::{Digest, Sha3_256};

/// Equal addresses look equal. Addresses of services (`git@github.com:org/repository`) and names of pictures (`icon@2x.png`) stay.
pub(super) fn address(address: &str) -> String {
    const PICTURES: &[&str] = &["png", "jpg", "jpeg", "gif", "svg", "webp", "ico"];
    let ending = address.rsplit('.').next().unwrap_or_default();
    if address.starts_with("git@") || PICTURES.contains(&ending) {
        return address.to_owned();
    }
    let digest = Sha3_256::digest(address.to_ascii_lowercase().as_bytes());
    let mut text = "[email:".to_owned();
    for byte in digest.iter().take(8) {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text + "]"
}

/// `text` with `~` for `home` where it is a path or begins one.
pub(super) fn home(text: &str, home: &str) -> String {
    let (mut out, mut done) = (String::with_capacity(text.len()), 0);
    for (at, _) in text.match_indices(home) {
        let (before, after) =
            (text.get(..at).unwrap_or_default(), text.get(at + home.len()..).unwrap_or_default());
        let is_within = |char: char| char.is_alphanumeric() || matches!(char, '.' | '_' | '-' | '~');
        if before.ends_with(|char| is_within(char) || char == '/') || after.starts_with(is_within) {
            continue;
        }
        out.push_str(text.get(done..at).unwrap_or_default());
        out.push('~');
        done = at + home.len();
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// The beginning of a text, with a mark at its end, in `bytes` or less.
pub(super) fn cut(text: &str, bytes: usize) -> String {
    const END: &str = " [cut]";
    let end = text.floor_char_boundary(bytes.saturating_sub(END.len()));
    [text.get(..end).unwrap_or_default(), END].concat()
}
