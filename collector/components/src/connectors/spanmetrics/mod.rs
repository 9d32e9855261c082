#![doc = include_str!("README.md")]

use std::sync::Arc;
use std::time::Duration;

use codeagent_config::Section;
use codeagent_pipeline::spans::random_uuid;
use codeagent_pipeline::{
    About, Batch, BoxFuture, BuildContext, BuiltConnector, ConnectorFactory, Consumer, Fed, Node, NodeKind,
    Outputs, Receiver, Refused, Running, Signal, StartError, Stop,
};
use parking_lot::Mutex;
use schemars::schema_for;
use tokio::time::{Instant, interval_at, sleep, timeout_at};

use super::otlp_metrics::unix_nanos;
use super::settled::settle;

mod config;
mod dimensions;
mod exponential;
mod gather;
mod series;
#[cfg(test)]
mod tests;

use config::{Config, Temporality, UNSUPPORTED};
use gather::Gatherer;

/// Makes the connector.
pub const FACTORY: ConnectorFactory = ConnectorFactory {
    about: About {
        kind: "spanmetrics",
        aliases: &["span_metrics"],
        summary: "makes metrics of spans: calls, durations, errors",
        signals: &[Signal::Traces],
        schema: || schema_for!(Config),
    },
    passes_on: false,
    build,
};

fn build(context: &mut BuildContext<'_>, section: &Section, _: Signal, fed: Fed) -> Option<BuiltConnector> {
    let config: Config = section.decode_refusing(UNSUPPORTED, context.diagnostics)?;
    if let Some((key, message, help)) = config.mistake() {
        let place = section.at(key).unwrap_or_else(|| section.clone());
        context.diagnostics.push(place.error(message, help));
        return None;
    }
    super::fed::metrics(&fed, section, context.diagnostics)?;
    let (ledger, id) = (&context.host.ledger, context.id.to_string());
    let node = |signal| ledger.node(NodeKind::Connector, &id, "", signal);
    let every = config.metrics_flush_interval.get();
    let offers_again = config.aggregation_temporality == Temporality::Delta;
    let gatherer = Arc::new(Mutex::new(Gatherer::new(config, random_uuid(), unix_nanos())));
    let spans = SpanMetrics { node: node(Signal::Traces), gatherer: gatherer.clone() };
    let giver = Giver { node: node(Signal::Metrics), gatherer, outputs: fed.outputs, every, offers_again };
    Some(BuiltConnector { consumer: Arc::new(spans), service: Some(Box::new(giver)) })
}

/// Takes spans.
struct SpanMetrics {
    node: Arc<Node>,
    gatherer: Arc<Mutex<Gatherer>>,
}

impl Consumer for SpanMetrics {
    fn consume(&self, batch: Batch) -> BoxFuture<'_, Result<(), Refused>> {
        let token = self.node.enter(batch.items());
        let now = unix_nanos();
        let mut gatherer = self.gatherer.lock();
        batch.chunks().iter().for_each(|chunk| gatherer.add(&chunk.bytes, now));
        token.deliver_rest();
        Box::pin(async { Ok(()) })
    }
}

/// Gives metrics from time to time.
struct Giver {
    node: Arc<Node>,
    gatherer: Arc<Mutex<Gatherer>>,
    outputs: Outputs,
    every: Duration,
    /// Whether what was not taken is offered again: the next points do not hold it.
    offers_again: bool,
}

/// Between two offers of the same points.
const OFFER_AGAIN: Duration = Duration::from_secs(1);

impl Receiver for Giver {
    fn start(self: Box<Self>, stop: Stop) -> BoxFuture<'static, Result<Running, StartError>> {
        Box::pin(async move {
            let task = tokio::spawn(self.run(stop));
            Ok(Running { task, endpoints: Vec::new() })
        })
    }
}

impl Giver {
    async fn run(self: Box<Self>, mut stop: Stop) {
        let mut ticks = interval_at(Instant::now() + self.every, self.every);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let deadline = loop {
            tokio::select! {
                deadline = stop.requested() => break deadline,
                _ = ticks.tick() => {}
            }
            let mut giving = std::pin::pin!(self.give());
            tokio::select! {
                () = &mut giving => {}
                deadline = stop.requested() => {
                    // what is being offered is in no series any more
                    let _ = timeout_at(deadline.into(), giving).await;
                    break deadline;
                }
            }
        };
        if timeout_at(deadline.into(), self.give()).await.is_err() {
            tracing::warn!(connector = self.node.id, "what was gathered last was not taken in time");
        }
    }

    async fn give(&self) {
        let Some((bytes, points)) = self.gatherer.lock().give(unix_nanos()) else { return };
        let batch = Batch::new(Signal::Metrics, bytes.into(), points);
        let token = self.node.enter(points);
        let outcome = loop {
            let Some(output) = self.outputs.get(Signal::Metrics) else {
                break Err(Refused::retry("no metrics pipeline receives from it"));
            };
            match output.consume(batch.clone()).await {
                Err(Refused::Retry { after, message }) if self.offers_again => {
                    tracing::debug!(connector = self.node.id, message, "metrics are offered again");
                    sleep(after.unwrap_or(OFFER_AGAIN)).await;
                }
                outcome => break outcome,
            }
        };
        if let Err(refused) = &outcome {
            tracing::warn!(connector = self.node.id, error = %refused, "metrics were not taken");
        }
        settle(token, &outcome);
    }
}
