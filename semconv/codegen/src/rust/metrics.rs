//! `src/metric/`: a descriptor for every metric.

use super::text::{doc, literal};
use super::{carried, index};
use crate::ident::constant;
use crate::resolve::{Area, Registry, Signal};
use crate::schema::{Instrument, Metric, Number, SignalLevel};
use crate::{COMMAND, prometheus};
use std::collections::BTreeMap;

pub fn files(registry: &Registry) -> BTreeMap<String, String> {
    let areas: Vec<&Area> = registry.areas.iter().filter(|area| !area.metrics.is_empty()).collect();
    let names = |area: &&Area| {
        let names = area.metrics.iter().map(|metric| constant(&metric.def.name)).collect();
        (area.name.clone(), names)
    };
    let listed: Vec<(String, Vec<String>)> = areas.iter().map(names).collect();
    let mut top = index("The metrics: a descriptor for each.", "Every metric.", "Metric", &listed);
    top.push_str(concat!(
        "\n/// The metric of this name; `None` for a name that the registry does not have.\n",
        "#[must_use]\n",
        "pub fn find(name: &str) -> Option<&'static crate::Metric> {\n",
        "    ALL.iter().copied().find(|metric| metric.name == name)\n",
        "}\n"
    ));
    let mut files = BTreeMap::from([("src/metric/mod.rs".to_owned(), top)]);
    for area in areas {
        files.insert(format!("src/metric/{}.rs", area.name), module(registry, area));
    }
    files
}

fn module(registry: &Registry, area: &Area) -> String {
    let mut out = format!("// Generated from registry/ by `{COMMAND}`; do not edit.\n\n");
    let carries = area.metrics.iter().any(|metric| !metric.uses.is_empty());
    let attributes = if carries { "Attribute, Instrument, Level" } else { "Instrument" };
    out.push_str(&format!("use crate::{{{attributes}, Metric, Number}};\n"));
    for metric in &area.metrics {
        out.push('\n');
        out.push_str(&descriptor(registry, metric));
    }
    out
}

fn descriptor(registry: &Registry, metric: &Signal<Metric>) -> String {
    let Signal { def, uses } = metric;
    let instrument = match def.instrument {
        Instrument::Counter => "Counter",
        Instrument::UpDownCounter => "UpDownCounter",
        Instrument::Gauge => "Gauge",
        Instrument::Histogram => "Histogram",
    };
    let number = match def.annotations.code_generation.metric_value_type {
        Number::Int => "Int",
        Number::Double => "Double",
    };
    let bounds = def.annotations.code_generation.explicit_bucket_boundaries.iter();
    let bounds: Vec<String> = bounds.map(|bound| format!("{bound:?}")).collect();
    let mut out = doc("", [format!("`{}`: {}", def.name, def.brief), def.note.clone()]);
    out.push_str(&format!("pub static {}: Metric = Metric {{\n", constant(&def.name)));
    for (field, value) in [
        ("name", literal(&def.name)),
        ("prometheus", literal(&prometheus::metric_name(def))),
        ("instrument", format!("Instrument::{instrument}")),
        ("number", format!("Number::{number}")),
        ("unit", literal(&def.unit)),
        ("brief", literal(&def.brief)),
        ("buckets", format!("&[{}]", bounds.join(", "))),
        ("attributes", carried(registry, uses)),
        ("opt_in", (def.requirement_level == SignalLevel::OptIn).to_string()),
    ] {
        out.push_str(&format!("    {field}: {value},\n"));
    }
    out.push_str("};\n");
    out
}
