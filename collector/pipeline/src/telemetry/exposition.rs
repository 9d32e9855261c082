//! Prometheus' text format 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>).

use std::fmt::{Display, Write};

use codeagent_semconv::{Instrument, Metric};

use super::registry::Labels;

/// `# HELP` and `# TYPE`.
pub(super) fn head(out: &mut String, metric: &Metric) {
    let kind = match metric.instrument {
        Instrument::Counter => "counter",
        Instrument::Gauge | Instrument::UpDownCounter => "gauge",
        Instrument::Histogram => "histogram",
    };
    let help = metric.brief.replace('\\', "\\\\").replace('\n', "\\n");
    line(out, format_args!("# HELP {name} {help}\n# TYPE {name} {kind}", name = metric.prometheus));
}

/// One sample; `labels` as [`labels`] makes them.
pub(super) fn sample(out: &mut String, name: &str, labels: &str, value: impl Display) {
    line(out, format_args!("{name}{labels} {value}"));
}

/// `{name="value",...}`, or nothing where there are no labels.
pub(super) fn labels(metric: &Metric, labels: Labels<'_>) -> String {
    let declared = |name| metric.attributes.iter().any(|attribute| attribute.label == name);
    debug_assert!(labels.iter().all(|(name, _)| declared(*name)), "{}: {labels:?}", metric.name);
    labels.iter().fold(String::new(), |text, (name, value)| with_label(&text, name, value))
}

/// `labels` and one more.
pub(super) fn with_label(labels: &str, name: &str, value: &str) -> String {
    let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    match labels.strip_suffix('}') {
        None => format!("{{{name}=\"{value}\"}}"),
        Some(others) => format!("{others},{name}=\"{value}\"}}"),
    }
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // writing to a String does not fail
    let _ = writeln!(out, "{text}");
}
