//! Which items a processor works on: `include` and `exclude`.

use codeagent_config::{Diagnostics, Section};
use codeagent_pipeline::Signal;
use codeagent_pipeline::otlp::Item;
use codeagent_pipeline::otlp::views::{AnyValue, Attribute, Repeated, Resource, Scope};
use regex::Regex;

use super::actions::convert_text;

mod config;
mod text;

pub use config::MatchConfig;
use config::SeverityConfig;
use text::Texts;

/// Compiled properties.
#[derive(Debug)]
pub struct Matcher {
    services: Texts,
    names: Texts,
    kinds: Texts,
    bodies: Texts,
    severity_texts: Texts,
    severity: Option<SeverityConfig>,
    attributes: Vec<WantedAttribute>,
    resources: Vec<WantedAttribute>,
    libraries: Vec<(Texts, Option<Texts>)>,
}

#[derive(Debug)]
struct WantedAttribute {
    key: String,
    value: Option<WantedValue>,
}

#[derive(Debug)]
enum WantedValue {
    /// An `AnyValue` message, byte for byte.
    Equal(Vec<u8>),
    /// The value as text.
    Matches(Regex),
}

/// `include` and `exclude` of one processor.
#[derive(Debug, Default)]
pub struct Selection {
    /// Only what matches is worked on.
    pub include: Option<Matcher>,
    /// What matches is left alone.
    pub exclude: Option<Matcher>,
}

impl Selection {
    /// Compiles both for items of `signal`; `section` is what they stand in.
    pub fn compile(
        include: Option<&MatchConfig>,
        exclude: Option<&MatchConfig>,
        signal: Signal,
        section: &Section,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let mut compile = |config: Option<&MatchConfig>, key: &str| match config {
            Some(config) => {
                let place = section.at(key).unwrap_or_else(|| section.clone());
                config.compile(signal, &place, diagnostics).map(Some)
            }
            None => Some(None),
        };
        let (include, exclude) = (compile(include, "include"), compile(exclude, "exclude"));
        Some(Selection { include: include?, exclude: exclude? })
    }

    /// Whether the item is worked on.
    pub fn contains(&self, item: &Item<'_>, scope: &Scope<'_>, resource: &Resource<'_>) -> bool {
        self.include.as_ref().is_none_or(|matcher| matcher.matches(item, scope, resource))
            && !self.exclude.as_ref().is_some_and(|matcher| matcher.matches(item, scope, resource))
    }
}

impl WantedAttribute {
    fn is_among<'a>(&self, mut attributes: impl Iterator<Item = Attribute<'a>>) -> bool {
        let Some(found) = attributes.find(|attribute| attribute.key == self.key) else { return false };
        match &self.value {
            None => true,
            Some(WantedValue::Equal(value)) => found.raw == value,
            Some(WantedValue::Matches(pattern)) => match found.value {
                AnyValue::String(text) => pattern.is_match(text),
                _ => pattern.is_match(&convert_text(found.raw)),
            },
        }
    }
}

impl Matcher {
    /// Whether the item has all the properties.
    pub fn matches(&self, item: &Item<'_>, scope: &Scope<'_>, resource: &Resource<'_>) -> bool {
        self.matches_around(scope, resource)
            && self.matches_item(item)
            && self.attributes.iter().all(|wanted| {
                wanted.is_among(Repeated::<Attribute<'_>>::new(item.raw(), item.attributes_field()))
            })
    }

    fn matches_around(&self, scope: &Scope<'_>, resource: &Resource<'_>) -> bool {
        let service = || resource.text("service.name").unwrap_or_default();
        let library = |(name, version): &(Texts, Option<Texts>)| {
            name.contains(scope.name)
                && version.as_ref().is_none_or(|version| version.contains(scope.version))
        };
        (self.services.is_empty() || self.services.contains(service()))
            && self.resources.iter().all(|wanted| wanted.is_among(resource.attributes()))
            && (self.libraries.is_empty() || self.libraries.iter().any(library))
    }

    fn matches_item(&self, item: &Item<'_>) -> bool {
        match item {
            Item::Span(span) => self.names.allows(span.name) && self.kinds.allows(kind_name(span.kind)),
            Item::Log(record) => {
                let body = || record.body_value().as_str();
                (self.bodies.is_empty() || body().is_some_and(|text| self.bodies.contains(text)))
                    && self.severity_texts.allows(record.severity_text)
                    && self.severity.is_none_or(|severity| severity.matches(record.severity_number))
            }
            Item::Point { metric, .. } => self.names.allows(metric.name),
        }
    }
}

fn kind_name(kind: i32) -> &'static str {
    match kind {
        1 => "SPAN_KIND_INTERNAL",
        2 => "SPAN_KIND_SERVER",
        3 => "SPAN_KIND_CLIENT",
        4 => "SPAN_KIND_PRODUCER",
        5 => "SPAN_KIND_CONSUMER",
        _ => "SPAN_KIND_UNSPECIFIED",
    }
}

#[cfg(test)]
mod tests;
