#![doc = include_str!("README.md")]

use std::sync::Arc;
use std::time::Instant;

use codeagent_config::{Section, Signal};
use codeagent_pipeline::{
    About, Batch, BoxFuture, BuildContext, BuiltExporter, Consumer, ExporterFactory, Node, NodeKind, Refused,
    Sending, Slots,
};
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;

/// Makes the exporter.
pub const FACTORY: ExporterFactory = ExporterFactory {
    about: About {
        kind: "nop",
        aliases: &[],
        summary: "takes everything and does nothing with it",
        signals: &Signal::ALL,
        schema: || schema_for!(Config),
    },
    build,
};

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Config {}

fn build(context: &mut BuildContext<'_>, section: &Section, signal: Signal) -> Option<BuiltExporter> {
    let Config {} = section.decode(context.diagnostics)?;
    let node = context.host.ledger.node(NodeKind::Exporter, &context.id.to_string(), "", signal);
    Some(Arc::new(Nop(node)))
}

/// There is nothing to wait for, so there is no queue either.
struct Nop(Arc<Node>);

impl Consumer for Nop {
    fn consume(&self, batch: Batch) -> BoxFuture<'_, Result<(), Refused>> {
        self.0.enter(batch.items()).deliver_rest();
        Box::pin(std::future::ready(Ok(())))
    }
}

impl Sending for Nop {
    fn reserve(&self, _: &Batch, _: &Slots) -> Result<(), Refused> {
        Ok(())
    }

    fn start(self: Arc<Self>) {}

    fn drain(&self, _: Instant) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exporters::written;

    #[test]
    fn a_key_is_refused() {
        let wrong = "exporters: {nop: {endpoint: x}}";
        assert!(written::build(&FACTORY, wrong, Signal::Logs).err().unwrap().contains("endpoint"));
    }

    #[tokio::test]
    async fn everything_is_taken_and_counted() {
        let ledger = codeagent_pipeline::Ledger::default();
        let nop = Nop(ledger.node(NodeKind::Exporter, "nop", "", Signal::Logs));
        nop.consume(Batch::new(Signal::Logs, b"x"[..].into(), 7)).await.unwrap();
        let row = &ledger.rows()[0];
        assert_eq!((row.items_in, row.items_out, row.in_flight), (7, 7, 0));
    }
}
