//! What is said when the collector is ready.

use std::path::Path;

use codeagent_config::ComponentId;
use codeagent_pipeline::Running;

use crate::guide;

/// Says what listens where, and for the embedded default how to use it.
pub(super) fn greet<'a>(
    receivers: impl Iterator<Item = (&'a ComponentId, &'a Running)> + Clone,
    metrics_address: Option<&str>,
    kept: Option<&Path>,
) {
    for (id, receiver) in receivers.clone() {
        for endpoint in &receiver.endpoints {
            tracing::info!(receiver = %id, endpoint, "listening");
        }
    }
    if let Some(address) = metrics_address {
        tracing::info!(address, "own metrics at /metrics, the ledger at /status");
    }
    let Some(kept) = kept else { return };
    let listens_on = |protocol: &str| {
        let mut endpoints = receivers.clone().flat_map(|(_, receiver)| &receiver.endpoints);
        endpoints.find_map(|endpoint| endpoint.strip_prefix(protocol).map(str::trim))
    };
    eprint!(
        "\nwhat arrives is kept in {}\n{}\n",
        kept.display(),
        guide::text(listens_on("grpc"), listens_on("http"))
    );
}
