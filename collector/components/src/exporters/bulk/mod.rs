//! The bulk API of Elasticsearch and OpenSearch, which their exporters share: documents written from borrowed views,
//! ids that make repeats harmless, results read item by item, templates installed where none is.

mod answer;
pub mod calendar;
mod client;
mod document_id;
mod encode;
mod endpoints;
pub mod mapping;
mod outcome;
mod request;
pub mod route;
mod settings;
mod templates;
#[cfg(test)]
mod tests;
mod value;

use codeagent_pipeline::{Batch, Encoded, Exporter, SendError, Sent, Settled};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method};

pub use client::ClientConfig;
pub use encode::Encoder;
pub use endpoints::Endpoints;
pub use outcome::RetryStatuses;
pub use request::Request;
pub use settings::{BulkPath, TemplateConfig, elapsed_time, positive, templates_of};
pub use templates::{Dialect, Template};

/// Writes documents by bulk requests.
#[derive(Debug)]
pub struct BulkExporter {
    /// Makes documents.
    pub encoder: Encoder,
    /// Takes them.
    pub endpoints: Endpoints,
    /// `/_bulk` with its parameters.
    pub path: String,
    /// What is worth another attempt.
    pub retried: RetryStatuses,
    /// What must be there before the first document.
    pub templates: Vec<Template>,
}

impl Exporter for BulkExporter {
    type Request = Request;

    const NUMBERS_EQUAL_ITEMS: bool = true;

    fn encode(&self, batch: &Batch) -> Encoded<Request> {
        Encoded { requests: self.encoder.encode(batch), rejected: Vec::new() }
    }

    fn items(&self, request: &Request) -> usize {
        request.items()
    }

    async fn send(&self, request: &mut Request) -> Result<Sent, SendError> {
        let body = request.body(self.endpoints.client().compressor()).map_err(SendError::retry)?;
        let headers = [(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"))];
        let answer = self.endpoints.send(Method::POST, &self.path, &headers, body).await;
        let answer = answer.map_err(|error| {
            let message = error.to_string();
            if error.is_retryable() {
                return SendError::Retry { after: None, message, settled: Settled::default() };
            }
            SendError::Permanent { reason: codeagent_pipeline::Reason::Rejected, message }
        })?;
        if !answer.status.is_success() {
            return Err(outcome::of_status(&answer, &self.retried));
        }
        let failures = answer::read(&answer.body, request.documents().len()).map_err(SendError::retry)?;
        outcome::of_documents(request, &failures, &self.retried, answer.retry_after())
    }

    fn split(&self, request: Request) -> Result<[Request; 2], Request> {
        request.halves()
    }

    async fn start(&self) -> Result<(), String> {
        self.endpoints.client().prepare().await?;
        templates::install(&self.endpoints, &self.templates).await
    }
}
