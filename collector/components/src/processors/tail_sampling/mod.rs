#![doc = include_str!("README.md")]

use codeagent_config::{Diagnostics, Section};
use codeagent_pipeline::holding::Holding;
use codeagent_pipeline::{About, BuildContext, BuiltProcessor, ProcessorFactory, Signal};
use schemars::schema_for;

mod chance;
mod compile;
mod conditions;
mod config;
mod judge;
mod policy;
mod policy_config;
mod rates;
#[cfg(test)]
mod tests;

use compile::Compiler;
use config::{Config, Mode, UNSUPPORTED};
use judge::Judge;

/// Makes the processor.
pub const FACTORY: ProcessorFactory = ProcessorFactory {
    about: About {
        kind: "tail_sampling",
        aliases: &[],
        summary: "holds traces until they are complete, and keeps those that policies choose",
        signals: &[Signal::Traces, Signal::Logs],
        schema: || schema_for!(Config),
    },
    build,
};

fn build(context: &mut BuildContext<'_>, section: &Section, _: Signal) -> Option<BuiltProcessor> {
    let config: Config = section.decode_refusing(UNSUPPORTED, context.diagnostics)?;
    let judge = judge(&config, section, context.diagnostics);
    let settings = config.hold(section, context.diagnostics);
    let (policies, settings) = (Box::new(judge?), settings?);
    Some(BuiltProcessor::Holding(Box::new(Holding { storage: config.storage, settings, policies })))
}

/// The policies of a section. Problems go to `diagnostics`.
fn judge(config: &Config, section: &Section, diagnostics: &mut Diagnostics) -> Option<Judge> {
    let place = section.at("policies").unwrap_or_else(|| section.clone());
    let mut compiler = Compiler::new(config.policy_mode, diagnostics);
    let policies = compiler.policies(&config.policies, &place)?;
    let mut policies: Vec<(u8, policy::Policy)> = (0_u8..).zip(policies).collect();
    if config.policy_mode == Mode::All {
        // what drops goes before what keeps, so it is asked first
        policies.sort_by_key(|(_, policy)| !matches!(policy, policy::Policy::Drop(_)));
    }
    Some(Judge {
        names: config.policies.iter().map(|policy| policy.name.clone()).collect(),
        policies,
        conditions: compiler.conditions,
        chances: compiler.chances,
        salts: compiler.salts,
        limits: compiler.limits,
        mode: config.policy_mode,
        stops_at_first: config.sample_on_first_match,
    })
}
