//! One attempt over gRPC, and what its status means.

use codeagent_config::Signal;
use codeagent_pipeline::otlp::halves;
use codeagent_pipeline::{Batch, Encoded, Exporter, Reason, Rejection, SendError, Sent, Settled};
use http::uri::PathAndQuery;

use super::partial_success::{PartialSuccess, Warnings};
use super::payload::chunks;
use crate::net::grpc_client::{Code, GrpcClient, GrpcStatus, Message};

/// Sends batches of one signal to one server.
#[derive(Debug)]
pub(super) struct Otlp {
    client: GrpcClient,
    method: PathAndQuery,
    id: String,
    warnings: Warnings,
}

/// A batch, framed and compressed.
#[derive(Debug)]
pub(super) struct Request {
    batch: Batch,
    message: Message,
}

impl Otlp {
    pub fn new(client: GrpcClient, signal: Signal, id: String) -> Self {
        let method = PathAndQuery::from_static(match signal {
            Signal::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            Signal::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
            Signal::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        });
        Otlp { client, method, id, warnings: Warnings::default() }
    }

    fn request(&self, batch: Batch) -> Result<Request, String> {
        let message = self.client.message(&chunks(&batch))?;
        Ok(Request { batch, message })
    }
}

impl Exporter for Otlp {
    type Request = Request;

    fn encode(&self, batch: &Batch) -> Encoded<Request> {
        match self.request(batch.clone()) {
            Ok(request) => Encoded { requests: vec![request], rejected: Vec::new() },
            Err(message) => {
                let (reason, items) = (Reason::TooLarge, batch.items());
                let rejected = vec![Rejection { reason, items, first_item: Some(0), message }];
                Encoded { requests: Vec::new(), rejected }
            }
        }
    }

    fn items(&self, request: &Request) -> usize {
        request.batch.items()
    }

    async fn send(&self, request: &mut Request) -> Result<Sent, SendError> {
        match self.client.call(&self.method, &request.message).await {
            Ok(answer) => {
                let partial = PartialSuccess::from_protobuf(&answer);
                Ok(partial.into_sent(request.batch.items(), &self.id, &self.warnings))
            }
            Err(status) => Err(send_error(status)),
        }
    }

    fn split(&self, request: Request) -> Result<[Request; 2], Request> {
        let parts = halves(&request.batch).map(|parts| parts.map(|part| self.request(part)));
        match parts {
            Some([Ok(first), Ok(second)]) => Ok([first, second]),
            _ => Err(request),
        }
    }

    async fn start(&self) -> Result<(), String> {
        self.client.prepare().await
    }

    async fn stop(&self) {
        self.client.close();
    }
}

/// Which statuses are worth another attempt: OTLP's table, as the Collector reads it.
/// Source: <https://opentelemetry.io/docs/specs/otlp/#failures>.
fn send_error(status: GrpcStatus) -> SendError {
    let message = status.to_string();
    let is_retryable = match status.code {
        Code::Cancelled | Code::DeadlineExceeded | Code::Aborted | Code::Unavailable | Code::DataLoss => true,
        _ if status.is_too_large() => return SendError::TooLarge { message },
        Code::OutOfRange => true,
        Code::ResourceExhausted => status.retry_after.is_some(),
        _ => false,
    };
    if is_retryable {
        let settled = Settled::default();
        return SendError::Retry { after: status.retry_after, message, settled };
    }
    let reason = match status.code {
        Code::Unauthenticated | Code::PermissionDenied => Reason::Unauthenticated,
        Code::Unimplemented => Reason::Unsupported,
        _ => Reason::Rejected,
    };
    SendError::Permanent { reason, message }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_status_has_the_collectors_consequence() {
        let cases = [
            (Code::Cancelled, "retry"),
            (Code::DeadlineExceeded, "retry"),
            (Code::Aborted, "retry"),
            (Code::OutOfRange, "retry"),
            (Code::Unavailable, "retry"),
            (Code::DataLoss, "retry"),
            (Code::Unknown, "permanent"),
            (Code::InvalidArgument, "permanent"),
            (Code::NotFound, "permanent"),
            (Code::AlreadyExists, "permanent"),
            (Code::PermissionDenied, "permanent"),
            (Code::ResourceExhausted, "permanent"),
            (Code::FailedPrecondition, "permanent"),
            (Code::Unimplemented, "permanent"),
            (Code::Internal, "permanent"),
            (Code::Unauthenticated, "permanent"),
        ];
        for (code, expected) in cases {
            let found = match send_error(GrpcStatus::new(code, "why")) {
                SendError::Retry { .. } => "retry",
                SendError::Permanent { message, .. } if message.ends_with(": why") => "permanent",
                other => panic!("{other:?}"),
            };
            assert_eq!(found, expected, "{code:?}");
        }
    }

    #[test]
    fn a_waiting_time_makes_an_exhausted_resource_retryable_and_a_size_limit_splittable() {
        let wait = Some(Duration::from_secs(3));
        let status =
            GrpcStatus { code: Code::ResourceExhausted, message: "quota".to_owned(), retry_after: wait };
        assert!(matches!(send_error(status), SendError::Retry { after, .. } if after == wait));
        let status = GrpcStatus::new(Code::ResourceExhausted, "received message larger than max");
        assert!(matches!(send_error(status), SendError::TooLarge { .. }));
    }
}
