//! Prometheus' text format 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>).

use std::fmt::{Display, Write};

use super::registry::{Description, Labels};

/// What a family of series is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// `# HELP` and `# TYPE`.
pub(super) fn head(out: &mut String, description: Description, kind: Kind) {
    let kind = match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
    };
    let help = description.help.replace('\\', "\\\\").replace('\n', "\\n");
    line(out, format_args!("# HELP {name} {help}\n# TYPE {name} {kind}", name = description.name));
}

/// One sample; `labels` as [`labels`] makes them.
pub(super) fn sample(out: &mut String, name: &str, labels: &str, value: impl Display) {
    line(out, format_args!("{name}{labels} {value}"));
}

/// `{name="value",...}`, or nothing where there are no labels.
pub(super) fn labels(labels: Labels<'_>) -> String {
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
