#![doc = include_str!("README.md")]

use std::sync::Arc;

use codeagent_config::Section;
use codeagent_pipeline::{
    About, Batch, BoxFuture, BuildContext, BuiltConnector, ConnectorFactory, Consumer, Fed, Node, NodeKind,
    Refused, Signal,
};
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;

use super::settled::settle;

/// Makes the connector.
pub const FACTORY: ConnectorFactory = ConnectorFactory {
    about: About {
        kind: "forward",
        aliases: &[],
        summary: "hands what one pipeline gives to others of the same signal",
        signals: &Signal::ALL,
        schema: || schema_for!(Config),
    },
    passes_on: true,
    build,
};

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Config {}

fn build(
    context: &mut BuildContext<'_>,
    section: &Section,
    signal: Signal,
    fed: Fed,
) -> Option<BuiltConnector> {
    section.decode::<Config>(context.diagnostics)?;
    let Some(next) = fed.outputs.get(signal) else {
        let message =
            format!("no {signal} pipeline receives from it, so there is nowhere to forward {signal} to");
        context.diagnostics.push(section.error(message, "list it in the `receivers` of one"));
        return None;
    };
    let node = context.host.ledger.node(NodeKind::Connector, &context.id.to_string(), "", signal);
    Some(BuiltConnector::passive(Arc::new(Forward { node, next })))
}

struct Forward {
    node: Arc<Node>,
    next: Arc<dyn Consumer>,
}

impl Consumer for Forward {
    fn consume(&self, batch: Batch) -> BoxFuture<'_, Result<(), Refused>> {
        Box::pin(async move {
            let token = self.node.enter(batch.items());
            let result = self.next.consume(batch).await;
            settle(token, &result);
            result
        })
    }
}
