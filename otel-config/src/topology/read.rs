//! The tree into typed parts.

use std::sync::Arc;

use indexmap::IndexMap;

use super::{Definition, Definitions, Pipeline, Reference, Topology};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::id::{ComponentId, InvalidId, PipelineId};
use crate::kind::Kind;
use crate::section::Section;
use crate::suggest::suggest;
use crate::yaml::node::{Entry, Map, Node, Span, Value, join};

const SERVICE: [&str; 3] = ["extensions", "pipelines", "telemetry"];
const PIPELINE: [&str; 3] = ["receivers", "processors", "exporters"];

/// Components of a kind, ids in a list.
const COMPONENTS: usize = 1000;
/// Pipelines. The checks of the graph cost more than linear time.
const PIPELINES: usize = 500;

/// Whether there are not too many of something; else it is reported.
fn bounded(entry: &Entry, path: &str, count: usize, most: usize, diags: &mut Diagnostics) -> bool {
    if count > most {
        let message = format!("there are {count} entries, and at most {most} are read");
        diags.push(Diagnostic::error(message).at(&entry.key).path(path));
    }
    count <= most
}

pub(super) fn topology(root: &Arc<Node>, diags: &mut Diagnostics) -> Option<Topology> {
    let empty = Map::new();
    let map = match &root.value {
        Value::Map(map) => map,
        Value::Null => &empty,
        _ => return None,
    };
    let mut known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.plural()).collect();
    known.push("service");
    unknown_keys(map, &known, "", diags);
    let components = Kind::ALL.map(|kind| definitions(map.get(kind.plural()), kind, diags));
    let Some(entry) = map.get("service") else {
        let help = "add `service:` with `pipelines:`; without it nothing runs";
        diags.push(Diagnostic::error("the key `service` is missing").help(help));
        let telemetry = Section::absent("service::telemetry");
        return Some(Topology { components, extensions: Vec::new(), pipelines: IndexMap::new(), telemetry });
    };
    let service = map_or_null(entry, "service", diags).unwrap_or(&empty);
    unknown_keys(service, &SERVICE, "service", diags);
    let extensions = match service.get("extensions") {
        Some(entry) => references(entry, "service::extensions", diags).unwrap_or_default(),
        None => Vec::new(),
    };
    let telemetry = match service.get("telemetry") {
        Some(entry) => section("service::telemetry", entry),
        None => Section::absent("service::telemetry"),
    };
    let pipelines = pipelines(entry, service.get("pipelines"), diags);
    Some(Topology { components, extensions, pipelines, telemetry })
}

fn section(path: &str, entry: &Entry) -> Section {
    Section::new(path.to_owned(), Some(entry.key.clone()), Some(entry.node.clone()))
}

fn unknown_keys(map: &Map, known: &[&str], path: &str, diags: &mut Diagnostics) {
    for (key, entry) in map.iter().filter(|(key, _)| !known.contains(&&***key)) {
        let help = match suggest(key, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here: {}", known.join(", ")),
        };
        let found = Diagnostic::error(format!("unknown key `{key}`"));
        diags.push(found.at(&entry.key).path(join(path, key)).help(help));
    }
}

/// `None` when there is something else, which is reported.
fn map_or_null<'a>(entry: &'a Entry, path: &str, diags: &mut Diagnostics) -> Option<&'a Map> {
    match &entry.node.value {
        Value::Map(map) => Some(map),
        Value::Null => None,
        _ => {
            let message = format!("expected a map, found {}", entry.node.kind());
            let help = "write `key: value` lines below it, indented";
            diags.push(Diagnostic::error(message).at(&entry.key).path(path).help(help));
            None
        }
    }
}

fn invalid_id(error: &InvalidId, span: &Span, path: String) -> Diagnostic {
    Diagnostic::error(error.to_string()).at(span).path(path).help(error.help().unwrap_or_default())
}

fn definitions(entry: Option<&Entry>, kind: Kind, diags: &mut Diagnostics) -> Definitions {
    let mut definitions = Definitions::new();
    let plural = kind.plural();
    let Some(entry) = entry else { return definitions };
    let Some(map) = map_or_null(entry, plural, diags) else { return definitions };
    if !bounded(entry, plural, map.len(), COMPONENTS, diags) {
        return definitions;
    }
    for (key, entry) in map {
        let path = join(plural, key);
        match key.parse::<ComponentId>() {
            Ok(id) => {
                let definition = Definition { section: section(&path, entry), key: entry.key.clone() };
                let label = id.to_string();
                if let Some(first) = definitions.insert(id, definition) {
                    let found = Diagnostic::error(format!("the {kind} `{label}` is defined twice"));
                    let found = found.at(&entry.key).path(path).help("give one of them another name");
                    diags.push(found.related("first defined at", first.key.location()));
                }
            }
            Err(error) => diags.push(invalid_id(&error, &entry.key, path)),
        }
    }
    definitions
}

/// A list of ids. `None` when it is no list, which is reported.
fn references(entry: &Entry, path: &str, diags: &mut Diagnostics) -> Option<Vec<Reference>> {
    let items: Vec<(&Node, &str)> = match &entry.node.value {
        Value::Null => Vec::new(),
        Value::Seq(items) => items.iter().map(|item| (&**item, &*item.text)).collect(),
        // the Collector splits a text at its commas
        Value::Text => entry.node.text.split(',').map(|part| (&*entry.node, part.trim())).collect(),
        _ => {
            let message = format!("expected a list of ids, found {}", entry.node.kind());
            let help = "write `[first, second]`, or a line `- id` for each";
            diags.push(Diagnostic::error(message).at(&entry.key).path(path).help(help));
            return None;
        }
    };
    if !bounded(entry, path, items.len(), COMPONENTS, diags) {
        return None;
    }
    let mut references = Vec::new();
    for (index, (node, text)) in items.into_iter().enumerate() {
        let path = format!("{path}[{index}]");
        if matches!(node.value, Value::Map(_) | Value::Seq(_)) {
            let message = format!("expected an id, found {}", node.kind());
            diags.push(Diagnostic::error(message).at(&node.span).path(path).help("write the id alone"));
            continue;
        }
        match text.parse::<ComponentId>() {
            Ok(id) => references.push(Reference { id, span: node.span.clone(), path }),
            Err(error) => diags.push(invalid_id(&error, &node.span, path)),
        }
    }
    Some(references)
}

fn pipelines(
    service: &Entry,
    entry: Option<&Entry>,
    diags: &mut Diagnostics,
) -> IndexMap<PipelineId, Pipeline> {
    const PATH: &str = "service::pipelines";
    let mut pipelines = IndexMap::new();
    let before = diags.len();
    let map = entry.and_then(|entry| map_or_null(entry, PATH, diags));
    let Some(map) = map.filter(|map| !map.is_empty()) else {
        if diags.len() == before {
            let help = "add one, such as `traces: {receivers: [otlp], exporters: [debug]}`";
            let place = entry.unwrap_or(service);
            diags.push(Diagnostic::error("no pipeline is configured").at(&place.key).path(PATH).help(help));
        }
        return pipelines;
    };
    if !bounded(entry.unwrap_or(service), PATH, map.len(), PIPELINES, diags) {
        return pipelines;
    }
    for (key, entry) in map {
        let path = join(PATH, key);
        match key.parse::<PipelineId>() {
            Ok(id) => {
                pipelines.insert(id, pipeline(entry, &path, diags));
            }
            Err(error) => diags.push(invalid_id(&error, &entry.key, path)),
        }
    }
    pipelines
}

fn pipeline(entry: &Entry, path: &str, diags: &mut Diagnostics) -> Pipeline {
    let before = diags.errors();
    let map = map_or_null(entry, path, diags).cloned().unwrap_or_default();
    unknown_keys(&map, &PIPELINE, path, diags);
    let [receivers, processors, exporters] = PIPELINE.map(|key| match map.get(key) {
        Some(entry) => references(entry, &join(path, key), diags).unwrap_or_default(),
        None => Vec::new(),
    });
    let readable = diags.errors() == before;
    Pipeline { receivers, processors, exporters, readable, section: section(path, entry) }
}
