//! What is wrong with the graph, whatever its components do.

use std::collections::HashSet;

use super::{Definition, Reference, Topology, cycle};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::id::ComponentId;
use crate::kind::Kind;
use crate::suggest::suggest;

/// Past so many findings no more names are compared: it takes time.
const SUGGESTED: usize = 200;

pub(super) fn topology(topology: &Topology, diags: &mut Diagnostics) {
    ambiguous(topology, diags);
    for (id, pipeline) in &topology.pipelines {
        let lists = [
            (&pipeline.receivers, "receivers", &[Kind::Receiver, Kind::Connector][..]),
            (&pipeline.processors, "processors", &[Kind::Processor]),
            (&pipeline.exporters, "exporters", &[Kind::Exporter, Kind::Connector]),
        ];
        for (references, key, kinds) in lists {
            if references.is_empty() && kinds.len() > 1 && pipeline.readable {
                let help = format!("add `{key}: [...]`, or remove the pipeline");
                diags.push(pipeline.section.error(format!("the pipeline `{id}` has no {key}"), help));
            }
            list(topology, references, kinds, diags);
        }
    }
    list(topology, &topology.extensions, &[Kind::Extension], diags);
    one_sided_connectors(topology, diags);
    unused(topology, diags);
    cycle::report(topology, diags);
}

impl Topology {
    fn find(&self, kind: Kind, id: &ComponentId) -> Option<&Definition> {
        let position = Kind::ALL.iter().position(|k| *k == kind)?;
        self.components.get(position)?.get(id)
    }

    fn defined(&self, kind: Kind) -> impl Iterator<Item = (&ComponentId, &Definition)> {
        let kinds = Kind::ALL.iter().zip(&self.components);
        kinds.filter(move |(k, _)| **k == kind).flat_map(|(_, definitions)| definitions)
    }
}

/// A name in a pipeline must mean one thing.
fn ambiguous(topology: &Topology, diags: &mut Diagnostics) {
    for (id, connector) in topology.defined(Kind::Connector) {
        for kind in [Kind::Receiver, Kind::Exporter] {
            let Some(other) = topology.find(kind, id) else { continue };
            let found = connector.section.error(
                format!("`{id}` is the name of a connector and of {} {kind}", kind.article()),
                "give one of them another name",
            );
            diags.push(found.related(format!("the {kind}"), other.key.location()));
        }
    }
}

fn list(topology: &Topology, references: &[Reference], kinds: &[Kind], diags: &mut Diagnostics) {
    let mut seen: HashSet<&ComponentId> = HashSet::new();
    for reference in references {
        let Reference { id, span, path } = reference;
        if !seen.insert(id) {
            let found = Diagnostic::error(format!("`{id}` is listed twice"));
            diags.push(found.at(span).path(path).help("remove one of the two"));
        } else if kinds.iter().all(|kind| topology.find(*kind, id).is_none()) {
            let kind = kinds.first().map_or("component", |kind| kind.singular());
            let found = Diagnostic::error(format!("the {kind} `{id}` is not defined"));
            let help =
                if diags.len() < SUGGESTED { undefined_help(topology, id, kinds) } else { String::new() };
            diags.push(found.at(span).path(path).help(help));
        }
    }
}

/// The nearest defined id; or what the id is instead; or where to define it.
fn undefined_help(topology: &Topology, id: &ComponentId, kinds: &[Kind]) -> String {
    if let Some(other) = Kind::ALL.into_iter().find(|kind| topology.find(*kind, id).is_some()) {
        return format!("`{id}` is {} {other}: it belongs to another list", other.article());
    }
    let names = names(topology, kinds);
    let plural = kinds.first().map_or("", |kind| kind.plural());
    match nearest(id, &names) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => format!("add `{id}:` under `{plural}:`"),
        None => format!("add `{id}:` under `{plural}:`, or use one of {}", names.join(", ")),
    }
}

fn names(topology: &Topology, kinds: &[Kind]) -> Vec<String> {
    kinds.iter().flat_map(|kind| topology.defined(*kind)).map(|(id, _)| id.to_string()).collect()
}

fn nearest<'n>(id: &ComponentId, names: &'n [String]) -> Option<&'n str> {
    suggest(&id.to_string(), names.iter().map(String::as_str))
}

fn one_sided_connectors(topology: &Topology, diags: &mut Diagnostics) {
    for (id, connector) in topology.defined(Kind::Connector) {
        let uses = |references: &[Reference]| references.iter().any(|reference| reference.id == *id);
        let mut pipelines = topology.pipelines.values();
        let exported = pipelines.clone().any(|p| uses(&p.exporters));
        let received = pipelines.any(|p| uses(&p.receivers));
        if exported == received {
            continue;
        }
        let (used, other) = if exported { ("an exporter", "receivers") } else { ("a receiver", "exporters") };
        diags.push(connector.section.error(
            format!("the connector `{id}` is used as {used} only"),
            format!("also list it in the `{other}` of the pipeline that it joins"),
        ));
    }
}

fn unused(topology: &Topology, diags: &mut Diagnostics) {
    for kind in Kind::ALL {
        let mut used: HashSet<String> = HashSet::new();
        let names = names(topology, &[kind]);
        for reference in uses(topology, kind) {
            used.insert(reference.id.to_string());
            // who is misspelt is meant
            if topology.find(kind, &reference.id).is_none() && diags.len() < SUGGESTED {
                used.extend(nearest(&reference.id, &names).map(str::to_owned));
            }
        }
        let place = if kind == Kind::Extension { "`service::extensions`" } else { "a pipeline" };
        for (id, definition) in topology.defined(kind).filter(|(id, _)| !used.contains(&id.to_string())) {
            let help = format!("list it in {place}, or remove it");
            diags
                .push(definition.section.warning(format!("the {kind} `{id}` is defined but not used"), help));
        }
    }
}

/// Where components of a kind are used.
fn uses(topology: &Topology, kind: Kind) -> impl Iterator<Item = &Reference> {
    let extensions = topology.extensions.iter().filter(move |_| kind == Kind::Extension);
    let pipelines = topology.pipelines.values().flat_map(move |pipeline| {
        let none: &[Reference] = &[];
        let [first, second]: [&[Reference]; 2] = match kind {
            Kind::Receiver => [&pipeline.receivers, none],
            Kind::Processor => [&pipeline.processors, none],
            Kind::Exporter => [&pipeline.exporters, none],
            Kind::Connector => [&pipeline.receivers, &pipeline.exporters],
            Kind::Extension => [none, none],
        };
        first.iter().chain(second)
    });
    extensions.chain(pipelines)
}
