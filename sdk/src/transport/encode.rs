//! From what the OpenTelemetry SDK recorded to OTLP requests.

use std::sync::Arc;

use codeagent_semconv::value::Signal;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::logs::v1::{ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::logs::tonic::group_logs_by_resource_and_scope;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::logs::LogBatch;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::trace::SpanData;

use crate::exemplars::Store;
use crate::redaction::Redactor;

use super::outbox::{Log, Taken};
use super::{Note, Request, size};

/// A request is cut at this many bytes of items as they are in memory; gRPC servers refuse messages over 4 MiB.
const BYTES_MAX: usize = 1024 * 1024;
const ITEMS_MAX: usize = 4096;

pub(crate) struct Encoder {
    resource: ResourceAttributesWithSchema,
    redactor: Redactor,
    gzip: [bool; Signal::COUNT],
    exemplars: Arc<Store>,
}

impl Encoder {
    pub(crate) fn new(
        resource: &opentelemetry_sdk::Resource,
        redactor: Redactor,
        gzip: [bool; Signal::COUNT],
        exemplars: Arc<Store>,
    ) -> Self {
        Self { resource: resource.into(), redactor, gzip, exemplars }
    }

    pub(crate) fn taken(&self, taken: Taken) -> Vec<Request> {
        let mut requests = Vec::new();
        for spans in chunks(taken.spans, size::of_span) {
            requests.push(self.spans(spans));
        }
        for logs in chunks(taken.logs, |log| size::of_log(&log.0)) {
            requests.push(self.logs(&logs));
        }
        for notes in chunks(taken.notes, Note::size) {
            requests.push(self.notes(&notes));
        }
        requests
    }

    fn spans(&self, spans: Vec<SpanData>) -> Request {
        let items = spans.len() as u64;
        let mut message = ExportTraceServiceRequest {
            resource_spans: group_spans_by_resource_and_scope(spans, &self.resource),
        };
        self.redactor.traces(&mut message);
        Request::new(Signal::Traces, items, &message, self.gzip[Signal::Traces.index()])
    }

    fn logs(&self, logs: &[Log]) -> Request {
        let borrowed: Vec<_> = logs.iter().map(|log| (&log.0, &log.1)).collect();
        let batch = LogBatch::new(&borrowed);
        let mut message = ExportLogsServiceRequest {
            resource_logs: group_logs_by_resource_and_scope(&batch, &self.resource),
        };
        self.redactor.logs(&mut message);
        Request::new(Signal::Logs, logs.len() as u64, &message, self.gzip[Signal::Logs.index()])
    }

    fn notes(&self, notes: &[Note]) -> Request {
        let attributes = self.resource.attributes.0.clone();
        let scope =
            InstrumentationScope { name: env!("CARGO_PKG_NAME").into(), ..InstrumentationScope::default() };
        let log_records = notes.iter().map(Note::record).collect();
        let scope_logs = vec![ScopeLogs { scope: Some(scope), log_records, ..ScopeLogs::default() }];
        let resource = Some(Resource { attributes, ..Resource::default() });
        let resource_logs = vec![ResourceLogs { resource, scope_logs, ..ResourceLogs::default() }];
        let mut message = ExportLogsServiceRequest { resource_logs };
        self.redactor.logs(&mut message);
        Request::new(Signal::Logs, notes.len() as u64, &message, self.gzip[Signal::Logs.index()])
    }

    /// `None` where there is nothing to tell.
    pub(crate) fn metrics(&self, metrics: &ResourceMetrics) -> Option<Request> {
        let mut message = ExportMetricsServiceRequest::from(metrics);
        self.exemplars.attach(&mut message);
        self.redactor.metrics(&mut message);
        let items = points(&message);
        (items > 0)
            .then(|| Request::new(Signal::Metrics, items, &message, self.gzip[Signal::Metrics.index()]))
    }
}

fn points(message: &ExportMetricsServiceRequest) -> u64 {
    let scopes = message.resource_metrics.iter().flat_map(|resource| &resource.scope_metrics);
    let data = scopes.flat_map(|scope| &scope.metrics).filter_map(|metric| metric.data.as_ref());
    let counts = data.map(|data| match data {
        Data::Gauge(gauge) => gauge.data_points.len(),
        Data::Sum(sum) => sum.data_points.len(),
        Data::Histogram(histogram) => histogram.data_points.len(),
        Data::ExponentialHistogram(histogram) => histogram.data_points.len(),
        Data::Summary(summary) => summary.data_points.len(),
    });
    counts.sum::<usize>() as u64
}

fn chunks<T>(items: Vec<T>, weigh: impl Fn(&T) -> usize) -> Vec<Vec<T>> {
    let mut chunks: Vec<Vec<T>> = Vec::new();
    let mut bytes = 0;
    for item in items {
        let weight = weigh(&item);
        match chunks.last_mut() {
            Some(chunk) if bytes + weight <= BYTES_MAX && chunk.len() < ITEMS_MAX => {
                bytes += weight;
                chunk.push(item);
            }
            _ => {
                bytes = weight;
                chunks.push(vec![item]);
            }
        }
    }
    chunks
}
