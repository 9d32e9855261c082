#![doc = include_str!("README.md")]

use std::sync::Arc;

use codeagent_config::Section;
use codeagent_pipeline::{
    About, BoxFuture, BuildContext, BuiltExtension, ExtensionFactory, Health, Phase, Receiver, Running,
    StartError, Stop,
};
use http::StatusCode;
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;

use crate::net::pages::{self, Reply};

/// Makes the extension.
pub const FACTORY: ExtensionFactory = ExtensionFactory {
    about: About {
        kind: "health_check",
        aliases: &[],
        summary: "answers probes over HTTP: whether the collector takes data",
        signals: &[],
        schema: || schema_for!(Config),
    },
    build,
};

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Config {
    /// Where it listens.
    endpoint: String,
    /// The path that it answers.
    path: String,
    /// Bodies instead of the JSON that it answers.
    response_body: Option<ResponseBody>,
}

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct ResponseBody {
    /// While data is taken.
    healthy: String,
    /// Before and after.
    unhealthy: String,
}

impl Default for Config {
    fn default() -> Self {
        Config { endpoint: "127.0.0.1:13133".to_owned(), path: "/".to_owned(), response_body: None }
    }
}

const UNSUPPORTED: &[(&str, &str)] = &[
    ("tls", "probes are answered in plain HTTP; put the port behind a proxy where it leaves the host"),
    ("check_collector_pipeline", "the Collector advises against it; watch the ledger at /metrics instead"),
];

fn build(context: &mut BuildContext<'_>, section: &Section) -> Option<BuiltExtension> {
    let config: Config = section.decode_refusing(UNSUPPORTED, context.diagnostics)?;
    if !config.path.starts_with('/') {
        let problem = section.error("the path must begin with a slash", format!("write `/{}`", config.path));
        context.diagnostics.push(problem);
        return None;
    }
    let service = HealthCheck { config, health: context.host.health.clone() };
    Some(BuiltExtension { service: Some(Box::new(service)), ..BuiltExtension::default() })
}

struct HealthCheck {
    config: Config,
    health: Arc<Health>,
}

impl Receiver for HealthCheck {
    fn start(self: Box<Self>, mut stop: Stop) -> BoxFuture<'static, Result<Running, StartError>> {
        Box::pin(async move {
            let endpoint = self.config.endpoint.clone();
            let listener = TcpListener::bind(&endpoint).await.map_err(|error| {
                let message =
                    format!("cannot listen on {endpoint}: {error}; set `endpoint` to a free address");
                let port = endpoint.rsplit(':').next().and_then(|port| port.parse().ok());
                StartError::listening(message, port, &error)
            })?;
            let address = listener.local_addr().map(|address| address.to_string()).unwrap_or(endpoint);
            let answer = Arc::new(move |path: &str| (path == self.config.path).then(|| self.reply()));
            let task = tokio::spawn(async move {
                // Probes are answered while data drains too: they say that nothing new is taken.
                tokio::select! {
                    () = pages::serve(listener, answer) => {}
                    _ = stop.requested() => {}
                }
            });
            Ok(Running { task, endpoints: vec![format!("http {address}")] })
        })
    }
}

impl HealthCheck {
    fn reply(&self) -> Reply {
        let healthy = self.health.phase() == Phase::Ready;
        let status = if healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        if let Some(body) = &self.config.response_body {
            let body = if healthy { &body.healthy } else { &body.unhealthy };
            return Reply { status, content_type: "text/plain; charset=utf-8", body: body.clone() };
        }
        let text = if healthy { "Server available" } else { "Server not available" };
        let uptime = self.health.since().elapsed();
        let body = json!({"status": text, "uptime": format!("{:.3}s", uptime.as_secs_f64())}).to_string();
        Reply { status, content_type: "application/json", body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_healthy_only_while_data_is_taken() {
        let health = Arc::new(Health::default());
        let check = HealthCheck { config: Config::default(), health: health.clone() };
        let status = |phase| {
            health.set(phase);
            check.reply().status
        };
        assert_eq!(status(Phase::Starting), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(status(Phase::Ready), StatusCode::OK);
        assert_eq!(status(Phase::Stopping), StatusCode::SERVICE_UNAVAILABLE);
    }

    #[test]
    fn a_body_of_ones_own_is_answered() {
        let body = ResponseBody { healthy: "fine".to_owned(), unhealthy: "wait".to_owned() };
        let config = Config { response_body: Some(body), ..Config::default() };
        let check = HealthCheck { config, health: Arc::default() };
        assert_eq!(check.reply().body, "wait");
    }
}
