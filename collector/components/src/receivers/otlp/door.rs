//! The door: what every request passes, over whichever protocol it came.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use codeagent_pipeline::auth::ServerAuthenticator;
use codeagent_pipeline::otlp::views::ResourceGroup;
use codeagent_pipeline::spans::Span;
use codeagent_pipeline::telemetry::Counter;
use codeagent_pipeline::{Batch, Budget, Chunk, Consumer, Host, Node, Outputs, Permit, Reason, Signal, otlp};
use codeagent_semconv::{attribute, metric};
use http::header::{HeaderMap, HeaderValue};

use super::outcome::{Accepted, settle};
use crate::net::rpc_status::{Code, Status};
use crate::net::sender_limits::{Admitted, Peer};

/// Lets requests into the pipelines of one receiver, for those who come over one transport.
pub(super) struct Door {
    id: String,
    transport: &'static str,
    outputs: Outputs,
    /// Made with the first pipeline of its signal.
    nodes: [OnceLock<Arc<Node>>; 3],
    pub(super) memory: Arc<Budget>,
    host: Host,
    /// Made when the first request is refused for that reason.
    refused: [OnceLock<Counter>; Reason::ALL.len()],
}

/// The way of one signal, as it is now.
struct Gate<'a> {
    node: &'a Arc<Node>,
    output: Arc<dyn Consumer>,
}

impl Door {
    pub(super) fn new(id: &str, transport: &'static str, host: &Host, outputs: &Outputs) -> Self {
        let door = Door {
            id: id.to_owned(),
            transport,
            outputs: outputs.clone(),
            nodes: Default::default(),
            memory: host.memory.clone(),
            host: host.clone(),
            refused: Default::default(),
        };
        // so that a receiver is in the ledger before anything comes
        for signal in Signal::ALL {
            let _none_of_it = door.gate(signal);
        }
        door
    }

    /// Counts a request that is refused before anybody knows how many items it has.
    pub(super) fn count_refused(&self, reason: Reason) {
        let counter = self.refused[reason.index()].get_or_init(|| {
            let labels =
                [("receiver", self.id.as_str()), ("transport", self.transport), ("reason", reason.as_str())];
            self.host.metrics.counter(&metric::CODEAGENT_ADMISSION_REFUSED, &labels)
        });
        counter.add(1);
    }

    /// Begins the span of a request whose body is there.
    pub(super) fn begin(&self, signal: Signal, format: &str, headers: &HeaderMap) -> Option<Span> {
        self.expects(signal).ok()?;
        Some(self.host.tracer.receive(self.node(signal), self.transport, format, headers))
    }

    /// Whether a pipeline takes this signal, before a body is read for nothing.
    pub(super) fn expects(&self, signal: Signal) -> Result<(), Status> {
        if self.outputs.has(signal) { Ok(()) } else { Err(self.unexpected(signal)) }
    }

    fn unexpected(&self, signal: Signal) -> Status {
        let id = &self.id;
        let message =
            format!("{signal} are not taken here: no pipeline for {signal} lists the receiver {id}");
        Status::new(Code::Unimplemented, message)
    }

    /// The way that a request goes from here: asked for once, as a reload can change it meanwhile.
    fn gate(&self, signal: Signal) -> Result<Gate<'_>, Status> {
        let output = self.outputs.get(signal).ok_or_else(|| self.unexpected(signal))?;
        Ok(Gate { node: self.node(signal), output })
    }

    fn node(&self, signal: Signal) -> &Arc<Node> {
        let node = || self.host.ledger.receiver(&self.id, self.transport, signal);
        self.nodes[signal.index()].get_or_init(node)
    }

    /// Checks a request body and hands it on; returns when it is delivered, or kept, or refused.
    pub(super) async fn take(
        &self,
        signal: Signal,
        agent: Option<&HeaderValue>,
        mut span: Option<Span>,
        body: Bytes,
        permit: Permit,
        admitted: &Admitted,
    ) -> Result<Accepted, Status> {
        let gate = self.gate(signal)?;
        let Chunk { bytes: body, items, .. } = otlp::admit(signal, body).map_err(|malformed| {
            self.count_refused(Reason::Malformed);
            let message = malformed.to_string();
            if let Some(span) = &mut span {
                span.fail(&message);
            }
            Status::new(Code::InvalidArgument, message)
        })?;
        if items == 0 {
            return Ok(Accepted::default());
        }
        if self.host.senders.is_watched() {
            self.host.senders.count(sender(&body, agent), items);
        }
        let token = gate.node.enter(items);
        if let Err(status) = admitted.items(items) {
            token.drop_rest(Reason::OverLimit);
            if let Some(span) = &mut span {
                span.fail(&status.message);
            }
            return Err(status);
        }
        let batch = Batch::new(signal, body, items).holding(Arc::new(permit));
        let batch = batch.of_request(span.as_ref().and_then(Span::context));
        let answer = settle(token, gate.output.consume(batch).await);
        if let Some(span) = span {
            end(span, signal, items, &answer);
        }
        answer
    }
}

/// Ends the span of a request, with the Collector's attributes.
fn end(mut span: Span, signal: Signal, items: usize, answer: &Result<Accepted, Status>) {
    let (accepted, refused) = match signal {
        Signal::Traces => (attribute::ACCEPTED_SPANS, attribute::REFUSED_SPANS),
        Signal::Metrics => (attribute::ACCEPTED_METRIC_POINTS, attribute::REFUSED_METRIC_POINTS),
        Signal::Logs => (attribute::ACCEPTED_LOG_RECORDS, attribute::REFUSED_LOG_RECORDS),
    };
    let (lost, message) = match answer {
        Ok(taken) => (taken.rejected, taken.message.as_str()),
        Err(status) => (items, &*status.message),
    };
    span.set_count(accepted, items.saturating_sub(lost));
    span.set_count(refused, lost);
    if lost > 0 {
        span.fail(message);
    }
}

/// Who sent a checked body: the service of its first resource, else the program that the headers name.
fn sender<'a>(body: &'a [u8], agent: Option<&'a HeaderValue>) -> &'a str {
    let resource = ResourceGroup::of(body).next().map(|group| group.resource);
    let service = resource.and_then(|resource| resource.text("service.name"));
    let agent = || agent.and_then(|agent| agent.to_str().ok()?.split([' ', '/']).next());
    service.filter(|name| !name.is_empty()).or_else(agent).unwrap_or("unknown")
}

/// Asks the authenticator, if there is one, and whether the sender is within its limits.
pub(super) fn admit(
    authenticator: Option<&Arc<dyn ServerAuthenticator>>,
    peer: &Arc<Peer>,
    headers: &HeaderMap,
) -> Result<Admitted, Status> {
    let identity = authenticator.map(|authenticator| authenticator.authenticate(headers)).transpose();
    let identity = identity.map_err(|error| Status::new(Code::Unauthenticated, error.to_string()))?;
    peer.admit(identity)
}
