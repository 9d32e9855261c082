//! Prometheus' text format 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>).

use std::fmt::{Display, Write};

use codeagent_semconv::{Instrument, Metric};

use super::reading::{Family, OwnedLabels, Value};

/// Writes metrics; those without values are left out.
pub(super) fn write(out: &mut String, families: &[Family]) {
    for Family { metric, points } in families.iter().filter(|family| !family.points.is_empty()) {
        head(out, metric);
        for point in points {
            let labels = labels(&point.labels);
            match &point.value {
                Value::Integer(value) => sample(out, metric.prometheus, &labels, value),
                Value::Double(value) => sample(out, metric.prometheus, &labels, value),
                Value::Histogram { bounds, buckets, sum } => {
                    histogram(out, metric.prometheus, &labels, (bounds, buckets), *sum);
                }
            }
        }
    }
}

/// `# HELP` and `# TYPE`.
fn head(out: &mut String, metric: &Metric) {
    let kind = match metric.instrument {
        Instrument::Counter => "counter",
        Instrument::Gauge | Instrument::UpDownCounter => "gauge",
        Instrument::Histogram => "histogram",
    };
    let help = metric.brief.replace('\\', "\\\\").replace('\n', "\\n");
    line(out, format_args!("# HELP {name} {help}\n# TYPE {name} {kind}", name = metric.prometheus));
}

fn histogram(out: &mut String, name: &str, labels: &str, (bounds, buckets): (&[f64], &[u64]), sum: f64) {
    let bucket_name = format!("{name}_bucket");
    let (mut total, mut bounds) = (0, bounds.iter());
    for bucket in buckets {
        total += bucket;
        let bound = bounds.next().map_or_else(|| "+Inf".to_owned(), f64::to_string);
        sample(out, &bucket_name, &with_label(labels, "le", &bound), total);
    }
    sample(out, &format!("{name}_sum"), labels, sum);
    sample(out, &format!("{name}_count"), labels, total);
}

/// One sample; `labels` as [`labels`] makes them.
fn sample(out: &mut String, name: &str, labels: &str, value: impl Display) {
    line(out, format_args!("{name}{labels} {value}"));
}

/// `{name="value",...}`, or nothing where there are no labels.
fn labels(labels: &OwnedLabels) -> String {
    labels.iter().fold(String::new(), |text, (name, value)| with_label(&text, name, value))
}

/// `labels` and one more.
fn with_label(labels: &str, name: &str, value: &str) -> String {
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
