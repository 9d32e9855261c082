//! The log record of a helper, on its way as the facts themselves: what of them goes on the record is decided on the exporting thread, so
//! that the agent's thread neither filters nor copies.

use std::time::SystemTime;

use codeagent_semconv::Event;
use opentelemetry::logs::Severity;
use opentelemetry::trace::SpanContext;
use opentelemetry::{KeyValue, Value};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue as Pair, any_value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;

use crate::correlation::Correlation;

pub(crate) struct Note {
    pub(crate) event: &'static Event,
    pub(crate) severity: Severity,
    pub(crate) at: SystemTime,
    pub(crate) span: SpanContext,
    pub(crate) correlation: Correlation,
    /// More than the event has.
    pub(crate) facts: Vec<KeyValue>,
}

impl Note {
    pub(super) fn size(&self) -> usize {
        let text = |pair: &KeyValue| match &pair.value {
            Value::String(text) => text.as_str().len(),
            _ => 0,
        };
        let facts: usize = self.facts.iter().map(|pair| size_of::<KeyValue>() + text(pair)).sum();
        size_of::<Self>() + facts
    }

    /// The record with those of the facts that the registry gives the event, and the correlation.
    pub(super) fn record(&self) -> LogRecord {
        let since = self.at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let nanos = u64::try_from(since.as_nanos()).unwrap_or(u64::MAX);
        let correlation = self.correlation.pairs();
        let is_new = |pair: &&KeyValue| correlation.iter().all(|known| known.key != pair.key);
        let is_declared =
            |pair: &&KeyValue| self.event.attributes.iter().any(|one| one.key == pair.key.as_str());
        let facts = self.facts.iter().filter(is_declared).filter(is_new);
        let (trace_id, span_id) = if self.span.is_valid() {
            (self.span.trace_id().to_bytes().to_vec(), self.span.span_id().to_bytes().to_vec())
        } else {
            (Vec::new(), Vec::new())
        };
        LogRecord {
            time_unix_nano: nanos,
            observed_time_unix_nano: nanos,
            severity_number: self.severity as i32,
            severity_text: self.severity.name().to_owned(),
            body: Some(AnyValue { value: Some(any_value::Value::StringValue(self.event.brief.to_owned())) }),
            attributes: facts.chain(correlation).map(Pair::from).collect(),
            event_name: self.event.name.to_owned(),
            trace_id,
            span_id,
            flags: u32::from(self.span.trace_flags().to_u8()),
            dropped_attributes_count: 0,
        }
    }
}
