//! Answers of OTLP over HTTP: a response or a `Status`, in the encoding of the request.

use std::borrow::Cow;

use bytes::Bytes;
use codeagent_pipeline::{Reason, Signal};
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use http_body_util::Full;

use super::outcome::Accepted;
use crate::net::decompress::DecompressError;
use crate::net::grpc_server::over_budget;
use crate::net::http_server::BodyError;
use crate::net::rpc_status::{Code, Status};

/// How a request is written, and so its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Protobuf,
    Json,
}

impl Format {
    /// What `content-type` says; parameters such as `charset` do not matter.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
        let kind = value.split(';').next().unwrap_or_default().trim();
        if kind.eq_ignore_ascii_case("application/x-protobuf") {
            return Some(Format::Protobuf);
        }
        kind.eq_ignore_ascii_case("application/json").then_some(Format::Json)
    }

    /// As the Collector's spans name it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Format::Protobuf => "protobuf",
            Format::Json => "json",
        }
    }

    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Format::Protobuf => "application/x-protobuf",
            Format::Json => "application/json",
        })
    }

    /// 200.
    pub(super) fn success(self, accepted: &Accepted, signal: Signal) -> Response<Full<Bytes>> {
        let body = match self {
            Format::Protobuf => accepted.to_protobuf(),
            Format::Json => accepted.to_json(signal),
        };
        let mut response = Response::new(Full::new(body.into()));
        response.headers_mut().insert(CONTENT_TYPE, self.content_type());
        response
    }
}

/// Anything but 200.
#[derive(Debug)]
pub(super) struct Failure {
    http: StatusCode,
    body: FailureBody,
    header: Option<Box<(HeaderName, HeaderValue)>>,
}

#[derive(Debug)]
enum FailureBody {
    Status(Status),
    /// For callers that do not speak OTLP.
    Plain(Cow<'static, str>),
}

impl Failure {
    pub(super) fn new(http: StatusCode, status: Status) -> Self {
        Failure { http, body: FailureBody::Status(status), header: None }
    }

    pub(super) fn plain(http: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Failure { http, body: FailureBody::Plain(message.into()), header: None }
    }

    pub(super) fn over_budget() -> Self {
        over_budget().into()
    }

    #[must_use]
    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.header = Some(Box::new((name, value)));
        self
    }

    /// Why a request with this answer was refused, where its items were not counted.
    pub(super) fn reason(&self) -> Reason {
        match self.http {
            StatusCode::UNAUTHORIZED => Reason::Unauthenticated,
            StatusCode::PAYLOAD_TOO_LARGE => Reason::TooLarge,
            StatusCode::TOO_MANY_REQUESTS => Reason::OverLimit,
            StatusCode::SERVICE_UNAVAILABLE => Reason::OverBudget,
            StatusCode::REQUEST_TIMEOUT => Reason::Abandoned,
            StatusCode::BAD_REQUEST => Reason::Malformed,
            _ => Reason::Unsupported,
        }
    }

    /// The response, in `format` where the request had one.
    pub(super) fn response(self, format: Option<Format>) -> Response<Full<Bytes>> {
        let (kind, body, wait) = match (self.body, format) {
            (FailureBody::Status(status), Some(format)) => {
                let body = match format {
                    Format::Protobuf => status.to_protobuf(),
                    Format::Json => status.to_json(),
                };
                (format.content_type(), Bytes::from(body), status.retry_after)
            }
            (FailureBody::Status(status), None) => (text(), plain(status.message), status.retry_after),
            (FailureBody::Plain(message), _) => (text(), plain(message), None),
        };
        let mut response = Response::new(Full::new(body));
        *response.status_mut() = self.http;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, kind);
        if let Some(wait) = wait {
            // Whole seconds, rounded up: a client must not come too early.
            headers.insert(RETRY_AFTER, (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).into());
        }
        headers.extend(self.header.map(|header| *header));
        response
    }
}

fn text() -> HeaderValue {
    HeaderValue::from_static("text/plain; charset=utf-8")
}

fn plain(message: Cow<'static, str>) -> Bytes {
    match message {
        Cow::Borrowed(message) => Bytes::from_static(message.as_bytes()),
        Cow::Owned(message) => message.into(),
    }
}

/// As the Collector maps gRPC codes to HTTP.
impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        let http = match status.code {
            Code::InvalidArgument => StatusCode::BAD_REQUEST,
            Code::Unauthenticated => StatusCode::UNAUTHORIZED,
            Code::Unimplemented => StatusCode::NOT_FOUND,
            Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
            Code::Unavailable | Code::DeadlineExceeded => StatusCode::SERVICE_UNAVAILABLE,
            Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Failure::new(http, status)
    }
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        let message = error.to_string();
        let with = |http, code| Failure::new(http, Status::new(code, message));
        match error {
            BodyError::TooLarge { .. } => with(StatusCode::PAYLOAD_TOO_LARGE, Code::InvalidArgument),
            BodyError::OverBudget => Failure::over_budget(),
            BodyError::Timeout(_) => with(StatusCode::REQUEST_TIMEOUT, Code::DeadlineExceeded),
            BodyError::CutOff => with(StatusCode::BAD_REQUEST, Code::InvalidArgument),
        }
    }
}

impl From<DecompressError> for Failure {
    fn from(error: DecompressError) -> Self {
        let message = error.to_string();
        let with = |http| Failure::new(http, Status::new(Code::InvalidArgument, message));
        match error {
            DecompressError::TooLarge { .. } => with(StatusCode::PAYLOAD_TOO_LARGE),
            DecompressError::OverBudget => Failure::over_budget(),
            DecompressError::Malformed { .. } => with(StatusCode::BAD_REQUEST),
        }
    }
}
