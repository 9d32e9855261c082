//! The top level and `service:`: typed, and checked as far as no component needs to be known.

mod check;
mod cycle;
mod read;

use std::sync::Arc;

use indexmap::IndexMap;

use crate::diagnostic::Diagnostics;
use crate::document::{Document, PipelineSpec, Service, Spanned};
use crate::id::{ComponentId, PipelineId};
use crate::section::Section;
use crate::yaml::node::{Node, Span};

/// A component's id where it is used.
struct Reference {
    id: ComponentId,
    span: Span,
    path: String,
}

struct Pipeline {
    receivers: Vec<Reference>,
    processors: Vec<Reference>,
    exporters: Vec<Reference>,
    /// Whether each of the lists could be read: what is missing in one that could not is no news.
    readable: bool,
    section: Section,
}

/// A defined component.
struct Definition {
    section: Section,
    key: Span,
}

type Definitions = IndexMap<ComponentId, Definition>;

/// Everything with its places.
struct Topology {
    /// In the order of [`crate::Kind::ALL`].
    components: [Definitions; 5],
    extensions: Vec<Reference>,
    pipelines: IndexMap<PipelineId, Pipeline>,
    telemetry: Section,
}

/// The document below `root`. `None` when it is not even a map.
pub(crate) fn document(root: &Arc<Node>, diags: &mut Diagnostics) -> Option<Document> {
    let topology = read::topology(root, diags)?;
    check::topology(&topology, diags);
    let [receivers, processors, exporters, connectors, extensions] = topology.components.map(sections);
    let pipelines = topology.pipelines.into_iter().map(|(id, pipeline)| {
        let Pipeline { receivers, processors, exporters, section, .. } = pipeline;
        let [receivers, processors, exporters] = [receivers, processors, exporters].map(spanned);
        (id, PipelineSpec { receivers, processors, exporters, section })
    });
    let service = Service {
        extensions: spanned(topology.extensions),
        pipelines: pipelines.collect(),
        telemetry: topology.telemetry,
    };
    Some(Document { receivers, processors, exporters, connectors, extensions, service })
}

fn sections(definitions: Definitions) -> IndexMap<ComponentId, Section> {
    definitions.into_iter().map(|(id, definition)| (id, definition.section)).collect()
}

fn spanned(references: Vec<Reference>) -> Vec<Spanned<ComponentId>> {
    references.into_iter().map(|r| Spanned::new(r.id, r.span.location())).collect()
}
