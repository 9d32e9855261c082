#![doc = include_str!("README.md")]

use codeagent_config::Section;
use codeagent_pipeline::{About, BuildContext, Outputs, Receiver, ReceiverFactory, Signal};
use schemars::schema_for;

mod answer;
mod config;
mod door;
mod grpc;
mod http;
mod outcome;
mod start;
#[cfg(test)]
mod tests;

pub use config::{Config, HttpConfig, Protocols};

/// The factory.
pub const FACTORY: ReceiverFactory = ReceiverFactory {
    about: About {
        kind: "otlp",
        aliases: &[],
        summary: "takes traces, metrics and logs in OTLP over gRPC and HTTP",
        signals: &Signal::ALL,
        schema: || schema_for!(Config),
    },
    build,
};

fn build(context: &mut BuildContext<'_>, section: &Section, outputs: Outputs) -> Option<Box<dyn Receiver>> {
    let unsupported = config::unsupported();
    let unsupported: Vec<_> = unsupported.iter().map(|(path, reason)| (path.as_str(), *reason)).collect();
    let config: Config = section.decode_refusing(&unsupported, context.diagnostics)?;
    let parts = start::Parts::build(context, section, &config, &outputs)?;
    Some(Box::new(parts))
}
