//! Takes this process's own credentials out of what servers answer: some repeat the request that they refuse, and an
//! answer ends up in logs and in answers to senders.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;

/// Shorter texts hide nothing, and are part of ordinary words.
const SECRET_BYTES_MIN: usize = 4;
const SHOWN: &[u8] = b"[REDACTED]";

/// What must not be shown.
#[derive(Default)]
pub(super) struct OwnSecrets(Vec<Vec<u8>>);

impl OwnSecrets {
    /// Adds the value of a header: whole, without its scheme, and what basic authentication encodes.
    pub fn add(&mut self, value: &HeaderValue) {
        let value = value.as_bytes();
        let bare = value.iter().position(|byte| *byte == b' ').map_or(value, |space| &value[space + 1..]);
        if let Ok(pair) = STANDARD.decode(bare)
            && let Some(colon) = pair.iter().position(|byte| *byte == b':')
        {
            self.push(&pair[colon + 1..]);
        }
        self.push(bare);
        self.push(value);
    }

    fn push(&mut self, secret: &[u8]) {
        if secret.len() >= SECRET_BYTES_MIN {
            self.0.push(secret.to_vec());
        }
    }

    /// The text without them.
    pub fn hide(mut self, text: &[u8]) -> Vec<u8> {
        // The longest first, so that no rest of one remains.
        self.0.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        let mut text = text.to_vec();
        for secret in &self.0 {
            let found: Vec<usize> = memchr::memmem::find_iter(&text, secret).collect();
            for at in found.into_iter().rev() {
                text.splice(at..at + secret.len(), SHOWN.iter().copied());
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_credentials_are_hidden_in_every_form() {
        let hide = |text: &str| {
            let mut secrets = OwnSecrets::default();
            for value in ["Bearer hunter2", "Basic dXNlcjpwYXNzd29yZA==", "x-y", "hunter2-long"] {
                secrets.add(&HeaderValue::from_static(value));
            }
            String::from_utf8(secrets.hide(text.as_bytes())).unwrap()
        };
        for (text, shown) in [
            ("you sent Bearer hunter2, hunter2", "you sent [REDACTED], [REDACTED]"),
            ("Basic dXNlcjpwYXNzd29yZA== is password", "[REDACTED] is [REDACTED]"),
            ("hunter2-long and x-y", "[REDACTED] and x-y"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(hide(text), shown);
        }
    }
}
