//! What is written in place of a secret.

use std::borrow::Cow;
use std::fmt::Write;

use md5::Digest;
use ring::hmac;

use super::config::{Config, HashFunction};

/// A problem and what to do about it.
type Problem = (String, String);

/// Writes a mask over a text.
#[derive(Debug)]
pub(super) enum Mask {
    Stars,
    Md5,
    Sha1,
    Sha3,
    Hmac(hmac::Key),
}

impl Mask {
    pub fn compile(config: &Config) -> Result<Self, Problem> {
        Ok(match config.hash_function {
            HashFunction::None => Mask::Stars,
            HashFunction::Md5 => Mask::Md5,
            HashFunction::Sha1 => Mask::Sha1,
            HashFunction::Sha3 => Mask::Sha3,
            HashFunction::HmacSha256 => Mask::Hmac(key(config, hmac::HMAC_SHA256, 32)?),
            HashFunction::HmacSha512 => Mask::Hmac(key(config, hmac::HMAC_SHA512, 64)?),
        })
    }

    /// What stands for `secret`.
    pub fn over(&self, secret: &str) -> Cow<'static, str> {
        let secret = secret.as_bytes();
        Cow::Owned(match self {
            Mask::Stars => return Cow::Borrowed("****"),
            Mask::Md5 => hex(&md5::Md5::digest(secret)),
            Mask::Sha1 => hex(&sha1::Sha1::digest(secret)),
            Mask::Sha3 => hex(&sha3::Sha3_256::digest(secret)),
            Mask::Hmac(key) => hex(hmac::sign(key, secret).as_ref()),
        })
    }
}

fn key(config: &Config, algorithm: hmac::Algorithm, bytes_min: usize) -> Result<hmac::Key, Problem> {
    let key = config.hmac_key.expose().as_bytes();
    if key.len() < bytes_min {
        let problem = format!("`hmac_key` has {} bytes; this `hash_function` needs {bytes_min}", key.len());
        return Err((problem, "take it from the environment: `${env:REDACTION_KEY}`".to_owned()));
    }
    Ok(hmac::Key::new(algorithm, key))
}

fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::with_capacity(digest.len() * 2), |mut text, byte| {
        // writing to a String does not fail
        let _ = write!(text, "{byte:02x}");
        text
    })
}
