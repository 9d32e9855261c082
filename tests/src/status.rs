//! What the collector says about itself: the ledger of `/status`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The answer of `/status`.
#[derive(Debug, Deserialize)]
pub struct Status {
    /// One row for each component, pipeline and signal.
    pub nodes: Vec<Node>,
    /// The configuration that runs.
    #[serde(default)]
    pub configuration: Configuration,
}

/// What became of the configuration.
#[derive(Debug, Default, Deserialize)]
pub struct Configuration {
    /// When it was loaded, in seconds since 1970 by the collector's clock.
    pub loaded: f64,
    /// The last reload, if there was one.
    pub last_reload: Option<Reload>,
}

/// One reload.
#[derive(Clone, Debug, Deserialize)]
pub struct Reload {
    /// Seconds since 1970.
    pub time: f64,
    /// `applied`, `unchanged`, `invalid`, `failed`
    pub outcome: String,
    /// What is wrong.
    pub message: String,
}

/// What one component did with the items of one signal.
#[derive(Debug, Deserialize)]
pub struct Node {
    /// `exporter/otlp`
    pub node: String,
    /// `receiver`, `processor`, `connector`, `exporter`
    pub kind: String,
    /// The pipeline that it serves; empty where it serves several.
    #[serde(default)]
    pub pipeline: String,
    /// `traces`, `metrics`, `logs`
    pub signal: String,
    /// Items that came in.
    pub items_in: u64,
    /// Items that were taken downstream.
    pub items_out: u64,
    /// Items that left the way, by reason.
    pub dropped: BTreeMap<String, u64>,
    /// Items that are neither out nor dropped yet.
    pub in_flight: u64,
}

impl Status {
    /// The sum of one figure over the nodes of a kind and signal.
    pub fn total(&self, kind: &str, signal: &str, figure: impl Fn(&Node) -> u64) -> u64 {
        self.nodes.iter().filter(|node| node.kind == kind && node.signal == signal).map(figure).sum()
    }

    /// Checks that every item is accounted for: in = out + dropped + in flight, for every node.
    ///
    /// # Panics
    /// With the rows of those nodes where it is not so, and when there are no nodes at all.
    pub fn assert_balanced(&self) {
        assert!(!self.nodes.is_empty(), "the ledger has no nodes");
        let wrong: Vec<&Node> = self.nodes.iter().filter(|node| !node.is_balanced()).collect();
        assert!(wrong.is_empty(), "items are unaccounted for: {wrong:#?}");
    }
}

impl Node {
    fn is_balanced(&self) -> bool {
        self.items_in == self.items_out + self.dropped.values().sum::<u64>() + self.in_flight
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(items_out: u64) -> Status {
        let dropped = BTreeMap::from([("filtered".to_owned(), 2), ("rejected".to_owned(), 1)]);
        let node = Node {
            node: "exporter/otlp".to_owned(),
            kind: "exporter".to_owned(),
            pipeline: "traces".to_owned(),
            signal: "traces".to_owned(),
            items_in: 10,
            items_out,
            dropped,
            in_flight: 3,
        };
        Status { nodes: vec![node], configuration: Configuration::default() }
    }

    #[test]
    fn a_ledger_that_adds_up_is_balanced() {
        status(4).assert_balanced();
    }

    #[test]
    #[should_panic(expected = "items are unaccounted for")]
    fn a_ledger_that_misses_an_item_is_not_balanced() {
        status(3).assert_balanced();
    }
}
