//! The collector's log in OTLP (`opentelemetry/proto/logs/v1/logs.proto`, message `LogRecord`).

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use codeagent_pipeline::otlp::any_value;
use codeagent_pipeline::otlp::wire::{put_bytes, put_fixed64, put_message, put_uint};
use codeagent_pipeline::telemetry::{Outbox, unix_nanos};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::push::is_own_thread;

/// Bytes of a text that are kept.
const TEXT_BYTES_MAX: usize = 16 << 10;

/// Puts log events into outboxes.
pub(super) struct LogRecords(pub Vec<Arc<Outbox>>);

impl<S: Subscriber> Layer<S> for LogRecords {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if is_own_thread() {
            return;
        }
        let record = Bytes::from(record(event));
        self.0.iter().for_each(|outbox| outbox.push(record.clone()));
    }
}

fn record(event: &Event<'_>) -> Vec<u8> {
    let now = unix_nanos(SystemTime::now());
    let (number, text) = severity(*event.metadata().level());
    let mut fields = Fields::default();
    event.record(&mut fields);
    let mut out = Vec::with_capacity(256);
    put_fixed64(&mut out, 1, now);
    put_uint(&mut out, 2, number);
    put_bytes(&mut out, 3, text.as_bytes());
    put_bytes(&mut out, 5, &any_value::string(&fields.message));
    for (key, value) in &fields.others {
        put_message(&mut out, 6, |out| {
            put_bytes(out, 1, key.as_bytes());
            put_bytes(out, 2, value);
        });
    }
    put_fixed64(&mut out, 11, now);
    out
}

/// `SeverityNumber` and its name.
fn severity(level: Level) -> (u64, &'static str) {
    match level {
        Level::TRACE => (1, "TRACE"),
        Level::DEBUG => (5, "DEBUG"),
        Level::INFO => (9, "INFO"),
        Level::WARN => (13, "WARN"),
        Level::ERROR => (17, "ERROR"),
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    /// Keys and encoded values.
    others: Vec<(&'static str, Vec<u8>)>,
}

impl Fields {
    fn text(&mut self, field: &Field, text: &str) {
        let text = &text[..text.floor_char_boundary(TEXT_BYTES_MAX)];
        match field.name() {
            "message" => text.clone_into(&mut self.message),
            name => self.others.push((name, any_value::string(text))),
        }
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.others.push((field.name(), any_value::double(value)));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.others.push((field.name(), any_value::int(value)));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.others.push((field.name(), any_value::int(i64::try_from(value).unwrap_or(i64::MAX))));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.others.push((field.name(), any_value::bool(value)));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::common::v1::any_value::Value;
    use opentelemetry_proto::tonic::logs::v1::LogRecord;
    use prost::Message;
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[test]
    fn a_log_event_becomes_a_record_with_its_fields() {
        let outbox = Arc::new(Outbox::new(10, 10));
        let subscriber = tracing_subscriber::registry().with(LogRecords(vec![outbox.clone()]));
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(exporter = %"kafka", items = 3, sure = true, wait = ?[1], "export failed");
        });
        let record = LogRecord::decode(outbox.take().remove(0)).unwrap();
        assert_eq!((record.severity_number, record.severity_text.as_str()), (13, "WARN"));
        assert_eq!(record.body.unwrap().value, Some(Value::StringValue("export failed".into())));
        let attributes: Vec<_> = record
            .attributes
            .into_iter()
            .map(|pair| (pair.key, pair.value.unwrap().value.unwrap()))
            .collect();
        assert_eq!(
            attributes,
            [
                ("exporter".to_owned(), Value::StringValue("kafka".into())),
                ("items".to_owned(), Value::IntValue(3)),
                ("sure".to_owned(), Value::BoolValue(true)),
                ("wait".to_owned(), Value::StringValue("[1]".into())),
            ]
        );
        assert!(record.time_unix_nano > 0 && record.observed_time_unix_nano > 0);
    }
}
