//! What the definitions say: values, examples, units, buckets, sentences.

use crate::resolve::Registry;
use crate::schema::{Attribute, Instrument, Member, Scalar, Type};

/// An enum has members, each with an id and a value of its own.
pub fn enums_have_distinct_members(registry: &Registry) -> Vec<String> {
    let mut problems = Vec::new();
    for (attribute, members) in enums(registry) {
        if members.is_empty() {
            problems.push(format!("`{}`: an enum without members", attribute.key));
        }
        for (at, member) in members.iter().enumerate() {
            let before = &members[..at];
            if before.iter().any(|other| other.id == member.id || other.value == member.value) {
                problems.push(format!("`{}`: the member `{}` is there twice", attribute.key, member.id));
            }
            if is_reserved(&member.id) {
                problems
                    .push(format!("`{}`: `{}` is no name for a variant in Rust", attribute.key, member.id));
            }
        }
    }
    problems
}

fn is_reserved(id: &str) -> bool {
    id == "self" || id.is_empty() || id.starts_with(|c: char| c.is_ascii_digit())
}

fn enums(registry: &Registry) -> impl Iterator<Item = (&Attribute, &[Member])> {
    registry.attributes().filter_map(|attribute| match &attribute.r#type {
        Type::Enum(members) => Some((attribute, members.as_slice())),
        _ => None,
    })
}

/// An example is of the attribute's type; a text has at least one.
pub fn examples_fit_their_type(registry: &Registry) -> Vec<String> {
    let mut problems = Vec::new();
    for attribute in registry.attributes() {
        let fits = |example: &Scalar| match attribute.r#type {
            Type::Text | Type::Enum(_) => matches!(example, Scalar::Text(_)),
            Type::Int => matches!(example, Scalar::Int(_)),
            Type::Double => matches!(example, Scalar::Double(_) | Scalar::Int(_)),
            Type::Boolean => matches!(example, Scalar::Boolean(_)),
        };
        for example in attribute.examples.iter().filter(|example| !fits(example)) {
            problems.push(format!("`{}`: the example {example:?} is of another type", attribute.key));
        }
        if matches!(attribute.r#type, Type::Text) && attribute.examples.is_empty() {
            problems.push(format!("`{}`: a text needs an example", attribute.key));
        }
    }
    problems
}

/// Base units alone, so that no query has to convert: seconds, bytes, ratios, and counts of something in braces.
pub fn units_are_legal(registry: &Registry) -> Vec<String> {
    let is_legal = |unit: &str| {
        let counted = unit.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        matches!(unit, "1" | "s" | "By")
            || counted.is_some_and(|word| {
                !word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic() || c == '_')
            })
    };
    let bad = registry.metrics().filter(|metric| !is_legal(&metric.def.unit));
    bad.map(|metric| {
        format!(
            "`{}`: the unit `{}` is none of `s`, `By`, `1`, `{{thing}}`",
            metric.def.name, metric.def.unit
        )
    })
    .collect()
}

/// A histogram, and nothing else, has bounds; they are numbers that ascend.
pub fn buckets_ascend(registry: &Registry) -> Vec<String> {
    let mut problems = Vec::new();
    for metric in registry.metrics() {
        let name = &metric.def.name;
        let bounds = &metric.def.annotations.code_generation.explicit_bucket_boundaries;
        let is_histogram = metric.def.instrument == Instrument::Histogram;
        if is_histogram == bounds.is_empty() {
            problems.push(format!("`{name}`: a histogram, and nothing else, has bucket boundaries"));
        }
        if bounds.iter().any(|bound| !bound.is_finite()) || bounds.windows(2).any(|two| two[0] >= two[1]) {
            problems.push(format!("`{name}`: the bucket boundaries do not ascend"));
        }
    }
    problems
}

/// A brief is a sentence that says more than the name.
pub fn briefs_are_sentences(registry: &Registry) -> Vec<String> {
    let mut briefs: Vec<(String, &str, &str)> = Vec::new();
    for area in &registry.areas {
        briefs.extend(area.attributes.iter().map(|a| (a.key.clone(), last_word(&a.key), a.brief.as_str())));
        briefs.extend(area.metrics.iter().map(|m| (m.def.name.clone(), "", m.def.brief.as_str())));
        briefs.extend(area.spans.iter().map(|s| (s.def.r#type.clone(), "", s.def.brief.as_str())));
        briefs.extend(area.events.iter().map(|e| (e.def.name.clone(), "", e.def.brief.as_str())));
        briefs.extend(area.groups.iter().map(|g| (g.def.id.clone(), "", g.def.brief.as_str())));
        briefs.extend(area.entities.iter().map(|e| (e.def.r#type.clone(), "", e.def.brief.as_str())));
    }
    for (attribute, members) in enums(registry) {
        let of = |member: &Member| format!("{} {}", attribute.key, member.id);
        briefs.extend(members.iter().map(|m| (of(m), m.id.as_str(), m.brief.as_str())));
    }
    let bad = briefs.iter().filter(|(_, id, brief)| !is_sentence(brief) || letters(id) == letters(brief));
    bad.map(|(name, _, brief)| format!("`{name}`: the brief \"{brief}\" is no sentence of its own")).collect()
}

fn is_sentence(brief: &str) -> bool {
    brief.ends_with('.') && !brief.starts_with(|c: char| c.is_lowercase()) && brief.trim() == brief
}

fn last_word(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or_default()
}

/// `Rate limited.` and `rate_limited` are the same letters.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
