//! The framing of gRPC over HTTP/2, as far as a unary call needs it.
//!
//! A message is a byte that says whether it is compressed, its length in four bytes, and the bytes.

use bytes::{BufMut, Bytes, BytesMut};
use codeagent_semconv::value::Signal;
use http::HeaderMap;

use super::answer::{self, Verdict};

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
    let find = |name: &str| trailers.and_then(|trailers| trailers.get(name)).or_else(|| headers.get(name));
    let status = find("grpc-status").and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
    let Some(status) = status else {
        // A proxy answered, or the stream was cut: then HTTP's own rules hold, but nothing was acknowledged.
        return match http_status {
            200 => Verdict::Retry { after: None, why: "an answer without a gRPC status".into() },
            _ => answer::from_http(http_status, None, b""),
        };
    };
    let details = find("grpc-status-details-bin").and_then(|value| unpad(value.as_bytes()));
    // An answer is never compressed: we do not offer to read that.
    let message = body.get(HEAD..).unwrap_or_default();
    answer::from_grpc(status, details.as_deref(), message)
}

/// Base64 with or without padding, as gRPC allows for binary metadata.
fn unpad(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut held) = (0u32, 0u32);
    for &letter in text.iter().take_while(|letter| **letter != b'=') {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xff_ffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_framed_with_its_length() {
        assert_eq!(&frame(b"abc", true)[..], b"\x01\x00\x00\x00\x03abc");
    }

    #[test]
    fn binary_metadata_is_read_with_and_without_padding() {
        for (text, bytes) in [("aGVsbG8", "hello"), ("aGVsbG8=", "hello"), ("aGVsbA==", "hell"), ("", "")] {
            assert_eq!(unpad(text.as_bytes()).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(unpad(b"a*"), None);
    }

    #[test]
    fn an_answer_without_a_status_acknowledges_nothing() {
        let headers = HeaderMap::new();
        assert!(matches!(verdict(200, &headers, None, b""), Verdict::Retry { .. }));
        assert!(matches!(verdict(503, &headers, None, b""), Verdict::Retry { .. }));
        assert!(matches!(verdict(404, &headers, None, b""), Verdict::Refused { .. }));
    }
}
