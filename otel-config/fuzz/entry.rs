//! One text through everything that reads texts. Shared by the fuzz target and by `cargo test`.

use std::collections::BTreeMap;

use codeagent_config::{
    ByteSize, ComponentId, Diagnostics, Document, Duration, Environment, Kind, Secret, Section, Source, load,
};
use serde::Deserialize;

/// A field of each type.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Everything {
    a: Option<Box<Everything>>,
    b: Vec<u16>,
    c: Option<Duration>,
    #[serde(default)]
    d: BTreeMap<String, ByteSize>,
    e: Option<Secret>,
    f: Option<ComponentId>,
    g: Option<Word>,
    h: Option<(bool, f64)>,
    i: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
enum Word {
    One,
    Two(u8),
    Three { x: char },
}

/// Reads `text` as a file, as an environment variable and as an override; panics when something is wrong
/// with the reader.
pub fn everything(text: &str) {
    let env = Environment::of([("TEXT", text), ("VALUE", "1")]).with_files([("text", text)]);
    let mut diags = Diagnostics::new();
    let short: String = text.chars().take(100).collect();
    let overrides = [("service::telemetry::x".to_owned(), short.clone()), (short, "${env:TEXT}".to_owned())];
    let uses = "receivers: {a: '${env:TEXT}', b: 'x${env:TEXT}', c: '${file:text}'}";
    for sources in [vec![text], vec![uses], vec![text, uses]] {
        let sources: Vec<Source> = sources.into_iter().map(|text| Source::new("x.yaml", text)).collect();
        for overrides in [&overrides[..], &overrides[..1], &[]] {
            if let Some(document) = load(&sources, overrides, &env, &mut diags) {
                decode(&document, &mut diags);
            }
        }
    }
    let rendered = diags.render(false);
    assert!(!rendered.contains('\u{1b}'), "an escape reached the terminal");
    assert_eq!(rendered.is_empty(), diags.is_empty());
    assert!(rendered.len() < 4_000_000, "{} bytes of diagnostics", rendered.len());
    let _ = Source::from_location(text, &Environment::empty());
}

fn decode(document: &Document, diags: &mut Diagnostics) {
    let sections = Kind::ALL.iter().flat_map(|kind| document.components(*kind).values());
    for section in sections.chain([&document.service.telemetry]) {
        both(section, diags);
        for key in section.keys() {
            assert!(section.at(key).is_some() || key.contains("::"), "{key}");
        }
    }
}

/// A value is given exactly when no error is reported.
fn both(section: &Section, diags: &mut Diagnostics) {
    let mut own = Diagnostics::new();
    let value = section.decode::<Everything>(&mut own);
    assert_eq!(value.is_some(), !own.has_errors(), "{}", own.render(false));
    diags.extend(own);
    let _ = section.decode::<serde_json::Value>(diags);
}
