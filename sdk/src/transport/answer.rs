//! What a collector's answer means for the request that it answers.
//!
//! The rules are those of the OTLP specification 1.11: which codes may be retried, that a partial success must not be, and that a
//! server may say when to come back.

use std::time::Duration;

/// What became of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The collector took it, but for `rejected` items.
    Delivered { rejected: u64 },
    /// Try again, not before `after` if the collector named a time.
    Retry { after: Option<Duration>, why: String },
    /// Never send this again.
    Refused { why: String },
}

/// The longest wait that we let a collector ask for.
const WAIT_MAX: Duration = Duration::from_secs(300);

/// Reads an answer over HTTP. `body` is that of a success.
pub(crate) fn from_http(status: u16, retry_after: Option<&str>, body: &[u8]) -> Verdict {
    match status {
        200..=299 => Verdict::Delivered { rejected: rejected_items(body) },
        429 | 502..=504 => {
            let after = retry_after.and_then(seconds).map(|wait| wait.min(WAIT_MAX));
            Verdict::Retry { after, why: format!("HTTP {status}") }
        }
        _ => Verdict::Refused { why: format!("HTTP {status}") },
    }
}

/// Reads the status of a gRPC call. `details` is the decoded `grpc-status-details-bin`.
pub(crate) fn from_grpc(status: u16, details: Option<&[u8]>, body: &[u8]) -> Verdict {
    let after = details.and_then(retry_delay).map(|wait| wait.min(WAIT_MAX));
    let why = || format!("gRPC status {status}");
    match status {
        0 => Verdict::Delivered { rejected: rejected_items(body) },
        // CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS
        1 | 4 | 10 | 11 | 14 | 15 => Verdict::Retry { after, why: why() },
        // RESOURCE_EXHAUSTED, but only where the server says that it recovers
        8 if after.is_some() => Verdict::Retry { after, why: why() },
        _ => Verdict::Refused { why: why() },
    }
}

/// The three kinds of response have one shape: `partial_success = 1 { rejected_* = 1; error_message = 2 }`.
#[derive(Clone, PartialEq, prost::Message)]
struct Response {
    #[prost(message, optional, tag = "1")]
    partial_success: Option<PartialSuccess>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct PartialSuccess {
    #[prost(int64, tag = "1")]
    rejected: i64,
}

fn rejected_items(body: &[u8]) -> u64 {
    let response: Response = prost::Message::decode(body).unwrap_or_default();
    response.partial_success.map_or(0, |partial| u64::try_from(partial.rejected).unwrap_or(0))
}

/// `google.rpc.Status` with the `RetryInfo` among its details.
#[derive(Clone, PartialEq, prost::Message)]
struct Status {
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<Span>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Span {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

fn retry_delay(details: &[u8]) -> Option<Duration> {
    let status: Status = prost::Message::decode(details).ok()?;
    let any = status.details.iter().find(|any| any.type_url.ends_with("google.rpc.RetryInfo"))?;
    let info: RetryInfo = prost::Message::decode(any.value.as_slice()).ok()?;
    let delay = info.retry_delay?;
    Some(Duration::new(u64::try_from(delay.seconds).ok()?, u32::try_from(delay.nanos).ok()?.min(999_999_999)))
}

/// `Retry-After` in seconds. Its other form, a date, is read as "later": our own back-off decides.
fn seconds(text: &str) -> Option<Duration> {
    text.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;

    fn partial(rejected: i64) -> Vec<u8> {
        Response { partial_success: Some(PartialSuccess { rejected }) }.encode_to_vec()
    }

    fn details(type_url: &str, seconds: i64, nanos: i32) -> Vec<u8> {
        let value = RetryInfo { retry_delay: Some(Span { seconds, nanos }) }.encode_to_vec();
        Status { details: vec![Any { type_url: type_url.into(), value }] }.encode_to_vec()
    }

    #[test]
    fn a_partial_success_is_a_success_that_names_what_was_rejected() {
        assert_eq!(from_http(200, None, &partial(3)), Verdict::Delivered { rejected: 3 });
        assert_eq!(from_grpc(0, None, &partial(3)), Verdict::Delivered { rejected: 3 });
        assert_eq!(from_grpc(0, None, &partial(-1)), Verdict::Delivered { rejected: 0 });
        assert_eq!(from_http(202, None, b""), Verdict::Delivered { rejected: 0 });
        assert_eq!(
            from_http(200, None, b"\xff\xff"),
            Verdict::Delivered { rejected: 0 },
            "an odd body of a success"
        );
    }

    #[test]
    fn only_what_the_specification_names_is_retried() {
        let retried = |verdict: Verdict| matches!(verdict, Verdict::Retry { .. });
        let http: Vec<u16> = (300..600).filter(|status| retried(from_http(*status, None, b""))).collect();
        assert_eq!(http, [429, 502, 503, 504]);
        let grpc: Vec<u16> = (0..17).filter(|status| retried(from_grpc(*status, None, b""))).collect();
        assert_eq!(grpc, [1, 4, 10, 11, 14, 15]);
        let recovers = details("type.googleapis.com/google.rpc.RetryInfo", 2, 500_000_000);
        let after = Some(Duration::from_millis(2500));
        assert_eq!(from_grpc(8, Some(&recovers), b""), Verdict::Retry { after, why: "gRPC status 8".into() });
    }

    #[test]
    fn a_server_says_when_to_come_back_but_not_in_a_year() {
        let after = |verdict| match verdict {
            Verdict::Retry { after, .. } => after,
            other => panic!("{other:?}"),
        };
        assert_eq!(after(from_http(503, Some(" 7 "), b"")), Some(Duration::from_secs(7)));
        assert_eq!(after(from_http(503, Some("31536000"), b"")), Some(WAIT_MAX));
        assert_eq!(after(from_http(429, Some("Wed, 21 Oct 2026 07:28:00 GMT"), b"")), None);
        let other = details("type.googleapis.com/google.rpc.Help", 2, 0);
        assert_eq!(after(from_grpc(14, Some(&other), b"")), None);
        let odd = details("type.googleapis.com/google.rpc.RetryInfo", -2, -5);
        assert_eq!(after(from_grpc(14, Some(&odd), b"")), None);
    }
}
