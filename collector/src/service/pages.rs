//! The collector's own pages: its metrics and its ledger.

use std::sync::Arc;

use anyhow::Context;
use codeagent_components::net::pages::{self, Reply};
use codeagent_pipeline::Host;
use http::StatusCode;
use tokio::net::TcpListener;

/// Opens the address of `service::telemetry::metrics`, if there is one, and serves.
pub(super) async fn serve(address: Option<&str>, host: &Host) -> anyhow::Result<()> {
    let Some(address) = address else { return Ok(()) };
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!(
            "cannot listen on {address} for the collector's own metrics; is another collector running? \
             `service::telemetry::metrics` sets the address, level `none` switches it off"
        )
    })?;
    let host = host.clone();
    let pages = move |path: &str| match path {
        "/metrics" => Some(Reply {
            status: StatusCode::OK,
            content_type: "text/plain; version=0.0.4; charset=utf-8",
            body: codeagent_pipeline::telemetry::render(&host),
        }),
        "/status" => Some(Reply {
            status: StatusCode::OK,
            content_type: "application/json",
            body: status(&host).to_string(),
        }),
        _ => None,
    };
    tokio::spawn(pages::serve(listener, Arc::new(pages)));
    Ok(())
}

fn status(host: &Host) -> serde_json::Value {
    serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "nodes": host.ledger.rows(),
        "memory": {"used_bytes": host.memory.used(), "limit_bytes": host.memory.limit()},
    })
}
