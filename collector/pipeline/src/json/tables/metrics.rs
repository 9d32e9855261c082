//! `opentelemetry/proto/metrics/v1` and its export request.

use super::attributes::{KEY_VALUE, RESOURCE, SCOPE};
use super::{SPAN_ID, TRACE_ID};
use crate::json::schema::{Kind::*, message};

const TEMPORALITIES: &[(&str, i32)] = &[
    ("AGGREGATION_TEMPORALITY_UNSPECIFIED", 0),
    ("AGGREGATION_TEMPORALITY_DELTA", 1),
    ("AGGREGATION_TEMPORALITY_CUMULATIVE", 2),
];

message!(EXPORT_METRICS "opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest" {
    1 "resource_metrics" "resourceMetrics" Repeated Message(&RESOURCE_METRICS);
});

message!(RESOURCE_METRICS "opentelemetry.proto.metrics.v1.ResourceMetrics" {
    1 "resource" "resource" Explicit Message(&RESOURCE);
    2 "scope_metrics" "scopeMetrics" Repeated Message(&SCOPE_METRICS);
    3 "schema_url" "schemaUrl" Implicit String;
});

message!(SCOPE_METRICS "opentelemetry.proto.metrics.v1.ScopeMetrics" {
    1 "scope" "scope" Explicit Message(&SCOPE);
    2 "metrics" "metrics" Repeated Message(&METRIC);
    3 "schema_url" "schemaUrl" Implicit String;
});

message!(METRIC "opentelemetry.proto.metrics.v1.Metric" {
    1 "name" "name" Implicit String;
    2 "description" "description" Implicit String;
    3 "unit" "unit" Implicit String;
    5 "gauge" "gauge" Choice Message(&GAUGE);
    7 "sum" "sum" Choice Message(&SUM);
    9 "histogram" "histogram" Choice Message(&HISTOGRAM);
    10 "exponential_histogram" "exponentialHistogram" Choice Message(&EXPONENTIAL_HISTOGRAM);
    11 "summary" "summary" Choice Message(&SUMMARY);
    12 "metadata" "metadata" Repeated Message(&KEY_VALUE);
});

message!(GAUGE "opentelemetry.proto.metrics.v1.Gauge" {
    1 "data_points" "dataPoints" Repeated Message(&NUMBER_POINT);
});

message!(SUM "opentelemetry.proto.metrics.v1.Sum" {
    1 "data_points" "dataPoints" Repeated Message(&NUMBER_POINT);
    2 "aggregation_temporality" "aggregationTemporality" Implicit Enum(TEMPORALITIES);
    3 "is_monotonic" "isMonotonic" Implicit Bool;
});

message!(HISTOGRAM "opentelemetry.proto.metrics.v1.Histogram" {
    1 "data_points" "dataPoints" Repeated Message(&HISTOGRAM_POINT);
    2 "aggregation_temporality" "aggregationTemporality" Implicit Enum(TEMPORALITIES);
});

message!(EXPONENTIAL_HISTOGRAM "opentelemetry.proto.metrics.v1.ExponentialHistogram" {
    1 "data_points" "dataPoints" Repeated Message(&EXPONENTIAL_POINT);
    2 "aggregation_temporality" "aggregationTemporality" Implicit Enum(TEMPORALITIES);
});

message!(SUMMARY "opentelemetry.proto.metrics.v1.Summary" {
    1 "data_points" "dataPoints" Repeated Message(&SUMMARY_POINT);
});

message!(NUMBER_POINT "opentelemetry.proto.metrics.v1.NumberDataPoint" {
    7 "attributes" "attributes" Repeated Message(&KEY_VALUE);
    2 "start_time_unix_nano" "startTimeUnixNano" Implicit Fixed64;
    3 "time_unix_nano" "timeUnixNano" Implicit Fixed64;
    4 "as_double" "asDouble" Choice Double;
    6 "as_int" "asInt" Choice Sfixed64;
    5 "exemplars" "exemplars" Repeated Message(&EXEMPLAR);
    8 "flags" "flags" Implicit Uint32;
});

message!(HISTOGRAM_POINT "opentelemetry.proto.metrics.v1.HistogramDataPoint" {
    9 "attributes" "attributes" Repeated Message(&KEY_VALUE);
    2 "start_time_unix_nano" "startTimeUnixNano" Implicit Fixed64;
    3 "time_unix_nano" "timeUnixNano" Implicit Fixed64;
    4 "count" "count" Implicit Fixed64;
    5 "sum" "sum" Explicit Double;
    6 "bucket_counts" "bucketCounts" Repeated Fixed64;
    7 "explicit_bounds" "explicitBounds" Repeated Double;
    8 "exemplars" "exemplars" Repeated Message(&EXEMPLAR);
    10 "flags" "flags" Implicit Uint32;
    11 "min" "min" Explicit Double;
    12 "max" "max" Explicit Double;
});

message!(EXPONENTIAL_POINT "opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint" {
    1 "attributes" "attributes" Repeated Message(&KEY_VALUE);
    2 "start_time_unix_nano" "startTimeUnixNano" Implicit Fixed64;
    3 "time_unix_nano" "timeUnixNano" Implicit Fixed64;
    4 "count" "count" Implicit Fixed64;
    5 "sum" "sum" Explicit Double;
    6 "scale" "scale" Implicit Sint32;
    7 "zero_count" "zeroCount" Implicit Fixed64;
    8 "positive" "positive" Explicit Message(&BUCKETS);
    9 "negative" "negative" Explicit Message(&BUCKETS);
    10 "flags" "flags" Implicit Uint32;
    11 "exemplars" "exemplars" Repeated Message(&EXEMPLAR);
    12 "min" "min" Explicit Double;
    13 "max" "max" Explicit Double;
    14 "zero_threshold" "zeroThreshold" Implicit Double;
});

message!(BUCKETS "opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint.Buckets" {
    1 "offset" "offset" Implicit Sint32;
    2 "bucket_counts" "bucketCounts" Repeated Uint64;
});

message!(SUMMARY_POINT "opentelemetry.proto.metrics.v1.SummaryDataPoint" {
    7 "attributes" "attributes" Repeated Message(&KEY_VALUE);
    2 "start_time_unix_nano" "startTimeUnixNano" Implicit Fixed64;
    3 "time_unix_nano" "timeUnixNano" Implicit Fixed64;
    4 "count" "count" Implicit Fixed64;
    5 "sum" "sum" Implicit Double;
    6 "quantile_values" "quantileValues" Repeated Message(&VALUE_AT_QUANTILE);
    8 "flags" "flags" Implicit Uint32;
});

message!(VALUE_AT_QUANTILE "opentelemetry.proto.metrics.v1.SummaryDataPoint.ValueAtQuantile" {
    1 "quantile" "quantile" Implicit Double;
    2 "value" "value" Implicit Double;
});

message!(EXEMPLAR "opentelemetry.proto.metrics.v1.Exemplar" {
    7 "filtered_attributes" "filteredAttributes" Repeated Message(&KEY_VALUE);
    2 "time_unix_nano" "timeUnixNano" Implicit Fixed64;
    3 "as_double" "asDouble" Choice Double;
    6 "as_int" "asInt" Choice Sfixed64;
    4 "span_id" "spanId" Implicit SPAN_ID;
    5 "trace_id" "traceId" Implicit TRACE_ID;
});
