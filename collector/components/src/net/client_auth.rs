//! `auth: {authenticator: ID}` of an exporter: which extension proves it to its server.

use std::sync::Arc;

use codeagent_config::{ComponentId, Section};
use codeagent_pipeline::BuildContext;
use codeagent_pipeline::auth::ClientAuthenticator;
use schemars::JsonSchema;
use serde::Deserialize;

/// The Collector's `auth` (`configauth`).
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuthConfig {
    /// The id of an extension, such as `basicauth/client`.
    pub authenticator: String,
}

/// The authenticator that `auth` names. `section` is the exporter's. `None` when there is none such: the
/// diagnostics then say so.
pub fn client_authenticator(
    auth: Option<&AuthConfig>,
    section: &Section,
    context: &mut BuildContext<'_>,
) -> Option<Option<Arc<dyn ClientAuthenticator>>> {
    let Some(auth) = auth else { return Some(None) };
    let place = section.at("auth::authenticator").or_else(|| section.at("auth"));
    let place = place.unwrap_or_else(|| section.clone());
    let name = &auth.authenticator;
    let id: ComponentId = match name.parse() {
        Ok(id) => id,
        Err(error) => {
            context
                .diagnostics
                .push(place.error(format!("{error}"), "name an extension, such as basicauth/client"));
            return None;
        }
    };
    let found = context.host.authenticators.get(&id);
    match found.map(|found| &found.client) {
        Some(Some(client)) => return Some(Some(client.clone())),
        Some(None) => {
            let help = "for an exporter, give it client credentials, such as basicauth's `client_auth`";
            let message = format!("the extension `{name}` checks senders, it does not prove this one");
            context.diagnostics.push(place.error(message, help));
        }
        None => {
            let help = "define it under `extensions` and list it in `service::extensions`";
            context.diagnostics.push(place.error(format!("`{name}` is no authenticator"), help));
        }
    }
    None
}
