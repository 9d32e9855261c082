//! Who this client is, and how the connection is protected, in librdkafka's terms.

use codeagent_config::{Diagnostics, Secret, Section};
use rdkafka::config::ClientConfig;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::net::tls_client::TlsClientConfig;

/// Whether this build of librdkafka has OpenSSL.
const HAS_TLS: bool = cfg!(feature = "kafka-tls");

const BUILD_ADVICE: &str =
    "this build has no OpenSSL for Kafka: build it with `--features kafka-tls`, or use a plaintext listener";

/// Who this client is (`auth`).
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuthConfig {
    /// Old name of `sasl` with the mechanism PLAIN.
    pub plain_text: Option<PlainTextConfig>,
    /// By user and password.
    pub sasl: Option<SaslConfig>,
    /// Old name of `tls` beside `auth`.
    pub tls: Option<TlsClientConfig>,
}

/// User and password.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PlainTextConfig {
    /// The user.
    pub username: String,
    /// The password.
    pub password: Secret,
}

/// User, password and how they are proven.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SaslConfig {
    /// The user.
    pub username: String,
    /// The password.
    pub password: Secret,
    /// `PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`.
    pub mechanism: String,
    /// Read for compatibility: the version is negotiated.
    pub version: u8,
}

const MECHANISMS: [&str; 3] = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"];

/// User, password and mechanism, wherever they are written.
struct Login<'c> {
    username: &'c str,
    password: &'c Secret,
    mechanism: &'c str,
    key: &'static str,
}

/// What is written about identity and protection, wherever it is written.
#[derive(Clone, Copy, Debug)]
pub struct Access<'c> {
    /// Who this client is.
    pub auth: &'c AuthConfig,
    /// TLS, where it is written beside `auth`.
    pub tls: Option<&'c TlsClientConfig>,
}

fn login<'c>(auth: &'c AuthConfig) -> Option<Login<'c>> {
    let sasl = auth.sasl.as_ref().map(|sasl| Login {
        username: &sasl.username,
        password: &sasl.password,
        mechanism: &sasl.mechanism,
        key: "auth::sasl",
    });
    sasl.or_else(|| {
        auth.plain_text.as_ref().map(|plain| Login {
            username: &plain.username,
            password: &plain.password,
            mechanism: "PLAIN",
            key: "auth::plain_text",
        })
    })
}

impl<'c> Access<'c> {
    /// The TLS settings, where TLS is on.
    fn tls_on(&self) -> Option<&'c TlsClientConfig> {
        self.tls.or(self.auth.tls.as_ref()).filter(|tls| !tls.insecure)
    }
}

/// Reports what cannot work.
pub fn check(access: Access<'_>, section: &Section, diagnostics: &mut Diagnostics) {
    let auth = access.auth;
    let mut refuse = |key: &str, message: &str, help: &str| {
        let place = section.at(key).unwrap_or_else(|| section.clone());
        diagnostics.push(place.error(message, help));
    };
    if auth.sasl.is_some() && auth.plain_text.is_some() {
        refuse(
            "auth::plain_text",
            "`plain_text` and `sasl` cannot both be set",
            "keep `sasl`; `plain_text` is its old name",
        );
    }
    if let Some(login) = login(auth) {
        if !MECHANISMS.contains(&login.mechanism) {
            let message = format!("`{}` is no supported SASL mechanism", login.mechanism);
            refuse("auth::sasl::mechanism", &message, "PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512 are supported");
        } else if login.mechanism != "PLAIN" && !HAS_TLS {
            refuse("auth::sasl::mechanism", "SCRAM needs OpenSSL", BUILD_ADVICE);
        }
        if login.username.is_empty() || login.password.is_empty() {
            let help = "take the password from the environment: `${env:KAFKA_PASSWORD}`";
            refuse(login.key, "`username` and `password` are both needed", help);
        }
    }
    let key = if access.tls.is_some() { "tls" } else { "auth::tls" };
    let Some(tls) = access.tls_on() else { return };
    if !HAS_TLS {
        refuse(key, "TLS needs OpenSSL", BUILD_ADVICE);
    }
    for (name, is_set) in [
        ("server_name_override", !tls.server_name_override.is_empty()),
        ("min_version", !tls.min_version.is_empty()),
        ("max_version", !tls.max_version.is_empty()),
        ("curve_preferences", !tls.curve_preferences.is_empty()),
        ("reload_interval", tls.reload_interval.is_some()),
        ("include_system_ca_certs_pool", tls.include_system_ca_certs_pool),
    ] {
        if is_set {
            let place = format!("{key}::{name}");
            refuse(&place, &format!("`{name}` is not supported for Kafka"), "leave it out");
        }
    }
    if (tls.cert_file.is_empty() && tls.cert_pem.is_empty())
        != (tls.key_file.is_empty() && tls.key_pem.is_empty())
    {
        refuse(key, "a client certificate needs its key, and a key its certificate", "write both, or none");
    }
}

/// Sets the properties of a checked configuration.
pub fn set(access: Access<'_>, properties: &mut ClientConfig) {
    let (login, tls) = (login(access.auth), access.tls_on());
    properties.set(
        "security.protocol",
        match (&login, tls) {
            (None, None) => "plaintext",
            (Some(_), None) => "sasl_plaintext",
            (None, Some(_)) => "ssl",
            (Some(_), Some(_)) => "sasl_ssl",
        },
    );
    if let Some(login) = login {
        properties.set("sasl.mechanism", login.mechanism);
        properties.set("sasl.username", login.username);
        properties.set("sasl.password", login.password.expose());
    }
    let Some(tls) = tls else { return };
    let ciphers = tls.cipher_suites.join(":");
    for (name, value) in [
        ("ssl.ca.location", tls.ca_file.as_str()),
        ("ssl.ca.pem", tls.ca_pem.expose()),
        ("ssl.certificate.location", &tls.cert_file),
        ("ssl.certificate.pem", tls.cert_pem.expose()),
        ("ssl.key.location", &tls.key_file),
        ("ssl.key.pem", tls.key_pem.expose()),
        ("ssl.cipher.suites", &ciphers),
    ] {
        if !value.is_empty() {
            properties.set(name, value);
        }
    }
    if tls.insecure_skip_verify {
        properties.set("enable.ssl.certificate.verification", "false");
    }
}
