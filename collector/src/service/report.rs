//! The last words: what was delivered and what was not.

use codeagent_pipeline::{Host, NodeKind, Reason};

/// How a stop went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Delivered,
    Undelivered,
}

/// Says what was delivered and what was not.
pub(super) fn report(host: &Host) -> Ending {
    let mut ending = Ending::Delivered;
    for node in host.ledger.nodes().iter().filter(|node| node.kind == NodeKind::Exporter) {
        let lost = node.dropped(Reason::Shutdown) + node.in_flight();
        if lost > 0 {
            ending = Ending::Undelivered;
        }
        tracing::info!(
            exporter = node.id,
            signal = node.signal.as_str(),
            delivered = node.items_out(),
            not_delivered = lost,
            "stopped"
        );
    }
    ending
}
