//! What a collector's answer means for the request that it answers.
//!
//! The rules are those of the OTLP specification 1.11: which codes may be retried, that a partial success must not be, and that a
//! server may say when to come back.

use std::time::Duration;

use tonic::Code;

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

/// Reads the status of a gRPC call, and the delay of its `RetryInfo`.
pub(crate) fn from_grpc(code: Code, after: Option<Duration>, body: &[u8]) -> Verdict {
    let after = after.map(|wait| wait.min(WAIT_MAX));
    let why = || format!("gRPC status {}", i32::from(code));
    match code {
        Code::Ok => Verdict::Delivered { rejected: rejected_items(body) },
        Code::Cancelled
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unavailable
        | Code::DataLoss => Verdict::Retry { after, why: why() },
        // Only where the server says that it recovers.
        Code::ResourceExhausted if after.is_some() => Verdict::Retry { after, why: why() },
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

    #[test]
    fn a_partial_success_is_a_success_that_names_what_was_rejected() {
        assert_eq!(from_http(200, None, &partial(3)), Verdict::Delivered { rejected: 3 });
        assert_eq!(from_grpc(Code::Ok, None, &partial(3)), Verdict::Delivered { rejected: 3 });
        assert_eq!(from_grpc(Code::Ok, None, &partial(-1)), Verdict::Delivered { rejected: 0 });
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
        let grpc: Vec<i32> =
            (0..17).filter(|code| retried(from_grpc(Code::from(*code), None, b""))).collect();
        assert_eq!(grpc, [1, 4, 10, 11, 14, 15]);
        let after = Some(Duration::from_millis(2500));
        let recovers = from_grpc(Code::ResourceExhausted, after, b"");
        assert_eq!(recovers, Verdict::Retry { after, why: "gRPC status 8".into() });
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
        let year = Duration::from_secs(31_536_000);
        assert_eq!(after(from_grpc(Code::Unavailable, Some(year), b"")), Some(WAIT_MAX));
    }
}
