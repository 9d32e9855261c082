//! OTLP over gRPC: three services with one method each.

use std::sync::Arc;

use bytes::Bytes;
use codeagent_pipeline::auth::ServerAuthenticator;
use codeagent_pipeline::{Permit, Reason, Signal};
use http::header::{HeaderMap, USER_AGENT};

use super::door::{self, Door};
use crate::net::grpc_server::Unary;
use crate::net::rpc_status::{Code, Status};
use crate::net::sender_limits::{Admitted, Peer};

const SERVICES: [(Signal, &str); 3] = [
    (Signal::Traces, "/opentelemetry.proto.collector.trace.v1.TraceService/"),
    (Signal::Metrics, "/opentelemetry.proto.collector.metrics.v1.MetricsService/"),
    (Signal::Logs, "/opentelemetry.proto.collector.logs.v1.LogsService/"),
];
const PROFILES: &str = "/opentelemetry.proto.collector.profiles.";

/// What a sender of profiles is told.
pub(super) const NO_PROFILES: &str =
    "profiles are not supported: their protocol is still in development; send traces, metrics and logs";

/// The services behind a gRPC server.
pub(super) struct Services {
    pub(super) door: Arc<Door>,
    pub(super) authenticator: Option<Arc<dyn ServerAuthenticator>>,
}

impl Unary for Services {
    type Method = Signal;

    fn method(&self, path: &str) -> Result<Signal, Status> {
        let unimplemented = |message: String| Err(Status::new(Code::Unimplemented, message));
        for (signal, service) in SERVICES {
            match path.strip_prefix(service) {
                Some("Export") => return self.door.expects(signal).map(|()| signal),
                Some(method) => return unimplemented(format!("unknown method {method} of {service}")),
                None => {}
            }
        }
        if path.starts_with(PROFILES) {
            return unimplemented(NO_PROFILES.to_owned());
        }
        unimplemented(format!("unknown service in the path {path}"))
    }

    fn admit(&self, peer: &Arc<Peer>, headers: &HeaderMap) -> Result<Admitted, Status> {
        door::admit(self.authenticator.as_ref(), peer, headers)
    }

    fn count_refused(&self, reason: Reason) {
        self.door.count_refused(reason);
    }

    async fn call(
        &self,
        signal: Signal,
        headers: &HeaderMap,
        message: Bytes,
        permit: Permit,
        admitted: Admitted,
    ) -> Result<Bytes, Status> {
        let span = self.door.begin(signal, "protobuf", headers);
        let taken = self.door.take(signal, headers.get(USER_AGENT), span, message, permit, &admitted).await;
        taken.map(|accepted| accepted.to_protobuf().into())
    }
}
