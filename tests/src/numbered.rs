//! Telemetry of which every item has a number of its own, so that what arrived can be told item by item.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs, SeverityNumber};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point;
use opentelemetry_proto::tonic::metrics::v1::{
    Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};

use crate::otlp::Payload;

/// The attribute that carries the number.
pub const NUMBER: &str = "number";

/// How often each number arrived.
pub type Numbers = HashMap<u64, u64>;

/// Where a test begins to count, so that no two tests that share a server share a number.
pub fn base() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let test = NEXT.fetch_add(1, Ordering::Relaxed) & 0xff;
    let process = u64::from(std::process::id()) & 0xff_ffff;
    // Stays below 2^53, which is as far as a JSON number is exact for every reader.
    (process << 28) | (test << 20)
}

/// A request with one span a number.
pub fn spans(numbers: Range<u64>, service: &str) -> Payload {
    let spans = numbers.map(span).collect();
    let scope_spans = vec![ScopeSpans { scope: Some(scope()), spans, schema_url: String::new() }];
    let resource = Some(resource(service));
    let resource_spans = vec![ResourceSpans { resource, scope_spans, schema_url: String::new() }];
    Payload::Traces(ExportTraceServiceRequest { resource_spans })
}

/// A request with one log record a number; it has the trace and span id of the span of that number.
pub fn logs(numbers: Range<u64>, service: &str) -> Payload {
    let log_records = numbers.map(log).collect();
    let scope_logs = vec![ScopeLogs { scope: Some(scope()), log_records, schema_url: String::new() }];
    let resource = Some(resource(service));
    let resource_logs = vec![ResourceLogs { resource, scope_logs, schema_url: String::new() }];
    Payload::Logs(ExportLogsServiceRequest { resource_logs })
}

/// A request with one gauge point a number: its value is the number, and so is its label.
pub fn gauges(numbers: Range<u64>, service: &str) -> Payload {
    let data_points = numbers.map(point).collect();
    let metric = Metric {
        name: "numbered".to_owned(),
        description: "Its value is its number".to_owned(),
        data: Some(Data::Gauge(Gauge { data_points })),
        ..Metric::default()
    };
    metrics(vec![metric], service)
}

/// A request with these metrics.
pub fn metrics(metrics: Vec<Metric>, service: &str) -> Payload {
    let scope_metrics = vec![ScopeMetrics { scope: Some(scope()), metrics, schema_url: String::new() }];
    let resource = Some(resource(service));
    let resource_metrics = vec![ResourceMetrics { resource, scope_metrics, schema_url: String::new() }];
    Payload::Metrics(ExportMetricsServiceRequest { resource_metrics })
}

/// The trace id of the span and the log of a number.
pub fn trace_id(number: u64) -> [u8; 16] {
    let mut id = [0xa5; 16];
    id[8..].copy_from_slice(&number.to_be_bytes());
    id
}

/// The span id of the span and the log of a number.
pub fn span_id(number: u64) -> [u8; 8] {
    // No id is all zeros.
    (number | 1 << 63).to_be_bytes()
}

/// Bytes as lower-case hex, as backends show ids.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Now, in nanoseconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_nanos() as u64
}

/// The numbers in a request, with how often each is there.
pub fn numbers_of(payload: &Payload) -> Numbers {
    let mut numbers = Numbers::new();
    let mut count = |attributes: &[KeyValue]| {
        for attribute in attributes.iter().filter(|attribute| attribute.key == NUMBER) {
            if let Some(AnyValue { value: Some(Value::IntValue(number)) }) = attribute.value {
                *numbers.entry(number as u64).or_default() += 1;
            }
        }
    };
    match payload {
        Payload::Traces(request) => {
            let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
            scopes.flat_map(|scope| &scope.spans).for_each(|span| count(&span.attributes));
        }
        Payload::Logs(request) => {
            let scopes = request.resource_logs.iter().flat_map(|resource| &resource.scope_logs);
            scopes.flat_map(|scope| &scope.log_records).for_each(|log| count(&log.attributes));
        }
        Payload::Metrics(request) => {
            let scopes = request.resource_metrics.iter().flat_map(|resource| &resource.scope_metrics);
            for metric in scopes.flat_map(|scope| &scope.metrics) {
                if let Some(Data::Gauge(gauge)) = &metric.data {
                    gauge.data_points.iter().for_each(|point| count(&point.attributes));
                }
            }
        }
    }
    numbers
}

/// The numbers in several requests, with how often each is there.
pub fn numbers_of_all<'a>(payloads: impl IntoIterator<Item = &'a Payload>) -> Numbers {
    let mut all = Numbers::new();
    for (number, times) in payloads.into_iter().flat_map(numbers_of) {
        *all.entry(number).or_default() += times;
    }
    all
}

/// Which of the expected numbers did not arrive: "" where all did.
pub fn missing(expected: impl IntoIterator<Item = u64>, arrived: &Numbers) -> String {
    let missing: Vec<u64> = expected.into_iter().filter(|number| !arrived.contains_key(number)).collect();
    match &missing[..] {
        [] => String::new(),
        [first, .., last] => format!("{} numbers are missing, from {first} to {last}", missing.len()),
        [only] => format!("number {only} is missing"),
    }
}

/// Asks for what arrived until nothing expected is missing.
///
/// # Panics
/// When patience ends, with what is missing.
pub async fn all_arrive(
    what: &str,
    expected: &[u64],
    mut arrived: impl AsyncFnMut() -> Result<Numbers, String>,
) -> Numbers {
    crate::eventually(what, async || {
        let numbers = arrived().await?;
        let missing = missing(expected.iter().copied(), &numbers);
        if missing.is_empty() { Ok(numbers) } else { Err(missing) }
    })
    .await
}

fn span(number: u64) -> Span {
    let start = now();
    Span {
        trace_id: trace_id(number).to_vec(),
        span_id: span_id(number).to_vec(),
        name: "numbered span".to_owned(),
        kind: 1,
        start_time_unix_nano: start,
        end_time_unix_nano: start + 1_000_000,
        attributes: vec![number_attribute(number)],
        status: Some(Status { message: String::new(), code: 1 }),
        flags: 1,
        ..Span::default()
    }
}

fn log(number: u64) -> LogRecord {
    let time = now();
    LogRecord {
        time_unix_nano: time,
        observed_time_unix_nano: time,
        severity_number: SeverityNumber::Info.into(),
        severity_text: "INFO".to_owned(),
        body: Some(text(&format!("numbered log {number}"))),
        attributes: vec![number_attribute(number)],
        trace_id: trace_id(number).to_vec(),
        span_id: span_id(number).to_vec(),
        flags: 1,
        ..LogRecord::default()
    }
}

fn point(number: u64) -> NumberDataPoint {
    NumberDataPoint {
        attributes: vec![number_attribute(number)],
        time_unix_nano: now(),
        value: Some(number_data_point::Value::AsInt(number as i64)),
        ..NumberDataPoint::default()
    }
}

/// The resource of a service.
pub fn resource(service: &str) -> Resource {
    let attributes = vec![
        attribute("service.name", text(service)),
        attribute("service.instance.id", text(&format!("{service}-1"))),
        // What does not identify the service is what `target_info` is for.
        attribute("host.name", text("test-host")),
    ];
    Resource { attributes, ..Resource::default() }
}

fn scope() -> InstrumentationScope {
    InstrumentationScope { name: "numbered".to_owned(), version: "1".to_owned(), ..Default::default() }
}

fn number_attribute(number: u64) -> KeyValue {
    attribute(NUMBER, AnyValue { value: Some(Value::IntValue(number as i64)) })
}

/// An attribute.
pub fn attribute(key: &str, value: AnyValue) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(value), ..KeyValue::default() }
}

/// A string value.
pub fn text(value: &str) -> AnyValue {
    AnyValue { value: Some(Value::StringValue(value.to_owned())) }
}
