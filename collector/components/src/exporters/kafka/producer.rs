//! The producer of librdkafka: made when it is needed, thrown away when it is broken.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseRecord, DeliveryResult, Producer as _, ProducerContext, ThreadedProducer};

use super::delivery::Ticket;
use super::failure::is_fatal;
use crate::net::kafka::Narrator;

/// What a closing producer gets to write what it holds. Nothing is left in it, unless the drain was cut short.
const FLUSH: Duration = Duration::from_millis(900);

/// The producer, and the thread that takes its reports.
pub(super) type Producer = ThreadedProducer<Context>;

/// Takes reports, logs and errors of one producer.
#[derive(Debug)]
pub(super) struct Context {
    narrator: Narrator,
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.narrator.log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.narrator.error(&error, reason);
    }
}

impl ProducerContext for Context {
    type DeliveryOpaque = Box<Ticket>;

    fn delivery(&self, result: &DeliveryResult<'_>, ticket: Box<Ticket>) {
        ticket.settle(result.as_ref().err().map(|(error, _)| code_of(error)));
    }
}

fn code_of(error: &KafkaError) -> RDKafkaErrorCode {
    error.rdkafka_error_code().unwrap_or(RDKafkaErrorCode::Fail)
}

/// A place for a producer with these properties.
pub(super) struct Lane {
    id: String,
    properties: ClientConfig,
    producer: Mutex<Option<Arc<Producer>>>,
}

impl Lane {
    /// Pure: the producer is made by the first [`Lane::producer`].
    pub fn new(id: &str, properties: ClientConfig) -> Self {
        Lane { id: id.to_owned(), properties, producer: Mutex::new(None) }
    }

    /// The producer. A new one starts its threads, and connects by itself.
    pub fn producer(&self) -> Result<Arc<Producer>, String> {
        let mut place = self.producer.lock();
        if let Some(producer) = &*place {
            return Ok(producer.clone());
        }
        let context = Context { narrator: Narrator::new(&self.id) };
        let made: Producer = self
            .properties
            .create_with_context(context)
            .map_err(|error| format!("librdkafka does not take the configuration: {error}"))?;
        Ok(place.insert(Arc::new(made)).clone())
    }

    /// Replaces a producer that is broken for good, so that the next attempt gets a working one.
    pub fn replace_if_broken(&self, failures: &[(usize, RDKafkaErrorCode)]) {
        if !failures.iter().any(|(_, code)| is_fatal(*code)) {
            return;
        }
        let mut place = self.producer.lock();
        let Some((code, reason)) = place.as_ref().and_then(|producer| producer.client().fatal_error()) else {
            return;
        };
        tracing::warn!(exporter = %self.id, %code, reason, "the producer gave up, a new one takes its place");
        let broken = place.take();
        // it waits for its threads
        let _dropped = tokio::task::spawn_blocking(move || drop(broken));
    }

    /// Ends the producer. What it still holds is written if that is quick, else reported as failed.
    pub async fn close(&self) {
        let Some(producer) = self.producer.lock().take() else { return };
        let closed = tokio::task::spawn_blocking(move || {
            if let Err(error) = producer.flush(FLUSH) {
                tracing::warn!(%error, "kafka did not take everything before the end");
            }
        });
        let _closed = closed.await;
    }
}

/// Hands a message over. The queue takes a copy of its value.
pub(super) fn produce(
    producer: &Producer,
    topic: &str,
    key: Option<&[u8]>,
    value: &[u8],
    ticket: Box<Ticket>,
) -> Result<(), (RDKafkaErrorCode, Box<Ticket>)> {
    let record = BaseRecord::with_opaque_to(topic, ticket).payload(value);
    let record: BaseRecord<'_, [u8], [u8], _> = match key {
        Some(key) => record.key(key),
        None => record,
    };
    producer.send(record).map_err(|(error, record)| (code_of(&error), record.delivery_opaque))
}
