//! Which topics are read, and as what.

use std::collections::BTreeSet;

use codeagent_config::Signal;
use codeagent_pipeline::Outputs;
use regex::Regex;

use super::config::Config;

/// How a message's value is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    OtlpProto,
    OtlpJson,
    /// The body of a log record, as text.
    Text,
    /// The body of a log record, as bytes.
    Raw,
    /// The body of a log record, as the object that the JSON says.
    Json,
}

impl Encoding {
    /// The encoding of this name; nothing where there is none for `signal`.
    pub fn of(name: &str, signal: Signal) -> Option<Self> {
        let is_logs = signal == Signal::Logs;
        match name {
            "otlp_proto" => Some(Encoding::OtlpProto),
            "otlp_json" => Some(Encoding::OtlpJson),
            "text" | "text_utf-8" | "text_utf8" if is_logs => Some(Encoding::Text),
            "raw" if is_logs => Some(Encoding::Raw),
            "json" if is_logs => Some(Encoding::Json),
            _ => None,
        }
    }

    /// The name, for spans and logs.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::OtlpProto => "otlp_proto",
            Encoding::OtlpJson => "otlp_json",
            Encoding::Text => "text",
            Encoding::Raw => "raw",
            Encoding::Json => "json",
        }
    }
}

/// What the messages of a topic are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub signal: Signal,
    pub encoding: Encoding,
}

/// All topics of a receiver.
#[derive(Debug)]
pub(super) struct Topics(Vec<Topic>);

#[derive(Debug)]
struct Topic {
    /// As librdkafka takes it: a name, or `^` and an expression.
    pattern: String,
    expression: Option<Regex>,
    route: Route,
}

impl Topics {
    /// The topics of a checked configuration.
    pub fn new(config: &Config) -> Self {
        let mut all = Vec::new();
        for signal in Signal::ALL {
            let Some(encoding) = Encoding::of(config.encoding(signal), signal) else { continue };
            for topic in config.topics(signal) {
                let expression = topic.starts_with('^').then(|| Regex::new(topic).ok()).flatten();
                all.push(Topic { pattern: topic.to_owned(), expression, route: Route { signal, encoding } });
            }
        }
        Topics(all)
    }

    /// What to subscribe to for the signals that `outputs` has now.
    pub fn wanted(&self, outputs: &Outputs) -> BTreeSet<&str> {
        let wanted = self.0.iter().filter(|topic| outputs.has(topic.route.signal));
        wanted.map(|topic| topic.pattern.as_str()).collect()
    }

    /// What the messages of the topic `name` are, for the signals that `outputs` has now. A name goes before an
    /// expression.
    pub fn route(&self, name: &str, outputs: &Outputs) -> Option<Route> {
        let mut wanted = self.0.iter().filter(|topic| outputs.has(topic.route.signal));
        let exact = wanted.clone().find(|topic| topic.pattern == name);
        let matches = |topic: &&Topic| topic.expression.as_ref().is_some_and(|regex| regex.is_match(name));
        exact.or_else(|| wanted.find(matches)).map(|topic| topic.route)
    }
}
