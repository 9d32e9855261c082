//! The components of this build, by name.

use codeagent_components as components;
use codeagent_config::schema::{self, Part};
use codeagent_config::{Kind, suggest};
use codeagent_pipeline::About;
use serde_json::{Value, json};

/// Every kind of component with what its factories tell.
pub fn all() -> [(Kind, Vec<About>); 5] {
    let receivers = components::receivers::ALL.iter().map(|factory| factory.about).collect();
    let processors = components::processors::ALL.iter().map(|factory| factory.about).collect();
    let exporters = components::exporters::ALL.iter().map(|factory| factory.about).collect();
    let connectors = components::connectors::ALL.iter().map(|factory| factory.about).collect();
    let extensions = components::extensions::ALL.iter().map(|factory| factory.about).collect();
    [
        (Kind::Receiver, receivers),
        (Kind::Processor, processors),
        (Kind::Exporter, exporters),
        (Kind::Connector, connectors),
        (Kind::Extension, extensions),
    ]
}

/// The factory of a type, by its name or an alias.
pub fn find<'a, F>(factories: &'a [F], about: impl Fn(&F) -> &About, kind: &str) -> Option<&'a F> {
    factories.iter().find(|factory| {
        let about = about(factory);
        about.kind == kind || about.aliases.contains(&kind)
    })
}

/// What to do about an unknown type.
pub fn advice<F>(factories: &[F], about: impl Fn(&F) -> &About, kind: &str) -> String {
    let names = factories.iter().flat_map(|factory| {
        let about = about(factory);
        std::iter::once(about.kind).chain(about.aliases.iter().copied())
    });
    match suggest(kind, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`codeagent-collector components` lists what this build has".to_owned(),
    }
}

/// The list for people.
pub fn to_text() -> String {
    let mut text = String::new();
    for (kind, abouts) in all() {
        text.push_str(&format!("{}\n", kind.plural()));
        for about in abouts {
            let signals = about.signals.iter().map(|signal| signal.as_str()).collect::<Vec<_>>().join(", ");
            text.push_str(&format!("  {:<24} {}\n", about.kind, about.summary));
            if !signals.is_empty() {
                text.push_str(&format!("  {:<24} signals: {signals}\n", ""));
            }
            if !about.aliases.is_empty() {
                text.push_str(&format!("  {:<24} also: {}\n", "", about.aliases.join(", ")));
            }
        }
        text.push('\n');
    }
    text
}

/// The list for programs.
pub fn to_json() -> Value {
    let mut list = serde_json::Map::new();
    for (kind, abouts) in all() {
        let abouts = abouts.iter().map(|about| {
            let signals: Vec<&str> = about.signals.iter().map(|signal| signal.as_str()).collect();
            json!({"type": about.kind, "aliases": about.aliases, "summary": about.summary, "signals": signals})
        });
        list.insert(kind.plural().to_owned(), abouts.collect());
    }
    Value::Object(list)
}

/// The JSON Schema of a configuration.
pub fn to_schema() -> Value {
    let all = all();
    let parts = all.iter().flat_map(|(kind, abouts)| {
        abouts.iter().map(|about| Part {
            kind: *kind,
            name: about.kind,
            aliases: about.aliases,
            schema: (about.schema)(),
        })
    });
    schema::document(&parts.collect::<Vec<_>>())
}
