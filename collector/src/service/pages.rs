//! The collector's own pages: its metrics and its ledger.

use std::sync::Arc;

use anyhow::Context;
use codeagent_components::net::pages::{self, Reply};
use codeagent_pipeline::Host;
use http::StatusCode;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::reloads::Reloads;

/// The pages while they are served; dropped, their address is free.
pub(super) struct Pages(Option<JoinHandle<()>>);

impl Pages {
    /// Opens `address`, if there is one, and serves.
    pub async fn open(address: Option<&str>, host: &Host, reloads: &Arc<Reloads>) -> anyhow::Result<Self> {
        let Some(address) = address else { return Ok(Pages(None)) };
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!(
                "cannot listen on {address} for the collector's own metrics; is another collector running? \
                 `service::telemetry::metrics` sets the address, level `none` switches it off"
            )
        })?;
        let (host, reloads) = (host.clone(), reloads.clone());
        let answer = move |path: &str| match path {
            "/metrics" => Some(Reply {
                status: StatusCode::OK,
                content_type: "text/plain; version=0.0.4; charset=utf-8",
                body: codeagent_pipeline::telemetry::render(&host),
            }),
            "/status" => Some(Reply {
                status: StatusCode::OK,
                content_type: "application/json",
                body: status(&host, &reloads).to_string(),
            }),
            _ => None,
        };
        Ok(Pages(Some(tokio::spawn(pages::serve(listener, Arc::new(answer))))))
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

fn status(host: &Host, reloads: &Reloads) -> serde_json::Value {
    serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "nodes": host.ledger.rows(),
        "memory": {"used_bytes": host.memory.used(), "limit_bytes": host.memory.limit()},
        "configuration": reloads.to_json(),
    })
}
