#![doc = include_str!("README.md")]

use codeagent_config::Section;
use codeagent_pipeline::otlp::views::{Resource as ResourceView, Scope};
use codeagent_pipeline::otlp::{AttributeList, Edit, Editor, Item};
use codeagent_pipeline::{
    About, Batch, BuildContext, BuiltProcessor, Processed, Processor, ProcessorFactory, Reason, Refused,
    Signal,
};
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;

use super::actions::{self, Action, ActionConfig};
use super::editing::edit_batch;

/// Makes the processor.
pub const FACTORY: ProcessorFactory = ProcessorFactory {
    about: About {
        kind: "resource",
        aliases: &[],
        summary: "writes, copies, deletes, hashes and converts attributes of resources",
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
    attributes: Vec<ActionConfig>,
}

fn build(context: &mut BuildContext<'_>, section: &Section, _: Signal) -> Option<BuiltProcessor> {
    let config: Config = section.decode(context.diagnostics)?;
    let place = section.at("attributes").unwrap_or_else(|| section.clone());
    let actions = actions::compile_all(&config.attributes, &place, context.diagnostics)?;
    Some(BuiltProcessor::Step(Box::new(Resource { actions })))
}

struct Resource {
    actions: Vec<Action>,
}

/// `Resource.attributes`.
const ATTRIBUTES: u32 = 1;

impl Processor for Resource {
    fn process(&self, batch: Batch) -> Result<Processed, Refused> {
        Ok(edit_batch(&batch, &mut EditResources(&self.actions), Reason::Filtered))
    }
}

struct EditResources<'a>(&'a [Action]);

impl Editor for EditResources<'_> {
    fn resource(&mut self, resource: &ResourceView<'_>) -> Edit {
        let mut attributes = AttributeList::read(resource.raw, ATTRIBUTES);
        actions::run(self.0, &mut attributes);
        if attributes.is_changed() { Edit::Replace(attributes.to_message()) } else { Edit::Keep }
    }

    fn item(&mut self, _: &Item<'_>, _: &Scope<'_>, _: &ResourceView<'_>) -> Edit {
        Edit::Keep
    }
}
