//! OTLP for tests.

use codeagent_pipeline::{Batch, Signal};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value as Number;
use opentelemetry_proto::tonic::metrics::v1::{
    ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram, HistogramDataPoint, Metric,
    NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary, SummaryDataPoint,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message;

pub const DELTA: i32 = 1;
pub const CUMULATIVE: i32 = 2;
/// A time in nanoseconds: 1,000 seconds after 1970.
pub const TIME: u64 = 1_000_000_000_000;
/// The same in milliseconds.
pub const MILLIS: i64 = 1_000_000;

pub fn text(value: &str) -> Value {
    Value::StringValue(value.to_owned())
}

pub fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

pub fn attributes(pairs: &[(&str, &str)]) -> Vec<KeyValue> {
    pairs.iter().map(|(key, value)| attribute(key, text(value))).collect()
}

pub fn metric(name: &str, unit: &str, data: Data) -> Metric {
    Metric {
        name: name.to_owned(),
        unit: unit.to_owned(),
        description: format!("about {name}"),
        data: Some(data),
        ..Metric::default()
    }
}

pub fn point(value: f64, attributes: Vec<KeyValue>) -> NumberDataPoint {
    NumberDataPoint {
        attributes,
        time_unix_nano: TIME,
        start_time_unix_nano: TIME / 2,
        value: Some(Number::AsDouble(value)),
        ..NumberDataPoint::default()
    }
}

pub fn gauge(points: Vec<NumberDataPoint>) -> Data {
    Data::Gauge(Gauge { data_points: points })
}

pub fn sum(monotonic: bool, temporality: i32, points: Vec<NumberDataPoint>) -> Data {
    Data::Sum(Sum { data_points: points, aggregation_temporality: temporality, is_monotonic: monotonic })
}

pub fn histogram(temporality: i32, points: Vec<HistogramDataPoint>) -> Data {
    Data::Histogram(Histogram { data_points: points, aggregation_temporality: temporality })
}

pub fn exponential(temporality: i32, points: Vec<ExponentialHistogramDataPoint>) -> Data {
    Data::ExponentialHistogram(ExponentialHistogram {
        data_points: points,
        aggregation_temporality: temporality,
    })
}

pub fn summary(points: Vec<SummaryDataPoint>) -> Data {
    Data::Summary(Summary { data_points: points })
}

pub fn histogram_point(bounds: &[f64], counts: &[u64], sum: f64) -> HistogramDataPoint {
    HistogramDataPoint {
        time_unix_nano: TIME,
        start_time_unix_nano: TIME / 2,
        count: counts.iter().sum(),
        sum: Some(sum),
        bucket_counts: counts.to_vec(),
        explicit_bounds: bounds.to_vec(),
        ..HistogramDataPoint::default()
    }
}

/// A request with one resource and one scope.
pub fn request(resource: &[(&str, &str)], metrics: Vec<Metric>) -> ExportMetricsServiceRequest {
    ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            resource: Some(Resource { attributes: attributes(resource), ..Resource::default() }),
            scope_metrics: vec![ScopeMetrics { metrics, ..ScopeMetrics::default() }],
            ..ResourceMetrics::default()
        }],
    }
}

pub fn with_scope(
    mut request: ExportMetricsServiceRequest,
    scope: InstrumentationScope,
) -> ExportMetricsServiceRequest {
    request.resource_metrics[0].scope_metrics[0].scope = Some(scope);
    request
}

pub fn batch(request: &ExportMetricsServiceRequest) -> Batch {
    let metrics = request.resource_metrics.iter().flat_map(|resource| &resource.scope_metrics);
    let items = metrics.flat_map(|scope| &scope.metrics).map(|metric| match &metric.data {
        None => 0,
        Some(Data::Gauge(data)) => data.data_points.len(),
        Some(Data::Sum(data)) => data.data_points.len(),
        Some(Data::Histogram(data)) => data.data_points.len(),
        Some(Data::ExponentialHistogram(data)) => data.data_points.len(),
        Some(Data::Summary(data)) => data.data_points.len(),
    });
    Batch::new(Signal::Metrics, request.encode_to_vec().into(), items.sum())
}
