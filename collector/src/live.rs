//! The live line: once a second on a terminal, what arrives.

use std::path::PathBuf;
use std::time::Duration;

use codeagent_pipeline::{Host, NodeKind, Signal};

/// Prints a line a second while something arrives, and one when it stops.
pub async fn lines(host: Host, kept: Option<PathBuf>) {
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    let mut before = [0; 3];
    let mut was_quiet = true;
    loop {
        ticks.tick().await;
        let now = arrived(&host);
        let quiet = now == before;
        if !(quiet && was_quiet) {
            eprintln!("{}", line(&host, before, now, kept.as_ref()));
        }
        (before, was_quiet) = (now, quiet);
    }
}

fn arrived(host: &Host) -> [u64; 3] {
    let mut items = [0; 3];
    for node in host.ledger.nodes().iter().filter(|node| node.kind == NodeKind::Receiver) {
        items[node.signal.index()] += node.items_in();
    }
    items
}

fn line(host: &Host, before: [u64; 3], now: [u64; 3], kept: Option<&PathBuf>) -> String {
    let rates = Signal::ALL.map(|signal| {
        let at = signal.index();
        format!("{} {}/s (total {})", signal.as_str(), now[at].saturating_sub(before[at]), now[at])
    });
    let kept = kept.map(|path| format!("  kept in {}", path.display())).unwrap_or_default();
    format!("{}  {} MiB held{kept}", rates.join("  "), host.memory.used() >> 20)
}
