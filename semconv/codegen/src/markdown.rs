//! Generates a page for each area, and the page that lists them.

use crate::COMMAND;
use crate::load::UPSTREAM;
use crate::prometheus;
use crate::resolve::{Area, Registry, Signal, Use};
use crate::schema::{Attribute, Instrument, Level, Metric, Scalar, SignalLevel, Type};
use std::collections::BTreeMap;

/// Every page: its path below the folder of the conventions, and its text.
#[must_use]
pub fn files(registry: &Registry) -> BTreeMap<String, String> {
    let mut pages = BTreeMap::from([("docs/README.md".to_owned(), contents(registry))]);
    for area in registry.areas.iter().filter(|area| has_content(area)) {
        pages.insert(format!("docs/{}.md", area.name), page(registry, area));
    }
    pages
}

/// An area of internal groups alone has nothing to show.
fn has_content(area: &Area) -> bool {
    !(area.attributes.is_empty()
        && area.metrics.is_empty()
        && area.spans.is_empty()
        && area.events.is_empty())
}

fn notice() -> String {
    format!("<!-- Generated from registry/ by `{COMMAND}`; do not edit. -->\n\n")
}

fn title(area: &Area) -> String {
    let mut letters = area.name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().to_string() + letters.as_str())
}

fn contents(registry: &Registry) -> String {
    let mut out = notice() + "# Conventions by area\n\n";
    out.push_str("| area | attributes | spans | events | metrics |\n|---|---|---|---|---|\n");
    for area in registry.areas.iter().filter(|area| has_content(area)) {
        out.push_str(&format!(
            "| [{}]({}.md) | {} | {} | {} | {} |\n",
            title(area),
            area.name,
            area.attributes.len(),
            area.spans.len(),
            area.events.len(),
            area.metrics.len()
        ));
    }
    out.push_str("\nThe columns of the attribute tables of signals: **required** is always there, **if** only under the condition stated,\n**recommended** where it is known at no great cost, **opt-in** only where a user asked for it.\n");
    out
}

fn page(registry: &Registry, area: &Area) -> String {
    let mut out = notice() + &format!("# {}\n\n", title(area));
    match area.name.as_str() {
        UPSTREAM => out.push_str("Attributes of upstream's conventions that ours refer to.\n"),
        _ => out.push_str(&format!("{}\n", area.intro)),
    }
    attributes(&mut out, area);
    spans(&mut out, area);
    events(&mut out, area);
    groups(&mut out, area);
    entities(&mut out, area);
    metrics(&mut out, registry, area);
    out
}

fn attributes(out: &mut String, area: &Area) {
    if area.attributes.is_empty() {
        return;
    }
    out.push_str(
        "\n## Attributes\n\n| key | type | meaning | examples | stability |\n|---|---|---|---|---|\n",
    );
    for attribute in &area.attributes {
        out.push_str(&format!(
            "| `{}` | {} | {} | {} | {} |\n",
            attribute.key,
            type_of(attribute),
            cell(&[&attribute.brief, &attribute.note]),
            examples(attribute),
            attribute.stability.as_str()
        ));
    }
    for attribute in &area.attributes {
        if let Type::Enum(members) = &attribute.r#type {
            out.push_str(&format!("\n### `{}`\n\n| value | meaning |\n|---|---|\n", attribute.key));
            for member in members {
                out.push_str(&format!("| `{}` | {} |\n", member.value, cell(&[&member.brief])));
            }
        }
    }
}

fn type_of(attribute: &Attribute) -> &'static str {
    match &attribute.r#type {
        Type::Text => "text",
        Type::Int => "int",
        Type::Double => "double",
        Type::Boolean => "boolean",
        Type::Enum(_) if attribute.annotations.code_generation.closed => "enum, closed",
        Type::Enum(_) => "enum",
    }
}

fn examples(attribute: &Attribute) -> String {
    let shown = attribute.examples.iter().map(|example| match example {
        Scalar::Text(text) => format!("`{text}`"),
        Scalar::Int(number) => format!("`{number}`"),
        Scalar::Double(number) => format!("`{number}`"),
        Scalar::Boolean(truth) => format!("`{truth}`"),
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// Sentences in a cell of a table.
fn cell(sentences: &[&str]) -> String {
    let words: Vec<&str> = sentences.iter().flat_map(|text| text.split_whitespace()).collect();
    words.join(" ").replace('|', "\\|")
}

fn spans(out: &mut String, area: &Area) {
    for (at, span) in area.spans.iter().enumerate() {
        section(out, at, "Spans");
        out.push_str(&format!(
            "### `{}`\n\n{}\n\n",
            span.def.r#type,
            cell(&[&span.def.brief, &span.def.note])
        ));
        let kind = format!("{:?}", span.def.kind).to_uppercase();
        out.push_str(&format!("Name `{}`, kind {kind}.\n", span.def.name.note));
        carried(out, &span.uses);
    }
}

fn events(out: &mut String, area: &Area) {
    for (at, event) in area.events.iter().enumerate() {
        section(out, at, "Events");
        out.push_str(&format!(
            "### `{}`\n\n{}\n",
            event.def.name,
            cell(&[&event.def.brief, &event.def.note])
        ));
        carried(out, &event.uses);
    }
}

fn groups(out: &mut String, area: &Area) {
    for (at, group) in area.groups.iter().enumerate() {
        section(out, at, "Attributes that we add to signals of upstream");
        out.push_str(&format!("### `{}`\n\n{}\n", group.def.id, cell(&[&group.def.brief, &group.def.note])));
        carried(out, &group.uses);
    }
}

fn entities(out: &mut String, area: &Area) {
    for (at, entity) in area.entities.iter().enumerate() {
        section(out, at, "Entities");
        out.push_str(&format!(
            "### `{}`\n\n{}\n",
            entity.def.r#type,
            cell(&[&entity.def.brief, &entity.def.note])
        ));
        let identity = entity.uses.iter().take(entity.def.identity.len());
        let identity: Vec<String> = identity.map(|used| format!("`{}`", used.key)).collect();
        out.push_str(&format!("\nIdentity: {}.\n", identity.join(", ")));
        carried(out, &entity.uses);
    }
}

/// The heading before the first of its kind, an empty line before the others.
fn section(out: &mut String, at: usize, heading: &str) {
    out.push('\n');
    if at == 0 {
        out.push_str(&format!("## {heading}\n\n"));
    }
}

fn carried(out: &mut String, uses: &[Use]) {
    if uses.is_empty() {
        return;
    }
    out.push_str("\n| attribute | level |\n|---|---|\n");
    for used in uses {
        let sampling = if used.sampling { "; set at start, for samplers" } else { "" };
        out.push_str(&format!("| `{}` | {}{sampling} |\n", used.key, level(&used.level)));
    }
}

fn level(level: &Level) -> String {
    match level {
        Level::Required => "required".to_owned(),
        Level::ConditionallyRequired(when) => format!("if: {}", cell(&[when])),
        Level::Recommended => "recommended".to_owned(),
        Level::OptIn => "opt-in".to_owned(),
    }
}

fn metrics(out: &mut String, registry: &Registry, area: &Area) {
    if area.metrics.is_empty() {
        return;
    }
    out.push_str("\n## Metrics\n\n| name | in Prometheus | instrument | unit | meaning | attributes |\n|---|---|---|---|---|---|\n");
    for metric in &area.metrics {
        out.push_str(&metric_row(registry, metric));
    }
    buckets(out, &area.metrics);
}

fn metric_row(registry: &Registry, metric: &Signal<Metric>) -> String {
    let instrument = match metric.def.instrument {
        Instrument::Counter => "counter",
        Instrument::UpDownCounter => "up-down counter",
        Instrument::Gauge => "gauge",
        Instrument::Histogram => "histogram",
    };
    let opt_in = if metric.def.requirement_level == SignalLevel::OptIn { ", opt-in" } else { "" };
    let attributes: Vec<String> = metric.uses.iter().map(|used| attribute_of(registry, used)).collect();
    format!(
        "| `{}` | `{}` | {instrument}{opt_in} | `{}` | {} | {} |\n",
        metric.def.name,
        prometheus::metric_name(&metric.def),
        metric.def.unit,
        cell(&[&metric.def.brief, &metric.def.note]),
        attributes.join(", ")
    )
}

/// An attribute of a metric, with its label where that is not the key with underscores.
fn attribute_of(registry: &Registry, used: &Use) -> String {
    let label = registry.attribute(&used.key).and_then(|a| a.annotations.prometheus.label.as_ref());
    let label = label.map(|label| format!(" as `{label}`")).unwrap_or_default();
    let level = match used.level {
        Level::Required => "",
        Level::ConditionallyRequired(_) => " (if)",
        Level::Recommended => " (recommended)",
        Level::OptIn => " (opt-in)",
    };
    format!("`{}`{label}{level}", used.key)
}

fn buckets(out: &mut String, metrics: &[Signal<Metric>]) {
    let histograms: Vec<_> =
        metrics.iter().filter(|metric| metric.def.instrument == Instrument::Histogram).collect();
    if histograms.is_empty() {
        return;
    }
    out.push_str("\n| histogram | upper bounds of its buckets |\n|---|---|\n");
    for metric in histograms {
        let bounds = metric.def.annotations.code_generation.explicit_bucket_boundaries.iter();
        let bounds: Vec<String> = bounds.map(f64::to_string).collect();
        out.push_str(&format!("| `{}` | {} |\n", metric.def.name, bounds.join(", ")));
    }
}
