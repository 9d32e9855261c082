#![doc = include_str!("README.md")]

use std::sync::Arc;

use codeagent_config::{Diagnostics, Section};
use codeagent_pipeline::fanout::{Part, parts};
use codeagent_pipeline::otlp::views::{Resource, Scope};
use codeagent_pipeline::otlp::{Item, group_by};
use codeagent_pipeline::{
    About, Batch, BoxFuture, BuildContext, BuiltConnector, ConnectorFactory, Consumer, Fed, Node, NodeKind,
    Reason, Refused, Signal,
};
use schemars::schema_for;

use super::fed;
use super::settled::settle;
use crate::ottl::{Condition, Context, Item as Subjected, Subject};

mod config;
#[cfg(test)]
mod tests;

use config::{Action, Config, Route as Written, of_statement};

/// Makes the connector.
pub const FACTORY: ConnectorFactory = ConnectorFactory {
    about: About {
        kind: "routing",
        aliases: &[],
        summary: "sends each item to the pipelines of the first condition that holds",
        signals: &Signal::ALL,
        schema: || schema_for!(Config),
    },
    passes_on: true,
    build,
};

/// Routes: each has a bit, and the rest has one more.
const ROUTES_MAX: usize = 63;

const UNSUPPORTED: &[(&str, &str)] =
    &[("match_once", "an item goes by the first route that it meets; `action: copy` lets it go on")];

fn build(
    context: &mut BuildContext<'_>,
    section: &Section,
    signal: Signal,
    fed: Fed,
) -> Option<BuiltConnector> {
    let config: Config = section.decode_refusing(UNSUPPORTED, context.diagnostics)?;
    let at = |key: &str| section.at(key).unwrap_or_else(|| section.clone());
    let table = at("table");
    if config.table.is_empty() || config.table.len() > ROUTES_MAX {
        let message = format!("there are {} routes", config.table.len());
        let help =
            format!("write 1 to {ROUTES_MAX}, such as `{{condition: 'true', pipelines: [{signal}/x]}}`");
        context.diagnostics.push(table.error(message, help));
        return None;
    }
    let places = table.items();
    let compiled = config.table.iter().enumerate().map(|(at, written)| {
        let place = places.get(at).unwrap_or(&table);
        Route::compile(written, signal, &fed, place, context.diagnostics)
    });
    let routes: Vec<Option<Route>> = compiled.collect();
    let rest = match config.default_pipelines.as_slice() {
        [] => None,
        wanted => Some(fed::pipelines(&fed, wanted, signal, &at("default_pipelines"), context.diagnostics)?),
    };
    let routes = routes.into_iter().collect::<Option<Vec<_>>>()?;
    let node = context.host.ledger.node(NodeKind::Connector, &context.id.to_string(), "", signal);
    Some(BuiltConnector::passive(Arc::new(Routing { node, signal, routes, rest })))
}

struct Route {
    condition: Condition,
    context: Context,
    copies: bool,
    name: String,
    output: Arc<dyn Consumer>,
}

impl Route {
    fn compile(
        written: &Written,
        signal: Signal,
        fed: &Fed,
        place: &Section,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let at = |key: &str| place.at(key).unwrap_or_else(|| place.clone());
        let mut say = |key: &str, (message, help): (String, String)| {
            diagnostics.push(at(key).error(message, help));
        };
        let context = written.context.context(signal).map_err(|problem| say("context", problem)).ok()?;
        let (key, text) = match (written.condition.as_str(), written.statement.as_str()) {
            ("", "") => {
                let help = "write one, such as `attributes[\"service.name\"] == \"x\"`";
                say("condition", ("the route has no condition".to_owned(), help.to_owned()));
                return None;
            }
            ("", statement) => {
                ("statement", of_statement(statement).map_err(|problem| say("statement", problem)).ok()?)
            }
            (condition, "") => ("condition", condition),
            _ => {
                let message = "`condition` and `statement` exclude each other".to_owned();
                say("statement", (message, "keep `condition`".to_owned()));
                return None;
            }
        };
        let condition = Condition::parse(text, context);
        let condition = condition.map_err(|mistake| say(key, (mistake.message, mistake.help))).ok()?;
        let output = fed::pipelines(fed, &written.pipelines, signal, &at("pipelines"), diagnostics)?;
        Some(Route {
            condition,
            context,
            copies: written.action == Action::Copy,
            name: text.to_owned(),
            output,
        })
    }

    fn takes(&self, item: &Item<'_>, scope: &Scope<'_>, resource: &Resource<'_>) -> bool {
        let (scope, item) = match (self.context, item) {
            (Context::Resource, _) => (None, Subjected::None),
            (Context::Metric, Item::Point { metric, .. }) => (Some(scope), Subjected::Metric(metric)),
            (_, Item::Point { metric, raw }) => (Some(scope), Subjected::Point(metric, raw)),
            (_, Item::Span(span)) => (Some(scope), Subjected::Span(span)),
            (_, Item::Log(record)) => (Some(scope), Subjected::Log(record)),
        };
        self.condition.holds(&Subject { resource, scope, item })
    }
}

struct Routing {
    node: Arc<Node>,
    signal: Signal,
    routes: Vec<Route>,
    /// Where the rest goes.
    rest: Option<Arc<dyn Consumer>>,
}

impl Routing {
    /// The routes of an item: a bit each; the bit after the last is the rest.
    fn ways(&self, item: &Item<'_>, scope: &Scope<'_>, resource: &Resource<'_>) -> u64 {
        let mut ways = 0;
        for (at, route) in self.routes.iter().enumerate() {
            if route.takes(item, scope, resource) {
                ways |= 1 << at;
                if !route.copies {
                    return ways;
                }
            }
        }
        ways | 1 << self.routes.len()
    }

    /// The batch taken apart: for each route what it gets, and the rest at the end; and how many items no route takes.
    fn take_apart(&self, batch: &Batch) -> (Vec<Batch>, usize) {
        let mut unrouted = 0;
        let mut outputs: Vec<Batch> = (0..=self.routes.len()).map(|_| batch.with_chunks([])).collect();
        for chunk in batch.chunks() {
            for group in
                group_by(self.signal, chunk, |item, scope, resource| self.ways(item, scope, resource))
            {
                if group.key == 1 << self.routes.len() {
                    unrouted += group.chunk.items;
                }
                for (at, output) in outputs.iter_mut().enumerate() {
                    if group.key >> at & 1 == 1 {
                        output.push(group.chunk.clone());
                    }
                }
            }
        }
        (outputs, unrouted)
    }
}

impl Consumer for Routing {
    fn consume(&self, batch: Batch) -> BoxFuture<'_, Result<(), Refused>> {
        Box::pin(async move {
            let mut token = self.node.enter(batch.items());
            let (mut outputs, unrouted) = self.take_apart(&batch);
            drop(batch);
            let rest = outputs.pop().filter(|rest| !rest.is_empty());
            let mut ways: Vec<Part<'_>> = Vec::new();
            for (route, output) in self.routes.iter().zip(outputs) {
                if !output.is_empty() {
                    ways.push((&route.name, output.items(), route.output.consume(output)));
                }
            }
            match (&self.rest, rest) {
                (Some(output), Some(rest)) => ways.push(("the rest", rest.items(), output.consume(rest))),
                (None, _) => token.drop_items(Reason::Filtered, unrouted),
                _ => {}
            }
            let outcome = parts(ways).await;
            settle(token, &outcome);
            outcome
        })
    }
}
