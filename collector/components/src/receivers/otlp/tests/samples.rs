//! Requests to send.

use codeagent_pipeline::Signal;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::{
    Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, metric::Data, number_data_point::Value,
};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;

/// `items` spans, the name of each `name_bytes` long.
pub(super) fn traces(items: usize, name_bytes: usize) -> ExportTraceServiceRequest {
    let span = |index: usize| Span {
        trace_id: vec![7; 16],
        span_id: (index as u64 + 1).to_be_bytes().to_vec(),
        name: "n".repeat(name_bytes),
        end_time_unix_nano: index as u64,
        ..Span::default()
    };
    let scope = ScopeSpans { spans: (0..items).map(span).collect(), ..ScopeSpans::default() };
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans { scope_spans: vec![scope], ..ResourceSpans::default() }],
    }
}

pub(super) fn metrics(items: usize) -> ExportMetricsServiceRequest {
    let point = |index: usize| NumberDataPoint {
        time_unix_nano: index as u64,
        value: Some(Value::AsInt(index as i64)),
        ..NumberDataPoint::default()
    };
    let data = Some(Data::Gauge(Gauge { data_points: (0..items).map(point).collect() }));
    let metric = Metric { name: "m".into(), data, ..Metric::default() };
    let scope = ScopeMetrics { metrics: vec![metric], ..ScopeMetrics::default() };
    ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics { scope_metrics: vec![scope], ..ResourceMetrics::default() }],
    }
}

pub(super) fn logs(items: usize) -> ExportLogsServiceRequest {
    let record = |index: usize| LogRecord { time_unix_nano: index as u64, ..LogRecord::default() };
    let scope = ScopeLogs { log_records: (0..items).map(record).collect(), ..ScopeLogs::default() };
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs { scope_logs: vec![scope], ..ResourceLogs::default() }],
    }
}

/// A request of each signal with `items` items, encoded.
pub(super) fn encoded(signal: Signal, items: usize) -> Vec<u8> {
    match signal {
        Signal::Traces => traces(items, 10).encode_to_vec(),
        Signal::Metrics => metrics(items).encode_to_vec(),
        Signal::Logs => logs(items).encode_to_vec(),
    }
}
