//! The door: what every request passes, over whichever protocol it came.

use std::sync::Arc;

use bytes::Bytes;
use codeagent_pipeline::auth::ServerAuthenticator;
use codeagent_pipeline::otlp::views::ResourceGroup;
use codeagent_pipeline::{
    Batch, Budget, Chunk, Consumer, Host, Node, NodeKind, Outputs, Permit, Senders, Signal, otlp,
};
use http::header::{HeaderMap, HeaderValue};

use super::outcome::{Accepted, settle};
use crate::net::rpc_status::{Code, Status};

/// Lets requests into the pipelines of one receiver.
pub(super) struct Door {
    id: String,
    gates: [Option<Gate>; 3],
    pub(super) memory: Arc<Budget>,
    senders: Arc<Senders>,
}

/// The way of one signal.
struct Gate {
    node: Arc<Node>,
    output: Arc<dyn Consumer>,
}

impl Door {
    pub(super) fn new(id: &str, host: &Host, outputs: &Outputs) -> Self {
        let gate = |signal| {
            outputs.get(signal).map(|output| Gate {
                node: host.ledger.node(NodeKind::Receiver, id, "", signal),
                output: output.clone(),
            })
        };
        Door {
            id: id.to_owned(),
            gates: Signal::ALL.map(gate),
            memory: host.memory.clone(),
            senders: host.senders.clone(),
        }
    }

    /// Whether a pipeline takes this signal, before a body is read for nothing.
    pub(super) fn expects(&self, signal: Signal) -> Result<(), Status> {
        self.gate(signal).map(drop)
    }

    fn gate(&self, signal: Signal) -> Result<&Gate, Status> {
        self.gates[signal.index()].as_ref().ok_or_else(|| {
            let id = &self.id;
            let message =
                format!("{signal} are not taken here: no pipeline for {signal} lists the receiver {id}");
            Status::new(Code::Unimplemented, message)
        })
    }

    /// Checks a request body and hands it on; returns when it is delivered, or kept, or refused.
    pub(super) async fn take(
        &self,
        signal: Signal,
        agent: Option<&HeaderValue>,
        body: Bytes,
        permit: Permit,
    ) -> Result<Accepted, Status> {
        let gate = self.gate(signal)?;
        let Chunk { bytes: body, items, .. } = otlp::admit(signal, body)
            .map_err(|malformed| Status::new(Code::InvalidArgument, malformed.to_string()))?;
        if items == 0 {
            return Ok(Accepted::default());
        }
        if self.senders.is_watched() {
            self.senders.count(sender(&body, agent), items);
        }
        let token = gate.node.enter(items);
        let batch = Batch::new(signal, body, items).holding(Arc::new(permit));
        settle(token, gate.output.consume(batch).await)
    }
}

/// Who sent a checked body: the service of its first resource, else the program that the headers name.
fn sender<'a>(body: &'a [u8], agent: Option<&'a HeaderValue>) -> &'a str {
    let resource = ResourceGroup::of(body).next().map(|group| group.resource);
    let service = resource.and_then(|resource| resource.text("service.name"));
    let agent = || agent.and_then(|agent| agent.to_str().ok()?.split([' ', '/']).next());
    service.filter(|name| !name.is_empty()).or_else(agent).unwrap_or("unknown")
}

/// Asks the authenticator, if there is one.
pub(super) fn authenticate(
    authenticator: Option<&Arc<dyn ServerAuthenticator>>,
    headers: &HeaderMap,
) -> Result<(), Status> {
    let Some(authenticator) = authenticator else {
        return Ok(());
    };
    authenticator.authenticate(headers).map_err(|error| Status::new(Code::Unauthenticated, error.to_string()))
}
