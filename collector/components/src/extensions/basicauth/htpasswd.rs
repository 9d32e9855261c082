//! Apache's password files: `user:hash` in each line.
//! Source: <https://httpd.apache.org/docs/2.4/misc/password_encryptions.html>.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use subtle::ConstantTimeEq;

/// How a password is kept.
enum Kept {
    Bcrypt(String),
    /// SHA-1 of the password and the salt, and the salt, which may be empty.
    Sha1(Vec<u8>, Vec<u8>),
    Plain(String),
}

/// Beginnings of hashes that are not understood. Taken for a plain password they would lock the user out.
const NOT_UNDERSTOOD: [(&str, &str); 4] =
    [("$apr1$", "Apache's MD5"), ("$1$", "MD5"), ("$5$", "SHA-256 crypt"), ("$6$", "SHA-512 crypt")];

/// The users of a file.
#[derive(Default)]
pub(super) struct Users(HashMap<String, Kept>);

impl Users {
    /// Reads a file; a later line of the same user goes before an earlier one.
    ///
    /// # Errors
    /// Which line cannot be used, without its secret.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut users = HashMap::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let number = number + 1;
            let Some((user, kept)) = line.split_once(':').filter(|(user, _)| !user.is_empty()) else {
                return Err(format!("line {number} is not `user:password` or `user:hash`"));
            };
            let kept = kept_as(kept).map_err(|what| format!("line {number}: {what}"))?;
            users.insert(user.to_owned(), kept);
        }
        Ok(Users(users))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn extend(&mut self, other: Users) {
        self.0.extend(other.0);
    }

    /// Whether this is the user's password. An unknown user costs what a wrong password does.
    pub fn matches(&self, user: &str, password: &str) -> bool {
        match self.0.get(user) {
            Some(kept) => kept.matches(password),
            None => {
                if let Some(other) = self.0.values().next() {
                    other.matches(password);
                }
                false
            }
        }
    }
}

fn kept_as(text: &str) -> Result<Kept, String> {
    if let Some((_, name)) = NOT_UNDERSTOOD.iter().find(|(start, _)| text.starts_with(start)) {
        return Err(format!("hashes by {name} are not supported"));
    }
    if ["$2y$", "$2a$", "$2b$"].iter().any(|start| text.starts_with(start)) {
        return match text.parse::<bcrypt::HashParts>() {
            Ok(_) => Ok(Kept::Bcrypt(text.to_owned())),
            Err(_) => Err("the bcrypt hash is broken".to_owned()),
        };
    }
    let salted = text.strip_prefix("{SSHA}");
    if let Some(encoded) = salted.or_else(|| text.strip_prefix("{SHA}")) {
        let hash = STANDARD.decode(encoded).ok().filter(|hash| hash.len() >= 20);
        let mut hash = hash.ok_or("the SHA-1 hash is broken")?;
        let salt = hash.split_off(20);
        return Ok(Kept::Sha1(hash, salt));
    }
    Ok(Kept::Plain(text.to_owned()))
}

impl Kept {
    fn matches(&self, password: &str) -> bool {
        match self {
            Kept::Bcrypt(hash) => bcrypt::verify(password, hash).unwrap_or(false),
            Kept::Sha1(hash, salt) => {
                let found = digest(&SHA1_FOR_LEGACY_USE_ONLY, &[password.as_bytes(), salt].concat());
                found.as_ref().ct_eq(hash).into()
            }
            Kept::Plain(kept) => kept.as_bytes().ct_eq(password.as_bytes()).into(),
        }
    }
}
