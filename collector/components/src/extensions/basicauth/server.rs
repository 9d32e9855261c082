//! For receivers.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use codeagent_config::Secret;
use codeagent_pipeline::auth::{AuthError, Identity, ServerAuthenticator};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use parking_lot::Mutex;
use ring::hmac;
use ring::rand::SystemRandom;

use super::htpasswd::Users;
use crate::extensions::credential_file::CredentialFile;

/// Answers that are remembered: bcrypt takes some 50 ms by design, too much for each request.
const REMEMBERED_MAX: usize = 1024;

pub(super) struct Server {
    file: Option<CredentialFile>,
    inline: Secret,
    known: Mutex<Known>,
}

/// The users of a state of the file, and what was asked about them.
#[derive(Default)]
struct Known {
    text: Option<Arc<str>>,
    users: Option<Arc<Users>>,
    key: Option<hmac::Key>,
    answers: HashMap<Vec<u8>, bool>,
}

impl Server {
    pub fn new(file: &str, inline: Secret) -> Self {
        let file = Some(file).filter(|file| !file.is_empty()).map(CredentialFile::new);
        Server { file, inline, known: Mutex::default() }
    }

    /// Who may send, as the file says now.
    pub fn users(&self) -> Result<Arc<Users>, AuthError> {
        let text = self.file.as_ref().map(CredentialFile::read).transpose()?;
        let mut known = self.known.lock();
        let is_same = match (&text, &known.text) {
            (Some(new), Some(old)) => Arc::ptr_eq(new, old),
            (None, _) => true,
            _ => false,
        };
        if let (Some(users), true) = (&known.users, is_same) {
            return Ok(users.clone());
        }
        let mut users = Users::read(text.as_deref().unwrap_or_default())
            .map_err(|message| AuthError(format!("the htpasswd file cannot be used: {message}")))?;
        users.extend(Users::read(self.inline.expose()).map_err(AuthError)?);
        let users = Arc::new(users);
        *known = Known { text, users: Some(users.clone()), ..Known::default() };
        Ok(users)
    }

    /// The remembered answer, or a new one. What is remembered is a keyed hash, not the password.
    fn matches(&self, users: &Arc<Users>, user: &str, password: &str) -> bool {
        let tag = {
            let mut known = self.known.lock();
            if known.key.is_none() {
                known.key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).ok();
            }
            let tag = known.key.as_ref().map(|key| hmac::sign(key, format!("{user}:{password}").as_bytes()));
            let tag = tag.map(|tag| tag.as_ref().to_vec());
            if let Some(answer) = tag.as_ref().and_then(|tag| known.answers.get(tag)) {
                return *answer;
            }
            tag
        };
        // not under the lock: it can take long
        let answer = users.matches(user, password);
        let mut known = self.known.lock();
        let is_current = known.users.as_ref().is_some_and(|current| Arc::ptr_eq(current, users));
        if let (Some(tag), true) = (tag, is_current) {
            if known.answers.len() >= REMEMBERED_MAX {
                known.answers.clear();
            }
            known.answers.insert(tag, answer);
        }
        answer
    }
}

impl ServerAuthenticator for Server {
    fn authenticate(&self, headers: &HeaderMap) -> Result<Identity, AuthError> {
        let refused = |why: &str| Err(AuthError(why.to_owned()));
        let Some(value) = headers.get(AUTHORIZATION) else {
            return refused("the header `authorization` is missing");
        };
        let value = value.as_bytes();
        let encoded = match value.split_at_checked(6) {
            Some((scheme, encoded)) if scheme.eq_ignore_ascii_case(b"basic ") => encoded,
            _ => return refused("the authorization is not Basic"),
        };
        let decoded = STANDARD.decode(encoded).ok().and_then(|decoded| String::from_utf8(decoded).ok());
        let Some((user, password)) = decoded.as_deref().and_then(|decoded| decoded.split_once(':')) else {
            return refused("the authorization is not base64 of `user:password`");
        };
        match self.matches(&self.users()?, user, password) {
            true => Ok(Identity::of(user.as_bytes())),
            false => refused("the user or the password is wrong"),
        }
    }
}
