//! About a line for each item.

use std::fmt::Write as _;

use codeagent_config::Signal;
use codeagent_pipeline::otlp::views::{
    Attribute, Buckets, ExponentialHistogramPoint, HistogramPoint, LogRecord, Metric, Number, Points,
    ResourceGroup, Span, SummaryPoint,
};

use super::text::{id, plain};

pub(super) fn text(signal: Signal, body: &[u8]) -> String {
    let mut out = String::new();
    let kind = match signal {
        Signal::Traces => "Traces",
        Signal::Metrics => "Metrics",
        Signal::Logs => "Logs",
    };
    for (number, group) in ResourceGroup::of(body).enumerate() {
        let attributes = joined(group.resource.attributes(), " ");
        line(&mut out, &[&format!("Resource{kind} #{number}"), &bracketed(group.schema_url), &attributes]);
        for (number, scope) in group.scopes().enumerate() {
            let name = match scope.scope.version {
                "" => scope.scope.name.to_owned(),
                version => format!("{}@{version}", scope.scope.name),
            };
            let attributes = joined(scope.scope.attributes(), " ");
            let head = format!("Scope{kind} #{number}");
            line(&mut out, &[&head, &name, &bracketed(scope.schema_url), &attributes]);
            match signal {
                Signal::Traces => scope.items::<Span<'_>>().for_each(|span| {
                    let attributes = joined(span.attributes(), " ");
                    line(&mut out, &[span.name, &id(span.trace_id), &id(span.span_id), &attributes]);
                }),
                Signal::Logs => scope.items::<LogRecord<'_>>().for_each(|record| {
                    let body = plain(record.body.unwrap_or_default());
                    line(&mut out, &[&body, &joined(record.attributes(), " ")]);
                }),
                Signal::Metrics => scope.items().for_each(|metric| points(&mut out, &metric)),
            }
        }
    }
    out
}

fn bracketed(schema_url: &str) -> String {
    if schema_url.is_empty() { String::new() } else { format!("[{schema_url}]") }
}

/// What is not empty, with spaces between.
fn line(out: &mut String, parts: &[&str]) {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    let _ = writeln!(out, "{}", parts.join(" "));
}

fn joined<'a>(attributes: impl Iterator<Item = Attribute<'a>>, separator: &str) -> String {
    let pairs = attributes.map(|attribute| format!("{}={}", attribute.key, plain(attribute.raw)));
    pairs.collect::<Vec<_>>().join(separator)
}

fn points(out: &mut String, metric: &Metric<'_>) {
    let mut point = |attributes: String, value: String| {
        let _ = writeln!(out, "{}{{{attributes}}} {value}", metric.name);
    };
    match &metric.points {
        Points::None => {}
        Points::Gauge(points) | Points::Sum { points, .. } => points.clone().for_each(|each| {
            let value = match each.value {
                Number::None => String::new(),
                Number::Int(value) => value.to_string(),
                Number::Double(value) => value.to_string(),
            };
            point(joined(each.attributes(), ","), value);
        }),
        Points::Histogram { points, .. } => {
            points.clone().for_each(|each| point(joined(each.attributes(), ","), histogram(&each)));
        }
        Points::ExponentialHistogram { points, .. } => {
            points.clone().for_each(|each| point(joined(each.attributes(), ","), exponential(&each)));
        }
        Points::Summary(points) => {
            points.clone().for_each(|each| point(joined(each.attributes(), ","), summary(&each)));
        }
    }
}

fn totals(count: u64, parts: [(&str, Option<f64>); 3]) -> String {
    let mut text = format!("count={count}");
    for (name, value) in parts {
        let _ = value.map(|value| write!(text, " {name}={value}"));
    }
    text
}

fn histogram(point: &HistogramPoint<'_>) -> String {
    let mut text = totals(point.count, [("sum", point.sum), ("min", point.min), ("max", point.max)]);
    let mut bounds = point.explicit_bounds();
    for count in point.bucket_counts() {
        let _ = match bounds.next() {
            Some(bound) => write!(text, " le{bound}={count}"),
            None => write!(text, " {count}"),
        };
    }
    text
}

fn exponential(point: &ExponentialHistogramPoint<'_>) -> String {
    let mut text = totals(point.count, [("sum", point.sum), ("min", point.min), ("max", point.max)]);
    let base = 2_f64.powf(2_f64.powi(-point.scale));
    let mut buckets = |buckets: &Buckets<'_>| {
        for (index, count) in (i64::from(buckets.offset)..).zip(buckets.counts()) {
            let _ = write!(text, " le{}={count}", base.powf(index as f64));
        }
    };
    buckets(&point.negative);
    buckets(&point.positive);
    if point.zero_count > 0 {
        let _ = write!(text, " zero_count{}={}", point.zero_threshold, point.zero_count);
    }
    text
}

fn summary(point: &SummaryPoint<'_>) -> String {
    let mut text = format!("count={} sum={:.6}", point.count, point.sum);
    for quantile in point.quantiles() {
        let _ = write!(text, " q{}={}", quantile.quantile, quantile.value);
    }
    text
}
