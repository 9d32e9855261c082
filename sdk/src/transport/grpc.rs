//! What gRPC adds to a request and to its answer. The call itself goes through tonic's channel: the message is in bytes already,
//! compressed once for however many attempts.

use bytes::{BufMut, Bytes, BytesMut};
use codeagent_semconv::value::Signal;
use http::HeaderMap;
use tonic::Status;
use tonic_types::StatusExt;

use super::answer::{self, Verdict};

/// Before each message: a byte that says whether it is compressed, and its length in four bytes.
const HEAD: usize = 5;

pub(crate) fn path(signal: Signal) -> &'static str {
    match signal {
        Signal::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        Signal::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
        Signal::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
    }
}

pub(crate) fn frame(message: &[u8], is_compressed: bool) -> Bytes {
    let mut framed = BytesMut::with_capacity(HEAD + message.len());
    framed.put_u8(u8::from(is_compressed));
    framed.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    framed.put_slice(message);
    framed.freeze()
}

/// Reads the answer; its status stands in the trailers, or in the headers where there is no message.
pub(crate) fn verdict(
    http_status: u16,
    headers: &HeaderMap,
    trailers: Option<&HeaderMap>,
    body: &[u8],
) -> Verdict {
    match trailers.and_then(Status::from_header_map).or_else(|| Status::from_header_map(headers)) {
        Some(status) => {
            let after = status.get_details_retry_info().and_then(|info| info.retry_delay);
            // An answer is never compressed: we do not offer to read that.
            answer::from_grpc(status.code(), after, body.get(HEAD..).unwrap_or_default())
        }
        // A proxy answered, or the stream was cut: then HTTP's own rules hold, but nothing was acknowledged.
        None if http_status == 200 => {
            Verdict::Retry { after: None, why: "an answer without a gRPC status".into() }
        }
        None => answer::from_http(http_status, None, b""),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tonic::Code;
    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn a_message_is_framed_with_its_length() {
        assert_eq!(&frame(b"abc", true)[..], b"\x01\x00\x00\x00\x03abc");
    }

    #[test]
    fn the_status_is_that_of_the_trailers_with_the_time_to_come_back() {
        let delay = Duration::from_millis(2500);
        let details = ErrorDetails::with_retry_info(Some(delay));
        let status = Status::with_error_details(Code::ResourceExhausted, "full", details);
        let mut trailers = HeaderMap::new();
        status.add_header(&mut trailers).unwrap();
        let told = Verdict::Retry { after: Some(delay), why: "gRPC status 8".into() };
        assert_eq!(verdict(200, &HeaderMap::new(), Some(&trailers), b""), told);
        assert_eq!(verdict(200, &trailers, None, b""), told, "an answer without a message");
    }

    #[test]
    fn an_answer_without_a_status_acknowledges_nothing() {
        let headers = HeaderMap::new();
        assert!(matches!(verdict(200, &headers, None, b""), Verdict::Retry { .. }));
        assert!(matches!(verdict(503, &headers, None, b""), Verdict::Retry { .. }));
        assert!(matches!(verdict(404, &headers, None, b""), Verdict::Refused { .. }));
    }
}
