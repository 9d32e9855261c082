#![doc = include_str!("README.md")]

use std::sync::Arc;

use codeagent_config::{Secret, Section};
use codeagent_pipeline::auth::{
    AuthError, Authenticator, ClientAuthenticator, Identity, ServerAuthenticator,
};
use codeagent_pipeline::{About, BuildContext, BuiltExtension, ExtensionFactory, Receiver};
use http::{HeaderMap, HeaderName, HeaderValue};
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::credential_file::{CredentialFile, ReadAtStart};

/// Makes the extension.
pub const FACTORY: ExtensionFactory = ExtensionFactory {
    about: About {
        kind: "bearertokenauth",
        aliases: &["bearer_token_auth"],
        summary: "authenticates with bearer tokens, on both sides",
        signals: &[],
        schema: || schema_for!(Config),
    },
    build,
};

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Config {
    /// The header that carries the token.
    header: String,
    /// What stands before the token; empty for nothing.
    scheme: String,
    /// The token.
    token: Secret,
    /// Several tokens: each is accepted, the first is sent.
    tokens: Vec<Secret>,
    /// A file with a token in each line, read again when it changes.
    filename: String,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            header: "Authorization".to_owned(),
            scheme: "Bearer".to_owned(),
            token: Secret::default(),
            tokens: Vec::new(),
            filename: String::new(),
        }
    }
}

fn build(context: &mut BuildContext<'_>, section: &Section) -> Option<BuiltExtension> {
    let config: Config = section.decode(context.diagnostics)?;
    let place = |key: &str| section.at(key).unwrap_or_else(|| section.clone());
    let before = context.diagnostics.errors();
    let mut refuse = |key: &str, message: &str, help: &str| {
        context.diagnostics.push(place(key).error(message, help));
    };
    let given = [!config.token.is_empty(), !config.tokens.is_empty(), !config.filename.is_empty()];
    match given.iter().filter(|given| **given).count() {
        0 => refuse("", "there is no token", "set `token`, `tokens` or `filename`"),
        1 => {}
        _ => refuse("", "`token`, `tokens` and `filename` exclude each other", "keep one of them"),
    }
    if config.tokens.iter().any(Secret::is_empty) {
        refuse("tokens", "one of the tokens is empty", "an empty token would let everybody in");
    }
    let header: Option<HeaderName> = config.header.parse().ok();
    if header.is_none() {
        refuse("header", "this is not a header name", "the default is Authorization");
    }
    let tokens = match config.filename.as_str() {
        "" => Tokens::Given(
            config.tokens.iter().chain(Some(&config.token).filter(|t| !t.is_empty())).cloned().collect(),
        ),
        path => Tokens::File(CredentialFile::new(path)),
    };
    let bearer = Arc::new(Bearer { header: header?, scheme: config.scheme, tokens });
    if bearer.values().is_ok_and(|values| values.iter().any(|value| HeaderValue::from_str(value).is_err())) {
        refuse("", "a token or the scheme has characters that no header can have", "");
    }
    if context.diagnostics.errors() > before {
        return None;
    }
    let reader = bearer.clone();
    let service: Box<dyn Receiver> = Box::new(ReadAtStart(move || reader.values().map(drop)));
    Some(BuiltExtension {
        store: None,
        authenticator: Some(Authenticator { client: Some(bearer.clone()), server: Some(bearer) }),
        service: Some(service),
    })
}

enum Tokens {
    Given(Vec<Secret>),
    File(CredentialFile),
}

struct Bearer {
    header: HeaderName,
    scheme: String,
    tokens: Tokens,
}

impl Bearer {
    /// What the header is to be: at least one.
    fn values(&self) -> Result<Vec<String>, AuthError> {
        let value = |token: &str| match self.scheme.as_str() {
            "" => token.to_owned(),
            scheme => format!("{scheme} {token}"),
        };
        let values: Vec<String> = match &self.tokens {
            Tokens::Given(tokens) => tokens.iter().map(|token| value(token.expose())).collect(),
            Tokens::File(file) => {
                let text = file.read()?;
                // an empty line is no token: it would let everybody in
                text.lines().map(str::trim).filter(|token| !token.is_empty()).map(value).collect()
            }
        };
        match values.is_empty() {
            true => Err(AuthError("the file holds no token".to_owned())),
            false => Ok(values),
        }
    }
}

impl ClientAuthenticator for Bearer {
    fn headers(&self) -> Result<Vec<(HeaderName, HeaderValue)>, AuthError> {
        let values = self.values()?;
        let invalid = |_| AuthError("the token has characters that no header can have".to_owned());
        let mut value = HeaderValue::from_str(&values[0]).map_err(invalid)?;
        value.set_sensitive(true);
        Ok(vec![(self.header.clone(), value)])
    }
}

impl ServerAuthenticator for Bearer {
    fn authenticate(&self, headers: &HeaderMap) -> Result<Identity, AuthError> {
        let shown = headers.get(&self.header).map_or(&b""[..], HeaderValue::as_bytes);
        if shown.is_empty() {
            return Err(AuthError(format!("the header `{}` is missing", self.header)));
        }
        // all are compared, so that the time does not tell which was near
        let found =
            self.values()?.iter().fold(0, |found, value| found | value.as_bytes().ct_eq(shown).unwrap_u8());
        match found {
            1 => Ok(Identity::of(shown)),
            _ => Err(AuthError("the scheme or the token is wrong".to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extensions::written;

    fn bearer(section: &str) -> Authenticator {
        written::build(&FACTORY, &format!("extensions: {{bearertokenauth: {section}}}")).unwrap().remove(0)
    }

    fn accepts(authenticator: &Authenticator, header: &'static str, value: &str) -> bool {
        let headers = [(HeaderName::from_static(header), HeaderValue::from_str(value).unwrap())];
        authenticator.server.as_ref().unwrap().authenticate(&headers.into_iter().collect()).is_ok()
    }

    #[test]
    fn the_right_token_opens_and_no_other() {
        let several = bearer("{tokens: [one, two]}");
        let cases =
            [("Bearer one", true), ("Bearer two", true), ("Bearer on", false), ("Bearer one1", false)];
        let more = [("Bearer ", false), ("one", false), ("bearer one", false), ("", false)];
        for (value, right) in cases.into_iter().chain(more) {
            assert_eq!(accepts(&several, "authorization", value), right, "{value}");
        }
        assert!(!accepts(&several, "x-token", "Bearer one"));
        let bare = bearer("{token: one, scheme: '', header: X-Token}");
        assert!(accepts(&bare, "x-token", "one"));
        let error = several.server.unwrap().authenticate(&HeaderMap::new()).unwrap_err();
        assert_eq!(error.0, "the header `authorization` is missing");
    }

    #[test]
    fn the_first_token_is_sent_marked_as_sensitive() {
        let sent = bearer("{tokens: [one, two]}").client.unwrap().headers().unwrap();
        assert_eq!((sent[0].0.as_str(), sent[0].1.as_bytes()), ("authorization", &b"Bearer one"[..]));
        assert!(sent[0].1.is_sensitive());
    }

    #[test]
    fn a_file_has_a_token_a_line_and_an_empty_line_is_none() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("tokens");
        let authenticator = bearer(&format!("{{filename: '{}'}}", path.display()));
        let client = authenticator.client.clone().unwrap();
        assert!(client.headers().unwrap_err().0.starts_with("cannot read "));
        std::fs::write(&path, "\n one \n\ntwo\n").unwrap();
        assert!(accepts(&authenticator, "authorization", "Bearer two"));
        assert!(!accepts(&authenticator, "authorization", "Bearer "));
        assert_eq!(client.headers().unwrap()[0].1.as_bytes(), b"Bearer one");
    }

    #[test]
    fn mistakes_are_told_without_the_secret() {
        let cases = [
            ("{}", "there is no token"),
            ("{token: hunter2, tokens: [hunter2]}", "exclude each other"),
            ("{tokens: ['']}", "would let everybody in"),
            ("{token: hunter2, header: 'a b'}", "not a header name"),
            (r#"{token: "hunter2\n"}"#, "characters that no header can have"),
        ];
        for (section, reason) in cases {
            let yaml = format!("extensions: {{bearertokenauth: {section}}}");
            let shown = written::build(&FACTORY, &yaml).err().unwrap();
            assert!(shown.contains(reason), "{shown}");
        }
    }
}
