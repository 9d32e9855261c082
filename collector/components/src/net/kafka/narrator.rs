//! What librdkafka says, in the collector's log.

use rdkafka::config::RDKafkaLogLevel as Level;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::repeats::Repeats;

/// Tells what one client says.
#[derive(Debug)]
pub struct Narrator {
    /// The component's id.
    id: String,
    repeats: Repeats,
}

impl Narrator {
    /// For a client of the component `id`.
    pub fn new(id: &str) -> Self {
        Narrator { id: id.to_owned(), repeats: Repeats::default() }
    }

    /// A line of librdkafka's.
    pub fn log(&self, level: Level, facility: &str, message: &str) {
        let component = &self.id;
        match level {
            Level::Emerg | Level::Alert | Level::Critical | Level::Error | Level::Warning => {
                if let Some(left_out) = self.repeats.over(facility) {
                    tracing::warn!(%component, facility, left_out, "{message}");
                }
            }
            Level::Notice | Level::Info => tracing::info!(%component, facility, "{message}"),
            Level::Debug => tracing::debug!(%component, facility, "{message}"),
        }
    }

    /// An error that is about the client as a whole.
    pub fn error(&self, error: &KafkaError, reason: &str) {
        let component = &self.id;
        match error.rdkafka_error_code() {
            // each is in the log already, or is told by whoever looks for the topic
            Some(
                RDKafkaErrorCode::BrokerTransportFailure
                | RDKafkaErrorCode::Resolve
                | RDKafkaErrorCode::UnknownTopicOrPartition,
            ) => tracing::debug!(%component, %error, "{reason}"),
            _ => {
                if let Some(left_out) = self.repeats.over(&error.to_string()) {
                    tracing::warn!(%component, %error, left_out, "{reason}");
                }
            }
        }
    }
}
