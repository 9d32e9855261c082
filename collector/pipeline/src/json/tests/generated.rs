//! Requests made of every message and field, for the property tests.

use opentelemetry_proto::tonic::collector::{
    logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
    trace::v1::ExportTraceServiceRequest,
};
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, EntityRef, InstrumentationScope, KeyValue, KeyValueList, any_value::Value,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::summary_data_point::ValueAtQuantile;
use opentelemetry_proto::tonic::metrics::v1::*;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[a-z._]{0,20}", 1 => any::<String>(), 1 => "[ -~\\n\\t\"\\\\]{100,300}"]
}

fn id(length: usize) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![Just(Vec::new()), vec(any::<u8>(), length)]
}

/// Finite: NaN is not equal to itself, and serde writes the infinities as null in most places. Both have cases elsewhere.
fn double() -> impl Strategy<Value = f64> {
    use proptest::num::f64::*;
    prop_oneof![4 => NORMAL | SUBNORMAL | ZERO | NEGATIVE | POSITIVE, 1 => Just(1.0)]
}

fn values() -> impl Strategy<Value = Option<Value>> {
    let leaf = prop_oneof![
        Just(None),
        text().prop_map(|v| Some(Value::StringValue(v))),
        any::<bool>().prop_map(|v| Some(Value::BoolValue(v))),
        any::<i64>().prop_map(|v| Some(Value::IntValue(v))),
        double().prop_map(|v| Some(Value::DoubleValue(v))),
        vec(any::<u8>(), 0..20).prop_map(|v| Some(Value::BytesValue(v))),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        let any_value = inner.prop_map(|value| AnyValue { value });
        let pair = (text(), option::of(any_value.clone())).prop_map(key_value);
        prop_oneof![
            vec(any_value, 0..4).prop_map(|values| Some(Value::ArrayValue(ArrayValue { values }))),
            vec(pair, 0..4).prop_map(|values| Some(Value::KvlistValue(KeyValueList { values }))),
        ]
    })
}

fn key_value((key, value): (String, Option<AnyValue>)) -> KeyValue {
    KeyValue { key, value, ..Default::default() }
}

fn any_value() -> impl Strategy<Value = Option<AnyValue>> {
    option::of(values().prop_map(|value| AnyValue { value }))
}

fn attributes() -> impl Strategy<Value = Vec<KeyValue>> {
    vec((text(), any_value()).prop_map(key_value), 0..4)
}

prop_compose! {
    fn resource()(attributes in attributes(), dropped_attributes_count in any::<u32>(),
        refs in vec((text(), text(), vec(text(), 0..3), vec(text(), 0..3)), 0..2)) -> Resource {
        let entity = |(schema_url, r#type, id_keys, description_keys)| EntityRef { schema_url, r#type, id_keys, description_keys };
        Resource { attributes, dropped_attributes_count, entity_refs: refs.into_iter().map(entity).collect() }
    }
}

prop_compose! {
    fn scope()(name in text(), version in text(), attributes in attributes(), dropped_attributes_count in any::<u32>())
        -> InstrumentationScope {
        InstrumentationScope { name, version, attributes, dropped_attributes_count }
    }
}

prop_compose! {
    fn event()(time_unix_nano in any::<u64>(), name in text(), attributes in attributes(),
        dropped_attributes_count in any::<u32>()) -> Event {
        Event { time_unix_nano, name, attributes, dropped_attributes_count }
    }
}

prop_compose! {
    fn link()(trace_id in id(16), span_id in id(8), trace_state in text(), attributes in attributes(),
        dropped_attributes_count in any::<u32>(), flags in any::<u32>()) -> Link {
        Link { trace_id, span_id, trace_state, attributes, dropped_attributes_count, flags }
    }
}

prop_compose! {
    fn span()((trace_id, span_id, parent_span_id) in (id(16), id(8), id(8)), (trace_state, name) in (text(), text()),
        (flags, kind) in (any::<u32>(), any::<i32>()), (start_time_unix_nano, end_time_unix_nano) in any::<(u64, u64)>(),
        attributes in attributes(), events in vec(event(), 0..3), links in vec(link(), 0..3), dropped in any::<(u32, u32, u32)>(),
        status in option::of((text(), 0..4i32))) -> Span {
        Span { trace_id, span_id, trace_state, parent_span_id, flags, name, kind, start_time_unix_nano, end_time_unix_nano,
            attributes, dropped_attributes_count: dropped.0, events, dropped_events_count: dropped.1, links,
            dropped_links_count: dropped.2, status: status.map(|(message, code)| Status { message, code }) }
    }
}

prop_compose! {
    pub fn traces()(groups in vec((option::of(resource()), option::of(scope()), vec(span(), 0..3), text()), 0..3))
        -> ExportTraceServiceRequest {
        let group = |(resource, scope, spans, schema_url): (_, _, _, String)| ResourceSpans {
            resource,
            scope_spans: vec![ScopeSpans { scope, spans, schema_url: schema_url.clone() }],
            schema_url,
        };
        ExportTraceServiceRequest { resource_spans: groups.into_iter().map(group).collect() }
    }
}

prop_compose! {
    fn record()((time_unix_nano, observed_time_unix_nano) in any::<(u64, u64)>(), severity_number in any::<i32>(),
        (severity_text, event_name) in (text(), text()), body in any_value(), attributes in attributes(),
        (dropped_attributes_count, flags) in any::<(u32, u32)>(), (trace_id, span_id) in (id(16), id(8))) -> LogRecord {
        LogRecord { time_unix_nano, observed_time_unix_nano, severity_number, severity_text, body, attributes,
            dropped_attributes_count, flags, trace_id, span_id, event_name }
    }
}

prop_compose! {
    pub fn logs()(groups in vec((option::of(resource()), option::of(scope()), vec(record(), 0..3), text()), 0..3))
        -> ExportLogsServiceRequest {
        let group = |(resource, scope, log_records, schema_url): (_, _, _, String)| ResourceLogs {
            resource,
            scope_logs: vec![ScopeLogs { scope, log_records, schema_url: schema_url.clone() }],
            schema_url,
        };
        ExportLogsServiceRequest { resource_logs: groups.into_iter().map(group).collect() }
    }
}

prop_compose! {
    fn exemplar()(filtered_attributes in attributes(), time_unix_nano in any::<u64>(), span_id in id(8), trace_id in id(16),
        value in option::of(prop_oneof![double().prop_map(exemplar::Value::AsDouble), any::<i64>().prop_map(exemplar::Value::AsInt)]))
        -> Exemplar {
        Exemplar { filtered_attributes, time_unix_nano, span_id, trace_id, value }
    }
}

type Times = (u64, u64);

prop_compose! {
    fn number_point()(attributes in attributes(), times in any::<Times>(), exemplars in vec(exemplar(), 0..3), flags in any::<u32>(),
        value in option::of(prop_oneof![double().prop_map(number_data_point::Value::AsDouble),
            any::<i64>().prop_map(number_data_point::Value::AsInt)])) -> NumberDataPoint {
        NumberDataPoint { attributes, start_time_unix_nano: times.0, time_unix_nano: times.1, exemplars, flags, value }
    }
}

prop_compose! {
    fn histogram_point()(attributes in attributes(), times in any::<Times>(), count in any::<u64>(),
        (sum, min, max) in (option::of(double()), option::of(double()), option::of(double())),
        bucket_counts in vec(any::<u64>(), 0..30), explicit_bounds in vec(double(), 0..30), exemplars in vec(exemplar(), 0..2),
        flags in any::<u32>()) -> HistogramDataPoint {
        HistogramDataPoint { attributes, start_time_unix_nano: times.0, time_unix_nano: times.1, count, sum, bucket_counts,
            explicit_bounds, exemplars, flags, min, max }
    }
}

fn buckets() -> impl Strategy<Value = Option<Buckets>> {
    option::of(
        (any::<i32>(), vec(any::<u64>(), 0..30))
            .prop_map(|(offset, bucket_counts)| Buckets { offset, bucket_counts }),
    )
}

prop_compose! {
    fn exponential_point()(attributes in attributes(), times in any::<Times>(), (count, zero_count) in any::<(u64, u64)>(),
        (sum, min, max) in (option::of(double()), option::of(double()), option::of(double())), scale in any::<i32>(),
        (positive, negative) in (buckets(), buckets()), exemplars in vec(exemplar(), 0..2), flags in any::<u32>(),
        zero_threshold in double()) -> ExponentialHistogramDataPoint {
        ExponentialHistogramDataPoint { attributes, start_time_unix_nano: times.0, time_unix_nano: times.1, count, sum, scale,
            zero_count, positive, negative, flags, exemplars, min, max, zero_threshold }
    }
}

prop_compose! {
    fn summary_point()(attributes in attributes(), times in any::<Times>(), count in any::<u64>(), sum in double(),
        quantiles in vec((double(), double()), 0..3), flags in any::<u32>()) -> SummaryDataPoint {
        let quantile_values = quantiles.into_iter().map(|(quantile, value)| ValueAtQuantile { quantile, value }).collect();
        SummaryDataPoint { attributes, start_time_unix_nano: times.0, time_unix_nano: times.1, count, sum, quantile_values, flags }
    }
}

fn data() -> impl Strategy<Value = Data> {
    let temporality = || any::<i32>();
    prop_oneof![
        vec(number_point(), 0..3).prop_map(|data_points| Data::Gauge(Gauge { data_points })),
        (vec(number_point(), 0..3), temporality(), any::<bool>()).prop_map(
            |(data_points, aggregation_temporality, is_monotonic)| Data::Sum(Sum {
                data_points,
                aggregation_temporality,
                is_monotonic
            })
        ),
        (vec(histogram_point(), 0..3), temporality()).prop_map(|(data_points, aggregation_temporality)| {
            Data::Histogram(Histogram { data_points, aggregation_temporality })
        }),
        (vec(exponential_point(), 0..3), temporality()).prop_map(|(data_points, aggregation_temporality)| {
            Data::ExponentialHistogram(ExponentialHistogram { data_points, aggregation_temporality })
        }),
        vec(summary_point(), 0..3).prop_map(|data_points| Data::Summary(Summary { data_points })),
    ]
}

prop_compose! {
    fn metric()((name, description, unit) in (text(), text(), text()), metadata in attributes(), data in option::of(data())) -> Metric {
        Metric { name, description, unit, metadata, data }
    }
}

prop_compose! {
    pub fn metrics()(groups in vec((option::of(resource()), option::of(scope()), vec(metric(), 0..3), text()), 0..3))
        -> ExportMetricsServiceRequest {
        let group = |(resource, scope, metrics, schema_url): (_, _, _, String)| ResourceMetrics {
            resource,
            scope_metrics: vec![ScopeMetrics { scope, metrics, schema_url: schema_url.clone() }],
            schema_url,
        };
        ExportMetricsServiceRequest { resource_metrics: groups.into_iter().map(group).collect() }
    }
}
