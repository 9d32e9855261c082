//! Names: their form, their namespaces, and that each is used for one thing.

use crate::load::UPSTREAM;
use crate::prometheus;
use crate::resolve::Registry;
use std::collections::BTreeMap;

/// The area whose names are the OpenTelemetry Collector's.
const COLLECTOR: &str = "collector";

/// Lower case, digits and underscores between dots.
pub fn names_are_well_formed(registry: &Registry) -> Vec<String> {
    let names = all_names(registry).into_iter().map(|(_, name)| name);
    let bad = names.filter(|name| !is_well_formed(name));
    bad.map(|name| format!("`{name}`: a name is words of a-z, 0-9 and _, joined by dots")).collect()
}

fn is_well_formed(name: &str) -> bool {
    name.split('.').all(|word| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && !word.ends_with('_')
            && !word.contains("__")
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    })
}

/// What we add is `codeagent.*`; only the collector's page also has the Collector's names.
pub fn namespaces_are_ours(registry: &Registry) -> Vec<String> {
    let mut problems = Vec::new();
    for area in registry.areas.iter().filter(|area| area.name != UPSTREAM && area.name != COLLECTOR) {
        let names = area.attributes.iter().map(|attribute| attribute.key.as_str());
        let names = names.chain(area.metrics.iter().map(|metric| metric.def.name.as_str()));
        let names = names.chain(area.spans.iter().map(|span| span.def.r#type.as_str()));
        let names = names.chain(area.events.iter().map(|event| event.def.name.as_str()));
        let names = names.chain(area.entities.iter().map(|entity| entity.def.r#type.as_str()));
        for name in names.filter(|name| !name.starts_with("codeagent.")) {
            problems.push(format!(
                "`{name}` in {}: what we declare begins with `codeagent.`; what upstream has belongs in upstream/",
                area.name
            ));
        }
    }
    problems
}

/// Each kind of thing has its names once.
pub fn nothing_is_declared_twice(registry: &Registry) -> Vec<String> {
    let mut count: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for named in all_names(registry) {
        *count.entry(named).or_default() += 1;
    }
    let twice = count.into_iter().filter(|(_, times)| *times > 1);
    twice.map(|((kind, name), times)| format!("the {kind} `{name}` is declared {times} times")).collect()
}

/// Backends that nest by dots cannot hold both `a.b` and `a.b.c`; and a metric is not an attribute.
pub fn no_name_is_also_a_namespace(registry: &Registry) -> Vec<String> {
    let mut names: Vec<&str> = registry.attributes().map(|attribute| attribute.key.as_str()).collect();
    names.extend(registry.metrics().map(|metric| metric.def.name.as_str()));
    let mut problems = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let others = names.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| *other);
        for other in others {
            if other.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')) {
                problems.push(format!("`{name}` is a name and the namespace of `{other}`"));
            }
        }
    }
    let is_key = |name: &&str| registry.attribute(name).is_some();
    let both = registry.metrics().map(|metric| metric.def.name.as_str()).filter(is_key);
    problems.extend(both.map(|name| format!("`{name}` is both a metric and an attribute")));
    problems
}

/// No two metrics share a name on a Prometheus page, nor two attributes of one metric a label.
pub fn prometheus_names_are_unique(registry: &Registry) -> Vec<String> {
    let mut problems = Vec::new();
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for metric in registry.metrics() {
        let name = prometheus::metric_name(&metric.def);
        if let Some(other) = seen.insert(name.clone(), &metric.def.name) {
            problems.push(format!("`{other}` and `{}` are both `{name}` in Prometheus", metric.def.name));
        }
        let mut labels: Vec<String> = metric
            .uses
            .iter()
            .filter_map(|used| registry.attribute(&used.key))
            .map(prometheus::label)
            .collect();
        let all = labels.len();
        labels.sort();
        labels.dedup();
        if labels.len() < all {
            problems.push(format!("`{}`: two attributes have the same Prometheus label", metric.def.name));
        }
    }
    problems
}

/// Every name with what it names.
fn all_names(registry: &Registry) -> Vec<(&'static str, &str)> {
    let mut names = Vec::new();
    for area in &registry.areas {
        names.extend(area.attributes.iter().map(|attribute| ("attribute", attribute.key.as_str())));
        names.extend(area.metrics.iter().map(|metric| ("metric", metric.def.name.as_str())));
        names.extend(area.spans.iter().map(|span| ("span", span.def.r#type.as_str())));
        names.extend(area.events.iter().map(|event| ("event", event.def.name.as_str())));
        names.extend(area.entities.iter().map(|entity| ("entity", entity.def.r#type.as_str())));
        names.extend(area.groups.iter().map(|group| ("group", group.def.id.as_str())));
    }
    names
}
