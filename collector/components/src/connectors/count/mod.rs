#![doc = include_str!("README.md")]

use std::sync::Arc;

use codeagent_config::Section;
use codeagent_pipeline::otlp::views::{
    Attribute, LogRecord, Metric, Points, Repeated, Resource, ResourceGroup, Scope, Span,
};
use codeagent_pipeline::{
    About, Batch, BoxFuture, BuildContext, BuiltConnector, ConnectorFactory, Consumer, Fed, Node, NodeKind,
    Refused, Signal,
};
use indexmap::IndexMap;
use schemars::schema_for;
use tokio::sync::Mutex;

use super::otlp_metrics::unix_nanos;
use super::settled::settle;
use crate::ottl::{Context, Item, Subject};

mod config;
mod counter;
#[cfg(test)]
mod tests;

use config::{Config, Counted};
use counter::{Counter, Counts};

/// Makes the connector.
pub const FACTORY: ConnectorFactory = ConnectorFactory {
    about: About {
        kind: "count",
        aliases: &[],
        summary: "counts spans, span events, metrics, data points and log records",
        signals: &Signal::ALL,
        schema: || schema_for!(Config),
    },
    passes_on: false,
    build,
};

fn build(
    context: &mut BuildContext<'_>,
    section: &Section,
    signal: Signal,
    fed: Fed,
) -> Option<BuiltConnector> {
    let config: Config = section.decode(context.diagnostics)?;
    let next = super::fed::metrics(&fed, section, context.diagnostics)?;
    type Kind<'a> = (&'a str, Context, &'a IndexMap<String, Counted>, &'a str, &'a str);
    let kinds: Vec<Kind<'_>> = match signal {
        Signal::Traces => vec![
            ("spans", Context::Span, &config.spans, "trace.span.count", "The number of spans observed."),
            (
                "spanevents",
                Context::SpanEvent,
                &config.spanevents,
                "trace.span.event.count",
                "The number of span events observed.",
            ),
        ],
        Signal::Metrics => vec![
            ("metrics", Context::Metric, &config.metrics, "metric.count", "The number of metrics observed."),
            (
                "datapoints",
                Context::DataPoint,
                &config.datapoints,
                "metric.data_point.count",
                "The number of data points observed.",
            ),
        ],
        Signal::Logs => vec![(
            "logs",
            Context::Log,
            &config.logs,
            "log.record.count",
            "The number of log records observed.",
        )],
    };
    let mut counters = Vec::new();
    for (key, about, written, name, description) in kinds {
        if written.is_empty() {
            counters.push(Some(Counter::of_all(about, name, description)));
        }
        for (name, counted) in written {
            // a name may hold what a path means something by
            let place = section.at(key).unwrap_or_else(|| section.clone());
            let place = if name.contains("::") { place } else { place.at(name).unwrap_or(place) };
            counters.push(Counter::compile(about, name, counted, &place, context.diagnostics));
        }
    }
    let counters = counters.into_iter().collect::<Option<Vec<_>>>()?;
    let (ledger, id) = (&context.host.ledger, context.id.to_string());
    let node = ledger.node(NodeKind::Connector, &id, "", signal);
    let last = Mutex::new(unix_nanos());
    Some(BuiltConnector::passive(Arc::new(Count { node, signal, counters, next, last })))
}

struct Count {
    node: Arc<Node>,
    signal: Signal,
    counters: Vec<Counter>,
    /// Where the metrics go.
    next: Arc<dyn Consumer>,
    /// When the last counts were told. Held until they are taken, so that deltas come in the order of their times.
    last: Mutex<u64>,
}

impl Count {
    fn counts<'a>(&self, batch: &'a Batch) -> Counts<'a> {
        let mut counts = Counts::default();
        for chunk in batch.chunks() {
            for group in ResourceGroup::of(&chunk.bytes) {
                for scope in group.scopes() {
                    let mut counting = Counting {
                        counters: &self.counters,
                        counts: &mut counts,
                        resource: &group.resource,
                        scope: &scope.scope,
                    };
                    match self.signal {
                        Signal::Traces => scope.items::<Span<'_>>().for_each(|span| counting.span(&span)),
                        Signal::Metrics => {
                            scope.items::<Metric<'_>>().for_each(|metric| counting.metric(&metric));
                        }
                        Signal::Logs => {
                            scope.items::<LogRecord<'_>>().for_each(|record| {
                                counting.add(Context::Log, Item::Log(&record), &record.attributes());
                            });
                        }
                    }
                }
            }
        }
        counts
    }
}

/// The counting of one scope.
struct Counting<'a, 'c> {
    counters: &'c [Counter],
    counts: &'c mut Counts<'a>,
    resource: &'c Resource<'a>,
    scope: &'c Scope<'c>,
}

impl Counting<'_, '_> {
    fn add(&mut self, context: Context, item: Item<'_>, attributes: &Repeated<'_, Attribute<'_>>) {
        let subject = Subject { resource: self.resource, scope: Some(self.scope), item };
        self.counts.add(self.counters, context, self.resource, &subject, attributes);
    }

    fn span(&mut self, span: &Span<'_>) {
        self.add(Context::Span, Item::Span(span), &span.attributes());
        if self.counters.iter().any(|counter| counter.context == Context::SpanEvent) {
            for event in span.events() {
                self.add(Context::SpanEvent, Item::Event(span, &event), &event.attributes());
            }
        }
    }

    fn metric(&mut self, metric: &Metric<'_>) {
        self.add(Context::Metric, Item::Metric(metric), &Repeated::default());
        macro_rules! each {
            ($points:expr) => {
                $points.clone().for_each(|point| {
                    let item = Item::Point(metric, point.raw);
                    self.add(Context::DataPoint, item, &point.attributes());
                })
            };
        }
        match &metric.points {
            Points::None => {}
            Points::Gauge(points) | Points::Sum { points, .. } => each!(points),
            Points::Histogram { points, .. } => each!(points),
            Points::ExponentialHistogram { points, .. } => each!(points),
            Points::Summary(points) => each!(points),
        }
    }
}

impl Consumer for Count {
    fn consume(&self, batch: Batch) -> BoxFuture<'_, Result<(), Refused>> {
        Box::pin(async move {
            let token = self.node.enter(batch.items());
            let outcome = async {
                let counts = self.counts(&batch);
                let points = counts.points();
                if points == 0 {
                    return Ok(());
                }
                let mut last = self.last.lock().await;
                let now = unix_nanos().max(*last + 1);
                let bytes = counts.encode(&self.counters, (*last, now));
                let told = Batch::new(Signal::Metrics, bytes.into(), points);
                match self.next.consume(told).await {
                    // the batch is one, and its items are others: lost counts are no lost items
                    Ok(()) | Err(Refused::Partial { .. }) => {
                        *last = now;
                        Ok(())
                    }
                    refused => refused,
                }
            };
            let outcome = outcome.await;
            settle(token, &outcome);
            outcome
        })
    }
}
