use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use codeagent_pipeline::auth::ServerAuthenticator;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};

use super::*;
use crate::extensions::written;

fn built(section: &str) -> Authenticator {
    written::build(&FACTORY, &format!("extensions:\n  basicauth: {section}\n")).unwrap().remove(0)
}

fn ask(server: &dyn ServerAuthenticator, value: &str) -> Result<(), String> {
    let value = HeaderValue::from_str(value).unwrap();
    let headers: HeaderMap = [(AUTHORIZATION, value)].into_iter().collect();
    server.authenticate(&headers).map(drop).map_err(|error| error.0)
}

fn basic(credentials: &str) -> String {
    format!("Basic {}", STANDARD.encode(credentials))
}

#[test]
fn every_kind_of_hash_opens_to_its_password_only() {
    let bcrypt = bcrypt::hash("pass", 4).unwrap().replacen("$2b$", "$2y$", 1);
    // `htpasswd -nbs` of "pass"; and the same with the salt "salt"
    let sha = "{SHA}nU4eI71bcnBGqeO0t9tXvY1u5oQ=";
    let salted = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, b"passsalt");
    let ssha = format!("{{SSHA}}{}", STANDARD.encode([salted.as_ref(), b"salt"].concat()));
    let section = format!(
        "{{htpasswd: {{inline: \"# people\\n\\nb:{bcrypt}\\ns:{sha}\\nt:{ssha}\\np:pass\\nc:with:colon\\n\"}}}}"
    );
    let server = built(&section).server.unwrap();
    for user in ["b", "s", "t", "p"] {
        for _ in 0..2 {
            // the second time it is remembered
            assert_eq!(ask(&*server, &basic(&format!("{user}:pass"))), Ok(()), "{user}");
            let wrong = ask(&*server, &basic(&format!("{user}:Pass")));
            assert_eq!(wrong, Err("the user or the password is wrong".to_owned()), "{user}");
        }
    }
    assert_eq!(ask(&*server, &basic("c:with:colon")), Ok(()));
    assert!(ask(&*server, &basic("nobody:pass")).is_err());
    assert!(ask(&*server, &basic("p:")).is_err());
}

#[test]
fn what_is_no_basic_authorization_is_refused() {
    let server = built("{htpasswd: {inline: 'u:p'}}").server.unwrap();
    assert_eq!(ask(&*server, "bAsIc dTpw"), Ok(()));
    for value in ["", "Basic", "Basic ", "Basic !!", "Basic dXA=", "Bearer dTpw", "Basic /w=="] {
        assert!(ask(&*server, value).is_err(), "{value}");
    }
    assert!(server.authenticate(&HeaderMap::new()).is_err());
}

#[test]
fn inline_users_go_over_those_of_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("htpasswd");
    std::fs::write(&path, "u:old\nw:file\n").unwrap();
    let section = format!("{{htpasswd: {{file: '{}', inline: 'u:new'}}}}", path.display());
    let server = built(&section).server.unwrap();
    for (credentials, right) in [("u:new", true), ("u:old", false), ("w:file", true)] {
        assert_eq!(ask(&*server, &basic(credentials)).is_ok(), right, "{credentials}");
    }
}

#[test]
fn a_client_sends_what_its_files_say() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("password");
    std::fs::write(&path, "p\n").unwrap();
    let section = format!("{{client_auth: {{username: u, password_file: '{}'}}}}", path.display());
    let sent = built(&section).client.unwrap().headers().unwrap();
    assert_eq!((sent[0].1.to_str().unwrap(), sent[0].1.is_sensitive()), ("Basic dTpw", true));
    let lost = built("{client_auth: {username: u, password_file: /does/not/exist}}").client.unwrap();
    assert!(lost.headers().unwrap_err().0.starts_with("cannot read /does/not/exist: "));
}

#[test]
fn mistakes_are_told_without_the_secret() {
    let cases = [
        ("{}", "there are no credentials"),
        ("{htpasswd: {inline: 'u:p'}, client_auth: {username: u}}", "exclude each other"),
        ("{htpasswd: {}}", "nobody may send"),
        ("{htpasswd: {inline: '# none'}}", "nobody may send"),
        ("{htpasswd: {inline: 'hunter2'}}", "line 1 is not `user:password`"),
        ("{htpasswd: {inline: 'u:$apr1$hunter2$x'}}", "Apache's MD5 are not supported"),
        ("{htpasswd: {inline: 'u:$2y$hunter2'}}", "the bcrypt hash is broken"),
        ("{client_auth: {password: hunter2}}", "the user is missing"),
        ("{client_auth: {username: 'a:b', password: hunter2}}", "cannot contain a colon"),
        ("{client_auth: {username: a, password: hunter2, password_file: x}}", "exclude each other"),
    ];
    for (section, reason) in cases {
        let shown =
            written::build(&FACTORY, &format!("extensions:\n  basicauth: {section}\n")).err().unwrap();
        assert!(shown.contains(reason), "{shown}");
        let told = shown.lines().find(|line| line.contains(reason)).unwrap();
        assert!(!told.contains("hunter2"), "{told}");
    }
}
