//! `auth: {authenticator: ID}` of a server: which extension checks its senders.

use std::sync::Arc;

use codeagent_config::{ComponentId, Section};
use codeagent_pipeline::BuildContext;
use codeagent_pipeline::auth::ServerAuthenticator;

use crate::net::client_auth::AuthConfig;

/// The authenticator that `auth` names. `section` is the server's. `None` when there is none such: the
/// diagnostics then say so.
pub fn server_authenticator(
    auth: Option<&AuthConfig>,
    section: &Section,
    context: &mut BuildContext<'_>,
) -> Option<Option<Arc<dyn ServerAuthenticator>>> {
    let Some(auth) = auth else { return Some(None) };
    let place = section.at("auth::authenticator").or_else(|| section.at("auth"));
    let place = place.unwrap_or_else(|| section.clone());
    let name = &auth.authenticator;
    let id = match name.parse::<ComponentId>() {
        Ok(id) => id,
        Err(error) => {
            let help = "name an extension, such as basicauth/server";
            context.diagnostics.push(place.error(error.to_string(), help));
            return None;
        }
    };
    let found = context.host.authenticators.get(&id);
    let (message, help) = match found.map(|found| &found.server) {
        Some(Some(server)) => return Some(Some(server.clone())),
        Some(None) => (
            format!("the extension `{name}` proves this process to others, it does not check senders"),
            "for a receiver, give it what senders must show, such as basicauth's `htpasswd`",
        ),
        None => (
            format!("`{name}` is no authenticator"),
            "define it under `extensions` and list it in `service::extensions`",
        ),
    };
    context.diagnostics.push(place.error(message, help));
    None
}
