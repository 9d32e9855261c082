//! `src/span.rs`, `event.rs`, `group.rs` and `entity.rs`: descriptors of what is not a metric.

use super::text::{doc, literal};
use super::{all, carried, head};
use crate::ident::constant;
use crate::resolve::Registry;
use crate::schema::{SignalLevel, SpanKind};
use std::collections::BTreeMap;

/// One descriptor: its name in the registry, its sentences, its fields.
struct Descriptor<'a> {
    id: &'a str,
    brief: &'a str,
    note: &'a str,
    fields: Vec<(&'static str, String)>,
}

pub fn files(registry: &Registry) -> BTreeMap<String, String> {
    let spans =
        module("Kinds of span: a descriptor for each.", "Every kind of span.", "Span", &spans(registry));
    let spans = spans.replacen("Span}", "Span, SpanKind}", 1);
    let events = module("Events: a descriptor for each.", "Every event.", "Event", &events(registry));
    let groups = module(
        "Groups of attributes that we add to signals of upstream: a descriptor for each.",
        "Every group.",
        "Group",
        &groups(registry),
    );
    let entities = module(
        "Things that telemetry is about: a descriptor for each.",
        "Every entity.",
        "Entity",
        &entities(registry),
    );
    BTreeMap::from([
        ("src/span.rs".to_owned(), spans),
        ("src/event.rs".to_owned(), events),
        ("src/group.rs".to_owned(), groups),
        ("src/entity.rs".to_owned(), entities),
    ])
}

fn module(about: &str, all_doc: &str, element: &str, descriptors: &[Descriptor<'_>]) -> String {
    let mut out = head(about);
    let mut imports = ["Attribute", "Level", element];
    imports.sort_unstable();
    out.push_str(&format!("\nuse crate::{{{}}};\n", imports.join(", ")));
    for descriptor in descriptors {
        out.push('\n');
        out.push_str(&doc("", [&format!("`{}`: {}", descriptor.id, descriptor.brief), descriptor.note]));
        out.push_str(&format!("pub static {}: {element} = {element} {{\n", constant(descriptor.id)));
        for (field, value) in &descriptor.fields {
            out.push_str(&format!("    {field}: {value},\n"));
        }
        out.push_str("};\n");
    }
    let names: Vec<String> = descriptors.iter().map(|descriptor| constant(descriptor.id)).collect();
    out.push_str(&all(all_doc, element, names.iter()));
    out
}

fn opt_in(level: SignalLevel) -> (&'static str, String) {
    ("opt_in", (level == SignalLevel::OptIn).to_string())
}

fn spans(registry: &Registry) -> Vec<Descriptor<'_>> {
    let all = registry.areas.iter().flat_map(|area| &area.spans);
    all.map(|span| {
        let kind = match span.def.kind {
            SpanKind::Client => "Client",
            SpanKind::Server => "Server",
            SpanKind::Producer => "Producer",
            SpanKind::Consumer => "Consumer",
            SpanKind::Internal => "Internal",
        };
        let fields = vec![
            ("id", literal(&span.def.r#type)),
            ("name", literal(&span.def.name.note)),
            ("kind", format!("SpanKind::{kind}")),
            ("brief", literal(&span.def.brief)),
            ("attributes", carried(registry, &span.uses)),
            opt_in(span.def.requirement_level),
        ];
        Descriptor { id: &span.def.r#type, brief: &span.def.brief, note: &span.def.note, fields }
    })
    .collect()
}

fn events(registry: &Registry) -> Vec<Descriptor<'_>> {
    let all = registry.areas.iter().flat_map(|area| &area.events);
    all.map(|event| {
        let fields = vec![
            ("name", literal(&event.def.name)),
            ("brief", literal(&event.def.brief)),
            ("attributes", carried(registry, &event.uses)),
            opt_in(event.def.requirement_level),
        ];
        Descriptor { id: &event.def.name, brief: &event.def.brief, note: &event.def.note, fields }
    })
    .collect()
}

fn groups(registry: &Registry) -> Vec<Descriptor<'_>> {
    let all = registry.areas.iter().flat_map(|area| &area.groups);
    all.map(|group| {
        let fields = vec![
            ("id", literal(&group.def.id)),
            ("brief", literal(&group.def.brief)),
            ("attributes", carried(registry, &group.uses)),
        ];
        Descriptor { id: &group.def.id, brief: &group.def.brief, note: &group.def.note, fields }
    })
    .collect()
}

fn entities(registry: &Registry) -> Vec<Descriptor<'_>> {
    let all = registry.areas.iter().flat_map(|area| &area.entities);
    all.map(|entity| {
        let identity = entity.uses.iter().take(entity.def.identity.len());
        let identity: Vec<String> = identity.map(|used| literal(&used.key)).collect();
        let fields = vec![
            ("id", literal(&entity.def.r#type)),
            ("brief", literal(&entity.def.brief)),
            ("identity", format!("&[{}]", identity.join(", "))),
            ("attributes", carried(registry, &entity.uses)),
        ];
        Descriptor { id: &entity.def.r#type, brief: &entity.def.brief, note: &entity.def.note, fields }
    })
    .collect()
}
