//! The counts of one batch.

use codeagent_config::{Diagnostics, Section};
use codeagent_pipeline::otlp::any_value;
use codeagent_pipeline::otlp::views::{Attribute, Repeated, Resource};
use codeagent_pipeline::otlp::wire::put_fixed64;
use indexmap::IndexMap;
use serde_json::Value;

use super::super::otlp_metrics::{Attributes, Data, Head, Temporality, put_metric, put_point, put_resource};
use super::config::Counted;
use crate::ottl::{Condition, Context, Subject};

/// A metric that counts.
#[derive(Debug)]
pub struct Counter {
    /// What it counts.
    pub context: Context,
    name: String,
    description: String,
    conditions: Vec<Condition>,
    attributes: Vec<(String, Option<Vec<u8>>)>,
}

impl Counter {
    /// The counter that is there when nothing is written.
    pub fn of_all(context: Context, name: &str, description: &str) -> Self {
        let (name, description) = (name.to_owned(), description.to_owned());
        Counter { context, name, description, conditions: Vec::new(), attributes: Vec::new() }
    }

    /// Compiles what is written at `place`.
    pub fn compile(
        context: Context,
        name: &str,
        written: &Counted,
        place: &Section,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let mut counter = Counter::of_all(context, name, &written.description);
        let at = |key: &str| place.at(key).unwrap_or_else(|| place.clone());
        let (places, mut is_sound) = (at("conditions").items(), true);
        for (at, text) in written.conditions.iter().enumerate() {
            match Condition::parse(text, context) {
                Ok(condition) => counter.conditions.push(condition),
                Err(mistake) => {
                    let place = places.get(at).unwrap_or(place);
                    diagnostics.push(place.error(mistake.message, mistake.help));
                    is_sound = false;
                }
            }
        }
        if context == Context::Metric && !written.attributes.is_empty() {
            let help = "take them out, or count `datapoints`";
            diagnostics.push(at("attributes").error("a metric has no attributes to count by", help));
            return None;
        }
        for attribute in &written.attributes {
            if attribute.key.is_empty() {
                let place = at("attributes");
                diagnostics.push(place.error("an attribute has no key", "name it in `key`"));
                return None;
            }
            let default = attribute.default_value.as_ref().map(encode);
            counter.attributes.push((attribute.key.clone(), default));
        }
        is_sound.then_some(counter)
    }

    /// The series of what is asked about; nothing where it is not counted.
    fn series(&self, subject: &Subject<'_>, attributes: &Repeated<'_, Attribute<'_>>) -> Option<Attributes> {
        let conditions = &self.conditions;
        if !conditions.is_empty() && !conditions.iter().any(|condition| condition.holds(subject)) {
            return None;
        }
        let mut series = Attributes::default();
        for (key, default) in &self.attributes {
            let found = attributes.clone().find(|attribute| attribute.key == key);
            series.put(key, found.map(|found| found.raw).or(default.as_deref())?);
        }
        Some(series)
    }
}

fn encode(value: &Value) -> Vec<u8> {
    match value {
        Value::Bool(value) => any_value::bool(*value),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => any_value::int(integer),
            None => any_value::double(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => any_value::string(text),
        other => any_value::string(&other.to_string()),
    }
}

/// Counts by resource, by counter, by series. Nothing is larger than the batch that is counted.
#[derive(Debug, Default)]
pub struct Counts<'a> {
    resources: IndexMap<&'a [u8], Vec<IndexMap<Vec<u8>, u64>>>,
}

impl<'a> Counts<'a> {
    /// Counts what is asked about with every counter of `context`.
    pub fn add(
        &mut self,
        counters: &[Counter],
        context: Context,
        resource: &Resource<'a>,
        subject: &Subject<'_>,
        attributes: &Repeated<'_, Attribute<'_>>,
    ) {
        for (at, counter) in counters.iter().enumerate().filter(|(_, counter)| counter.context == context) {
            let Some(series) = counter.series(subject, attributes) else { continue };
            let counts = self.resources.entry(resource.raw).or_default();
            counts.resize_with(counters.len(), IndexMap::new);
            match counts[at].get_mut(series.as_bytes()) {
                Some(count) => *count += 1,
                None => {
                    counts[at].insert(series.as_bytes().to_vec(), 1);
                }
            }
        }
    }

    /// How many points there are.
    pub fn points(&self) -> usize {
        self.resources.values().flatten().map(IndexMap::len).sum()
    }

    /// The request that tells them, for the time from the first to the second of `times`.
    pub fn encode(&self, counters: &[Counter], times: (u64, u64)) -> Vec<u8> {
        let mut out = Vec::new();
        for (resource, counts) in &self.resources {
            put_resource(&mut out, resource, "count", |out| {
                for (counter, series) in counters.iter().zip(counts) {
                    if series.is_empty() {
                        continue;
                    }
                    let head = Head {
                        name: &counter.name,
                        description: &counter.description,
                        unit: "",
                        data: Data::Sum,
                        temporality: Temporality::Delta,
                    };
                    put_metric(out, &head, |out| {
                        for (attributes, count) in series {
                            put_point(out, Data::Sum, attributes, times, |out| put_fixed64(out, 6, *count));
                        }
                    });
                }
            });
        }
        out
    }
}
