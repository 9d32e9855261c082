#![doc = include_str!("README.md")]

use std::sync::Arc;

use codeagent_config::{Duration, PipelineId, Section};
use codeagent_pipeline::{
    About, Batch, BoxFuture, BuildContext, BuiltConnector, ConnectorFactory, Consumer, Fed, Node, NodeKind,
    Refused, Signal,
};
use parking_lot::Mutex;
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;
use tokio::time::Instant;

use super::fed;
use super::settled::settle;

/// Makes the connector.
pub const FACTORY: ConnectorFactory = ConnectorFactory {
    about: About {
        kind: "failover",
        aliases: &[],
        summary: "sends to the first level of pipelines that takes the data",
        signals: &Signal::ALL,
        schema: || schema_for!(Config),
    },
    passes_on: false,
    build,
};

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Config {
    /// Lists of pipelines, the best first; those of one level all get the data.
    priority_levels: Vec<Vec<PipelineId>>,
    /// After this time one batch tries a level that failed.
    retry_interval: Duration,
    /// Read for compatibility.
    #[allow(dead_code)]
    retry_gap: Duration,
    /// Read for compatibility.
    #[allow(dead_code)]
    max_retries: u64,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            priority_levels: Vec::new(),
            retry_interval: Duration::from_secs(600),
            retry_gap: Duration::ZERO,
            max_retries: 0,
        }
    }
}

const UNSUPPORTED: &[(&str, &str)] =
    &[("sending_queue", "queues belong to exporters: set it on those of the last level")];

fn build(
    context: &mut BuildContext<'_>,
    section: &Section,
    signal: Signal,
    fed: Fed,
) -> Option<BuiltConnector> {
    let config: Config = section.decode_refusing(UNSUPPORTED, context.diagnostics)?;
    let place = section.at("priority_levels").unwrap_or_else(|| section.clone());
    if config.priority_levels.is_empty() {
        let help = "list pipelines, the best first: `[[traces/near], [traces/far]]`";
        context.diagnostics.push(place.error("there is no level to send to", help));
        return None;
    }
    let places = place.items();
    let mut levels = Vec::new();
    for (at, pipelines) in config.priority_levels.iter().enumerate() {
        let place = places.get(at).unwrap_or(&place);
        levels.push(fed::pipelines(&fed, pipelines, signal, place, context.diagnostics));
    }
    let levels = levels.into_iter().collect::<Option<Vec<_>>>()?;
    let failed = Mutex::new(vec![None; levels.len()]);
    let node = context.host.ledger.node(NodeKind::Connector, &context.id.to_string(), "", signal);
    let retry_interval = config.retry_interval.get();
    Some(BuiltConnector::passive(Arc::new(Failover { node, levels, failed, retry_interval })))
}

struct Failover {
    node: Arc<Node>,
    levels: Vec<Arc<dyn Consumer>>,
    /// When each level last failed; nothing for one that works.
    failed: Mutex<Vec<Option<Instant>>>,
    retry_interval: std::time::Duration,
}

impl Failover {
    /// Whether a batch tries this level. Of one that failed, one batch finds out whether it works again.
    fn is_tried(&self, level: usize) -> bool {
        let now = Instant::now();
        let mut failed = self.failed.lock();
        match &mut failed[level] {
            None => true,
            Some(since) if now.duration_since(*since) >= self.retry_interval => {
                *since = now;
                true
            }
            Some(_) => false,
        }
    }

    /// Notes whether a level works.
    fn note(&self, level: usize, works: bool) {
        let before = std::mem::replace(&mut self.failed.lock()[level], (!works).then(Instant::now));
        match (before, works) {
            (None, false) => tracing::warn!(connector = self.node.id, level, "a level does not take data"),
            (Some(_), true) => tracing::info!(connector = self.node.id, level, "a level takes data again"),
            _ => {}
        }
    }

    async fn hand_down(&self, mut batch: Batch) -> Result<(), Refused> {
        // places that were reserved before belong to other ways
        batch.slots = None;
        let tried: Vec<bool> = (0..self.levels.len()).map(|level| self.is_tried(level)).collect();
        // where all have failed lately, each is tried all the same: the sender waits for an answer
        let none = !tried.contains(&true);
        let mut last = Refused::retry("no level takes data");
        for (level, consumer) in self.levels.iter().enumerate() {
            if !tried[level] && !none {
                continue;
            }
            match consumer.consume(batch.clone()).await {
                Err(refused @ Refused::Retry { .. }) => {
                    self.note(level, false);
                    last = refused;
                }
                outcome => {
                    self.note(level, true);
                    return outcome;
                }
            }
        }
        Err(last)
    }
}

impl Consumer for Failover {
    fn consume(&self, batch: Batch) -> BoxFuture<'_, Result<(), Refused>> {
        Box::pin(async move {
            let token = self.node.enter(batch.items());
            let outcome = self.hand_down(batch).await;
            settle(token, &outcome);
            outcome
        })
    }
}

#[cfg(test)]
mod tests;
