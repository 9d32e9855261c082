#![doc = include_str!("README.md")]

use codeagent_config::Section;
use codeagent_pipeline::otlp::views::{Resource, Scope};
use codeagent_pipeline::otlp::{AttributeList, Edit, Editor, Item};
use codeagent_pipeline::{
    About, Batch, BuildContext, BuiltProcessor, Processed, Processor, ProcessorFactory, Reason, Refused,
    Signal,
};
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;

use super::actions::{self, Action, ActionConfig};
use super::editing::edit_batch;
use super::matching::{MatchConfig, Selection};

/// Makes the processor.
pub const FACTORY: ProcessorFactory = ProcessorFactory {
    about: About {
        kind: "attributes",
        aliases: &[],
        summary: "writes, copies, deletes, hashes and converts attributes of items",
        signals: &Signal::ALL,
        schema: || schema_for!(Config),
    },
    build,
};

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Config {
    /// What to do, in this order.
    #[serde(default)]
    actions: Vec<ActionConfig>,
    /// Only items that match are worked on.
    #[serde(default)]
    include: Option<MatchConfig>,
    /// Items that match are left alone.
    #[serde(default)]
    exclude: Option<MatchConfig>,
}

fn build(context: &mut BuildContext<'_>, section: &Section, signal: Signal) -> Option<BuiltProcessor> {
    let config: Config = section.decode(context.diagnostics)?;
    let place = section.at("actions").unwrap_or_else(|| section.clone());
    let actions = actions::compile_all(&config.actions, &place, context.diagnostics);
    let selection = Selection::compile(
        config.include.as_ref(),
        config.exclude.as_ref(),
        signal,
        section,
        context.diagnostics,
    )?;
    Some(BuiltProcessor::Step(Box::new(Attributes { actions: actions?, selection })))
}

struct Attributes {
    actions: Vec<Action>,
    selection: Selection,
}

impl Processor for Attributes {
    fn process(&self, batch: Batch) -> Result<Processed, Refused> {
        Ok(edit_batch(&batch, &mut EditItems(self), Reason::Filtered))
    }
}

struct EditItems<'a>(&'a Attributes);

impl Editor for EditItems<'_> {
    fn item(&mut self, item: &Item<'_>, scope: &Scope<'_>, resource: &Resource<'_>) -> Edit {
        if !self.0.selection.contains(item, scope, resource) {
            return Edit::Keep;
        }
        let mut attributes = AttributeList::read(item.raw(), item.attributes_field());
        actions::run(&self.0.actions, &mut attributes);
        if attributes.is_changed() { Edit::Replace(attributes.to_message()) } else { Edit::Keep }
    }
}
