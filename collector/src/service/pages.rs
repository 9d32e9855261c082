//! The collector's own pages: its metrics and its ledger.

use std::sync::Arc;

use anyhow::Context;
use codeagent_components::net::pages::{self, Guard, Reply, Site};
use codeagent_pipeline::Host;
use http::StatusCode;
use parking_lot::RwLock;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::orders::Orders;
use super::reloads::Reloads;
use crate::telemetry::Page;

/// The pages while they are served; dropped, their address is free.
pub(super) struct Pages {
    task: Option<JoinHandle<()>>,
    guard: Arc<RwLock<Guard>>,
}

impl Pages {
    /// Opens the page's address, if there is a page, and serves whom it lets in.
    pub async fn open(
        page: Option<&Page>,
        host: &Host,
        reloads: &Arc<Reloads>,
        orders: &Arc<Orders>,
    ) -> anyhow::Result<Self> {
        let guard: Arc<RwLock<Guard>> = Arc::default();
        let Some(page) = page else { return Ok(Pages { task: None, guard }) };
        let address = &page.address;
        *guard.write() = Guard { authenticator: page.authenticator(host), tls: page.tls(&host.metrics)? };
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
        let site =
            Site { answer: Arc::new(answer), order: Some(orders.clone().taken()), guard: guard.clone() };
        let serving = pages::serve_site(listener, site);
        Ok(Pages { task: Some(tokio::spawn(serving)), guard })
    }

    /// Lets in by these rules from now on.
    pub fn guard(&self, guard: Guard) {
        *self.guard.write() = guard;
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

fn status(host: &Host, reloads: &Reloads) -> serde_json::Value {
    serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "process": std::process::id(),
        "nodes": host.ledger.rows(),
        "memory": {"used_bytes": host.memory.used(), "limit_bytes": host.memory.limit()},
        "configuration": reloads.to_json(),
    })
}
