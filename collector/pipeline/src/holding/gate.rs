//! Where a pipeline is cut: what comes in is on disk when it is acknowledged, what was kept goes on behind.

use std::sync::Arc;

use parking_lot::{Mutex, RwLock};

use crate::log::{Log, Note};
use crate::{Batch, BoxFuture, Consumer, InFlight, Ledger, Node, NodeKind, Refused, Signal};

/// One pipeline at a holding processor.
pub struct Gate {
    /// The pipeline.
    pub(super) pipeline: String,
    /// What it carries.
    pub(super) signal: Signal,
    pub(super) node: Arc<Node>,
    /// What is neither delivered nor dropped.
    pub(super) token: Arc<Mutex<InFlight>>,
    pub(super) log: Mutex<Option<Arc<Log>>>,
    /// What comes behind.
    pub(super) outlet: RwLock<Option<Arc<dyn Consumer>>>,
}

impl Gate {
    /// The gate of the processor `id` in `pipeline`. Pure.
    pub(super) fn new(ledger: &Ledger, id: &str, pipeline: &str, signal: Signal) -> Arc<Self> {
        let node = ledger.node(NodeKind::Processor, id, pipeline, signal);
        let token = Arc::new(Mutex::new(node.enter(0)));
        let (log, outlet) = (Mutex::new(None), RwLock::new(None));
        Arc::new(Gate { pipeline: pipeline.to_owned(), signal, node, token, log, outlet })
    }

    /// Hands over what was kept.
    pub(super) async fn deliver(&self, batch: Batch) -> Result<(), Refused> {
        let outlet = self.outlet.read().clone();
        match outlet {
            Some(outlet) => outlet.consume(batch).await,
            None => Err(Refused::retry("the pipeline is being replaced")),
        }
    }
}

impl Consumer for Gate {
    fn consume(&self, mut batch: Batch) -> BoxFuture<'_, Result<(), Refused>> {
        Box::pin(async move {
            let Some(log) = self.log.lock().clone() else {
                return Err(Refused::retry("the hold is not open"));
            };
            if batch.is_empty() {
                return Ok(());
            }
            // places in queues that it reaches much later
            batch.slots = None;
            let items = batch.items();
            // before it is read: it may be decided before this returns
            self.token.lock().absorb(self.node.enter(items));
            let appended = log.append(batch, Note::default()).await;
            if appended.is_err() {
                self.token.lock().give_back(items);
            }
            appended
        })
    }
}
