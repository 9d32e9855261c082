#![doc = include_str!("README.md")]

use codeagent_config::Section;
use codeagent_pipeline::{
    About, Batch, BuildContext, BuiltProcessor, Processed, Processor, ProcessorFactory, Reason, Refused,
    Signal,
};
use schemars::schema_for;

use super::editing::edit_batch;

mod config;
mod editor;
mod mask;
mod patterns;
mod rules;
mod summary;
#[cfg(test)]
mod tests;
mod walk;

use config::{Config, UNSUPPORTED};
use editor::Redact;
use rules::Rules;

/// Makes the processor.
pub const FACTORY: ProcessorFactory = ProcessorFactory {
    about: About {
        kind: "redaction",
        aliases: &[],
        summary: "removes attributes that are not allowed and masks or hashes values that are blocked",
        signals: &Signal::ALL,
        schema: || schema_for!(Config),
    },
    build,
};

fn build(context: &mut BuildContext<'_>, section: &Section, _: Signal) -> Option<BuiltProcessor> {
    let config: Config = section.decode_refusing(UNSUPPORTED, context.diagnostics)?;
    let rules = Rules::compile(config, section, context.diagnostics)?;
    Some(BuiltProcessor::Step(Box::new(Redaction { rules })))
}

struct Redaction {
    rules: Rules,
}

impl Processor for Redaction {
    fn process(&self, batch: Batch) -> Result<Processed, Refused> {
        // Nothing is dropped: the reason is never counted.
        Ok(edit_batch(&batch, &mut Redact(&self.rules), Reason::Filtered))
    }
}
