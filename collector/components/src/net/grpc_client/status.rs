//! How a call ended, as gRPC says it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use codeagent_pipeline::otlp::wire::Fields;
use http::{HeaderMap, StatusCode};

/// The largest part of a server's message that is kept, in bytes.
const MESSAGE_BYTES_MAX: usize = 1024;

/// The codes of gRPC.
/// Source: <https://github.com/grpc/grpc/blob/master/doc/statuscodes.md>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Code {
    Ok = 0,
    Cancelled = 1,
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    OutOfRange = 11,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    DataLoss = 15,
    Unauthenticated = 16,
}

impl Code {
    /// All codes with their names, in the order of their numbers.
    const NAMES: [(Code, &'static str); 17] = [
        (Code::Ok, "OK"),
        (Code::Cancelled, "CANCELLED"),
        (Code::Unknown, "UNKNOWN"),
        (Code::InvalidArgument, "INVALID_ARGUMENT"),
        (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"),
        (Code::NotFound, "NOT_FOUND"),
        (Code::AlreadyExists, "ALREADY_EXISTS"),
        (Code::PermissionDenied, "PERMISSION_DENIED"),
        (Code::ResourceExhausted, "RESOURCE_EXHAUSTED"),
        (Code::FailedPrecondition, "FAILED_PRECONDITION"),
        (Code::Aborted, "ABORTED"),
        (Code::OutOfRange, "OUT_OF_RANGE"),
        (Code::Unimplemented, "UNIMPLEMENTED"),
        (Code::Internal, "INTERNAL"),
        (Code::Unavailable, "UNAVAILABLE"),
        (Code::DataLoss, "DATA_LOSS"),
        (Code::Unauthenticated, "UNAUTHENTICATED"),
    ];

    /// The code of this number; those that gRPC does not know are unknown.
    pub fn from_number(number: u32) -> Self {
        let known = usize::try_from(number).ok().and_then(|number| Code::NAMES.get(number));
        known.map_or(Code::Unknown, |(code, _)| *code)
    }

    /// The name: `UNAVAILABLE`.
    pub fn as_str(self) -> &'static str {
        Code::NAMES[self as usize].1
    }

    /// What an HTTP status without a gRPC status means.
    /// Source: <https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md>.
    fn from_http(status: StatusCode) -> Self {
        match status.as_u16() {
            400 => Code::Internal,
            401 => Code::Unauthenticated,
            403 => Code::PermissionDenied,
            404 => Code::Unimplemented,
            429 | 502 | 503 | 504 => Code::Unavailable,
            _ => Code::Unknown,
        }
    }
}

/// A call that did not succeed. The message names the server; it never holds a secret of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", code.as_str())]
pub struct GrpcStatus {
    /// The kind of failure.
    pub code: Code,
    /// What happened, for people: the server's words, at most 1 KiB, or what broke on the way.
    pub message: String,
    /// The server's `google.rpc.RetryInfo`: when to try again.
    pub retry_after: Option<Duration>,
}

impl GrpcStatus {
    /// A status without a waiting time.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        GrpcStatus { code, message: message.into(), retry_after: None }
    }

    /// The connection is not there, or broke.
    pub fn unavailable(message: impl Into<String>) -> Self {
        GrpcStatus::new(Code::Unavailable, message)
    }

    /// Whether the server said that the message is over its limit. There is no code for that: servers use
    /// RESOURCE_EXHAUSTED (Go, Java, C++) or OUT_OF_RANGE (tonic), and their own words.
    pub fn is_too_large(&self) -> bool {
        let words = ["larger than max", "too large", "size limit", "exceeds maximum", "exceeds the maximum"];
        let message = self.message.to_ascii_lowercase();
        matches!(self.code, Code::ResourceExhausted | Code::OutOfRange)
            && words.iter().any(|words| message.contains(words))
    }
}

/// The status in trailers, or in the headers of an answer that has no body. `None` when there is none.
pub(super) fn from_trailers(trailers: &HeaderMap) -> Option<GrpcStatus> {
    let number = trailers.get("grpc-status")?.to_str().ok().and_then(|text| text.parse().ok());
    let code = number.map_or(Code::Unknown, Code::from_number);
    let message = trailers.get("grpc-message").map(|value| percent_decoded(value.as_bytes()));
    let details = trailers.get("grpc-status-details-bin").and_then(|value| {
        let text = value.as_bytes();
        STANDARD_NO_PAD.decode(text).or_else(|_| STANDARD.decode(text)).ok()
    });
    let retry_after = details.and_then(|details| retry_info(&details));
    Some(GrpcStatus { code, message: message.unwrap_or_default(), retry_after })
}

/// The status of an answer that is not gRPC.
pub(super) fn from_http(status: StatusCode, headers: &HeaderMap) -> GrpcStatus {
    let content_type = headers.get(http::header::CONTENT_TYPE).map(|value| value.as_bytes());
    let content_type = String::from_utf8_lossy(content_type.unwrap_or(b"none"));
    let message =
        format!("the server answered HTTP {status} with content type {content_type} instead of gRPC");
    let code = if status == StatusCode::OK { Code::Unknown } else { Code::from_http(status) };
    let mut answer = GrpcStatus::new(code, message);
    let wait = headers.get(http::header::RETRY_AFTER);
    answer.retry_after =
        wait.and_then(|wait| crate::net::http_client::parse_retry_after(wait, std::time::SystemTime::now()));
    answer
}

/// `grpc-message`: percent-encoded UTF-8. What is wrongly encoded stays as it is.
fn percent_decoded(text: &[u8]) -> String {
    let text = &text[..text.len().min(3 * MESSAGE_BYTES_MAX)];
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        let escaped = match rest {
            [b'%', high, low, ..] => hex(*high).zip(hex(*low)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => {
                bytes.push(high << 4 | low);
                rest = &rest[3..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes.truncate(MESSAGE_BYTES_MAX);
    String::from_utf8_lossy(&bytes).chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The delay of the first `google.rpc.RetryInfo` in a `google.rpc.Status`.
fn retry_info(status: &[u8]) -> Option<Duration> {
    // Status.details = 3, Any.type_url = 1, Any.value = 2, RetryInfo.retry_delay = 1
    let details = Fields::new(status).filter(|(number, _)| *number == 3);
    details.map(|(_, any)| any.bytes()).find_map(|any| {
        let is_retry_info = within(any, 1)?.ends_with(b"/google.rpc.RetryInfo");
        let delay = within(any, 2).and_then(|info| within(info, 1));
        is_retry_info.then(|| delay.map_or(Duration::ZERO, duration))
    })
}

/// The payload of the first field of this number.
fn within(message: &[u8], number: u32) -> Option<&[u8]> {
    Fields::new(message).find(|(found, _)| *found == number).map(|(_, value)| value.bytes())
}

/// A `google.protobuf.Duration`: seconds = 1, nanos = 2. A negative one is none at all.
fn duration(message: &[u8]) -> Duration {
    let (mut seconds, mut nanos) = (0_i64, 0_i64);
    for (number, value) in Fields::new(message) {
        match number {
            1 => seconds = value.integer() as i64,
            2 => nanos = value.integer() as i64,
            _ => {}
        }
    }
    let seconds = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
    seconds.saturating_add(Duration::from_nanos(u64::try_from(nanos).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Trailers<'a> = &'a [(&'static str, &'a str)];

    fn status(fields: Trailers<'_>) -> Option<GrpcStatus> {
        let fields = fields.iter().map(|(name, value)| {
            (http::HeaderName::from_static(name), http::HeaderValue::from_str(value).unwrap())
        });
        from_trailers(&fields.collect())
    }

    #[test]
    fn a_status_is_read_whatever_its_quality() {
        let cases: [(Trailers<'_>, Code, &str); 6] = [
            (&[("grpc-status", "0")], Code::Ok, ""),
            (
                &[("grpc-status", "14"), ("grpc-message", "caf%C3%A9 %zz 100%")],
                Code::Unavailable,
                "café %zz 100%",
            ),
            (&[("grpc-status", "99")], Code::Unknown, ""),
            (&[("grpc-status", "x")], Code::Unknown, ""),
            (&[("grpc-status", "3"), ("grpc-message", "a%0Ab%FF")], Code::InvalidArgument, "a b\u{fffd}"),
            (&[("grpc-status", "8"), ("grpc-status-details-bin", "!!")], Code::ResourceExhausted, ""),
        ];
        for (fields, code, message) in cases {
            let read = status(fields).unwrap();
            assert_eq!((read.code, read.message.as_str(), read.retry_after), (code, message, None));
        }
        assert_eq!(status(&[("content-type", "application/grpc")]), None);
    }

    #[test]
    fn a_long_message_is_cut() {
        let long = "x".repeat(1 << 16);
        let read = status(&[("grpc-status", "2"), ("grpc-message", &long)]).unwrap();
        assert_eq!(read.message.len(), MESSAGE_BYTES_MAX);
    }

    #[test]
    fn the_waiting_time_is_found_among_other_details() {
        use codeagent_pipeline::otlp::wire::{put_bytes, put_message, put_uint};
        let mut details = Vec::new();
        put_uint(&mut details, 1, 14);
        put_message(&mut details, 3, |any| put_bytes(any, 1, b"type.googleapis.com/google.rpc.BadRequest"));
        put_message(&mut details, 3, |any| {
            put_bytes(any, 1, b"type.googleapis.com/google.rpc.RetryInfo");
            put_message(any, 2, |info| {
                put_message(info, 1, |delay| {
                    put_uint(delay, 1, 7);
                    put_uint(delay, 2, 500_000_000);
                });
            });
        });
        for encoded in [STANDARD.encode(&details), STANDARD_NO_PAD.encode(&details)] {
            let read = status(&[("grpc-status", "14"), ("grpc-status-details-bin", &encoded)]).unwrap();
            assert_eq!(read.retry_after, Some(Duration::from_millis(7500)));
        }
    }

    #[test]
    fn a_size_limit_is_told_from_a_quota() {
        let cases = [
            (Code::ResourceExhausted, "grpc: received message larger than max (5 vs. 4)", true),
            (
                Code::OutOfRange,
                "Error, decoded message length too large: found 5 bytes, the limit is: 4",
                true,
            ),
            (Code::ResourceExhausted, "size limit, of 4 bytes, exceeded while decompressing message", true),
            (Code::ResourceExhausted, "gRPC message exceeds maximum size 4: 5", true),
            (Code::ResourceExhausted, "too many requests", false),
            (Code::Internal, "larger than max", false),
        ];
        for (code, message, too_large) in cases {
            assert_eq!(GrpcStatus::new(code, message).is_too_large(), too_large, "{message}");
        }
    }
}
