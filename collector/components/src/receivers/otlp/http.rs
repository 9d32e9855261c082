//! OTLP over HTTP: a POST per request, protobuf or JSON.
//! Source: <https://opentelemetry.io/docs/specs/otlp/#otlphttp>.

use std::sync::Arc;

use bytes::Bytes;
use codeagent_pipeline::auth::ServerAuthenticator;
use codeagent_pipeline::{Permit, Signal, json};
use http::header::{ACCEPT_ENCODING, ALLOW, CONTENT_ENCODING, HeaderMap, HeaderValue, USER_AGENT};
use http::request::Parts;
use http::{HeaderName, Method, Request, Response, StatusCode};
use http_body::Body as _;
use http_body_util::Full;
use hyper::body::Incoming;

use super::answer::{Failure, Format};
use super::door::{self, Door};
use super::grpc::NO_PROFILES;
use super::outcome::Accepted;
use crate::net::accept::Busy;
use crate::net::decompress::{Encoding, decompress};
use crate::net::http_server::{Body, CorsPolicy, Handler, HttpServerConfig, drain, read_body};
use crate::net::rpc_status::{Code, Status};
use crate::net::sender_limits::{Admitted, Peer};

/// Answers the three paths.
pub(super) struct Exports {
    pub(super) door: Arc<Door>,
    pub(super) authenticator: Option<Arc<dyn ServerAuthenticator>>,
    pub(super) config: HttpServerConfig,
    pub(super) cors: CorsPolicy,
    pub(super) paths: [(Signal, String); 3],
    pub(super) extra_headers: Vec<(HeaderName, HeaderValue)>,
}

impl Handler for Exports {
    async fn handle(
        self: Arc<Self>,
        request: Request<Incoming>,
        peer: Arc<Peer>,
        busy: Busy,
    ) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let mut response = if self.cors.is_preflight(&head) {
            let mut response = Response::new(Full::default());
            *response.status_mut() = StatusCode::NO_CONTENT;
            self.cors.preflight(&head.headers, response.headers_mut());
            response
        } else {
            let mut response = self.answer(&head, body, &peer, busy).await;
            self.cors.permit(&head.headers, response.headers_mut());
            response
        };
        response.headers_mut().extend(self.extra_headers.iter().cloned());
        response
    }
}

/// A request that may be read.
struct Expected {
    signal: Signal,
    format: Format,
    encoding: Encoding,
    admitted: Admitted,
    /// Whether its sender has paid for its bytes.
    is_paid: bool,
}

impl Exports {
    async fn answer(
        &self,
        head: &Parts,
        body: Incoming,
        peer: &Arc<Peer>,
        busy: Busy,
    ) -> Response<Full<Bytes>> {
        let expected = match self.expect(head, &body, peer) {
            Ok(expected) => expected,
            Err(failure) => {
                drain(body);
                self.door.count_refused(failure.reason());
                return failure.response(Format::of(&head.headers));
            }
        };
        let (format, signal) = (expected.format, expected.signal);
        match self.export(expected, &head.headers, body, busy).await {
            Ok(accepted) => format.success(&accepted, signal),
            Err(failure) => failure.response(Some(format)),
        }
    }

    /// Refuses what can be refused by its head.
    fn expect(&self, head: &Parts, body: &Incoming, peer: &Arc<Peer>) -> Result<Expected, Failure> {
        let admitted = door::admit(self.authenticator.as_ref(), peer, &head.headers)?;
        let path = head.uri.path();
        let Some((signal, _)) = self.paths.iter().find(|(_, taken)| taken == path) else {
            return Err(self.not_found(path));
        };
        if head.method != Method::POST {
            let message = format!("405 method not allowed: {path} takes POST");
            return Err(Failure::plain(StatusCode::METHOD_NOT_ALLOWED, message)
                .with(ALLOW, HeaderValue::from_static("POST")));
        }
        let format = Format::of(&head.headers).ok_or_else(|| {
            let message = "415 unsupported media type: send application/x-protobuf or application/json";
            Failure::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, message)
        })?;
        self.door.expects(*signal)?;
        let encoding = self.encoding(&head.headers)?;
        let announced = body.size_hint().exact();
        if let Some(bytes) = announced {
            // What is longer than the limit is refused unread.
            let limit = self.config.body_bytes_max();
            admitted.bytes(usize::try_from(bytes).map_or(limit, |bytes| bytes.min(limit)))?;
        }
        Ok(Expected { signal: *signal, format, encoding, admitted, is_paid: announced.is_some() })
    }

    fn not_found(&self, path: &str) -> Failure {
        if path.starts_with("/v1development/profiles") {
            return Failure::from(Status::new(Code::Unimplemented, NO_PROFILES));
        }
        let [(_, traces), (_, metrics), (_, logs)] = &self.paths;
        Failure::plain(
            StatusCode::NOT_FOUND,
            format!("404 not found: OTLP is taken at {traces}, {metrics} and {logs}"),
        )
    }

    fn encoding(&self, headers: &HeaderMap) -> Result<Encoding, Failure> {
        let name = headers.get(CONTENT_ENCODING).map_or(Some(""), |value| value.to_str().ok());
        let name = name.map(|name| name.trim().to_ascii_lowercase());
        let known =
            name.as_ref().filter(|name| self.config.accepts(name)).and_then(|name| Encoding::from_name(name));
        known.ok_or_else(|| {
            let message = "the content-encoding is not accepted";
            let status = Status::new(Code::InvalidArgument, message);
            let accepted = HeaderValue::try_from(self.config.accepted_encodings());
            Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, status)
                .with(ACCEPT_ENCODING, accepted.unwrap_or(HeaderValue::from_static("identity")))
        })
    }

    async fn export(
        &self,
        expected: Expected,
        headers: &HeaderMap,
        body: Incoming,
        busy: Busy,
    ) -> Result<Accepted, Failure> {
        let limit = self.config.body_bytes_max();
        let body = read_body(body, limit, &self.door.memory, self.config.body_timeout()).await;
        if let (Ok(body), false) = (&body, expected.is_paid) {
            expected.admitted.charge_bytes(body.bytes.len());
        }
        let message = body.map_err(Failure::from).and_then(|body| protobuf(&expected, body, limit));
        let (message, permit) = message.inspect_err(|failure| self.door.count_refused(failure.reason()))?;
        let span = self.door.begin(expected.signal, expected.format.name(), headers);
        let (door, agent) = (self.door.clone(), headers.get(USER_AGENT).cloned());
        let Expected { signal, admitted, .. } = expected;
        // A task of its own: this future ends when the client goes away, but what was taken goes its way.
        let taking = tokio::spawn(async move {
            let accepted = door.take(signal, agent.as_ref(), span, message, permit, &admitted).await;
            drop(busy);
            accepted
        });
        match taking.await {
            Ok(accepted) => Ok(accepted?),
            Err(_) => Err(Status::new(Code::Internal, "the request failed inside the collector").into()),
        }
    }
}

/// The request as protobuf, uncompressed.
fn protobuf(expected: &Expected, body: Body, limit: usize) -> Result<(Bytes, Permit), Failure> {
    let Body { mut bytes, mut permit } = body;
    if expected.encoding != Encoding::Identity {
        bytes = decompress(expected.encoding, &bytes, limit, &mut permit)?.into();
    }
    if expected.format == Format::Protobuf {
        return Ok((bytes, permit));
    }
    // Both exist for a moment; protobuf is rarely larger than its JSON.
    let read = permit.amount();
    if !permit.try_grow(bytes.len()) {
        return Err(Failure::over_budget());
    }
    let limits = json::Limits { bytes_max: limit, ..json::Limits::default() };
    let message = json::to_protobuf(expected.signal, &bytes, limits)
        .map_err(|error| Status::new(Code::InvalidArgument, error.to_string()))?;
    drop(bytes);
    if message.capacity() > permit.amount() && !permit.try_grow(message.capacity() - read) {
        return Err(Failure::over_budget());
    }
    permit.shrink_to(message.capacity());
    Ok((message.into(), permit))
}
