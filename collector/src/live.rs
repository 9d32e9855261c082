//! The live line: once a second on a terminal, what arrives.

use std::path::PathBuf;
use std::time::Duration;

use codeagent_pipeline::{Host, NodeKind, Signal};

/// Prints a line a second while something arrives, and one when it stops.
pub async fn lines(host: Host, kept: Option<PathBuf>) {
    host.senders.watch();
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
    let from = senders(host.senders.take());
    let kept = kept.map(|path| format!("  kept in {}", path.display())).unwrap_or_default();
    format!("{}{from}  {} MiB held{kept}", rates.join("  "), host.memory.used() >> 20)
}

/// The busiest senders of the last second; they come busiest first.
fn senders(counts: Vec<(Box<str>, u64)>) -> String {
    const SHOWN: usize = 4;
    let more = counts.len().saturating_sub(SHOWN);
    let mut list: Vec<String> =
        counts.iter().take(SHOWN).map(|(name, items)| format!("{name} {items}")).collect();
    if more > 0 {
        list.push(format!("{more} more"));
    }
    if list.is_empty() { String::new() } else { format!("  from {}", list.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_senders_are_named_and_the_rest_counted() {
        let counts = [("b", 9), ("e", 5), ("c", 3), ("d", 2), ("a", 1), ("f", 1)];
        let counts = counts.map(|(name, items)| (Box::from(name), items)).to_vec();
        assert_eq!(senders(counts), "  from b 9, e 5, c 3, d 2, 2 more");
        assert_eq!(senders(Vec::new()), "");
    }
}
