//! What a user writes.

use codeagent_config::PipelineId;
use codeagent_pipeline::Signal;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::ottl::Context;

/// The section.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Routes, asked from the top.
    pub table: Vec<Route>,
    /// Where the rest goes.
    pub default_pipelines: Vec<PipelineId>,
    /// Read for compatibility: a condition that was read cannot fail.
    #[allow(dead_code)]
    pub error_mode: Option<ErrorMode>,
}

/// What to do about a condition that fails.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ErrorMode {
    /// Say so and go on.
    Ignore,
    /// Go on.
    Silent,
    /// Refuse the batch.
    Propagate,
}

/// A route.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Route {
    /// What the condition is about.
    pub context: About,
    /// A condition in OTTL.
    pub condition: String,
    /// The same as `route() where CONDITION`.
    pub statement: String,
    /// Where what meets it goes.
    pub pipelines: Vec<PipelineId>,
    /// Whether the routes below see it too.
    pub action: Action,
}

/// What a condition is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum About {
    /// A resource.
    #[default]
    Resource,
    /// A span.
    Span,
    /// A metric.
    Metric,
    /// A data point.
    Datapoint,
    /// A log record.
    Log,
    /// A request: not supported.
    Request,
}

/// Whether the routes below see what a route takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// No.
    #[default]
    Move,
    /// Yes.
    Copy,
}

impl About {
    /// The context of conditions over items of `signal`; the problem and what to do where there is none.
    pub fn context(self, signal: Signal) -> Result<Context, (String, String)> {
        match (self, signal) {
            (About::Resource, _) => Ok(Context::Resource),
            (About::Span, Signal::Traces) => Ok(Context::Span),
            (About::Metric, Signal::Metrics) => Ok(Context::Metric),
            (About::Datapoint, Signal::Metrics) => Ok(Context::DataPoint),
            (About::Log, Signal::Logs) => Ok(Context::Log),
            (About::Request, _) => {
                let help = "route by an attribute of the resource instead";
                Err(("headers of requests are not carried along".to_owned(), help.to_owned()))
            }
            _ => {
                let help = format!("give {signal} a `routing` connector of their own");
                Err((format!("this context does not apply to {signal}"), help))
            }
        }
    }
}

/// The condition of a statement.
pub fn of_statement(statement: &str) -> Result<&str, (String, String)> {
    let rest = statement.trim().strip_prefix("route()").map(str::trim_start);
    match rest.map(|rest| (rest, rest.strip_prefix("where "))) {
        Some((_, Some(condition))) => Ok(condition),
        Some(("", _)) => Ok("true"),
        _ => {
            let message = format!("`{statement}` is no route");
            Err((message, "write `route() where CONDITION`, or `condition: CONDITION`".to_owned()))
        }
    }
}
