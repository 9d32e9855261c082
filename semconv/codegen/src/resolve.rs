//! From files to one registry in which every signal has its attributes.

use crate::load::{Source, UPSTREAM};
use crate::schema::{self, Level, Ref, Visibility};
use std::collections::{BTreeMap, BTreeSet};

/// All that the files say, by area.
#[derive(Debug, Default)]
pub struct Registry {
    /// The areas in the order of their names, `upstream` last.
    pub areas: Vec<Area>,
}

/// What one file declares, or all files of upstream.
#[derive(Debug, Default)]
pub struct Area {
    /// The name of the file without its ending.
    pub name: String,
    /// The comment at the head of the file.
    pub intro: String,
    /// The attributes that it defines.
    pub attributes: Vec<schema::Attribute>,
    /// Public groups.
    pub groups: Vec<Signal<schema::Group>>,
    /// Kinds of span.
    pub spans: Vec<Signal<schema::Span>>,
    /// Events.
    pub events: Vec<Signal<schema::Event>>,
    /// Metrics.
    pub metrics: Vec<Signal<schema::Metric>>,
    /// Entities; the uses are those of the identity, then those of the description.
    pub entities: Vec<Signal<schema::Entity>>,
}

/// A definition with its groups resolved.
#[derive(Debug)]
pub struct Signal<T> {
    /// As it is written.
    pub def: T,
    /// Every attribute that it carries, each once.
    pub uses: Vec<Use>,
}

/// An attribute on a signal.
#[derive(Clone, Debug)]
pub struct Use {
    /// The key of the attribute.
    pub key: String,
    /// When it must be there.
    pub level: Level,
    /// A sampler may decide by it.
    pub sampling: bool,
}

impl Registry {
    /// The definition of an attribute.
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<&schema::Attribute> {
        self.attributes().find(|attribute| attribute.key == key)
    }

    /// The definitions of all attributes.
    pub fn attributes(&self) -> impl Iterator<Item = &schema::Attribute> {
        self.areas.iter().flat_map(|area| &area.attributes)
    }

    /// All metrics.
    pub fn metrics(&self) -> impl Iterator<Item = &Signal<schema::Metric>> {
        self.areas.iter().flat_map(|area| &area.metrics)
    }
}

/// Resolves the references between files.
///
/// # Errors
/// Every reference that leads nowhere, and every attribute that two groups of one signal bring.
pub fn resolve(sources: Vec<Source>) -> Result<Registry, Vec<String>> {
    let mut resolver = Resolver::new(&sources);
    let mut areas: Vec<Area> = Vec::new();
    for source in sources {
        let area = resolver.area(source);
        match areas.iter_mut().find(|known| known.name == area.name) {
            Some(known) => {
                known.attributes.extend(area.attributes);
                known.metrics.extend(area.metrics);
            }
            None => areas.push(area),
        }
    }
    areas.sort_by(|a, b| (a.name == UPSTREAM, &a.name).cmp(&(b.name == UPSTREAM, &b.name)));
    let unused = resolver.groups.keys().filter(|group| !resolver.used.contains(*group));
    let unused = unused.map(|group| format!("the group `{group}` is internal, and no signal refers to it"));
    let problems: Vec<String> = unused.chain(resolver.problems).collect();
    if problems.is_empty() { Ok(Registry { areas }) } else { Err(problems) }
}

struct Resolver {
    keys: Vec<String>,
    groups: BTreeMap<String, Vec<Ref>>,
    used: BTreeSet<String>,
    problems: Vec<String>,
}

impl Resolver {
    fn new(sources: &[Source]) -> Self {
        let keys = sources.iter().flat_map(|s| &s.file.attributes).map(|a| a.key.clone()).collect();
        let groups = sources.iter().flat_map(|s| &s.file.attribute_groups);
        let internal = groups.filter(|group| group.visibility == Visibility::Internal);
        let groups = internal.map(|group| (group.id.clone(), group.attributes.clone())).collect();
        Self { keys, groups, used: BTreeSet::new(), problems: Vec::new() }
    }

    fn area(&mut self, source: Source) -> Area {
        let Source { path, area, intro, file } = source;
        let groups = file.attribute_groups;
        let (public, internal): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|group| group.visibility == Visibility::Public);
        for group in &internal {
            self.uses(&path, &group.id, &group.attributes);
            if group.stability.is_some() || !group.brief.is_empty() {
                self.problems.push(format!("{path}: {}: an internal group has attributes alone", group.id));
            }
        }
        for group in public.iter().filter(|group| group.stability.is_none()) {
            self.problems.push(format!("{path}: {}: a public group has a stability", group.id));
        }
        let mut signals = Signals { resolver: self, path, are_spans: true };
        let spans = signals.all(file.spans, |span| (&span.r#type, span.attributes.clone()));
        signals.are_spans = false;
        Area {
            name: area,
            intro,
            attributes: file.attributes,
            groups: signals.all(public, |group| (&group.id, group.attributes.clone())),
            spans,
            events: signals.all(file.events, |event| (&event.name, event.attributes.clone())),
            metrics: signals.all(file.metrics, |metric| (&metric.name, metric.attributes.clone())),
            entities: signals.all(file.entities, |entity| {
                (&entity.r#type, [entity.identity.as_slice(), &entity.description].concat())
            }),
        }
    }

    /// Samplers see spans alone.
    fn no_sampling(&mut self, path: &str, owner: &str, uses: &[Use]) {
        for used in uses.iter().filter(|used| used.sampling) {
            self.problems.push(format!(
                "{path}: {owner}: `{}` is `sampling_relevant`, which only spans know",
                used.key
            ));
        }
    }

    /// The attributes that a list of references stands for. A signal's own reference refines that of its group.
    fn uses(&mut self, path: &str, owner: &str, refs: &[Ref]) -> Vec<Use> {
        let mut uses: Vec<(Use, bool)> = Vec::new();
        for reference in refs {
            match (&reference.r#ref, &reference.ref_group) {
                (Some(key), None) => self.own(path, owner, key, reference, &mut uses),
                (None, Some(group)) => self.group(path, owner, group, &mut uses),
                _ => self
                    .problems
                    .push(format!("{path}: {owner}: a reference has exactly one of `ref` and `ref_group`")),
            }
        }
        uses.into_iter().map(|(found, _)| found).collect()
    }

    fn own(&mut self, path: &str, owner: &str, key: &str, reference: &Ref, uses: &mut Vec<(Use, bool)>) {
        if !self.keys.iter().any(|known| known == key) {
            self.problems.push(format!("{path}: {owner}: no file declares the attribute `{key}`"));
        }
        let level = reference.requirement_level.clone().unwrap_or(Level::Recommended);
        let found = Use { key: key.to_owned(), level, sampling: reference.sampling_relevant };
        match uses.iter_mut().find(|(known, _)| known.key == key) {
            Some((_, true)) => {
                self.problems.push(format!("{path}: {owner}: `{key}` is referred to twice"));
            }
            Some(from_group) => *from_group = (found, true),
            None => uses.push((found, true)),
        }
    }

    fn group(&mut self, path: &str, owner: &str, group: &str, uses: &mut Vec<(Use, bool)>) {
        let Some(refs) = self.groups.get(group).cloned() else {
            self.problems.push(format!("{path}: {owner}: no file declares the internal group `{group}`"));
            return;
        };
        self.used.insert(group.to_owned());
        for reference in refs {
            let Some(key) = reference.r#ref else {
                self.problems.push(format!("{path}: {owner}: the group `{group}` refers to a group"));
                continue;
            };
            if uses.iter().any(|(known, _)| known.key == key) {
                self.problems.push(format!(
                    "{path}: {owner}: `{key}` comes from the group `{group}` and from before it; name groups first, each attribute in one"
                ));
                continue;
            }
            let level = reference.requirement_level.unwrap_or(Level::Recommended);
            uses.push((Use { key, level, sampling: reference.sampling_relevant }, false));
        }
    }
}

/// Resolves the signals of one file.
struct Signals<'a> {
    resolver: &'a mut Resolver,
    path: String,
    are_spans: bool,
}

impl Signals<'_> {
    fn all<T>(&mut self, defs: Vec<T>, parts: impl Fn(&T) -> (&String, Vec<Ref>)) -> Vec<Signal<T>> {
        let mut signals = Vec::with_capacity(defs.len());
        for def in defs {
            let (name, refs) = parts(&def);
            let uses = self.resolver.uses(&self.path, name, &refs);
            if !self.are_spans {
                self.resolver.no_sampling(&self.path, name, &uses);
            }
            signals.push(Signal { def, uses });
        }
        signals
    }
}
