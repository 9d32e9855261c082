//! Conditions in OTTL: what meets one goes.

use codeagent_config::{Diagnostics, Section};
use codeagent_pipeline::otlp::Item;
use codeagent_pipeline::otlp::views::{Metric, Resource, Scope};

use crate::ottl::{Condition, Context, Item as About, Subject};

/// A list as it is written: its key, what it is about, its conditions.
pub type Written<'a> = (&'a str, Context, &'a [String]);

/// Compiled conditions, by what they are about.
#[derive(Debug, Default)]
pub struct Conditions {
    resources: Vec<Condition>,
    metrics: Vec<Condition>,
    items: Vec<Condition>,
}

impl Conditions {
    /// Compiles the lists of `section`.
    pub fn compile(lists: &[Written<'_>], section: &Section, diagnostics: &mut Diagnostics) -> Option<Self> {
        let (mut conditions, mut is_sound) = (Conditions::default(), true);
        for (key, context, texts) in lists {
            let places = section.at(key).map(|list| list.items()).unwrap_or_default();
            for (at, text) in texts.iter().enumerate() {
                match Condition::parse(text, *context) {
                    Ok(condition) => conditions.of(*context).push(condition),
                    Err(mistake) => {
                        let place = places.get(at).unwrap_or(section);
                        diagnostics.push(place.error(mistake.message, mistake.help));
                        is_sound = false;
                    }
                }
            }
        }
        is_sound.then_some(conditions)
    }

    fn of(&mut self, context: Context) -> &mut Vec<Condition> {
        match context {
            Context::Resource => &mut self.resources,
            Context::Metric => &mut self.metrics,
            _ => &mut self.items,
        }
    }

    /// Whether a resource goes.
    pub fn meet_resource(&self, resource: &Resource<'_>) -> bool {
        let subject = Subject { resource, scope: None, item: About::None };
        self.resources.iter().any(|condition| condition.holds(&subject))
    }

    /// Whether a metric goes.
    pub fn meet_metric(&self, metric: &Metric<'_>, scope: &Scope<'_>, resource: &Resource<'_>) -> bool {
        let subject = Subject { resource, scope: Some(scope), item: About::Metric(metric) };
        self.metrics.iter().any(|condition| condition.holds(&subject))
    }

    /// Whether an item goes.
    pub fn meet_item(&self, item: &Item<'_>, scope: &Scope<'_>, resource: &Resource<'_>) -> bool {
        let about = match item {
            Item::Span(span) => About::Span(span),
            Item::Log(record) => About::Log(record),
            Item::Point { metric, raw } => About::Point(metric, raw),
        };
        let subject = Subject { resource, scope: Some(scope), item: about };
        self.items.iter().any(|condition| condition.holds(&subject))
    }
}
