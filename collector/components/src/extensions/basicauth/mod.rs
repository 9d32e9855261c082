#![doc = include_str!("README.md")]

mod client;
mod htpasswd;
mod server;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use codeagent_config::{Secret, Section};
use codeagent_pipeline::auth::Authenticator;
use codeagent_pipeline::{About, BuildContext, BuiltExtension, ExtensionFactory, Receiver};
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;

use super::credential_file::ReadAtStart;
use client::Client;
use server::Server;

/// Makes the extension.
pub const FACTORY: ExtensionFactory = ExtensionFactory {
    about: About {
        kind: "basicauth",
        aliases: &["basic_auth"],
        summary: "authenticates with user and password, on one side",
        signals: &[],
        schema: || schema_for!(Config),
    },
    build,
};

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Config {
    /// For receivers: who may send.
    htpasswd: Option<HtpasswdConfig>,
    /// For exporters: who this collector is.
    client_auth: Option<ClientConfig>,
}

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct HtpasswdConfig {
    /// A file as Apache's `htpasswd` writes it, read again when it changes.
    file: String,
    /// The same in place of a file; its users go over those of the file.
    inline: Secret,
}

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct ClientConfig {
    /// The user.
    username: String,
    /// The password.
    password: Secret,
    /// A file with the user, read again when it changes.
    username_file: String,
    /// A file with the password, read again when it changes.
    password_file: String,
}

const UNSUPPORTED: &[(&str, &str)] =
    &[("client_auth::aws_secrets_manager", "secrets of AWS are not supported; use `password_file`")];

fn build(context: &mut BuildContext<'_>, section: &Section) -> Option<BuiltExtension> {
    let config: Config = section.decode_refusing(UNSUPPORTED, context.diagnostics)?;
    match (config.htpasswd, config.client_auth) {
        (Some(htpasswd), None) => server(context, section, htpasswd),
        (None, Some(client)) => self::client(context, section, client),
        (both, _) => {
            let (message, help) = match both {
                Some(_) => ("`htpasswd` and `client_auth` exclude each other", "write two extensions"),
                None => (
                    "there are no credentials",
                    "set `htpasswd` for receivers or `client_auth` for exporters",
                ),
            };
            context.diagnostics.push(section.error(message, help));
            None
        }
    }
}

fn server(
    context: &mut BuildContext<'_>,
    section: &Section,
    config: HtpasswdConfig,
) -> Option<BuiltExtension> {
    let place = section.at("htpasswd").unwrap_or_else(|| section.clone());
    if config.file.is_empty() && config.inline.is_empty() {
        context.diagnostics.push(place.error("nobody may send", "set `file` or `inline`"));
        return None;
    }
    match htpasswd::Users::read(config.inline.expose()) {
        Ok(users) if !users.is_empty() || !config.file.is_empty() => {}
        Ok(_) => {
            context
                .diagnostics
                .push(place.error("nobody may send", "write `user:password` or `user:hash` lines"));
            return None;
        }
        Err(message) => {
            let help = "use bcrypt: htpasswd -nB user";
            context.diagnostics.push(section.at("htpasswd::inline").unwrap_or(place).error(message, help));
            return None;
        }
    }
    let server = Arc::new(Server::new(&config.file, config.inline));
    let reader = server.clone();
    let service: Box<dyn Receiver> = Box::new(ReadAtStart(move || reader.users().map(drop)));
    let authenticator = Authenticator { client: None, server: Some(server) };
    Some(BuiltExtension {
        authenticator: Some(authenticator),
        service: Some(service),
        ..BuiltExtension::default()
    })
}

fn client(context: &mut BuildContext<'_>, section: &Section, config: ClientConfig) -> Option<BuiltExtension> {
    let before = context.diagnostics.errors();
    let mut refuse = |key: &str, message: &str| {
        let place = section.at(&format!("client_auth::{key}")).or_else(|| section.at("client_auth"));
        context.diagnostics.push(place.unwrap_or_else(|| section.clone()).error(message, ""));
    };
    if config.username.is_empty() && config.username_file.is_empty() {
        refuse("username", "the user is missing: set `username` or `username_file`");
    }
    if !config.username.is_empty() && !config.username_file.is_empty() {
        refuse("username", "`username` and `username_file` exclude each other");
    }
    if !config.password.is_empty() && !config.password_file.is_empty() {
        refuse("password", "`password` and `password_file` exclude each other");
    }
    if config.username.contains(':') {
        refuse("username", "a user cannot contain a colon");
    }
    if context.diagnostics.errors() > before {
        return None;
    }
    let client = Arc::new(Client::new(config));
    let reader = client.clone();
    let service: Box<dyn Receiver> = Box::new(ReadAtStart(move || reader.value().map(drop)));
    let authenticator = Authenticator { client: Some(client), server: None };
    Some(BuiltExtension {
        authenticator: Some(authenticator),
        service: Some(service),
        ..BuiltExtension::default()
    })
}
