//! Every place of a message that holds a text.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{Exemplar, Metric};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;

use super::Redactor;
use super::keys::tells_of_a_secret;
use super::rules::MARK;

/// Values nested more deeply are masked as a whole: a receiver would not take them either.
const DEPTH_MAX: usize = 64;
/// How the names of upstream's events begin whose bodies are prompts and replies.
const CONTENT_EVENTS: &str = "gen_ai.";

impl Redactor {
    pub(crate) fn traces(&self, request: &mut ExportTraceServiceRequest) {
        for resource in &mut request.resource_spans {
            self.resource(resource.resource.as_mut());
            for scope in &mut resource.scope_spans {
                self.scope(scope.scope.as_mut());
                scope.spans.iter_mut().for_each(|span| self.span(span));
            }
        }
    }

    pub(crate) fn logs(&self, request: &mut ExportLogsServiceRequest) {
        for resource in &mut request.resource_logs {
            self.resource(resource.resource.as_mut());
            for scope in &mut resource.scope_logs {
                self.scope(scope.scope.as_mut());
                scope.log_records.iter_mut().for_each(|record| self.record(record));
            }
        }
    }

    pub(crate) fn metrics(&self, request: &mut ExportMetricsServiceRequest) {
        for resource in &mut request.resource_metrics {
            self.resource(resource.resource.as_mut());
            for scope in &mut resource.scope_metrics {
                self.scope(scope.scope.as_mut());
                scope.metrics.iter_mut().for_each(|metric| self.metric(metric));
            }
        }
    }

    fn resource(&self, resource: Option<&mut Resource>) {
        if let Some(resource) = resource {
            self.attributes(&mut resource.attributes);
        }
    }

    fn scope(&self, scope: Option<&mut InstrumentationScope>) {
        if let Some(scope) = scope {
            self.text(&mut scope.name);
            self.attributes(&mut scope.attributes);
        }
    }

    fn span(&self, span: &mut Span) {
        self.text(&mut span.name);
        self.attributes(&mut span.attributes);
        for event in &mut span.events {
            self.text(&mut event.name);
            self.attributes(&mut event.attributes);
        }
        for link in &mut span.links {
            self.attributes(&mut link.attributes);
        }
        if let Some(status) = &mut span.status {
            self.text(&mut status.message);
        }
    }

    fn record(&self, record: &mut LogRecord) {
        let is_text =
            matches!(record.body.as_ref().and_then(|body| body.value.as_ref()), Some(Value::StringValue(_)));
        if self.content.drops_prompts && record.event_name.starts_with(CONTENT_EVENTS) && !is_text {
            record.body = None;
        }
        self.value(record.body.as_mut(), 0);
        self.text(&mut record.event_name);
        self.text(&mut record.severity_text);
        self.attributes(&mut record.attributes);
    }

    fn metric(&self, metric: &mut Metric) {
        self.text(&mut metric.description);
        self.attributes(&mut metric.metadata);
        match &mut metric.data {
            Some(Data::Gauge(of)) => of
                .data_points
                .iter_mut()
                .for_each(|point| self.point(&mut point.attributes, &mut point.exemplars)),
            Some(Data::Sum(of)) => of
                .data_points
                .iter_mut()
                .for_each(|point| self.point(&mut point.attributes, &mut point.exemplars)),
            Some(Data::Histogram(of)) => {
                of.data_points
                    .iter_mut()
                    .for_each(|point| self.point(&mut point.attributes, &mut point.exemplars));
            }
            Some(Data::ExponentialHistogram(of)) => {
                of.data_points
                    .iter_mut()
                    .for_each(|point| self.point(&mut point.attributes, &mut point.exemplars));
            }
            Some(Data::Summary(of)) => {
                of.data_points.iter_mut().for_each(|point| self.point(&mut point.attributes, &mut []))
            }
            None => {}
        }
    }

    fn point(&self, attributes: &mut Vec<KeyValue>, exemplars: &mut [Exemplar]) {
        self.attributes(attributes);
        exemplars.iter_mut().for_each(|exemplar| self.attributes(&mut exemplar.filtered_attributes));
    }

    pub(super) fn attributes(&self, attributes: &mut Vec<KeyValue>) {
        attributes.retain(|pair| !self.content.contains(&pair.key));
        attributes.iter_mut().for_each(|pair| self.pair(pair, 0));
    }

    fn pair(&self, pair: &mut KeyValue, depth: usize) {
        let holds_text =
            pair.value.as_ref().and_then(|value| value.value.as_ref()).is_some_and(may_be_secret);
        if holds_text && tells_of_a_secret(&pair.key) {
            pair.value = Some(AnyValue { value: Some(Value::StringValue(MARK.to_owned())) });
        } else {
            self.value(pair.value.as_mut(), depth);
        }
    }

    fn value(&self, value: Option<&mut AnyValue>, depth: usize) {
        let Some(value) = value.and_then(|value| value.value.as_mut()) else { return };
        match value {
            Value::StringValue(text) => self.text(text),
            Value::ArrayValue(_) | Value::KvlistValue(_) if depth == DEPTH_MAX => {
                *value = Value::StringValue(MARK.to_owned());
            }
            Value::ArrayValue(array) => self.array(array, depth),
            Value::KvlistValue(map) => map.values.iter_mut().for_each(|pair| self.pair(pair, depth + 1)),
            Value::BytesValue(bytes) => {
                if let Some(redacted) = self.texts.redacted(&String::from_utf8_lossy(bytes)) {
                    *bytes = redacted.into_bytes();
                }
            }
            _ => {}
        }
    }

    /// Also `["--token", "..."]`, whose parts tell nothing by themselves.
    fn array(&self, array: &mut ArrayValue, depth: usize) {
        let mut is_secret = false;
        for value in &mut array.values {
            let is_flag = matches!(&value.value, Some(Value::StringValue(text)) if text.starts_with('-'));
            if let (true, false, Some(Value::StringValue(text))) = (is_secret, is_flag, value.value.as_mut())
            {
                *text = MARK.to_owned();
            }
            is_secret =
                is_flag && matches!(&value.value, Some(Value::StringValue(text)) if tells_of_a_secret(text));
            self.value(Some(value), depth + 1);
        }
    }

    fn text(&self, text: &mut String) {
        if let Some(redacted) = self.texts.redacted(text) {
            *text = redacted;
        }
    }
}

fn may_be_secret(value: &Value) -> bool {
    match value {
        Value::StringValue(text) => !text.is_empty() && text != MARK,
        Value::ArrayValue(_) | Value::KvlistValue(_) | Value::BytesValue(_) => true,
        _ => false,
    }
}
