//! Every block of YAML in every component's README, built by the factories that a user's configuration meets.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use codeagent_config::{
    ComponentId, Diagnostics, Document, Environment, PipelineId, PipelineSpec, Section, Source, load,
};
use codeagent_pipeline::auth::{
    AuthError, Authenticator, ClientAuthenticator, Identity, ServerAuthenticator,
};
use codeagent_pipeline::{
    About, Batch, BoxFuture, BuildContext, Consumer, Fed, Host, Outputs, Refused, Signal,
};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::{connectors, exporters, extensions, processors, receivers};

/// The README of each component: its role, its folder's name, its text.
fn manuals() -> Vec<(&'static str, String, String)> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let folders = |role: &'static str| {
        let entries = fs::read_dir(source.join(role)).unwrap().map(|entry| entry.unwrap().path());
        let manuals: Vec<PathBuf> =
            entries.map(|folder| folder.join("README.md")).filter(|path| path.exists()).collect();
        manuals.into_iter().map(move |path| {
            let kind = path.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
            (role, kind, fs::read_to_string(&path).unwrap())
        })
    };
    ["receivers", "processors", "exporters", "connectors", "extensions"]
        .into_iter()
        .flat_map(folders)
        .collect()
}

fn blocks(manual: &str) -> Vec<&str> {
    manual.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn every_component_has_a_manual_with_a_configuration_of_it() {
    let abouts: [(&str, Vec<About>); 5] = [
        ("receivers", receivers::ALL.iter().map(|factory| factory.about).collect()),
        ("processors", processors::ALL.iter().map(|factory| factory.about).collect()),
        ("exporters", exporters::ALL.iter().map(|factory| factory.about).collect()),
        ("connectors", connectors::ALL.iter().map(|factory| factory.about).collect()),
        ("extensions", extensions::ALL.iter().map(|factory| factory.about).collect()),
    ];
    let listed: BTreeSet<_> = abouts
        .iter()
        .flat_map(|(role, abouts)| abouts.iter().map(move |about| (*role, about.kind.to_owned())))
        .collect();
    let mut shown = BTreeSet::new();
    for (role, kind, manual) in manuals() {
        let shows = |block: &&str| {
            let document = read(block, &mut Diagnostics::new());
            sections(&document, role).iter().any(|(id, _)| *id.kind == *kind)
        };
        if blocks(&manual).iter().any(shows) {
            shown.insert((role, kind));
        }
    }
    assert_eq!(shown, listed);
}

#[test]
fn every_configuration_in_a_manual_is_valid() {
    let mut built = 0;
    for (role, kind, manual) in manuals() {
        for block in blocks(&manual) {
            let mut diagnostics = Diagnostics::new();
            let document = read(block, &mut Diagnostics::new());
            built += build_all(&document, &host(block), &mut diagnostics);
            assert!(!diagnostics.has_errors(), "{role}/{kind}\n{block}\n{}", diagnostics.render(false));
        }
    }
    assert!(built > manuals().len(), "{built} components");
}

/// A block is a part of a configuration: what else one needs is not at issue.
fn read(block: &str, diagnostics: &mut Diagnostics) -> Document {
    let read = load(&[Source::new("README.md", block)], &[], &Environment::empty(), diagnostics);
    read.unwrap_or_else(|| panic!("{block}\n{}", diagnostics.render(false)))
}

fn sections<'a>(document: &'a Document, role: &str) -> Vec<(&'a ComponentId, &'a Section)> {
    let map = match role {
        "receivers" => &document.receivers,
        "processors" => &document.processors,
        "exporters" => &document.exporters,
        "connectors" => &document.connectors,
        _ => &document.extensions,
    };
    map.iter().collect()
}

/// Builds all components of a document for all their signals; how many that were.
fn build_all(document: &Document, host: &Host, diagnostics: &mut Diagnostics) -> usize {
    let mut built = 0;
    for role in ["receivers", "processors", "exporters", "connectors", "extensions"] {
        for (id, section) in sections(document, role) {
            build(role, section, document, &mut BuildContext { id, diagnostics, host, batching: None });
            built += 1;
        }
    }
    built
}

fn build(role: &str, section: &Section, document: &Document, context: &mut BuildContext<'_>) {
    let kind = &*context.id.kind;
    let taker: Arc<dyn Consumer> = Arc::new(Taker);
    let outputs = || {
        Signal::ALL
            .into_iter()
            .fold(Outputs::default(), |outputs, signal| outputs.with(signal, taker.clone()))
    };
    match role {
        "receivers" => {
            let factory = find(receivers::ALL, |factory| &factory.about, kind);
            (factory.build)(context, section, outputs());
        }
        "extensions" => {
            let factory = find(extensions::ALL, |factory| &factory.about, kind);
            (factory.build)(context, section);
        }
        "processors" => {
            let factory = find(processors::ALL, |factory| &factory.about, kind);
            factory.about.signals.iter().for_each(|signal| drop((factory.build)(context, section, *signal)));
        }
        "exporters" => {
            let factory = find(exporters::ALL, |factory| &factory.about, kind);
            factory.about.signals.iter().for_each(|signal| drop((factory.build)(context, section, *signal)));
        }
        _ => {
            let factory = find(connectors::ALL, |factory| &factory.about, kind);
            let pipelines = &document.service.pipelines;
            let is_fed = |signal: &Signal| {
                let feeds = |(id, spec): (&PipelineId, &PipelineSpec)| {
                    id.signal == *signal
                        && spec.exporters.iter().any(|exporter| exporter.value == *context.id)
                };
                pipelines.is_empty() || pipelines.iter().any(feeds)
            };
            let signals: Vec<Signal> = factory.about.signals.iter().copied().filter(is_fed).collect();
            for signal in signals {
                let pipelines = pipelines.keys().map(|id| (id.clone(), taker.clone())).collect();
                (factory.build)(context, section, signal, Fed { outputs: outputs(), pipelines });
            }
        }
    }
}

fn find<'a, F>(factories: &'a [F], about: impl Fn(&F) -> &About, kind: &str) -> &'a F {
    let is_this = |about: &About| about.kind == kind || about.aliases.contains(&kind);
    factories.iter().find(|factory| is_this(about(factory))).unwrap_or_else(|| panic!("there is no `{kind}`"))
}

/// A host with the authenticators that a block names.
fn host(block: &str) -> Host {
    let mut host = Host::new(1, 1 << 30);
    let ids = block.split("authenticator:").skip(1).filter_map(|rest| {
        let id = rest.split(['\n', ',', '}']).next()?.trim();
        id.parse::<ComponentId>().ok()
    });
    let anyone = Authenticator { client: Some(Arc::new(Anyone)), server: Some(Arc::new(Anyone)) };
    host.authenticators = Arc::new(ids.map(|id| (id, anyone.clone())).collect::<HashMap<_, _>>());
    host
}

struct Anyone;

impl ClientAuthenticator for Anyone {
    fn headers(&self) -> Result<Vec<(HeaderName, HeaderValue)>, AuthError> {
        Ok(Vec::new())
    }
}

impl ServerAuthenticator for Anyone {
    fn authenticate(&self, _: &HeaderMap) -> Result<Identity, AuthError> {
        Ok(Identity::of(b"anyone"))
    }
}

struct Taker;

impl Consumer for Taker {
    fn consume(&self, _: Batch) -> BoxFuture<'_, Result<(), Refused>> {
        Box::pin(async { Ok(()) })
    }
}
