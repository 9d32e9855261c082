//! What refers to what: beyond that a reference resolves, which `resolve` checks.

use crate::resolve::{Area, Registry, Use};
use std::collections::BTreeSet;

/// An attribute that nothing carries is a name without a meaning.
pub fn every_attribute_is_used(registry: &Registry) -> Vec<String> {
    let used: BTreeSet<&str> = registry.areas.iter().flat_map(uses).map(|used| used.key.as_str()).collect();
    let unused = registry.attributes().filter(|attribute| !used.contains(attribute.key.as_str()));
    unused.map(|attribute| format!("`{}`: no signal or group carries it", attribute.key)).collect()
}

fn uses(area: &Area) -> impl Iterator<Item = &Use> {
    let metrics = area.metrics.iter().flat_map(|metric| &metric.uses);
    let spans = area.spans.iter().flat_map(|span| &span.uses);
    let events = area.events.iter().flat_map(|event| &event.uses);
    let groups = area.groups.iter().flat_map(|group| &group.uses);
    let entities = area.entities.iter().flat_map(|entity| &entity.uses);
    metrics.chain(spans).chain(events).chain(groups).chain(entities)
}

/// An identifier on a metric makes a series of every thing that it names.
pub fn metrics_carry_no_identifiers(registry: &Registry) -> Vec<String> {
    let mut problems = Vec::new();
    for metric in registry.metrics() {
        for used in &metric.uses {
            if registry.attribute(&used.key).is_some_and(|attribute| attribute.is_identifier()) {
                problems.push(format!(
                    "the metric `{}` carries the identifier `{}`; use exemplars",
                    metric.def.name, used.key
                ));
            }
        }
    }
    problems
}

/// A key in braces in the name of a span is one of its attributes.
pub fn span_names_use_their_attributes(registry: &Registry) -> Vec<String> {
    let mut problems = Vec::new();
    for span in registry.areas.iter().flat_map(|area| &area.spans) {
        let keys = span.def.name.note.split('{').skip(1).filter_map(|rest| rest.split('}').next());
        for key in keys.filter(|key| !span.uses.iter().any(|used| used.key == *key)) {
            problems.push(format!("the span `{}` has no attribute `{key}` for its name", span.def.r#type));
        }
    }
    problems
}

/// A name of ours in backquotes exists: prose goes stale when a name is changed.
pub fn quoted_names_exist(registry: &Registry) -> Vec<String> {
    let known: BTreeSet<&str> = registry.areas.iter().flat_map(names).collect();
    let mut problems = Vec::new();
    for area in &registry.areas {
        for text in prose(area) {
            let quoted = text.split('`').skip(1).step_by(2);
            let ours = quoted.filter(|word| word.starts_with("codeagent.") || word.starts_with("otelcol."));
            for name in ours.filter(|name| !known.contains(*name)) {
                problems.push(format!("{}: `{name}` is quoted, and nothing has this name", area.name));
            }
        }
    }
    problems
}

fn names(area: &Area) -> impl Iterator<Item = &str> {
    let attributes = area.attributes.iter().map(|attribute| attribute.key.as_str());
    let metrics = area.metrics.iter().map(|metric| metric.def.name.as_str());
    let spans = area.spans.iter().map(|span| span.def.r#type.as_str());
    let events = area.events.iter().map(|event| event.def.name.as_str());
    let groups = area.groups.iter().map(|group| group.def.id.as_str());
    let entities = area.entities.iter().map(|entity| entity.def.r#type.as_str());
    attributes.chain(metrics).chain(spans).chain(events).chain(groups).chain(entities)
}

fn prose(area: &Area) -> impl Iterator<Item = &str> {
    let attributes = area.attributes.iter().flat_map(|a| [a.brief.as_str(), &a.note]);
    let metrics = area.metrics.iter().flat_map(|m| [m.def.brief.as_str(), &m.def.note]);
    let spans = area.spans.iter().flat_map(|s| [s.def.brief.as_str(), &s.def.note]);
    let events = area.events.iter().flat_map(|e| [e.def.brief.as_str(), &e.def.note]);
    let groups = area.groups.iter().flat_map(|g| [g.def.brief.as_str(), &g.def.note]);
    attributes.chain(metrics).chain(spans).chain(events).chain(groups)
}
