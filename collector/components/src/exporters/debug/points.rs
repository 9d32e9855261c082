//! Metrics in the Collector's words.

use std::fmt::Write as _;

use codeagent_pipeline::otlp::views::{
    Attribute, Exemplar, ExponentialHistogramPoint, HistogramPoint, Metric, MetricKind, Number, NumberPoint,
    Points, SummaryPoint, Temporality,
};

use super::text::{attributes, fixed, id, time};

pub(super) fn metric(out: &mut String, number: usize, metric: &Metric<'_>) {
    let kind = match metric.points.kind() {
        None => "Empty",
        Some(MetricKind::Gauge) => "Gauge",
        Some(MetricKind::Sum) => "Sum",
        Some(MetricKind::Histogram) => "Histogram",
        Some(MetricKind::ExponentialHistogram) => "ExponentialHistogram",
        Some(MetricKind::Summary) => "Summary",
    };
    let _ = writeln!(out, "Metric #{number}\nDescriptor:\n     -> Name: {}", metric.name);
    let _ = writeln!(out, "     -> Description: {}\n     -> Unit: {}", metric.description, metric.unit);
    let _ = writeln!(out, "     -> DataType: {kind}");
    match metric.points.clone() {
        Points::None => {}
        Points::Gauge(points) => points.enumerate().for_each(|(number, point)| gauge(out, number, &point)),
        Points::Sum { points, temporality, monotonic } => {
            let _ = writeln!(out, "     -> IsMonotonic: {monotonic}");
            aggregation(out, temporality);
            points.enumerate().for_each(|(number, point)| gauge(out, number, &point));
        }
        Points::Histogram { points, temporality } => {
            aggregation(out, temporality);
            points.enumerate().for_each(|(number, point)| histogram(out, number, &point));
        }
        Points::ExponentialHistogram { points, temporality } => {
            aggregation(out, temporality);
            points.enumerate().for_each(|(number, point)| exponential(out, number, &point));
        }
        Points::Summary(points) => {
            points.enumerate().for_each(|(number, point)| summary(out, number, &point));
        }
    }
}

fn aggregation(out: &mut String, temporality: Temporality) {
    let _ = writeln!(out, "     -> AggregationTemporality: {temporality:?}");
}

/// What each point begins with.
fn head<'a>(
    out: &mut String,
    head: String,
    labels: impl Iterator<Item = Attribute<'a>>,
    (start, end): (u64, u64),
) {
    let _ = writeln!(out, "{head}");
    attributes(out, "Data point attributes", labels);
    let _ = writeln!(out, "StartTimestamp: {}\nTimestamp: {}", time(start), time(end));
}

fn gauge(out: &mut String, number: usize, point: &NumberPoint<'_>) {
    let times = (point.start_time_unix_nano, point.time_unix_nano);
    head(out, format!("NumberDataPoints #{number}"), point.attributes(), times);
    value(out, "", point.value);
    exemplars(out, point.exemplars());
}

fn value(out: &mut String, indent: &str, value: Number) {
    let _ = match value {
        Number::None => Ok(()),
        Number::Int(value) => writeln!(out, "{indent}Value: {value}"),
        Number::Double(value) => writeln!(out, "{indent}Value: {}", fixed(value)),
    };
}

fn totals(out: &mut String, count: u64, parts: [(&str, Option<f64>); 3]) {
    let _ = writeln!(out, "Count: {count}");
    for (name, value) in parts {
        let _ = value.map(|value| writeln!(out, "{name}: {}", fixed(value)));
    }
}

fn histogram(out: &mut String, number: usize, point: &HistogramPoint<'_>) {
    let times = (point.start_time_unix_nano, point.time_unix_nano);
    head(out, format!("HistogramDataPoints #{number}"), point.attributes(), times);
    totals(out, point.count, [("Sum", point.sum), ("Min", point.min), ("Max", point.max)]);
    for (number, bound) in point.explicit_bounds().enumerate() {
        let _ = writeln!(out, "ExplicitBounds #{number}: {}", fixed(bound));
    }
    for (number, count) in point.bucket_counts().enumerate() {
        let _ = writeln!(out, "Buckets #{number}, Count: {count}");
    }
    exemplars(out, point.exemplars());
}

fn exponential(out: &mut String, number: usize, point: &ExponentialHistogramPoint<'_>) {
    let times = (point.start_time_unix_nano, point.time_unix_nano);
    head(out, format!("ExponentialHistogramDataPoints #{number}"), point.attributes(), times);
    totals(out, point.count, [("Sum", point.sum), ("Min", point.min), ("Max", point.max)]);
    let factor = std::f64::consts::LN_2 * 2_f64.powi(-point.scale);
    let bound = |index: i64| (index as f64 * factor).exp();
    let indexed = |offset: i32| i64::from(offset)..;
    let negative: Vec<_> = indexed(point.negative.offset).zip(point.negative.counts()).collect();
    for (index, count) in negative.into_iter().rev() {
        let (from, to) = (fixed(-bound(index + 1)), fixed(-bound(index)));
        let _ = writeln!(out, "Bucket [{from}, {to}), Count: {count}");
    }
    if point.zero_count > 0 {
        let _ = writeln!(out, "Bucket [0, 0], Count: {}", point.zero_count);
    }
    for (index, count) in indexed(point.positive.offset).zip(point.positive.counts()) {
        let (from, to) = (fixed(bound(index)), fixed(bound(index + 1)));
        let _ = writeln!(out, "Bucket ({from}, {to}], Count: {count}");
    }
    exemplars(out, point.exemplars());
}

fn summary(out: &mut String, number: usize, point: &SummaryPoint<'_>) {
    let times = (point.start_time_unix_nano, point.time_unix_nano);
    head(out, format!("SummaryDataPoints #{number}"), point.attributes(), times);
    let _ = writeln!(out, "Count: {}\nSum: {}", point.count, fixed(point.sum));
    for (number, quantile) in point.quantiles().enumerate() {
        let (at, value) = (fixed(quantile.quantile), fixed(quantile.value));
        let _ = writeln!(out, "QuantileValue #{number}: Quantile {at}, Value {value}");
    }
}

fn exemplars<'a>(out: &mut String, exemplars: impl Iterator<Item = Exemplar<'a>>) {
    for (number, exemplar) in exemplars.enumerate() {
        let header = if number == 0 { "Exemplars:\n" } else { "" };
        let _ = writeln!(out, "{header}Exemplar #{number}\n     -> Trace ID: {}", id(exemplar.trace_id));
        let _ = writeln!(out, "     -> Span ID: {}", id(exemplar.span_id));
        let _ = writeln!(out, "     -> Timestamp: {}", time(exemplar.time_unix_nano));
        value(out, "     -> ", exemplar.value);
        attributes(out, "     -> FilteredAttributes", exemplar.filtered_attributes());
    }
}
