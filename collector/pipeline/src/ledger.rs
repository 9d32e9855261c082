//! Nothing disappears in silence: items in = items out + dropped by reason + in flight, for every node.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// What a node is: a closed set, declared in the registry.
pub use codeagent_semconv::value::ComponentKind as NodeKind;
/// Why items left the way: a closed set, declared in the registry.
pub use codeagent_semconv::value::DropReason as Reason;
use parking_lot::Mutex;
use serde::{Serialize, Serializer};

use crate::{Signal, Trouble};

/// One component at work for one signal.
#[derive(Debug)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Its id in the configuration: `otlp`, `kafka/eu`.
    pub id: String,
    /// The pipeline that it serves; empty where it serves several.
    pub pipeline: String,
    /// Which signal.
    pub signal: Signal,
    /// What a receiver is spoken to by: `grpc`, `http`; empty for other nodes.
    pub transport: &'static str,
    items_in: AtomicU64,
    items_out: AtomicU64,
    in_flight: AtomicU64,
    dropped: [AtomicU64; Reason::COUNT],
    trouble: Mutex<Option<Trouble>>,
    /// Requests that an exporter may have on their way at a time; 0 where only its workers limit them.
    at_once: AtomicUsize,
}

impl Node {
    /// Counts `items` in. The token says later where they went.
    pub fn enter(self: &Arc<Self>, items: usize) -> InFlight {
        self.items_in.fetch_add(items as u64, Ordering::Relaxed);
        self.in_flight.fetch_add(items as u64, Ordering::Relaxed);
        InFlight { node: self.clone(), left: items }
    }

    /// What keeps an exporter from delivering at present.
    pub fn trouble(&self) -> Option<Trouble> {
        self.trouble.lock().clone()
    }

    /// An attempt of an exporter failed and is repeated; how many did one after the other.
    pub fn fail(&self, message: &str) -> u64 {
        let mut trouble = self.trouble.lock();
        let known = trouble.take();
        trouble.insert(Trouble::another(known, message)).attempts
    }

    /// An attempt succeeded: the trouble that was there.
    pub fn recover(&self) -> Option<Trouble> {
        self.trouble.lock().take()
    }

    /// Shows how many requests an exporter may have on their way, where the destination takes fewer than there are
    /// workers.
    pub fn show_at_once(&self, limit: Option<usize>) {
        self.at_once.store(limit.unwrap_or_default(), Ordering::Relaxed);
    }

    /// Items that came in so far.
    pub fn items_in(&self) -> u64 {
        self.items_in.load(Ordering::Relaxed)
    }

    /// Items that went out so far.
    pub fn items_out(&self) -> u64 {
        self.items_out.load(Ordering::Relaxed)
    }

    /// Items that are neither out nor dropped yet: what the live tokens hold.
    pub fn in_flight(&self) -> u64 {
        self.in_flight.load(Ordering::Relaxed)
    }

    fn is(&self, kind: NodeKind, id: &str, pipeline: &str, signal: Signal) -> bool {
        self.kind == kind && self.id == id && self.pipeline == pipeline && self.signal == signal
    }

    /// Items that left for `reason`.
    pub fn dropped(&self, reason: Reason) -> u64 {
        self.dropped[reason.index()].load(Ordering::Relaxed)
    }
}

/// Items inside a node. Each must be delivered or dropped with a reason; what is left when the token goes was
/// abandoned by its sender.
#[derive(Debug)]
pub struct InFlight {
    node: Arc<Node>,
    left: usize,
}

impl InFlight {
    /// Items not settled yet.
    pub fn left(&self) -> usize {
        self.left
    }

    /// `items` went out.
    pub fn deliver(&mut self, items: usize) {
        let items = self.settle(items);
        self.node.items_out.fetch_add(items, Ordering::Relaxed);
    }

    /// All that is left went out.
    pub fn deliver_rest(mut self) {
        self.deliver(self.left);
    }

    /// `items` left for `reason`.
    pub fn drop_items(&mut self, reason: Reason, items: usize) {
        let items = self.settle(items);
        self.node.dropped[reason.index()].fetch_add(items, Ordering::Relaxed);
    }

    /// All that is left was dropped for `reason`.
    pub fn drop_rest(mut self, reason: Reason) {
        self.drop_items(reason, self.left);
    }

    /// Takes the items of `other`, a token of the same node, over.
    pub fn absorb(&mut self, mut other: InFlight) {
        debug_assert!(Arc::ptr_eq(&self.node, &other.node));
        self.left += std::mem::take(&mut other.left);
    }

    /// `items` go back to where they came from, as if they had never come in.
    pub fn give_back(&mut self, items: usize) {
        let items = self.settle(items);
        self.node.items_in.fetch_sub(items, Ordering::Relaxed);
    }

    /// The node that the items are in.
    pub fn node(&self) -> &Arc<Node> {
        &self.node
    }

    fn settle(&mut self, items: usize) -> u64 {
        let items = items.min(self.left);
        self.left -= items;
        self.node.in_flight.fetch_sub(items as u64, Ordering::Relaxed);
        items as u64
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if self.left > 0 {
            self.drop_items(Reason::Abandoned, self.left);
        }
    }
}

/// All nodes of the process.
#[derive(Debug, Default)]
pub struct Ledger {
    nodes: Mutex<Vec<Arc<Node>>>,
}

/// One row of `status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// `exporter/otlp`.
    pub node: String,
    /// What it is.
    #[serde(serialize_with = "by_name")]
    pub kind: NodeKind,
    /// Its pipeline, or empty.
    pub pipeline: String,
    /// `traces`, `metrics`, `logs`.
    pub signal: &'static str,
    /// Items in.
    pub items_in: u64,
    /// Items out.
    pub items_out: u64,
    /// Items dropped, by reason; reasons without items are left out.
    pub dropped: std::collections::BTreeMap<&'static str, u64>,
    /// Items inside.
    pub in_flight: u64,
    /// What keeps an exporter from delivering at present.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
    /// Requests that an exporter may have on their way, where its destination takes fewer than it has workers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_at_once: Option<usize>,
}

fn by_name<S: Serializer>(kind: &NodeKind, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(kind.as_str())
}

impl Row {
    fn add(&mut self, other: Row) {
        self.items_in += other.items_in;
        self.items_out += other.items_out;
        self.in_flight += other.in_flight;
        for (reason, items) in other.dropped {
            *self.dropped.entry(reason).or_default() += items;
        }
    }

    /// Whether rule 3 holds. Read while items move, a row can be off by what moved during the read.
    pub fn balances(&self) -> bool {
        self.items_in == self.items_out + self.dropped.values().sum::<u64>() + self.in_flight
    }
}

impl Ledger {
    /// The node of this name, made when it is new.
    pub fn node(&self, kind: NodeKind, id: &str, pipeline: &str, signal: Signal) -> Arc<Node> {
        self.find_or_add(kind, id, pipeline, signal, "")
    }

    /// The node of the receiver `id` for what comes over `transport`. A reading of all nodes has one row for all
    /// transports.
    pub fn receiver(&self, id: &str, transport: &'static str, signal: Signal) -> Arc<Node> {
        self.find_or_add(NodeKind::Receiver, id, "", signal, transport)
    }

    fn find_or_add(
        &self,
        kind: NodeKind,
        id: &str,
        pipeline: &str,
        signal: Signal,
        transport: &'static str,
    ) -> Arc<Node> {
        let mut nodes = self.nodes.lock();
        let same = |node: &&Arc<Node>| node.is(kind, id, pipeline, signal) && node.transport == transport;
        if let Some(node) = nodes.iter().find(same) {
            return node.clone();
        }
        let node = Arc::new(Node {
            kind,
            id: id.to_owned(),
            pipeline: pipeline.to_owned(),
            signal,
            transport,
            items_in: AtomicU64::new(0),
            items_out: AtomicU64::new(0),
            in_flight: AtomicU64::new(0),
            dropped: Default::default(),
            trouble: Mutex::default(),
            at_once: AtomicUsize::new(0),
        });
        nodes.push(node.clone());
        node
    }

    /// All nodes, in the order in which they were made.
    pub fn nodes(&self) -> Vec<Arc<Node>> {
        self.nodes.lock().clone()
    }

    /// A reading of all nodes.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<(Arc<Node>, Row)> = Vec::new();
        for node in self.nodes() {
            let same = |(first, _): &&mut (Arc<Node>, Row)| {
                first.is(node.kind, &node.id, &node.pipeline, node.signal)
            };
            match rows.iter_mut().find(same) {
                Some((_, sum)) => sum.add(row(&node)),
                None => rows.push((node.clone(), row(&node))),
            }
        }
        rows.into_iter().map(|(_, row)| row).collect()
    }
}

fn row(node: &Node) -> Row {
    let dropped = Reason::ALL.iter().map(|&reason| (reason.as_str(), node.dropped(reason)));
    Row {
        node: format!("{}/{}", node.kind.as_str(), node.id),
        kind: node.kind,
        pipeline: node.pipeline.clone(),
        signal: node.signal.as_str(),
        items_in: node.items_in(),
        items_out: node.items_out(),
        dropped: dropped.filter(|(_, items)| *items > 0).collect(),
        in_flight: node.in_flight(),
        trouble: node.trouble(),
        requests_at_once: Some(node.at_once.load(Ordering::Relaxed)).filter(|limit| *limit > 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_that_enters_is_found_again() {
        let ledger = Ledger::default();
        let node = ledger.node(NodeKind::Exporter, "otlp", "", Signal::Traces);
        let mut token = node.enter(10);
        token.deliver(4);
        token.drop_items(Reason::Rejected, 1);
        let row = &ledger.rows()[0];
        assert_eq!((row.items_in, row.items_out, row.in_flight), (10, 4, 5));
        assert!(row.balances());
        drop(token);
        let row = &ledger.rows()[0];
        assert_eq!(row.dropped, [("abandoned", 5), ("rejected", 1)].into());
        assert!(row.balances());
    }

    #[test]
    fn a_token_settles_no_more_than_it_holds() {
        let ledger = Ledger::default();
        let node = ledger.node(NodeKind::Receiver, "otlp", "", Signal::Logs);
        let mut token = node.enter(3);
        token.deliver(5);
        token.drop_rest(Reason::Expired);
        assert_eq!(ledger.rows()[0].items_out, 3);
        assert!(ledger.rows()[0].balances());
    }

    #[test]
    fn the_same_name_is_the_same_node() {
        let ledger = Ledger::default();
        let first = ledger.node(NodeKind::Receiver, "otlp", "", Signal::Logs);
        assert!(Arc::ptr_eq(&first, &ledger.node(NodeKind::Receiver, "otlp", "", Signal::Logs)));
        ledger.node(NodeKind::Receiver, "otlp", "", Signal::Traces);
        assert_eq!(ledger.nodes().len(), 2);
    }

    #[test]
    fn a_receiver_has_one_row_for_all_its_transports() {
        let ledger = Ledger::default();
        ledger.receiver("otlp", "grpc", Signal::Logs).enter(3).deliver_rest();
        ledger.receiver("otlp", "http", Signal::Logs).enter(2).drop_rest(Reason::Refused);
        ledger.receiver("otlp", "http", Signal::Logs).enter(1).drop_rest(Reason::Refused);
        let [row] = ledger.rows().try_into().unwrap();
        assert_eq!((row.items_in, row.items_out, row.dropped["refused"]), (6, 3, 3));
        assert!(row.balances());
    }
}
